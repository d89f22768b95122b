"""A journal as it is carried away and brought back: its lines, and large bodies by their digests.

No credentials are in it: the token of a push stays where it is.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ecslab.sandbox.journal.blobs import LARGE
from ecslab.sandbox.journal.record import (
    FIRST,
    Record,
    check_format,
    checksum_of,
    parsed_line,
    without_credentials,
    written,
)


def lines(records: Iterable[Record]) -> tuple[list[str], dict[str, int]]:
    """The lines of records, and the sizes of large bodies by digest."""
    texts: list[str] = []
    bodies: dict[str, int] = {}
    before = FIRST
    for record in records:
        blob = hashlib.sha256(record.body).hexdigest() if len(record.body) > LARGE else None
        if blob is not None:
            bodies[blob] = len(record.body)
        text = written(without_credentials(record), blob)
        before = checksum_of(before, text)
        texts.append(f"{before} {text}")
    return texts, bodies


def parsed(lines: Iterable[str], body: Callable[[str], bytes]) -> Iterator[Record]:
    """The records of lines as `lines` gives them.

    Args:
        body: gives a large body by its digest.

    Raises:
        ValueError: a line is damaged, or a body.
    """
    before = FIRST
    for number, line in enumerate(lines, 1):
        if number == 1:
            check_format(line)
        try:
            record, blob, before = parsed_line(line, before)
        except (ValueError, KeyError, TypeError, RecursionError) as problem:
            raise ValueError(f"record {number} is damaged: {problem}") from None
        yield record if blob is None else replace(record, body=body(blob))
