"""Control calls by which a session is carried away and brought back: the journal's lines, and large bodies.

What comes back is checked before it replaces anything, and what was there stays if it cannot be replayed.
"""

import base64
import binascii
import re
from typing import Final

from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.journal import export as journal_export
from ecslab.sandbox.journal import session
from ecslab.sandbox.journal.record import check_format

Answer = dict[str, object]
PIECE: Final = 8 << 20  # bytes of a body in one answer
_MOST_EVENTS: Final = 1_000_000  # in the replay of what a stranger sends: a minute or two
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def export(sandbox: Sandbox) -> Answer:
    """The journal, line by line, and the sizes of the bodies that lie beside it, by digest."""
    lines, bodies = journal_export.lines(sandbox.journal)
    changes = sum(record.kind == "request" for record in sandbox.journal)
    return {"lines": lines, "blobs": bodies, "changes": changes, "began": sandbox.journal[0].start["wall"]}


def blob(sandbox: Sandbox, *, digest: str, at: int = 0) -> Answer:
    """A piece of a body that lies beside the journal, from byte `at`."""
    try:
        body = sandbox.journal.blob(_digest(digest))
    except (KeyError, OSError):
        raise ValueError(f"there is no body {digest[:12]}…; was the sandbox reset meanwhile?") from None
    return {"data": base64.b64encode(body[at : at + PIECE]).decode(), "size": len(body)}


def accept(sandbox: Sandbox, *, digest: str, at: int, data: str) -> Answer:
    """Take a piece of a body that a session brings, from byte `at` on; `had` says how much is there."""
    try:
        piece = base64.b64decode(data, validate=True)
    except binascii.Error as problem:
        raise ValueError(f"the piece is not base64: {problem}") from None
    return {"had": sandbox.incoming.take(_digest(digest), at, piece)}


def restore(sandbox: Sandbox, *, journal: str) -> Answer:
    """Put the journal whose text was accepted under the digest `journal` in place of the present one."""
    lines = sandbox.incoming.body(_digest(journal)).decode("utf-8", "strict").splitlines()
    if lines:
        check_format(lines[0])
    records = session.checked(journal_export.parsed(session.checked_lines(lines), sandbox.incoming.body))
    notices, pace = len(sandbox.notices), sandbox.pace
    try:
        with sandbox.journal.exchanged(records):
            sandbox.account.rebuild(most_events=_MOST_EVENTS)
    except Exception as problem:  # whatever a session may hold, the sandbox goes on with what it had
        sandbox.account.pace = pace
        sandbox.account.rebuild()
        raise ValueError(f"it cannot be replayed: {problem!r}") from None
    sandbox.incoming.clear()
    changes = sum(record.kind == "request" for record in records)
    return {"changes": changes, "notices": list(sandbox.notices)[notices:]}


def _digest(text: str) -> str:
    if not isinstance(text, str) or not _DIGEST.fullmatch(text):
        raise ValueError(f"{str(text)[:80]!r} is no SHA-256 digest")
    return text
