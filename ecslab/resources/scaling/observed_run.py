"""A run of a service as it was observed: visitors, CPU, tasks and errors over AWS time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ecslab.figures import Figure, Limit, Mark, Series, run_chart
from ecslab.resources.metrics import MINUTE, Points


@dataclass(frozen=True, repr=False)
class Run:
    """How a service did from one moment to another. It shows itself as a chart.

    Attributes:
        service: its name.
        begin, end: AWS time.
        visitors: requests a second, each minute, those without an answer included.
        cpu: percent of what the tasks have, their mean; None where that is not to be shown.
        desired, running: tasks.
        errors: answers 500 to 599 a minute, of the tasks and of the load balancer.
        marks: deployments, alarms, activities.
        limits: the target of a target tracking policy.
    """

    service: str
    begin: datetime
    end: datetime
    visitors: Points
    cpu: Points | None
    desired: Points
    running: Points
    errors: Points
    marks: tuple[Mark, ...] = ()
    limits: tuple[Limit, ...] = ()

    @property
    def requests(self) -> float:
        """How many requests came."""
        return round(sum(value for _, value in self.visitors) * MINUTE)

    @property
    def lost(self) -> float:
        """How many requests were answered by an error."""
        return round(sum(value for _, value in self.errors))

    @property
    def lost_percent(self) -> float:
        """The same, in percent of all requests; 0 where nobody came."""
        return 100 * self.lost / self.requests if self.requests else 0.0

    @property
    def most_tasks(self) -> int:
        """How many tasks ran at the most."""
        return round(max((value for _, value in self.running), default=0))

    @property
    def task_hours(self) -> float:
        """How many hours all tasks ran, added up."""
        return sum(value for _, value in self.running) * MINUTE / 3600

    @property
    def first_scaled(self) -> float | None:
        """Minutes from the beginning to the first activity that asked for more tasks."""
        outs = [mark.at for mark in self.marks if mark.kind == "activity" and mark.up]
        return (min(outs) - self.begin).total_seconds() / 60 if outs else None

    def chart(self, title: str = "") -> Figure:
        """The picture: a panel for visitors, CPU, tasks and errors each."""
        cpu = [] if self.cpu is None else [Series("mean of the tasks", "% CPU", self.cpu, MINUTE)]
        series = [
            Series("visitors", "requests a second", self.visitors, MINUTE),
            *cpu,
            Series("desired", "tasks", self.desired),
            Series("running", "tasks", self.running, MINUTE),
            Series("answers 5xx", "errors a minute", self.errors, MINUTE),
        ]
        title = title or f"{self.service}: {self.words}"
        return run_chart(series, self.marks, title=title, limits=self.limits, begin=self.begin, end=self.end)

    @property
    def words(self) -> str:
        """The run in one line."""
        percent = f"{self.lost_percent:.0f}" if self.lost_percent >= 10 else f"{self.lost_percent:.2g}"
        share = f"{percent} %" if self.lost else "none"
        return (
            f"{self.requests:,} requests, {share} lost, {self.most_tasks} tasks at the most, "
            f"{self.task_hours:.1f} task-hours"
        )

    def __repr__(self) -> str:
        return str(self.chart())

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return self.chart()._repr_mimebundle_()
