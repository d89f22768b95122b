"""The sandbox's journal, as its control interface shows it, and where in it a stage began."""

from typing import TypedDict

from ecslab.course.catalogue import STAGES, STEPS


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


def beginning(stage: str, entries: list[JournalEntry], entered: dict[str, int]) -> int | None:
    """Where in the journal a stage began; None if nothing was done for it.

    It began where it was entered first, or before that, where `goto` did one of its steps for a later stage.
    A stage that was neither entered nor filled in began with the first call that none of the stages before
    it makes, and with what belongs to that call; never before a stage was entered that it builds on.
    """
    known = [entered[stage]] if stage in entered else []
    known += [entry["position"] for entry in entries if course_step(entry).startswith(f"{stage}.")][:1]
    if known:
        return min(known)
    earlier = {name for step in STEPS if step.stage < stage for name in step.operations}
    own = {name for step in STAGES[stage].steps for name in step.operations}
    floor = max((at for other, at in entered.items() if other in STAGES[stage].needs), default=0)
    after = [entry for entry in entries if entry["position"] >= floor]
    first = next((n for n, entry in enumerate(after) if entry["operation"] in own - earlier), None)
    if first is None:
        return None
    while first and after[first].get("step") and after[first - 1].get("step") == after[first]["step"]:
        first -= 1
    return after[first]["position"]
