"""An entry of the sandbox's journal, as its control interface shows it."""

from typing import TypedDict


class JournalEntry(TypedDict, total=False):
    """One change of the account."""

    position: int
    service: str
    operation: str
    summary: str
    step: str


def course_step(entry: JournalEntry) -> str:
    """The step of the course for which `goto` made the change; "" for the learner's own."""
    return entry.get("step", "").partition(" ")[2]
