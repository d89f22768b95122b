"""What a session that was carried away must be like before it may replace anything.

Every line is held against a schema: what this sandbox could not have written is refused, whoever wrote it.
"""

import functools
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from ecslab.sandbox.journal import kept_headers
from ecslab.sandbox.journal.record import Record
from ecslab.sandbox.journal.strict_json import (
    Schema,
    closed,
    integer,
    list_of,
    map_of,
    number,
    optional,
    reader,
    text,
)
from ecslab.sandbox.world.behaviour import LATEST

LINES: Final = 200_000
LINE: Final = 256 << 10  # characters; a body that is larger than 4 KiB lies beside the journal
_LATEST: Final = 3e8  # virtual seconds, some ten years; nobody lets a sandbox go on for longer
_WALL: Final = number(0, 1e10)  # epoch seconds, to the year 2286
_SPEED: Final = number(0.1, 1000)
_MODE: Final[Schema] = {"enum": ["paced", "stepped"]}
_PATH: Final = text(64 << 10, r"(?!/_ecslab)/[!-~]*")
_WIRE: Final = {"method": text(16, "[A-Z]+"), "path": _PATH, "query": text(64 << 10)}
_HEADER: Final = text(16 << 10)
_SCALAR: Final[Schema] = {"type": ["string", "number", "boolean", "null"], "maxLength": 512}
_ABOUT: Final = {
    "start": closed(
        seed=text(256), wall=_WALL, mode=_MODE, speed=_SPEED, format=optional(integer(1, 1_000_000)),
        behaviour=optional(integer(1, LATEST)), timing=optional({"enum": ["drawn", "fixed"]}),
        eventual=optional({"type": "boolean"}),
    ),
    "request": closed(
        service=text(64, r"(?!ecslab)[a-z0-9-]+"), operation=text(128, r"[A-Za-z0-9]*"),
        region=text(32, r"[a-z0-9-]+"), step=optional(text(129, r"[\w.:-]+( [\w.:-]+)?")), **_WIRE,
        headers=kept_headers.SCHEMA,
    ),
    "visit": closed(
        host=text(256, r"[\w.:-]+"), port=integer(0, 65535), peer=text(64, r"[0-9A-Fa-f.:]+"), **_WIRE,
        headers=map_of(_HEADER, 100),
    ),
    "exec": closed(
        session=text(64, r"[a-z0-9-]+"), do={"enum": ["begin", "type", "resize", "end"]},
        columns=integer(0, 65535), rows=integer(0, 65535),
    ),
    "fault": closed(
        fault=text(64, r"[a-z_-]+"),
        values=map_of({"anyOf": [_SCALAR, list_of(_SCALAR, 2_000)]}, 16),
    ),
    "pace": closed(wall=_WALL, mode=_MODE, speed=_SPEED, paused={"type": "boolean"}),
    "time": closed(),
}  # fmt: skip
_KIND: Final = re.compile(r'"kind": ?"([a-z]{1,16})"')


def checked_lines(lines: Iterable[str]) -> list[str]:
    """The lines of a journal, if this sandbox could have written them.

    Raises:
        ValueError: it could not; the message says why.
    """
    checked = []
    for number_, line in enumerate(lines, 1):
        if number_ > LINES or len(line) > LINE:
            raise ValueError(f"it has more than {LINES} records, or one of more than {LINE >> 10} KiB")
        _check_line(number_, line.partition(" ")[2])
        checked.append(line)
    return checked


def checked(records: Iterable[Record]) -> list[Record]:
    """The records, if they can have followed each other.

    Raises:
        ValueError: they cannot.
    """
    session = list(records)
    kinds = [record.kind for record in session]
    if kinds[:1] != ["start"] or "start" in kinds[1:]:
        raise ValueError("a session begins with its start, once")
    if any(late.now < early.now for early, late in itertools.pairwise(session)):
        raise ValueError("time goes backwards in it")
    return session


def _check_line(number_: int, source: str) -> None:
    kind = _KIND.search(source)
    if kind is None or kind[1] not in _ABOUT:
        named = repr(kind[1]) if kind else "of no kind"
        raise ValueError(f"record {number_} is {named}, which this sandbox does not know")
    try:
        _readers()[kind[1]](source)
    except ValueError as problem:
        raise ValueError(f"record {number_}, a {kind[1]}: {problem}") from None


@functools.cache
def _readers() -> Mapping[str, Callable[[str], dict[str, object]]]:
    return {
        kind: reader(
            closed(
                now=number(0, _LATEST), kind={"const": kind}, about=about,
                body=optional(text(8 << 10, r"[A-Za-z0-9+/]*={0,2}")),
                blob=optional(text(64, "[0-9a-f]{64}")),
            )
        )
        for kind, about in _ABOUT.items()
    }  # fmt: skip
