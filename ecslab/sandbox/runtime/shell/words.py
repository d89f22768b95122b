"""Cut a shell line into words and operators, and fill in variables.

A word keeps its quotes until it is expanded, so that `'$HOME'` and `"$HOME"` differ.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ecslab.sandbox.runtime.process import OutOfMemory, SandboxLimit

OPERATORS: Final = (
    "&&",
    "||",
    ";;",
    "2>&1",
    ">&2",
    "1>&2",
    "2>>",
    "2>",
    ">>",
    ">",
    ";",
    "\n",
    "|",
    "&",
    "<",
    "(",
    ")",
)
REFUSED: Final = {
    "|": "a pipe",
    "&": "a background command",
    "<": "input redirection",
    "(": "a subshell or function",
    ")": "a subshell or function",
    ";;": "case",
}
SPECIAL: Final = "".join({o[0] for o in OPERATORS} - {"2", "1"})
VARIABLE: Final = re.compile(r"\$(?:\{(\w+|\?|#)(?::-([^}]*))?\}|(\w+|[?#$!@*]))")


@dataclass(frozen=True)
class Token:
    """A word, or an operator (`operator` is True)."""

    text: str
    operator: bool = False


def tokens(script: str) -> list[Token]:
    """The words and operators of a script; comments are dropped.

    Raises SandboxLimit for what the grammar leaves out, ValueError for a quote that is never closed.
    """
    result: list[Token] = []
    at = 0
    while at < len(script):
        if script[at] in " \t":
            at += 1
        elif script.startswith("\\\n", at):
            at += 2
        elif script[at] == "#":
            end = script.find("\n", at)
            at = len(script) if end < 0 else end
        else:
            operator = next((o for o in OPERATORS if script.startswith(o, at)), None)
            if operator in REFUSED:
                raise SandboxLimit(f"this `sh` does not know {REFUSED[operator]} (`{operator}`)")
            if operator:
                result.append(Token(operator, operator=True))
                at += len(operator)
            else:
                end = _word_end(script, at)
                result.append(Token(script[at:end]))
                at = end
    return result


LARGEST: Final = 2**22
"""Characters that variables may fill in at one place, before it counts as all the container's memory."""


def expand(word: str, variables: Mapping[str, str], status: int) -> list[str]:
    """The fields a word becomes: quotes removed, variables filled in; unquoted spaces of a value split it.

    Raises SandboxLimit for command substitution.
    """
    fields: list[str] = []
    current, quoted = "", False
    for quote, text in _pieces(word):
        if len(current) > LARGEST:
            raise OutOfMemory
        if quote == "'":
            current, quoted = current + text, True
            continue
        value = _fill(text, variables, status)
        if quote:
            current, quoted = current + value, True
        elif quote is None or value == text:
            current += value
        else:
            first, *rest = re.split(r"\s+", value)
            current += first
            for part in rest:
                fields.append(current)
                current = part
    if current or quoted:
        fields.append(current)
    return fields


def _fill(text: str, variables: Mapping[str, str], status: int) -> str:
    if "$(" in text or "`" in text:
        raise SandboxLimit("this `sh` does not know command substitution (`$(…)`)")

    room = LARGEST

    def value(match: re.Match[str]) -> str:
        nonlocal room
        name = match[1] or match[3]
        filled = str(status) if name == "?" else variables.get(name) or match[2] or ""
        room -= len(filled)
        if room < 0:  # X=$X$X in a loop: the container's memory ends, not the sandbox's
            raise OutOfMemory
        return filled

    return VARIABLE.sub(value, text)


def _word_end(script: str, at: int) -> int:
    quote = ""
    while at < len(script):
        character = script[at]
        if character == "\\" and quote != "'":
            at += 1
        elif quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character.isspace() or character in SPECIAL:
            if character in "()" and script[at - 1] == "$":
                raise SandboxLimit("this `sh` does not know command substitution (`$(…)`)")
            break
        at += 1
    if quote:
        raise ValueError(f"syntax error: unterminated quoted string ({quote})")
    return at


def _pieces(word: str) -> list[tuple[str | None, str]]:
    """The word cut at its quotes: (quote or "", text); None marks a character that a backslash protects."""
    pieces: list[tuple[str | None, str]] = []
    for match in re.finditer(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|\\(.)|([^'\"\\]+)", word, re.DOTALL):
        single, double, escaped, plain = match.groups()
        if single is not None:
            pieces.append(("'", single))
        elif double is not None:
            pieces.extend(_double(double))
        elif escaped is not None:
            pieces.append(("'", escaped))
        else:
            pieces.append(("", plain))
    return pieces


def _double(text: str) -> list[tuple[str | None, str]]:
    """The inside of double quotes, where a backslash protects only `$`, backquote, `"` and itself."""
    pieces: list[tuple[str | None, str]] = [('"', "")]
    parts = re.finditer(r"\\([$`\"\\])|((?:[^\\]|\\(?![$`\"\\]))+)", text, re.DOTALL)
    return pieces + [("'", part[1]) if part[1] is not None else ('"', part[2]) for part in parts]
