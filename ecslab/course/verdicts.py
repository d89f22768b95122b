"""Verdicts whose words stand in the text file of their stage: those with a hint, or of more than a line."""

from ecslab.course import words
from ecslab.display.verdict import Outcome, Verdict


def wrong(verdict: str, /, **facts: object) -> Verdict:
    """Something is wrong: the verdict's id, as `07.no-listener`, and what stands for its placeholders."""
    return _verdict(Outcome.WRONG, verdict, facts)


def not_yet(verdict: str, /, **facts: object) -> Verdict:
    return _verdict(Outcome.NOT_YET, verdict, facts)


def done(verdict: str, /, **facts: object) -> Verdict:
    return _verdict(Outcome.DONE, verdict, facts)


def _verdict(outcome: Outcome, verdict: str, facts: dict[str, object]) -> Verdict:
    entry = words.of_verdict(verdict)
    return Verdict(outcome, entry.text("text", None, **facts), "".join(entry.texts("hint", **facts)))
