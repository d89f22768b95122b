"""What ECS and Elastic Load Balancing tell CloudWatch of tasks and targets, whoever visits them or not.

A service at rest is the same in each minute: so nothing happens each minute, and what was is recorded as one
run when something changes, or somebody reads. A minute's value is of the tasks that run at its end.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.cloudwatch.backend import cloudwatch_of
from ecslab.sandbox.bridge.load import insights
from ecslab.sandbox.bridge.load.names import namespace, of_balancer, of_group
from ecslab.sandbox.bridge.load.usage import Shape, shape_of
from ecslab.sandbox.world.metrics.metric import Metric, Statistics, dimensions_of
from ecslab.sandbox.world.metrics.store import MetricStore
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.task.task import Task

CPU: Final = "CPUUtilization"
MEMORY: Final = "MemoryUtilization"
LIVE: Final = "LiveTaskCount"
_ALIVE: Final = frozenset({"RUNNING", "DEACTIVATING"})
"""Statuses of tasks that are measured. U: whether one that leaves its target group still is."""
MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Used:
    """What visitors made tasks use in one span: by task, vCPU in the mean and MiB.

    Attributes:
        start, seconds: epoch seconds, and how long.
    """

    start: float
    seconds: float
    tasks: Mapping[str, tuple[float, float]]


@dataclass(slots=True, eq=False)
class Metered:
    """A service's tasks that are measured.

    Attributes:
        since: up to when each metric is recorded, in epoch seconds.
        used: what visitors used since then.
    """

    service: Service
    region: str
    since: dict[str, float]
    tasks: dict[str, Shape] = field(default_factory=dict)
    shapes: dict[Shape, int] = field(default_factory=dict)
    used: list[Used] = field(default_factory=list)

    @property
    def dimensions(self) -> tuple[tuple[str, str], ...]:
        return dimensions_of(ClusterName=self.service.cluster, ServiceName=self.service.name)

    def period(self, name: str) -> int:
        """By how many seconds a metric is recorded: as the service's `monitoring` says, else by a minute."""
        if name not in (CPU, MEMORY) or not self.service.deployments:
            return MINUTE
        monitoring = self.service.primary.revision.spec.get("kept", {}).get("monitoring") or {}
        for each in monitoring.get("metricConfigurations", ()):
            if name in each["metricNames"]:
                return int(each["resolutionSeconds"])
        return MINUTE

    @property
    def finest(self) -> int:
        return min(self.period(CPU), self.period(MEMORY))


@dataclass(slots=True, eq=False)
class Hosts:
    """The targets of a target group, by their states."""

    balancers: tuple[str, ...] = ()
    since: float = 0.0
    states: dict[tuple[str, int], str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


class Meters:
    """An account's meters: its services, by ARN, and target groups, by ARN."""

    def __init__(self, account: Account):
        self._account = account
        self.services: dict[str, Metered] = {}
        self.hosts: dict[str, Hosts] = {}
        self._regions: set[str] = set()

    # services

    def task_moved(self, task: Task, service: Service) -> None:
        """Note that a service's task begins or ends to be measured."""
        metered = self.services.get(service.arn)
        known, alive = metered is not None and task.id in metered.tasks, task.last_status in _ALIVE
        if known == alive:
            return
        if metered is None:
            metered = self._begun(service, task.region)
        self.catch_up(self._now(), only=metered)
        if alive:
            shape = metered.tasks[task.id] = shape_of(task)
            metered.shapes[shape] = metered.shapes.get(shape, 0) + 1
        else:
            shape = metered.tasks.pop(task.id)
            metered.shapes[shape] -= 1

    def service_of(self, task_id: str) -> Metered | None:
        """The service whose task this is, if it is measured."""
        membership = self._account.services.tasks.get(task_id) if self._account.services else None
        return self.services.get(membership.service.arn) if membership else None

    def use(self, used: Used) -> None:
        """Note what visitors made tasks use in a span that is over."""
        by_service: dict[str, dict[str, tuple[float, float]]] = {}
        for task_id, amounts in used.tasks.items():
            metered = self.service_of(task_id)
            if metered:
                by_service.setdefault(metered.service.arn, {})[task_id] = amounts
        for arn, tasks in by_service.items():
            self.services[arn].used.append(Used(used.start, used.seconds, tasks))

    def catch_up(self, until: float, only: Metered | None = None) -> None:
        """Record what has been up to this epoch second."""
        if self._account.visitors is not None:
            self._account.visitors.catch_up(until)
        for metered in (only,) if only else tuple(self.services.values()):
            self._record(metered, until)
            if metered.service.status == "INACTIVE" and not metered.tasks:
                del self.services[metered.service.arn]
        for arn, hosts in self.hosts.items() if only is None else ():
            self._record_hosts(arn, hosts, until)

    def _begun(self, service: Service, region: str) -> Metered:
        now = self._now()
        since = {name: _minute(now) for name in (CPU, MEMORY, LIVE)}
        metered = self.services[service.arn] = Metered(service, region, since)
        self._listen(region)
        return metered

    def _record(self, metered: Metered, until: float) -> None:
        store = self._store(metered.region)
        for name in self._names(metered, until):
            period = metered.period(name)
            start = math.ceil(metered.since[name] / period) * period  # it was measured oftener before
            end = math.floor(until / period) * period
            if end <= start:
                continue
            metered.since[name] = float(end)
            if any(metered.shapes.values()):
                space = insights.NAMESPACE if name in insights.NAMES else "AWS/ECS"
                metric = Metric(space, name, metered.dimensions)
                _record_spans(store, metric, metered, start, end, period)
        oldest = min(metered.since.values())
        metered.used = [used for used in metered.used if used.start >= oldest]

    def _names(self, metered: Metered, until: float) -> tuple[str, ...]:
        """What is recorded of a service: with Container Insights, more."""
        if insights.is_on(self._account, metered.region, metered.service):
            for name in insights.NAMES:
                metered.since.setdefault(name, _minute(until))
        elif insights.NAMES[0] in metered.since:
            metered.since = {name: metered.since[name] for name in (CPU, MEMORY, LIVE)}
        return tuple(metered.since)

    # target groups

    def target_health(self, arn: str, ip: str, port: int, state: str, _why: str) -> None:
        """Note that a target's state has changed; `LoadBalancing.listeners` are told so."""
        hosts = self.hosts.get(arn)
        if hosts is None:
            hosts = self.hosts[arn] = Hosts(since=_minute(self._now()))
            self._listen(arn.split(":")[3])
        self._record_hosts(arn, hosts, self._now())
        before = hosts.states.pop((ip, port), None)
        if before:
            hosts.counts[before] -= 1
        if state != "unused":
            hosts.states[ip, port] = state
            hosts.counts[state] = hosts.counts.get(state, 0) + 1
        hosts.balancers = _balancers_of(arn)
        if not hosts.states:
            del self.hosts[arn]

    def _record_hosts(self, arn: str, hosts: Hosts, until: float) -> None:
        start, end = hosts.since, math.floor(until / MINUTE) * MINUTE
        if end <= start:
            return
        hosts.since = float(end)
        if not hosts.states:
            return
        for balancer in hosts.balancers:
            where = dimensions_of(**of_balancer(balancer), **of_group(arn))
            for name, state in (("HealthyHostCount", "healthy"), ("UnHealthyHostCount", "unhealthy")):
                count = float(hosts.counts.get(state, 0))
                told = Statistics(1, count, count, count, "Count")
                metric = Metric(namespace(balancer), name, where)
                self._store(arn.split(":")[3]).record_run(metric, start, end, MINUTE, told)

    def _listen(self, region: str) -> None:
        if region not in self._regions:
            self._regions.add(region)
            self._store(region).sources.append(self.catch_up)

    def _store(self, region: str) -> MetricStore:
        return cloudwatch_of(self._account, region).store

    def _now(self) -> float:
        return round(self._account.timestamp(), 3)


def meters_of(account: Account) -> Meters:
    """The account's, made for the first service or target group."""
    if account.meters is None:
        account.meters = Meters(account)
    return account.meters


def _minute(at: float) -> float:
    return float(math.floor(at / MINUTE) * MINUTE)


def _balancers_of(arn: str) -> tuple[str, ...]:
    from ecslab.sandbox.bridge.elbv2.backend import backend_of  # only where there are target groups

    group = backend_of(arn.split(":")[3]).target_groups.get(arn)
    return tuple(group.load_balancer_arns) if group else ()


def _record_spans(
    store: MetricStore, metric: Metric, metered: Metered, start: float, end: float, period: int
) -> None:
    """Record the periods of [start, end): runs at rest, and one by one those with visitors."""
    counts = metric.name == LIVE or metric.name in insights.COUNTS
    starts = (used.start for used in metered.used if not counts)
    loaded = {math.floor(at / period) * period for at in starts}
    cursor = start
    for busy in sorted(each for each in loaded if start <= each < end):
        store.record_run(metric, cursor, busy, period, _at_rest(metric.name, metered))
        store.record(metric, busy, period, _in_use(metric.name, metered, busy, period))
        cursor = busy + period
    if cursor < end:
        store.record_run(metric, cursor, end, period, _at_rest(metric.name, metered))


def _at_rest(name: str, metered: Metered) -> Statistics:
    if name == LIVE or name in insights.COUNTS:
        of_service = insights.COUNTS.get(name)
        count = float(of_service(metered.service) if of_service else len(metered.tasks))
        return Statistics(1, count, count, count, "Count")
    counted = Counter[float]()
    for shape, tasks in metered.shapes.items():
        if tasks:
            counted[_value(name, shape, 0.0, 0.0)] += tasks
    return Statistics.of_counts(dict(counted), insights.UNITS.get(name, "Percent"))


def _in_use(name: str, metered: Metered, start: float, period: int) -> Statistics:
    """Of a period in which visitors came: each task's value, those that served nobody at rest."""
    spans = [used for used in metered.used if start <= used.start < start + period]
    values = Counter[float]()
    for task_id, shape in metered.tasks.items():
        parts = [(used.seconds / period, used.tasks[task_id]) for used in spans if task_id in used.tasks]
        cpu = sum(share * amount for share, (amount, _) in parts)
        memory = sum(share * amount for share, (_, amount) in parts)
        values[round(_value(name, shape, cpu, memory), 9)] += 1
    return Statistics.of_counts(dict(values), insights.UNITS.get(name, "Percent"))


def _value(name: str, shape: Shape, cpu: float, memory: float) -> float:
    if name in insights.UNITS:
        return insights.value(name, shape, cpu, memory)
    return shape.cpu_percent(cpu) if name == CPU else shape.memory_percent(memory)


def used_in(start: float, seconds: float, amounts: Iterator[tuple[str, float, float]]) -> Used:
    """What tasks used in a span: (task id, CPU seconds, MiB in the mean), a task maybe several times."""
    tasks: dict[str, tuple[float, float]] = {}
    for task_id, cpu, memory in amounts:
        before = tasks.get(task_id, (0.0, 0.0))
        tasks[task_id] = before[0] + cpu / seconds, before[1] + memory
    return Used(start, seconds, tasks)
