"""A run of a service: visitors, CPU, tasks and errors over AWS time, read from the account."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from ecslab.connection.connection import Connection
from ecslab.errors import SandboxOnly
from ecslab.figures import Figure, Limit, Mark, Series, run_chart
from ecslab.resources import metrics
from ecslab.resources.metrics import MINUTE, Points
from ecslab.resources.scaling import scaling_reader
from ecslab.resources.scaling.application import SHOP
from ecslab.resources.scaling_shapes import ActivityShape, AlarmShape
from ecslab.resources.service import service_reader

_DESIRED: Final = re.compile(r"Setting desired count to (\d+)")
_ONE_CALL: Final = 6 * 3600.0
"""Seconds of AWS time that the sandbox is asked to let pass at once."""
_MOST: Final = 7 * 24 * 60
_AFTER: Final = 0.001


@dataclass(frozen=True, repr=False)
class Run:
    """How a service did from one moment to another. It shows itself as a chart.

    Attributes:
        service: its name.
        begin, end: AWS time.
        visitors: requests a second, each minute, those without an answer included.
        cpu: percent of what the tasks have, their mean.
        desired, running: tasks.
        errors: answers 500 to 599 a minute, of the tasks and of the load balancer.
        marks: deployments, alarms, activities.
        limits: the target of a target tracking policy.
    """

    service: str
    begin: datetime
    end: datetime
    visitors: Points
    cpu: Points
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
        series = [
            Series("visitors", "requests a second", self.visitors, MINUTE),
            Series("mean of the tasks", "% CPU", self.cpu, MINUTE),
            Series("desired", "tasks", self.desired),
            Series("running", "tasks", self.running, MINUTE),
            Series("answers 5xx", "errors a minute", self.errors, MINUTE),
        ]
        title = title or f"{self.service}: {self.words}"
        return run_chart(series, self.marks, title=title, limits=self.limits, begin=self.begin, end=self.end)

    @property
    def words(self) -> str:
        """The run in one line."""
        share = f"{self.lost_percent:.2g} %" if self.lost else "none"
        return (
            f"{self.requests:,} requests, {share} lost, {self.most_tasks} tasks at the most, "
            f"{self.task_hours:.1f} task-hours"
        )

    def __repr__(self) -> str:
        return str(self.chart())

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return self.chart()._repr_mimebundle_()


def run(
    lab: Connection,
    begin: datetime,
    end: datetime | None = None,
    name: str | None = None,
    balancer: str | None = None,
) -> Run:
    """How a service did, read from CloudWatch, Application Auto Scaling and ECS.

    Args:
        begin, end: AWS time; until now unless given. Whole minutes are shown.
        name: of the service; `adgu-shop` unless given.
        balancer: name of the load balancer before it; the service's own name unless given.
    """
    name, end = name or lab.name(SHOP), end or metrics.now(lab)
    begin, end, balancer = _minute(begin), _minute(end), balancer or name
    wanted = {
        "routed": metrics.of_balancer(lab, balancer, "RequestCount"),
        "unrouted": metrics.of_balancer(lab, balancer, "HTTPCode_ELB_503_Count"),
        "of the balancer": metrics.of_balancer(lab, balancer, "HTTPCode_ELB_5XX_Count"),
        "of the tasks": metrics.of_balancer(lab, balancer, "HTTPCode_Target_5XX_Count"),
        "cpu": metrics.of_service(lab, name, "CPUUtilization"),
        "running": metrics.of_service(lab, name, "LiveTaskCount", "Maximum"),
    }
    points = metrics.read(lab, wanted, begin, end)
    activities = scaling_reader.activities(lab, name)
    return Run(
        service=name,
        begin=begin,
        end=end,
        visitors=[(at, value / MINUTE) for at, value in _sum(points["routed"], points["unrouted"])],
        cpu=points["cpu"],
        desired=_desired(activities, _start(lab, name, points["running"], activities), begin, end),
        running=points["running"],
        errors=_sum(points["of the balancer"], points["of the tasks"]),
        marks=(*_marks(activities, begin, end), *_alarms(lab, name, begin, end), *_deployments(lab, name)),
        limits=tuple(_targets(lab, name)),
    )


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def _sum(*curves: Points) -> Points:
    """The values of each instant added up."""
    points = sorted(point for curve in curves for point in curve)
    return [(at, sum(value for _, value in same)) for at, same in groupby(points, key=lambda p: p[0])]


def _counts(activities: Sequence[ActivityShape]) -> Iterator[tuple[ActivityShape, int]]:
    """The activities that set a desired count, and which."""
    for activity in activities:
        if number := _DESIRED.match(activity["Description"]):
            yield activity, int(number[1])


def _start(lab: Connection, name: str, running: Points, activities: Sequence[ActivityShape]) -> float | None:
    """The desired count before any activity: the service's own if nothing scales it, else what ran first.

    While a deployment goes on more tasks run than are desired.
    """
    service = None if activities else service_reader.find(lab, name)
    if service:
        return float(service["desiredCount"])
    return next((value for _, value in running), None)


def _desired(
    activities: Sequence[ActivityShape], start: float | None, begin: datetime, end: datetime
) -> Points:
    """The desired count as the activities set it; before the first one, `start` if that is known."""
    counts = [
        (activity["StartTime"].astimezone(UTC), float(count)) for activity, count in _counts(activities)
    ]
    before = [count for at, count in counts if at <= begin]
    first = before[-1:] or ([] if start is None else [start])
    return [(begin, value) for value in first] + [(at, value) for at, value in counts if begin < at <= end]


def _marks(activities: Sequence[ActivityShape], begin: datetime, end: datetime) -> Iterator[Mark]:
    last: int | None = None
    for activity, count in _counts(activities):
        if begin <= activity["StartTime"] <= end:
            up = None if last is None or last == count else count > last
            if last is None:
                up = "AlarmLow" not in activity["Cause"]
            yield Mark(activity["StartTime"], "activity", activity["Description"], up=up)
        last = count


def _alarms(lab: Connection, name: str, begin: datetime, end: datetime) -> Iterator[Mark]:
    """When each alarm of the service was in ALARM; one that began before is shown from the beginning."""
    for alarm in metrics.alarms(lab, name):
        changes = metrics.state_changes(lab, [alarm["AlarmName"]], begin - timedelta(days=1), end)
        since: datetime | None = None
        for change in changes:
            if change.state == "ALARM":
                since = since or max(change.at, begin)
            elif since:
                if change.at > begin:
                    yield _in_alarm(alarm, since, change.at)
                since = None
        if since:
            yield _in_alarm(alarm, since, end)


def _in_alarm(alarm: AlarmShape, since: datetime, until: datetime) -> Mark:
    up = None if "TargetTracking" not in alarm["AlarmName"] else "AlarmHigh" in alarm["AlarmName"]
    return Mark(since, "alarm", f"in ALARM: {metrics.rule(alarm)}", until, up)


def _deployments(lab: Connection, name: str) -> Iterator[Mark]:
    if not service_reader.find(lab, name):
        return
    listed = lab.ecs.list_service_deployments(service=name, cluster=lab.names.cluster)
    for each in listed["serviceDeployments"]:
        began = each.get("startedAt", each["createdAt"])
        yield Mark(began, "deployment", f"deployment, {each['status']}", each.get("finishedAt"))


def _targets(lab: Connection, name: str) -> Iterator[Limit]:
    for policy in scaling_reader.policies(lab, name):
        tracking = policy.get("TargetTrackingScalingPolicyConfiguration", {})
        predefined = tracking.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType", "")
        if predefined.startswith("ECSServiceAverageCPUUtilization"):
            yield Limit(f"target {tracking['TargetValue']:g} %", "% CPU", tracking["TargetValue"])


# Time -------------------------------------------------------------------------------------------------------


def pass_time(lab: Connection, minutes: float) -> None:
    """Let so many minutes of AWS time pass: in a moment in the sandbox, by waiting on a real account.

    Args:
        minutes: more than 0, at most a week of them; on a real account at most 60.

    Raises:
        SandboxOnly: on a real account, more than an hour.
    """
    if not 0 < minutes <= _MOST:
        raise ValueError(f"minutes must be more than 0 and at most {_MOST}, got {minutes!r}")
    end = lab.now() + minutes * 60
    if lab.where == "aws":
        if minutes > 60:
            raise SandboxOnly(f"letting {minutes:g} minutes pass at once", "take 60 minutes or fewer")
        lab.wait(lambda: lab.now() >= end, f"{minutes:g} minutes to pass", minutes * 60 + 30)
        return
    while (left := end - lab.now()) > 1e-6:
        lab.control("advance", seconds=min(left, _ONE_CALL))


def until(lab: Connection, clock: str) -> datetime:
    """Let time pass until the clock shows `HH:MM` (UTC) for the next time; that moment comes back.

    It ends a millisecond after it, so that whoever counts in minutes has begun the new one.

    Raises:
        ValueError: `clock` is no such time.
        SandboxOnly: on a real account, where it is more than an hour away.
    """
    wanted, now = datetime.strptime(clock, "%H:%M").time(), metrics.now(lab)
    at = datetime.combine(now.date(), wanted, UTC)
    at += timedelta(days=at <= now)
    pass_time(lab, ((at - now).total_seconds() + _AFTER) / 60)
    return at


def watch(lab: Connection, minutes: float, name: str | None = None) -> Run:
    """Let so many minutes of AWS time pass, and show how the service did in them.

    Args:
        minutes: more than 0, at most a week of them; on a real account at most 60.
        name: `adgu-shop` unless given.
    """
    begin = metrics.now(lab)
    pass_time(lab, minutes)
    return run(lab, begin, name=name)
