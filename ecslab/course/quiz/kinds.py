"""What a question and a prediction are. Each is looked over when it is made."""

import re
from dataclasses import dataclass

_ID = re.compile(r"\d\d\.[a-z0-9][a-z0-9-]*")
LETTERS = "ABCDEFGH"
Value = str | int | float


@dataclass(frozen=True)
class Option:
    """One answer that is offered.

    Attributes:
        text: the answer.
        right: whether it is the right one.
        why: why it is right, or what somebody who chooses it has mixed up.
    """

    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Question:
    """A question with one right answer. Its answer stays in the kernel until the learner has given one.

    Attributes:
        id: stage and name, as "06.restart".
        text: the question. Words in backticks are shown as code, here as everywhere in a quiz.
        options: two to eight, of which one is right.

    Raises:
        ValueError: an id of another form, no text, an option without a reason, none or two right ones.
    """

    id: str
    text: str
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        _look_over(self.id, self.text)
        texts = [option.text for option in self.options]
        _insist(2 <= len(texts) <= len(LETTERS), self.id, f"it has {len(texts)} options")
        _insist(len({*texts}) == len(texts), self.id, "two of its options are the same")
        _insist(all(option.text and option.why for option in self.options), self.id, "an option says nothing")
        right = sum(option.right for option in self.options)
        _insist(right == 1, self.id, f"{right} of its options are right; it takes exactly one")

    @property
    def stage(self) -> str:
        """The two digits of its notebook."""
        return self.id.split(".")[0]

    @property
    def right(self) -> int:
        """The place of the right option, from 0."""
        return next(place for place, option in enumerate(self.options) if option.right)


@dataclass(frozen=True)
class AccountQuestion:
    """A question whose answer is a number, an id or a field in the learner's own account.

    A stage says how each of its own is read, in `Stage.answers`.

    Attributes:
        id: stage and name, as "04.address".
        text: what is asked.
        unit: what a number counts; "" for any other answer.
        look: where the answer can be seen; said after a wrong one.
        missing: what has to be made first; said when the account has no answer yet.
        why: what the answer means; said after the right one.

    Raises:
        ValueError: an id of another form, or one of the texts is missing.
    """

    id: str
    text: str
    unit: str
    look: str
    missing: str
    why: str

    def __post_init__(self) -> None:
        _look_over(self.id, self.text)
        _insist(bool(self.look and self.missing and self.why), self.id, "it lacks look, missing or why")

    @property
    def stage(self) -> str:
        """The two digits of its notebook."""
        return self.id.split(".")[0]


def same_answer(entered: str, right: object) -> bool:
    """Whether what was typed is the answer: quotes, capitals and the form of a number do not matter."""
    given, wanted = (str(value).strip().strip("'\"`").casefold() for value in (entered, right))
    try:
        return float(given.replace(",", ".")) == float(wanted)
    except ValueError:
        return given == wanted


@dataclass(frozen=True)
class Prediction:
    """What the learner says beforehand about a run: one of `options`, or else a number.

    Attributes:
        id: stage and name, as "06.stop-one".
        text: what is asked.
        options: what can be chosen; empty for a number.
        results: for each option, in their order, what is measured where it comes true; empty where that is
            its own text.
        unit: what the number counts, in a plural that ends in s ("tasks", "seconds"), or a sign ("s").
        low, high: the least and the greatest number that is taken.
        because: why it comes out as it does; shown with the outcome.

    Raises:
        ValueError: an id of another form, no text, one option alone, options and limits together.
    """

    id: str
    text: str
    options: tuple[str, ...] = ()
    results: tuple[Value, ...] = ()
    unit: str = ""
    low: float | None = None
    high: float | None = None
    because: str = ""

    def __post_init__(self) -> None:
        _look_over(self.id, self.text)
        _insist(bool(self.because), self.id, "it does not say why")
        _insist(len(self.options) != 1 and len({*self.options}) == len(self.options), self.id,
                "its options leave no choice")  # fmt: skip
        _insist(
            len({*self.results}) in (0, len(self.options)), self.id, "it has not one result for each option"
        )
        limits = (self.low, self.high) != (None, None)
        _insist(not (self.options and limits), self.id, "it has options and limits; it takes either")
        if self.low is not None and self.high is not None:
            _insist(self.low < self.high, self.id, "its least number is not below its greatest")

    @property
    def stage(self) -> str:
        """The two digits of its notebook."""
        return self.id.split(".")[0]

    def problem(self, value: Value) -> str:
        """Why `value` cannot be predicted, or nothing."""
        if self.options:
            known = ", ".join(self.options)
            return "" if str(value) in self.options else f"{value!r} is not offered; it can be: {known}"
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            return f"{value!r} is no number{f' of {self.unit}' if self.unit else ''}"
        low = self.low is not None and value < self.low
        high = self.high is not None and value > self.high
        return f"{spelled(value)} is not {self.range}" if low or high else ""

    def outcome(self, seen: Value) -> Value:
        """The option that a measurement stands for; the measurement itself where there are none."""
        return self.options[self.results.index(seen)] if seen in self.results else seen

    @property
    def range(self) -> str:
        """What numbers are taken, in words; "" if any."""
        if self.low is not None and self.high is not None:
            return f"from {spelled(self.low)} to {spelled(self.high)}"
        if self.low is not None:
            return f"{spelled(self.low)} or more"
        return f"{spelled(self.high)} or less" if self.high is not None else ""


def spelled(value: Value, unit: str = "") -> str:
    """A value as it is shown: a number with at most one decimal, seconds with none, its unit behind it."""
    digits = 0 if unit == "seconds" else 1
    text = f"{round(value, digits):g}" if isinstance(value, int | float) and abs(value) < 1e6 else str(value)
    return f"{text} {unit[:-1] if text == '1' and len(unit) > 1 else unit}".rstrip()


def _look_over(name: str, text: str) -> None:
    _insist(bool(_ID.fullmatch(name)), name, 'its id is not of the form "06.restart"')
    _insist(bool(text.strip()), name, "it asks nothing")


def _insist(fine: bool, name: str, problem: str) -> None:
    if not fine:
        raise ValueError(f"{name!r}: {problem}")
