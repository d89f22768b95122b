"""One record of the journal, and its line: a checksum that covers the line before too, then JSON."""

import base64
import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any, Final

FIRST: Final = "ecslab-journal-1"
"""Stands for the checksum before the first line's; it changes with the form of the lines."""


@dataclass(frozen=True, slots=True)
class Record:
    """What happened, and when.

    Args:
        now: virtual seconds at which it was handled.
        kind: `start` (seed, pace), `request` (an API call), `visit` (a page a container answered), `fault`
            (something made to go wrong), `pace` (how wall time and virtual time go on from here) or `time`
            (it came as far as this).
        about: JSON-able details of that kind.
        body: the request's bytes.
    """

    now: float
    kind: str
    about: dict[str, Any]
    body: bytes = b""


def written(record: Record, blob: str | None) -> str:
    """A record as its line has it, behind the checksum; its body, or where that lies."""
    kept: dict[str, Any] = {"now": record.now, "kind": record.kind, "about": record.about}
    if blob is not None:
        kept["blob"] = blob
    elif record.body:
        kept["body"] = base64.b64encode(record.body).decode()
    return json.dumps(kept, separators=(",", ":"))


def parsed_line(line: str, before: str) -> tuple[Record, str | None, str]:
    """A line's record without a body that lies elsewhere, that body's digest, and the line's checksum."""
    checksum, _, text = line.partition(" ")
    if checksum != checksum_of(before, text):
        raise ValueError("the checksum is not the line's")
    return *parsed(text), checksum


def parsed(text: str) -> tuple[Record, str | None]:
    """A record without a body that lies elsewhere, and that body's digest."""
    kept = json.loads(text)
    body = base64.b64decode(kept.get("body", ""))
    return Record(kept["now"], kept["kind"], kept["about"], body), kept.get("blob")


def without_credentials(record: Record) -> Record:
    """The token that an earlier version kept with a push is left out."""
    headers = record.about.get("headers", {})
    if record.kind != "request" or "authorization" not in headers:
        return record
    kept = {name: value for name, value in headers.items() if name != "authorization"}
    return replace(record, about=record.about | {"headers": kept})


def checksum_of(before: str, text: str) -> str:
    return hashlib.sha256(f"{before} {text}".encode()).hexdigest()[:16]
