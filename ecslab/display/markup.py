"""Markup for a notebook: the one place that builds Markdown and HTML, in which what others wrote is text.

A template is ours, and is markup. What stands in its places came from an account, a file or a service: it is
shown letter by letter, with one exception: in `prose` and `markdown`, words in backticks are shown as code.

JupyterLab reads more than CommonMark: it makes links of bare addresses, and formulas of what stands between
dollar signs, in HTML as well. A formula begins and ends in the same element, so a sign in one of its
own begins none.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from markupsafe import Markup, escape

_CODE: Final = re.compile(r"`([^`]+)`")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of what follows; tab and line breaks aside."""
_SIGNS: Final = re.compile(
    r"""[`*<>\[\]&|~@]"""  # code, emphasis, HTML, links, entities, tables, deletions, mail addresses
    r"""|(?<![^\W_])_+|_+(?![^\W_])"""  # emphasis again: not within a word
    r"""|:(?=//)|(?<=\bwww)\."""  # bare web addresses
    r"""|\A[#+=-]|\A\d{1,9}[.)](?=\s|$)""",  # headings, lists, rules
    re.VERBOSE | re.IGNORECASE,
)
_FORMULA: Final = re.compile(r"[$\\]")
_BEGINS_A_FORMULA: Final = re.compile(r"\\[(\[]|\\(begin|ref|eqref)\b")


def html(template: str, *values: object) -> Markup:
    """HTML: the template, with each value as text in its `{}`. What this returned before stays as it is."""
    texts = [value for value in values if not isinstance(value, Markup)]
    formula = _holds_a_formula("".join(map(str, texts)))
    return Markup(template).format(
        *(value if isinstance(value, Markup) else _html_text(str(value), formula) for value in values)
    )


def joined(parts: Iterable[Markup]) -> Markup:
    """Pieces of HTML, one after the other."""
    return Markup("").join(parts)


def attribute(value: str) -> Markup:
    """A text for an attribute's value, in quotation marks of either kind."""
    return escape(" ".join(_plain(value).split()))


def link_target(address: str) -> Markup:
    """An address for `href` or `src`: of the web or of this server; what is neither leads nowhere."""
    return escape(address if _leads_to_a_page(address) else "about:blank")


def prose(text: str) -> Markup:
    """One paragraph in HTML, with what stands in backticks as code."""
    return joined(html("<code>{}</code>" if code else "{}", part) for code, part in _parted(text))


def without_marks(text: str) -> str:
    """The same words where nothing can be shown as code: without the backticks."""
    return _CODE.sub(r"\1", text)


def svg_text(text: str) -> str:
    """A text between the tags of an SVG."""
    return str(escape(_plain(text))).replace("&#39;", "'").replace("&#34;", '"')


def markdown(template: str, *values: object) -> str:
    """Markdown: the template, with each value in its `{}` as one line, what stands in backticks as code."""
    return template.format(*(_markdown_line(str(value)) for value in values))


def markdown_lines(text: str) -> str:
    """Markdown that breaks the lines where the text does; each as `markdown` has it."""
    return "  \n".join(map(_markdown_line, text.replace("\r\n", "\n").split("\n")))


def markdown_code(code: str, language: str = "") -> str:
    """A block of code, within a fence that nothing in it ends."""
    code = _plain(code)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    return f"{fence}{language}\n{code}\n{fence}"


def _leads_to_a_page(address: str) -> bool:
    if re.search(r"[\s\\\x00-\x20\x7f]", address):
        return False  # a browser drops these, or reads `\` as `/`
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    on_the_web = parts.scheme in ("http", "https") and bool(parts.netloc)
    return on_the_web or (address.startswith("/") and not parts.netloc)


def _plain(text: str) -> str:
    """Without control characters: a terminal, XML or a reader's eye would take them for more than text."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def _parted(text: str) -> Iterable[tuple[bool, str]]:
    """The pieces of a text, and whether each is code."""
    for place, piece in enumerate(_CODE.split(text)):
        if piece:
            yield bool(place % 2), piece


def _holds_a_formula(text: str) -> bool:
    return text.count("$") > 1 or bool(_BEGINS_A_FORMULA.search(text))


def _html_text(text: str, formula: bool) -> Markup:
    shown = escape(_plain(text))
    return Markup(_FORMULA.sub(r"<span>\g<0></span>", str(shown))) if formula else shown


def _markdown_line(text: str) -> str:
    line = " ".join(_plain(text).split())
    return "".join(f"`{part}`" if code else _markdown_text(part) for code, part in _parted(line))


def _markdown_text(text: str) -> str:
    """As entities, which CommonMark never takes for markup."""
    shown = _SIGNS.sub(lambda sign: "".join(map(_entity, sign[0])), text)
    return _FORMULA.sub(lambda sign: f"<span>{_entity(sign[0])}</span>", shown)


def _entity(character: str) -> str:
    return f"&#{ord(character)};"
