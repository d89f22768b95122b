"""A session as something that can be carried away: the journal's lines and the large bodies beside it.

What comes back is looked over before it replaces anything, and what was there stays if it cannot be replayed.
"""

import base64
import binascii
import itertools
import math
import re
from typing import TYPE_CHECKING, Any, Final

from ecslab.sandbox.server.journal import Journal, Record

if TYPE_CHECKING:
    from ecslab.sandbox.sandbox import Sandbox

Answer = dict[str, Any]
PIECE: Final = 8 << 20  # bytes of a body in one answer
LIMIT: Final = 512 << 20  # bytes of all that a session brings
LATEST: Final = 3e8  # virtual seconds, some ten years; nobody lets a sandbox go on for longer
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_NEEDED: Final = {
    "start": {"seed", "wall", "mode", "speed"},
    "request": {"service", "operation", "region", "method", "path", "query", "headers"},
    "visit": {"host", "port", "method", "path", "query", "headers", "peer"},
    "fault": {"fault", "values"},
    "pace": set(),
    "time": set(),
}


def export(sandbox: "Sandbox") -> Answer:
    """The journal, line by line, and the sizes of the bodies that lie beside it, by digest."""
    lines, bodies = sandbox.journal.lines()
    changes = sum(record.kind == "request" for record in sandbox.journal)
    return {"lines": lines, "blobs": bodies, "changes": changes, "began": sandbox.journal[0].about["wall"]}


def blob(sandbox: "Sandbox", *, digest: str, at: int = 0) -> Answer:
    """A piece of a body that lies beside the journal, from byte `at`."""
    try:
        body = sandbox.journal.blob(_digest(digest))
    except (KeyError, OSError):
        raise ValueError(f"there is no body {digest[:12]}…; was the sandbox reset meanwhile?") from None
    return {"data": base64.b64encode(body[at : at + PIECE]).decode(), "size": len(body)}


def accept(sandbox: "Sandbox", *, digest: str, at: int, data: str) -> Answer:
    """Take a piece of a body that a session brings, from byte `at` on; `had` says how much is there."""
    try:
        piece = base64.b64decode(data, validate=True)
    except binascii.Error as problem:
        raise ValueError(f"the piece is not base64: {problem}") from None
    return {"had": sandbox.incoming.take(_digest(digest), at, piece)}


def restore(sandbox: "Sandbox", *, journal: str) -> Answer:
    """Put the journal whose text was accepted under the digest `journal` in place of the present one."""
    lines = sandbox.incoming.body(_digest(journal)).decode("utf-8", "strict").splitlines()
    records = [looked_over(record) for record in Journal.parsed(lines, sandbox.incoming.body)]
    kinds = [record.kind for record in records]
    if kinds[:1] != ["start"] or "start" in kinds[1:]:
        raise ValueError("a session begins with its start, once")
    if any(late.now < early.now for early, late in itertools.pairwise(records)):
        raise ValueError("time goes backwards in it")
    heard, pace = len(sandbox.notices), sandbox.pace
    try:
        with sandbox.journal.exchanged(records):
            sandbox.rebuild()
    except Exception as problem:  # whatever a session may hold, the sandbox goes on with what it had
        sandbox.pace = pace
        sandbox.rebuild()
        raise ValueError(f"it cannot be replayed: {problem!r}") from None
    sandbox.incoming.clear()
    return {"changes": kinds.count("request"), "notices": list(sandbox.notices)[heard:]}


def looked_over(record: Record) -> Record:
    """The record, if it is one that this sandbox could have written. Raises ValueError."""
    if record.kind not in _NEEDED or not isinstance(record.about, dict):
        raise ValueError(f"there is a record {record.kind!r} in it, which this sandbox does not know")
    if missing := _NEEDED[record.kind] - record.about.keys():
        raise ValueError(f"a {record.kind} in it lacks {', '.join(sorted(missing))}")
    if not isinstance(record.now, int | float) or not 0 <= record.now <= LATEST:
        raise ValueError(f"something in it happens at {record.now!r}")
    if record.kind == "start":
        speed, wall = record.about["speed"], record.about["wall"]
        if not (_number(speed) and 0.1 <= speed <= 1000 and _number(wall)):
            raise ValueError("its start has no clock")
        if record.about["mode"] not in ("paced", "stepped"):
            raise ValueError(f"its clock is {record.about['mode']!r}")
    return record


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _digest(text: str) -> str:
    if not isinstance(text, str) or not _DIGEST.fullmatch(text):
        raise ValueError(f"{str(text)[:80]!r} is no SHA-256 digest")
    return text
