"""How far the course has come: a table from the account, and from what was done once."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from ecslab.connection.connection import Connection
from ecslab.course.catalogue import STAGES, STEPS
from ecslab.course.check_runner import look
from ecslab.course.progress_store import memory, note_done
from ecslab.course.quiz import score
from ecslab.course.stage import Stage, Step, to_fives
from ecslab.display.markup import attribute, html, joined, prose
from ecslab.display.printable import printable
from ecslab.display.tables import html_row
from ecslab.display.verdict import Outcome, Verdict
from ecslab.figures import Figure, Stop, course_map


@dataclass(frozen=True)
class Row:
    """One step: what the account says now, whether it was found done before, and whether `goto` did it."""

    step: Step
    verdict: Verdict
    before: bool
    filled: bool = False

    @property
    def done(self) -> bool:
        """Whether the learner has done it, even if it was removed since."""
        return self.before or self.verdict.outcome is Outcome.DONE

    @property
    def word(self) -> str:
        """Its state in a word or two."""
        if self.verdict.outcome is Outcome.DONE:
            return "done for you" if self.filled else "done"
        if self.before:
            return "done, no longer there"
        return str(self.verdict.outcome.value).lower()

    @property
    def left_to_do(self) -> str:
        """A sentence, after its state; "" once it is done."""
        return "" if self.done else f". {self.verdict.text}"


@dataclass(frozen=True)
class CourseProgress:
    """The course, step by step. Shows itself as a table.

    Attributes:
        rows: its steps.
        quiz: for each stage, how many of its questions and predictions were answered, and of how many.
    """

    rows: tuple[Row, ...]
    quiz: Mapping[str, tuple[int, int]]

    @property
    def next(self) -> Row | None:
        """The first step left to do, exercises aside."""
        return next((row for row in self.rows if not row.done and not row.step.exercise), None)

    @property
    def text(self) -> str:
        lines = []
        for stage in STAGES.values():
            steps, turns, asked, minutes = self._counts(stage)
            counts = f"{steps:<26} {'your turn ' + turns:<18} {'questions ' + asked:<18}"
            lines.append(f"{stage.id}  {stage.title:<16} {counts} {minutes}".rstrip())
        return "\n".join([*lines, self._last()])

    def map(self) -> Figure:
        """The course as a picture: what is done, what comes next, how long each notebook takes."""
        stops = {}
        for stage in STAGES.values():
            rows = [row for row in self._rows(stage) if not row.step.exercise]
            done = sum(row.done for row in rows)
            stops[stage.id] = Stop(stage.title, stage.part, stage.minutes.about, done, len(rows))
        return course_map(stops, self.next.step.stage if self.next else None)

    def __repr__(self) -> str:
        return printable(self.text)

    def _repr_html_(self) -> Markup:
        columns = ("Stage", "Steps", "Your turn", "Questions", "Time left", "")
        head = html_row(html("<th style='text-align:left'>{}</th>", column) for column in columns)
        body = joined(self._html_row(stage) for stage in STAGES.values())
        table = html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, body)
        return table + html("<p>{}</p>", prose(self._last()))

    def _html_row(self, stage: Stage) -> Markup:
        link = html("<a href='{}'>{} · {}</a>", attribute(stage.notebook), stage.id, stage.title)
        items = joined(
            html("<li>{}: <b>{}</b>{}</li>", row.step.title, row.word, prose(row.left_to_do))
            for row in self._rows(stage)
        )
        detail = html("<details><summary>show</summary><ul>{}</ul></details>", items)
        cells = (link, *self._counts(stage), detail)
        return html_row(html("<td style='text-align:left'>{}</td>", cell) for cell in cells)

    def _rows(self, stage: Stage) -> list[Row]:
        return [row for row in self.rows if row.step.stage == stage.id]

    def _counts(self, stage: Stage) -> tuple[str, str, str, str]:
        """How many of its steps, its exercises and its questions are done, and the time that is left."""
        rows = self._rows(stage)
        minutes = _minutes_left(stage, rows)
        steps, exercises = ([row for row in rows if row.step.exercise is which] for which in (False, True))
        asked = "{} of {}".format(*self.quiz[stage.id])
        return _of(steps), _of(exercises), asked, f"about {minutes} min" if minutes else ""

    def _last(self) -> str:
        if not self.next:
            return "All steps are done."
        step = self.next.step
        again = f": {self.next.verdict}" if self.next.verdict.outcome is Outcome.WRONG else ""
        return f"Next: {step.title}, in {STAGES[step.stage].notebook}{again}"


def progress(lab: Connection) -> CourseProgress:
    """Look at every step. What was done once counts, even if it was removed since."""
    seen = [(step, look(lab, step)) for step in STEPS]
    note_done(lab, *(step.id for step, verdict in seen if verdict.outcome is Outcome.DONE))
    remembered = memory(lab)
    done, filled = remembered.done, remembered.filled
    rows = [Row(step, verdict, step.id in done, step.id in filled) for step, verdict in seen]
    return CourseProgress(tuple(rows), {stage: score(remembered, stage) for stage in STAGES})


def _minutes_left(stage: Stage, rows: list[Row]) -> int:
    """What was measured for the stage, in proportion to the steps that are left."""
    weights = sum(row.step.minutes for row in rows)
    left = sum(row.step.minutes for row in rows if not row.done)
    return to_fives(stage.minutes.here * left / weights) if left else 0


def _of(rows: list[Row]) -> str:
    filled = sum(row.filled and row.done for row in rows)
    apart = f" ({filled} done for you)" if filled else ""
    return f"{sum(row.done for row in rows)} of {len(rows)}{apart}"
