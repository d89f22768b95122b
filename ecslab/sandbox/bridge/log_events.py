"""Which lines of a container's output are one event of its log: `awslogs-multiline-pattern` and
`awslogs-datetime-format`.

https://docs.docker.com/engine/logging/drivers/awslogs/ and the driver's code (moby, daemon/logger/awslogs):
an event begins with a line that the pattern is found in, has the time of that line, and is sent when the next
one begins, after five seconds, or with the end of the container.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

PATTERN: Final = "awslogs-multiline-pattern"
DATETIME: Final = "awslogs-datetime-format"
FLUSHED: Final = 5.0
"""Seconds after which lines that were collected are sent."""
LONGEST: Final = 262_144 - 26
"""Bytes that are collected at most: an event takes no more."""
SEARCHED: Final = 256
"""Characters of a line in which the pattern is looked for."""
MOST_REPEATS: Final = 3
_ESCAPED: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_REPEATS: Final = re.compile(r"[*+]|\{\d*,\d*\}")
_REPEATED_GROUP: Final = re.compile(r"\)(?:[*+]|\{)")
_NOT_OF_GO: Final = re.compile(r"\(\?(?:<?[=!]|P=|\()")
_STRFTIME: Final[Mapping[str, str]] = {
    "a": "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)",
    "A": "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)",
    "b": "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)",
    "B": "(?:January|February|March|April|May|June|July|August|September|October|November|December)",
    "d": "(?:0[1-9]|[12][0-9]|3[01])",
    "f": r"\d{6}",
    "H": "(?:[01][0-9]|2[0-3])",
    "I": "(?:0[0-9]|1[0-2])",
    "j": "(?:0[0-9][1-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-6])",
    "L": r"\.\d{3}",
    "m": "(?:0[1-9]|1[0-2])",
    "M": "[0-5][0-9]",
    "p": "[AP]M",
    "S": "[0-5][0-9]",
    "w": "[0-6]",
    "y": r"\d{2}",
    "Y": r"\d{4}",
    "z": r"[+-]\d{4}",
    "Z": "[A-Z]{1,4}T",
}


class BadPattern(ValueError):
    """The driver does not start with these options; its text is the driver's own."""


def first_line(options: Mapping[str, str]) -> "re.Pattern[str] | None":
    """What the first line of an event has; None where each line is one. BadPattern for what is no pattern."""
    given, moment = options.get(PATTERN), options.get(DATETIME)
    if given and moment:
        raise BadPattern(f"you cannot configure log opt '{DATETIME}' and '{PATTERN}' at the same time")
    if moment:
        return _compiled(re.sub("%(.)", lambda code: _STRFTIME.get(code[1], code[0]), moment))
    return _compiled(given) if given else None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> "re.Pattern[str]":
    """The driver's patterns never take long, those of Python may: what could is not carried."""
    bare = _ESCAPED.sub("c", pattern)
    foreign = _NOT_OF_GO.search(bare)
    problem = f"invalid or unsupported Perl syntax: `{foreign[0]}`" if foreign else ""
    if not problem and (_REPEATED_GROUP.search(bare) or len(_REPEATS.findall(bare)) > MOST_REPEATS):
        raise BadPattern(
            f"This sandbox does not carry a pattern that repeats a group, or more than {MOST_REPEATS} parts"
        )
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as wrong:
        problem = problem or str(wrong)
    if not problem:
        return compiled
    text = f'awslogs could not parse multiline pattern key "{pattern}": error parsing regexp: {problem}'
    raise BadPattern(text)  # U: how Go names most problems


class Collector:
    """Collects the lines of one container.

    Args:
        first: found in the first line of an event.
        send: takes an event: its time in epoch seconds, and its text.
    """

    def __init__(self, first: "re.Pattern[str]", send: Callable[[float, str], None]):
        self._first, self._send = first, send
        self._lines: list[str] = []
        self._size, self._at = 0, 0.0

    def take(self, at: float, line: str) -> bool:
        """Take a line; whether it is the first of those that wait now."""
        if self._first.search(line[:SEARCHED]) or self._size + len(line) > LONGEST:
            self.flush()
        began = not self._lines
        if began:
            self._at = at
        self._lines.append(line)
        self._size += len(line) + 1
        return began

    def flush(self) -> None:
        """Send what was collected."""
        if self._lines:
            self._send(self._at, "\n".join(self._lines))
        self._lines, self._size = [], 0
