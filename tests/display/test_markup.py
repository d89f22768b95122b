"""Markup is ours, and what stands in its places is text."""

import re

import hostile
import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from markupsafe import Markup

from ecslab.display import markup

READ = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render
ORDINARY = (
    "`adgu-web` keeps 2 tasks running, in us-east-1a and us-east-1b.",
    "`adgu-web-server-task:2` asks for 0.5 vCPU and 1024 MiB: desired_count is 3 (of 4), 100 %.",
    "Task 8074d135 is RUNNING, and has a public IP. “The page’s there”; it said 'no'.",
    "images go to 123456789012.dkr.ecr.us-east-1.amazonaws.com/adgu/web:latest → made-by=me",
    "5 tasks - and a dash; 2 + 3 = 5; what? now!",
    "80 s later: the application works. Fault 1, which is solved.",
)


def words(page):
    return " ".join(BeautifulSoup(page, "html.parser").get_text().split())


def expected(text):
    """What a reader sees: no control characters, white space as one space."""
    return " ".join(markup._plain(text).split())


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_sentences_stay_as_they_are(text):
    assert markup.markdown("{}", text) == text


@pytest.mark.parametrize("text", hostile.STRINGS)
def test_every_letter_is_shown(text):
    read_back = words(READ(markup.markdown("{}", text)))
    assert re.sub(r"[`\s]", "", read_back) == re.sub(r"[`\s]", "", expected(text))
    assert words(markup.html("<p>{}</p>", text)) == expected(text)
    assert words(markup.html("<p title='{}'></p>", markup.attribute(text))) == ""


def test_backticks_make_code_and_unpaired_ones_are_text():
    assert READ(markup.markdown("{}", "`a*b` ` *c*")) == "<p><code>a*b</code> ` *c*</p>\n"
    assert markup.prose("`<b>` & <i>") == "<code>&lt;b&gt;</code> &amp; &lt;i&gt;"


def test_where_nothing_can_be_code_the_words_stand_alone():
    assert markup.without_marks("Is `a*b` the `group`? ` is none") == "Is a*b the group? ` is none"


def test_what_is_markup_already_stays_as_it_is():
    inner = markup.html("<b>{}</b>", "<i>")
    assert markup.html("<p>{}</p>", inner) == "<p><b>&lt;i&gt;</b></p>"
    assert isinstance(inner, Markup)


def test_lines_are_kept_where_they_are_asked_for():
    assert markup.markdown_lines("a\n- b\r\n\n1. c") == "a  \n&#45; b  \n  \n&#49;&#46; c"
    assert markup.markdown("{}", "a\n\n# b") == "a # b"


def test_nothing_ends_a_block_of_code():
    assert markup.markdown_code("x = 1", "python") == "```python\nx = 1\n```"
    code = "```\n````\n<script>"
    assert words(READ(markup.markdown_code(code))) == expected(code)
    assert "<script" not in READ(markup.markdown_code(code))


@pytest.mark.parametrize("text", ["$x$", "costs $1, then $2", r"\(x\)", r"\[x\]", r"\begin{align}"])
def test_no_formula_begins(text):
    page = markup.html("<p>{}</p>", text)
    for piece in _pieces(page) + _pieces(READ(markup.markdown("{}", text))):
        assert piece.count("$") < 2 and not markup._BEGINS_A_FORMULA.search(piece)


def test_one_price_needs_no_care():
    assert markup.html("<p>{}</p>", "about $0.0672 an hour") == "<p>about $0.0672 an hour</p>"


def _pieces(page):
    """The texts between the tags, in which a formula would have to begin and end."""
    return [str(piece) for piece in BeautifulSoup(page, "html.parser").find_all(string=True)]


@pytest.mark.parametrize(
    "address",
    ["http://203.0.113.10/", "https://adgu-alb.example.org/a?b=c", "/user/ann/proxy/4000/s/203.0.113.10:80/"],
)
def test_addresses_of_pages_are_links(address):
    assert markup.link_target(address) == address.replace("&", "&amp;")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
        "\x01javascript:alert(1)", "data:text/html,<script>", "vbscript:x", "file:///etc/passwd",
        "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
        "http://[", "http:", "http:///x", "", "x.html",
    ],
)  # fmt: skip
def test_other_addresses_lead_nowhere(address):
    assert markup.link_target(address) == "about:blank"


def test_a_picture_has_no_characters_that_xml_forbids():
    assert markup.svg_text("a\x00<b>'\"&") == "a\N{REPLACEMENT CHARACTER}&lt;b&gt;'\"&amp;"
