"""How far the course has come: a table from the account, and from what was done once."""

import html
from dataclasses import dataclass

from ecslab.connection.connection import Connection
from ecslab.course import minutes
from ecslab.course._look import look
from ecslab.course._memory import memory, note_done
from ecslab.course.step import Step
from ecslab.course.steps import NOTEBOOKS, STAGES, STEPS
from ecslab.course.verdict import Outcome, Verdict
from ecslab.figures import Figure, Stop, course_map

_LEFT = "style='text-align:left'"


@dataclass(frozen=True)
class Row:
    """One step: what the account says now, and whether a check has found it done before."""

    step: Step
    verdict: Verdict
    before: bool

    @property
    def done(self) -> bool:
        """Whether the learner has done it, even if it was removed since."""
        return self.before or self.verdict.outcome is Outcome.DONE

    @property
    def word(self) -> str:
        """Its state in a word or two."""
        if self.verdict.outcome is Outcome.DONE:
            return "done"
        if self.before:
            return "done, no longer there"
        return str(self.verdict.outcome.value).lower()


@dataclass(frozen=True)
class CourseProgress:
    """The course, step by step. Shows itself as a table."""

    rows: tuple[Row, ...]

    @property
    def next(self) -> Row | None:
        """The first step left to do, exercises aside."""
        return next((row for row in self.rows if not row.done and not row.step.exercise), None)

    @property
    def text(self) -> str:
        lines = []
        for stage, title in STAGES.items():
            steps, turns, minutes = self._stage(stage)
            lines.append(f"{stage}  {title:<16} {steps:<14} {'your turn ' + turns:<22} {minutes}")
        return "\n".join([*lines, self._last()])

    def map(self) -> Figure:
        """The course as a picture: what is done, what comes next, how long each notebook takes."""
        stops = {}
        for stage, title in STAGES.items():
            rows = [row for row in self.rows if row.step.stage == stage and not row.step.exercise]
            took = minutes.of_stages().get(stage, minutes.Minutes(0, 0)).here
            stops[stage] = Stop(title, took, sum(row.done for row in rows), len(rows))
        return course_map(stops, self.next.step.stage if self.next else None)

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        columns = ("Stage", "Steps", "Your turn", "Time left", "")
        head = f"<tr>{''.join(f'<th {_LEFT}>{column}</th>' for column in columns)}</tr>"
        body = "".join(self._html_row(stage) for stage in STAGES)
        table = f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
        return f"{table}<p>{html.escape(self._last())}</p>"

    def _html_row(self, stage: str) -> str:
        steps, turns, minutes = self._stage(stage)
        link = f"<a href='{NOTEBOOKS[stage]}'>{stage} · {STAGES[stage]}</a>"
        rows = [row for row in self.rows if row.step.stage == stage]
        items = "".join(
            f"<li>{html.escape(row.step.title)}: <b>{row.word}</b>"
            f"{'' if row.done else '. ' + html.escape(row.verdict.text)}</li>"
            for row in rows
        )
        detail = f"<details><summary>show</summary><ul>{items}</ul></details>"
        cells = (link, steps, turns, minutes, detail)
        return f"<tr>{''.join(f'<td {_LEFT}>{cell}</td>' for cell in cells)}</tr>"

    def _stage(self, stage: str) -> tuple[str, str, str]:
        rows = [row for row in self.rows if row.step.stage == stage]
        steps = [row for row in rows if not row.step.exercise]
        turns = [row for row in rows if row.step.exercise]
        left = _left(stage, rows)
        return _of(steps), _of(turns), f"about {left} min" if left else ""

    def _last(self) -> str:
        if not self.next:
            return "All steps are done."
        step = self.next.step
        again = f": {self.next.verdict}" if self.next.verdict.outcome is Outcome.WRONG else ""
        return f"Next: {step.title}, in {NOTEBOOKS[step.stage]}{again}"


def progress(lab: Connection) -> CourseProgress:
    """Look at every step. What was done once counts, even if it was removed since."""
    seen = [(step, look(lab, step)) for step in STEPS]
    note_done(lab, *(step.id for step, verdict in seen if verdict.outcome is Outcome.DONE))
    once = memory(lab).done
    return CourseProgress(tuple(Row(step, verdict, step.id in once) for step, verdict in seen))


def _left(stage: str, rows: list[Row]) -> int:
    """Minutes left in a stage: what was measured, in proportion to the steps that are left."""
    whole = minutes.of_stages().get(stage)
    weights = sum(row.step.minutes for row in rows)
    left = sum(row.step.minutes for row in rows if not row.done)
    return round((whole.here if whole else weights) * left / weights)


def _of(rows: list[Row]) -> str:
    return f"{sum(row.done for row in rows)} of {len(rows)}"
