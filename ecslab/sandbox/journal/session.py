"""What a session that was carried away must be like before it may replace anything."""

import itertools
import math
from collections.abc import Iterable
from typing import Final

from ecslab.sandbox.journal.record import Record

LATEST: Final = 3e8  # virtual seconds, some ten years; nobody lets a sandbox go on for longer
_NEEDED: Final = {
    "start": {"seed", "wall", "mode", "speed"},
    "request": {"service", "operation", "region", "method", "path", "query", "headers"},
    "visit": {"host", "port", "method", "path", "query", "headers", "peer"},
    "fault": {"fault", "values"},
    "pace": set(),
    "time": set(),
}


def checked(records: Iterable[Record]) -> list[Record]:
    """The records, if this sandbox could have written them.

    Raises:
        ValueError: it could not; the message says why.
    """
    session = [_checked(record) for record in records]
    kinds = [record.kind for record in session]
    if kinds[:1] != ["start"] or "start" in kinds[1:]:
        raise ValueError("a session begins with its start, once")
    if any(late.now < early.now for early, late in itertools.pairwise(session)):
        raise ValueError("time goes backwards in it")
    return session


def _checked(record: Record) -> Record:
    if record.kind not in _NEEDED or not isinstance(record.about, dict):
        raise ValueError(f"there is a record {record.kind!r} in it, which this sandbox does not know")
    if missing := _NEEDED[record.kind] - record.about.keys():
        raise ValueError(f"a {record.kind} in it lacks {', '.join(sorted(missing))}")
    if not isinstance(record.now, int | float) or not 0 <= record.now <= LATEST:
        raise ValueError(f"something in it happens at {record.now!r}")
    if record.kind == "start":
        start = record.start
        if not (_is_number(start["speed"]) and 0.1 <= start["speed"] <= 1000 and _is_number(start["wall"])):
            raise ValueError("its start has no clock")
        if start["mode"] not in ("paced", "stepped"):
            raise ValueError(f"its clock is {start['mode']!r}")
    return record


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
