"""The three answers of a check, and how they show themselves."""

from dataclasses import dataclass
from enum import Enum

from ecslab.display.markup import markdown
from ecslab.display.printable import printable


class Outcome(Enum):
    """What a check found."""

    NOT_YET = "Not yet"  # nothing is wrong: there is something left to do
    WRONG = "Look again"
    DONE = "Done"


@dataclass(frozen=True)
class Verdict:
    """One answer: the outcome, what was seen, and (for `lab.hint()`) what to do next."""

    outcome: Outcome
    text: str
    hint: str = ""

    def __str__(self) -> str:
        return printable(f"{self.outcome.value}. {self.text}")

    def __repr__(self) -> str:
        return str(self)

    def _repr_markdown_(self) -> str:
        return markdown("**{}.** {}", self.outcome.value, self.text)


@dataclass(frozen=True)
class Report:
    """The answers for a whole stage: pairs of a step's title and its verdict."""

    rows: tuple[tuple[str, Verdict], ...]

    @property
    def outcome(self) -> Outcome:
        """DONE if every step is; else that of the first that is not."""
        return next((v.outcome for _, v in self.rows if v.outcome is not Outcome.DONE), Outcome.DONE)

    @property
    def text(self) -> str:
        return "\n".join(f"{title}: {verdict}" for title, verdict in self.rows)

    def __repr__(self) -> str:
        return printable(self.text)

    def _repr_markdown_(self) -> str:
        return "\n".join(
            markdown("- {}: **{}.** {}", title, verdict.outcome.value, verdict.text)
            for title, verdict in self.rows
        )


def not_yet(text: str, hint: str = "") -> Verdict:
    return Verdict(Outcome.NOT_YET, text, hint)


def wrong(text: str, hint: str = "") -> Verdict:
    return Verdict(Outcome.WRONG, text, hint)


def done(text: str) -> Verdict:
    return Verdict(Outcome.DONE, text)
