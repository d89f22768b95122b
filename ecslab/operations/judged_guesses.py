"""Six yes-or-no guesses about the way to a task's page, beside what the account says."""

from dataclasses import dataclass

from ecslab.display.tables import ShownAsTable, Table
from ecslab.errors import EcslabError
from ecslab.resources.task.reachability import QUESTIONS, Look

_TAKEN = (True, False, "yes", "no")
_WORDS = {True: "yes", False: "no", None: "cannot be seen yet"}


class NoGuess(EcslabError, ValueError):
    """A guess that is neither yes nor no, or a question that is not one of the six."""


@dataclass(frozen=True, repr=False)
class JudgedGuesses(ShownAsTable):
    """The guesses, judged. Shows itself.

    Attributes:
        guesses: True for yes, by the names in QUESTIONS.
        seen: what the account says.
    """

    guesses: dict[str, bool]
    seen: Look

    @property
    def right(self) -> int:
        """How many guesses are what the account says."""
        return sum(self.guesses[name] == self.seen.answers[name] for name in self.guesses)

    def summary(self) -> str:
        """How many guesses are right, and the first thing in the way."""
        known = [name for name in self.guesses if self.seen.answers[name] is not None]
        first = self.seen.refusal.splitlines()[0] if self.seen.refusal else "Nothing stands in the way."
        return f"{self.right} of {len(known)} right. {first}"

    def rows(self) -> list[dict[str, str]]:
        """The guesses by question, each with what the account says and a mark."""
        return [
            {"name": name, "guess": _WORDS[guess], "answer": _WORDS[self.seen.answers[name]],
             "mark": self._mark(name)}
            for name in QUESTIONS if (guess := self.guesses.get(name)) is not None
        ]  # fmt: skip

    def _table(self) -> Table:
        head = ("question", "you say", "the account says", "")
        return Table(self.summary(), head, tuple(self._row(name) for name in QUESTIONS))

    def _row(self, name: str) -> tuple[str, str, str, str]:
        guess, answer = self.guesses.get(name), self.seen.answers[name]
        return QUESTIONS[name], "–" if guess is None else _WORDS[guess], _WORDS[answer], self._mark(name)

    def _mark(self, name: str) -> str:
        guess, answer = self.guesses.get(name), self.seen.answers[name]
        return "" if guess is None or answer is None else ("right" if guess == answer else "look again")


def read(guesses: dict[str, object]) -> dict[str, bool]:
    """The guesses as True and False.

    Raises:
        NoGuess: one is neither, or answers no question.
    """
    for name, guess in guesses.items():
        if name not in QUESTIONS:
            raise NoGuess(f"{name} is none of the six.\n  next: they are {', '.join(QUESTIONS)}")
        if not isinstance(guess, bool | str) or guess not in _TAKEN:
            raise NoGuess(f"{name}={guess!r} is no answer.\n  next: say True (yes) or False (no)")
    return {name: guess in (True, "yes") for name, guess in guesses.items()}
