"""Runs of services: how they did over AWS time, read from the account; and letting that time pass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.errors import SandboxOnly
from ecslab.figures import Limit, Mark
from ecslab.resources import metrics
from ecslab.resources.load_balancer import target_group_reader
from ecslab.resources.metrics import MINUTE, Points
from ecslab.resources.scaling import scaling_reader
from ecslab.resources.scaling.application import SHOP
from ecslab.resources.scaling.observed_run import Run
from ecslab.resources.scaling_shapes import ActivityShape, AlarmShape
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

_DESIRED: Final = re.compile(r"Setting desired count to (\d+)")
_ONE_CALL: Final = 6 * 3600.0
"""Seconds of AWS time that the sandbox is asked to let pass at once."""
_MOST: Final = 7 * 24 * 60
_AFTER: Final = 0.001
_PUBLISHED: Final = 60.0
"""Seconds after the end of a minute at which AWS has published its metrics. U"""


def run(
    lab: Connection,
    begin: datetime,
    end: datetime | None = None,
    name: str | None = None,
    *,
    cluster: str | None = None,
    cpu: bool = True,
) -> Run:
    """How a service did, read from CloudWatch, Application Auto Scaling and ECS.

    Args:
        begin, end: AWS time; until now unless given. Whole minutes are shown.
        name: of the service; `adgu-shop` unless given. Its load balancer is the one that its target group is
            behind; without a service, one of the same name.
        cluster: the lesson's unless given.
        cpu: whether the CPU is to be shown.
    """
    name, end = name or lab.name(SHOP), end or metrics.now(lab)
    begin, end = _minute(begin), _minute(end)
    service = service_reader.find(lab, name, cluster)
    wanted = _wanted(lab, name, _balancer(lab, service) or name, cluster)
    points = metrics.read(lab, wanted, begin, end)
    activities = scaling_reader.activities(lab, name, cluster=cluster)
    return Run(
        service=name,
        begin=begin,
        end=end,
        visitors=[(at, value / MINUTE) for at, value in _sum(points["routed"], points["unrouted"])],
        cpu=points["cpu"] if cpu else None,
        desired=_desired(activities, _at_first(service, points["running"], activities), begin, end),
        running=points["running"],
        errors=_sum(points["of the balancer"], points["of the tasks"]),
        marks=(*_marks(activities, begin, end), *_alarms(lab, name, begin, end), *_deployments(lab, service)),
        limits=tuple(_targets(lab, name, cluster)),
    )


def _wanted(lab: Connection, name: str, balancer: str, cluster: str | None) -> dict[str, metrics.Metric]:
    """The metrics of which a run is made."""
    return {
        "routed": metrics.of_balancer(lab, balancer, "RequestCount"),
        "unrouted": metrics.of_balancer(lab, balancer, "HTTPCode_ELB_503_Count"),
        "of the balancer": metrics.of_balancer(lab, balancer, "HTTPCode_ELB_5XX_Count"),
        "of the tasks": metrics.of_balancer(lab, balancer, "HTTPCode_Target_5XX_Count"),
        "cpu": metrics.of_service(lab, name, "CPUUtilization", cluster=cluster),
        "running": metrics.of_service(lab, name, "LiveTaskCount", "Maximum", cluster),
    }


def _balancer(lab: Connection, service: ServiceTypeDef | None) -> str | None:
    """The name of the load balancer that the service's target group is behind; None where there is none."""
    entries = service.get("loadBalancers", []) if service else []
    for target_group in [entry["targetGroupArn"] for entry in entries if "targetGroupArn" in entry]:
        group = target_group_reader.by_arn(lab, target_group)
        for arn in group["LoadBalancerArns"] if group else ():
            return arn.split("/")[-2]
    return None


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


def _at_first(
    service: ServiceTypeDef | None, running: Points, activities: Sequence[ActivityShape]
) -> float | None:
    """The desired count before any activity: the service's own if nothing scales it, else what ran first.

    While a deployment goes on more tasks run than are desired.
    """
    if service and not activities:
        return float(service["desiredCount"])
    return next((value for _, value in running), None)


def _desired(
    activities: Sequence[ActivityShape], at_first: float | None, begin: datetime, end: datetime
) -> Points:
    """The desired count as the activities set it; before the first one, `at_first` if that is known."""
    counts = [
        (activity["StartTime"].astimezone(UTC), float(count)) for activity, count in _counts(activities)
    ]
    before = [count for at, count in counts if at <= begin]
    first = before[-1:] or ([] if at_first is None else [at_first])
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
        changes = metrics.state_changes(lab, [alarm["AlarmName"]], begin, metrics.now(lab))
        first = changes[0].before if changes else alarm["StateValue"]
        since = begin if first == "ALARM" else None
        for change in changes:
            if change.at > end:
                break
            if change.state == "ALARM":
                since = since or change.at
            elif since:
                yield _in_alarm(alarm, since, change.at)
                since = None
        if since:
            yield _in_alarm(alarm, since, end)


def _in_alarm(alarm: AlarmShape, since: datetime, until: datetime) -> Mark:
    up = None if "TargetTracking" not in alarm["AlarmName"] else "AlarmHigh" in alarm["AlarmName"]
    return Mark(since, "alarm", f"in ALARM: {metrics.rule(alarm)}", until, up)


def _deployments(lab: Connection, service: ServiceTypeDef | None) -> Iterator[Mark]:
    if not service:
        return
    listed = lab.ecs.list_service_deployments(service=service["serviceArn"], cluster=service["clusterArn"])
    for each in listed["serviceDeployments"]:
        began = each.get("startedAt", each["createdAt"])
        yield Mark(began, "deployment", f"deployment, {each['status']}", each.get("finishedAt"))


def _targets(lab: Connection, name: str, cluster: str | None) -> Iterator[Limit]:
    for policy in scaling_reader.policies(lab, name, cluster):
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


def until_whole(lab: Connection, at: datetime) -> datetime:
    """Let time pass until the minute of this moment is over and has been published; its end comes back."""
    end = _minute(at - timedelta(seconds=1)) + timedelta(seconds=MINUTE)  # just after a minute is at its end
    late = _PUBLISHED if lab.where == "aws" else _AFTER
    left = (end - metrics.now(lab)).total_seconds() + late
    if left > 0:
        pass_time(lab, left / 60)
    return end


def watch(lab: Connection, minutes: float, name: str | None = None) -> Run:
    """Let so many minutes of AWS time pass, and show how the service did in them.

    Args:
        minutes: more than 0, at most a week of them; on a real account at most 60.
        name: `adgu-shop` unless given.
    """
    begin = metrics.now(lab)
    pass_time(lab, minutes)
    return run(lab, begin, name=name)
