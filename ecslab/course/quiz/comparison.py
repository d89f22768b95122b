"""A prediction beside what was measured, and why it came out so."""

from dataclasses import dataclass

from markupsafe import Markup

from ecslab.course.quiz.kinds import Prediction, Value, spelled
from ecslab.display.markup import html, prose
from ecslab.display.printable import printable
from ecslab.display.tables import html_table

NOTHING = "no prediction"


@dataclass(frozen=True)
class Comparison:
    """What was predicted, what came out, and the reason. Shows itself.

    Attributes:
        prediction: what was asked.
        predicted: what the learner said, or None if nothing was.
        seen: what was measured.
    """

    prediction: Prediction
    predicted: Value | None
    seen: Value

    @property
    def hit(self) -> bool:
        """Whether it came out as predicted. A whole number is hit by what rounds to it."""
        if self.predicted is None:
            return False
        if isinstance(self.predicted, int | float) and isinstance(self.seen, int | float):
            exact = round(self.seen) if self.predicted == round(self.predicted) else round(self.seen, 1)
            return self.predicted == exact
        return str(self.predicted) == str(self.seen)

    @property
    def said(self) -> str:
        """One sentence: hit, by how much not, or nothing predicted."""
        if self.predicted is None:
            return "You skipped the prediction. Next time, make one: a wrong guess teaches most."
        if self.hit:
            return "As you predicted."
        if isinstance(self.predicted, int | float) and isinstance(self.seen, int | float):
            gap = abs(self.seen - self.predicted)
            unit = self.prediction.unit
            fewer = "less" if unit in ("s", "seconds", "%") else "fewer"
            way = "more" if self.seen > self.predicted else fewer
            return f"{spelled(gap, 'percentage points' if unit == '%' else unit)} {way} than you predicted."
        return "Not as you predicted: worth a second look."

    @property
    def _cells(self) -> tuple[str, str]:
        unit = self.prediction.unit
        you = NOTHING if self.predicted is None else spelled(self.predicted, unit)
        return you, spelled(self.seen, unit)

    @property
    def text(self) -> str:
        you, seen = self._cells
        asked, why = self.prediction.text, self.prediction.because
        return f"{asked}\nYou said: {you}. It was: {seen}.\n{self.said}\n{why}"

    def __repr__(self) -> str:
        return printable(self.text)

    def _repr_html_(self) -> Markup:
        you, seen = self._cells
        table = html_table(("You said", "It was"), [(you, seen)])
        asked, because = prose(self.prediction.text), prose(self.prediction.because)
        return html("<p><b>{}</b></p>{}<p>{} {}</p>", asked, table, self.said, because)
