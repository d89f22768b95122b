"""The shape of one line of the honesty table."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["as AWS", "simplified", "pretended", "absent"]


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        topic: what it is about.
        kind: "as AWS" (the same calls, fields, refusals and order), "simplified" (the same in kind, less of
            it), "pretended" (an answer with nothing behind it) or "absent" (refused with a sentence).
        text: for a learner, in words.
        stages: the notebooks that show it.
        refused: API operations that are answered with a refusal, as `service:Operation`.
    """

    topic: str
    kind: Kind
    text: str
    stages: tuple[str, ...]
    refused: tuple[str, ...] = ()


def operations(names: str) -> tuple[str, ...]:
    """Names of operations, with spaces between; those of another service than ECS with its name."""
    return tuple(name if ":" in name else f"ecs:{name}" for name in names.split())
