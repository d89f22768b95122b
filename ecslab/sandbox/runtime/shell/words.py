"""Cut a shell line into words and operators, and fill in variables.

A word keeps its quotes until it is expanded, so that `'$HOME'` and `"$HOME"` differ.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ecslab.sandbox.runtime.limits import LARGEST_WORD
from ecslab.sandbox.runtime.pools import ENTRY, weight
from ecslab.sandbox.runtime.program_errors import OutOfMemory, SandboxLimit

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
PLAIN_VARIABLE: Final = re.compile(r"\$(?:()()(\w+|[?#$!@*]))")
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


class Room:
    """How much all words of one command may still hold, in bytes."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = LARGEST_WORD

    def take(self, amount: int) -> None:
        """OutOfMemory if there is not that much: the container's memory ends, not the sandbox's."""
        self.left -= amount
        if self.left < 0:
            raise OutOfMemory

    @property
    def taken(self) -> int:
        return LARGEST_WORD - self.left


def expand(word: str, variables: Mapping[str, str], status: int, room: Room | None = None) -> list[str]:
    """The fields a word becomes: quotes removed, variables filled in; unquoted spaces of a value split it.

    Raises SandboxLimit for command substitution.
    """
    room = room or Room()
    fields: list[str] = []
    parts: list[str] = []
    quoted = False
    for quote, text in _pieces(word):
        if quote == "'":
            room.take(weight(text) - ENTRY)
            parts.append(text)
            quoted = True
            continue
        value = _fill(text, variables, status, room)
        if quote:
            parts.append(value)
            quoted = True
        elif quote is None or value == text:
            parts.append(value)
        else:
            first, *rest = re.split(r"\s+", value)
            parts.append(first)
            room.take(ENTRY * len(rest))
            for part in rest:
                fields.append("".join(parts))
                parts = [part]
    current = "".join(parts)
    if current or quoted:
        fields.append(current)
    room.take(ENTRY)
    return fields


def _fill(text: str, variables: Mapping[str, str], status: int, room: Room) -> str:
    if "$(" in text or "`" in text:
        raise SandboxLimit("this `sh` does not know command substitution (`$(…)`)")

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[3]
        filled = str(status) if name == "?" else variables.get(name) or match[2] or ""
        room.take(weight(filled) - ENTRY)  # X=$X$X in a loop
        return filled

    room.take(weight(text) - ENTRY)
    if "$" not in text:
        return text
    closed = text.rfind("}") + 1  # beyond it no brace is looked for again and again
    return VARIABLE.sub(value, text[:closed]) + PLAIN_VARIABLE.sub(value, text[closed:])


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
