"""What the sandbox's journal says of a fault: where it begins and ends, and whether it is still there."""

import hashlib
import json
from typing import TypedDict

from ecslab.connection.connection import Connection


class Change(TypedDict):
    """A change of the account, as the journal tells it."""

    position: int
    now: float
    operation: str
    summary: str


def position(lab: Connection) -> int:
    """The length of the sandbox's journal."""
    return int(lab.control("status")["position"])


def changes(lab: Connection) -> list[Change]:
    """Every change of the account so far, oldest first."""
    return list(lab.control("journal")["entries"])


def lesson_changes(lab: Connection, end: int) -> list[str]:
    """Changes since `end` that are about the lesson's own resources, and no part of any fault."""
    names = set(vars(lab.names).values())
    return [
        f"{change['operation']} {change['summary']}"
        for change in changes(lab)
        if change["position"] >= end and change["summary"] in names
    ]


def digest(changes: list[Change], end: int, begin: int = 0) -> str:
    """A digest of the journal's changes from `begin` to before `end`."""
    told = [
        (change["position"], change["now"], change["operation"], change["summary"])
        for change in changes
        if begin <= change["position"] < end
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def first_digest(changes: list[Change], begin: int) -> str:
    """A digest of the first change at `begin` or after it."""
    first = next((change["position"] for change in changes if change["position"] >= begin), begin)
    return digest(changes, first + 1, begin)
