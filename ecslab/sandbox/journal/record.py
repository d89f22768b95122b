"""One record of the journal, and its line: a checksum that covers the line before too, then JSON."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, NotRequired, TypedDict, cast

FIRST: Final = "ecslab-journal-1"
"""Stands for the checksum before the first line's; it changes with the form of the lines."""
FORMAT: Final = 3
"""What the records mean. The start of a journal carries it; one without it is of format 1.

From 2 on the start names the timing model; before, durations were fixed. From 3 on there may be sessions of
ECS Exec.
"""


class UnknownFormat(ValueError):
    """A journal that a later version of ecslab wrote."""


class Start(TypedDict):
    """What a `start` holds: of what everything else follows.

    Args:
        wall: epoch seconds.
        behaviour: how the sandbox that wrote the journal behaved (`world.behaviour`).
        timing: where durations come from (`world.time.durations`); `fixed` if it is not there.
        eventual: whether changes are seen late (`bridge.late_reads`).
    """

    seed: str
    wall: float
    mode: Literal["paced", "stepped"]
    speed: float
    timing: NotRequired[Literal["drawn", "fixed"]]
    behaviour: NotRequired[int]
    eventual: NotRequired[bool]


class Call(TypedDict, total=False):
    """What a `request` holds: an API call, or one of the registry's own API. `step` names its step."""

    service: str
    operation: str
    region: str
    step: str
    method: str
    path: str
    query: str
    headers: dict[str, str]


class PaceSetting(TypedDict):
    """What a `pace` holds: how wall time and virtual time go on from here."""

    wall: float
    mode: Literal["paced", "stepped"]
    speed: float
    paused: bool


class Visit(TypedDict):
    """What a `visit` holds: a request that a container answered."""

    host: str
    port: int
    method: str
    path: str
    query: str
    headers: dict[str, str]
    peer: str


class Exec(TypedDict):
    """What an `exec` holds: something done in a session of ECS Exec. What was typed is the record's body."""

    session: str
    do: Literal["begin", "type", "resize", "end"]
    columns: int
    rows: int


class Fault(TypedDict):
    """What a `fault` holds: something that was made to go wrong."""

    fault: str
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Record:
    """What happened, and when.

    Args:
        now: virtual seconds at which it was handled.
        kind: `start` (seed, pace), `request` (an API call), `visit` (a page a container answered), `exec`
            (something done in a session), `fault` (something made to go wrong), `pace` (how wall time and
            virtual time go on from here) or `time` (it came as far as this).
        about: JSON-able details of that kind; the properties below give them with their types.
        body: the request's bytes.
    """

    now: float
    kind: str
    about: Mapping[str, object]
    body: bytes = b""

    @property
    def start(self) -> Start:
        return cast(Start, self.about)

    @property
    def call(self) -> Call:
        return cast(Call, self.about)

    @property
    def pace(self) -> PaceSetting:
        return cast(PaceSetting, self.about)

    @property
    def visit(self) -> Visit:
        return cast(Visit, self.about)

    @property
    def exec(self) -> Exec:
        return cast(Exec, self.about)

    @property
    def fault(self) -> Fault:
        return cast(Fault, self.about)


def written(record: Record, blob: str | None) -> str:
    """A record as its line has it, behind the checksum; its body, or where that lies."""
    fields: dict[str, object] = {"now": record.now, "kind": record.kind, "about": record.about}
    if blob is not None:
        fields["blob"] = blob
    elif record.body:
        fields["body"] = base64.b64encode(record.body).decode()
    return json.dumps(fields, separators=(",", ":"))


def check_format(line: str) -> None:
    """Look whether this version can read the journal that begins with this line.

    Raises:
        UnknownFormat: a later version wrote it.
    """
    try:
        record, _ = parsed(line.partition(" ")[2])
        version = record.about.get("format", 1) if record.kind == "start" else 1
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return  # damaged: that is found and said where it is read
    if not isinstance(version, int) or version > FORMAT:
        raise UnknownFormat(
            f"the journal has format {version!r}, and this ecslab reads formats up to {FORMAT}: "
            "bring ecslab up to date, or set ECSLAB_HOME to another folder to start afresh"
        )


def parsed_line(line: str, before: str) -> tuple[Record, str | None, str]:
    """A line's record without a body that lies elsewhere, that body's digest, and the line's checksum."""
    checksum, _, text = line.partition(" ")
    if checksum != checksum_of(before, text):
        raise ValueError("the checksum is not the line's")
    return *parsed(text), checksum


def parsed(text: str) -> tuple[Record, str | None]:
    """A record without a body that lies elsewhere, and that body's digest."""
    fields: dict[str, Any] = json.loads(text)
    body = base64.b64decode(fields.get("body", ""))
    return Record(fields["now"], fields["kind"], fields["about"], body), fields.get("blob")


def without_credentials(record: Record) -> Record:
    """The token that an earlier version kept with a push is left out."""
    if record.kind != "request" or "authorization" not in record.call.get("headers", {}):
        return record
    headers = {name: value for name, value in record.call["headers"].items() if name != "authorization"}
    return replace(record, about={**record.about, "headers": headers})


def checksum_of(before: str, text: str) -> str:
    return hashlib.sha256(f"{before} {text}".encode()).hexdigest()[:16]
