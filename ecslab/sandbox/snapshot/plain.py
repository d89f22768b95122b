"""Things of Python's own that are made anew from a few values: each with its name in a snapshot."""

import datetime
import decimal
import ipaddress
import itertools
import random
import re
import tempfile
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from ecslab.sandbox.snapshot.names import Refused


class Kind(NamedTuple):
    """How things of one type are taken apart, and made of what came of it."""

    name: str
    parts: Callable[[Any], tuple[object, ...]]
    make: Callable[..., object]


def _count(counter: "itertools.count[int]") -> tuple[object, ...]:
    arguments = counter.__reduce__()[1]
    assert isinstance(arguments, tuple)
    return arguments


def _moment(moment: datetime.datetime) -> tuple[object, ...]:
    zone = moment.tzinfo
    if zone is not None and zone is not datetime.UTC and type(zone).__name__ != "tzutc":
        raise Refused(f"a time in the zone {zone!r}")
    return moment.replace(tzinfo=None).isoformat(), zone is not None, moment.fold


def _make_moment(text: str, in_utc: bool, fold: int) -> datetime.datetime:
    zone = datetime.UTC if in_utc else None
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def _make_random(state: tuple[object, ...]) -> random.Random:
    made = random.Random()
    made.setstate(state)
    return made


def _held(file: "tempfile.SpooledTemporaryFile[bytes]") -> tuple[object, ...]:
    at = file.tell()
    file.seek(0)
    content = file.read()
    file.seek(at)
    return content, at, file._max_size  # type: ignore[attr-defined]  # typeshed leaves it out


def _make_file(content: bytes, at: int, most: int) -> object:
    file = tempfile.SpooledTemporaryFile(max_size=most)  # noqa: SIM115
    file.write(content)
    file.seek(at)
    return file


def _make_flag(is_set: bool) -> threading.Event:
    flag = threading.Event()
    if is_set:
        flag.set()
    return flag


def kind_of(thing: object) -> "Kind | None":
    """How a thing is written that is made anew from a few values; None for others."""
    return PLAIN.get(type(thing))


PLAIN: Final[Mapping[type, Kind]] = {
    datetime.datetime: Kind("moment", _moment, _make_moment),
    datetime.date: Kind("date", lambda day: (day.isoformat(),), datetime.date.fromisoformat),
    datetime.timedelta: Kind(
        "span", lambda span: (span.days, span.seconds, span.microseconds), datetime.timedelta
    ),
    decimal.Decimal: Kind("decimal", lambda number: (str(number),), decimal.Decimal),
    uuid.UUID: Kind("uuid", lambda each: (each.hex,), uuid.UUID),
    re.Pattern: Kind("pattern", lambda pattern: (pattern.pattern, pattern.flags), re.compile),
    itertools.count: Kind("count", _count, itertools.count),
    range: Kind("range", lambda each: (each.start, each.stop, each.step), range),
    bytearray: Kind("buffer", lambda each: (bytes(each),), bytearray),
    complex: Kind("complex", lambda each: (each.real, each.imag), complex),
    random.Random: Kind("random", lambda each: (each.getstate(),), _make_random),
    tempfile.SpooledTemporaryFile: Kind("file", _held, _make_file),
    type(threading.Lock()): Kind("lock", lambda _: (), threading.Lock),
    threading.Condition: Kind("condition", lambda _: (), threading.Condition),
    threading.Event: Kind("flag", lambda each: (each.is_set(),), _make_flag),
    type(threading.RLock()): Kind("rlock", lambda _: (), threading.RLock),
    ipaddress.IPv4Network: Kind("network", lambda each: (str(each),), ipaddress.IPv4Network),
    ipaddress.IPv6Network: Kind("network6", lambda each: (str(each),), ipaddress.IPv6Network),
    ipaddress.IPv4Address: Kind("address", lambda each: (str(each),), ipaddress.IPv4Address),
    ipaddress.IPv6Address: Kind("address6", lambda each: (str(each),), ipaddress.IPv6Address),
}
MAKERS: Final = {kind.name: kind.make for kind in PLAIN.values()}
