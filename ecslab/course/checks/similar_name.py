"""Names that were meant to be another one: of other case, or without the first words."""

import re
from collections.abc import Iterable

from ecslab.connection.connection import Connection


def similar_name(lab: Connection, wanted: str, names: Iterable[str]) -> str | None:
    """The name that differs from the wanted one only in case and punctuation, or lacks its first words.

    A real account holds other people's things: there a shorter name, or one without the lab's prefix, is
    theirs.
    """
    words = re.findall(r"[a-z0-9]+", wanted.lower())
    shorter = len(words) if lab.where == "sandbox" and not lab.prefix else 1
    alike = {"".join(words[begin:]) for begin in range(shorter)}
    return next((name for name in sorted(names) if name != wanted and _plain(name) in alike), None)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
