"""CloudWatch in the sandbox: what a week of metrics weighs, and what a day of alarms costs."""

import math
import os
import random
import time
from collections.abc import Iterator

from ecslab.sandbox.bridge.cloudwatch.alarms import Alarms
from ecslab.sandbox.bridge.cloudwatch.evaluator import Evaluator
from ecslab.sandbox.world.metrics.alarm import Alarm
from ecslab.sandbox.world.metrics.metric import Metric, Statistics, dimensions_of
from ecslab.sandbox.world.metrics.store import MetricStore
from ecslab.sandbox.world.time.clock import Clock
from ecslab.sandbox.world.time.timeline import Timeline
from tests.bench.measure import Row, resident_mib

__all__ = ["METRIC_ROWS"]

START, MINUTE, DAY, WEEK = 1_800_000_000, 60, 1440, 7 * 1440
SERVICES, ALARMS = 10, 10
_EDGES = [0.01 * 1.2**step for step in range(40)]  # seconds of response times that are told apart


def memory_of_metrics() -> Row:
    """A week's metrics of ten services behind load balancers, each minute other than the one before."""
    draw, store = random.Random(7), MetricStore()
    before = resident_mib(os.getpid())
    for minute in range(WEEK):
        for metric, statistics in _minute(draw, minute):
            store.record(metric, START + minute * MINUTE, MINUTE, statistics)
    held = resident_mib(os.getpid()) - before
    return Row("a week's metrics of ten services", "30 MiB", 1.0, held, 30.0, "MiB")


def day_of_alarms() -> Row:
    """A day of minute metrics that vary, with ten alarms that change now and then: CPU seconds."""
    clock = Clock(timeline=Timeline(START))
    evaluator, store = Evaluator(clock), MetricStore(clock.timestamp)
    alarms = Alarms(clock, "123456789012", "us-east-1", store, evaluator.begin)
    evaluator.judged.append(alarms)
    names = [Metric("AWS/ECS", "CPUUtilization", _of_service(number)) for number in range(ALARMS)]
    told = [0]

    def catch_up(until: float) -> None:
        while START + (told[0] + 1) * MINUTE <= until:
            for number, metric in enumerate(names):
                value = 50 + 40 * math.sin(told[0] / 240 + number)
                store.record(metric, START + told[0] * MINUTE, MINUTE, Statistics.of([value], "Percent"))
            told[0] += 1

    store.sources.append(catch_up)
    for number, metric in enumerate(names):
        kind, limit, periods = [("GreaterThanThreshold", 70.0, 3), ("LessThanThreshold", 45.0, 15)][
            number % 2
        ]
        alarms.put(Alarm(f"a{number}", alarms.arn(f"a{number}"), kind, limit, periods, metric))
    began = time.process_time()
    clock.run(DAY * MINUTE, most=10**9)
    took = time.process_time() - began
    assert sum(len(alarm.history) for alarm in alarms.all()) > 3 * ALARMS, "they change"
    return Row("a day of metrics with ten alarms", "one second", 1.0, took, 1.0)


def _minute(draw: random.Random, minute: int) -> Iterator[tuple[Metric, Statistics]]:
    """What ten services and their balancers tell of a minute."""
    for number in range(SERVICES):
        requests = round(600 * (1.5 + math.sin(minute / 230 + number) + 0.2 * draw.random()))
        tasks = 2 + requests // 400
        used = [requests / tasks / 10 + 3 * draw.random() for _ in range(tasks)]
        for name in ("CPUUtilization", "MemoryUtilization"):
            yield Metric("AWS/ECS", name, _of_service(number)), Statistics.of(used, "Percent")
        times = {edge: requests * draw.random() / 20 for edge in _EDGES[5:17]}
        times = {edge: count for edge, count in times.items() if count} or {0.1: 1.0}
        for where in (
            _of_balancer(number),
            (*_of_balancer(number), ("TargetGroup", f"targetgroup/{number}")),
        ):
            for name in ("RequestCount", "HTTPCode_Target_2XX_Count", "NewConnectionCount"):
                yield Metric("AWS/ApplicationELB", name, where), Statistics(requests, requests, 1, 1, "Count")
            share = requests / tasks
            yield _balanced("RequestCountPerTarget", where), Statistics(1, share, share, share)
            yield _balanced("HealthyHostCount", where), Statistics(1, tasks, tasks, tasks, "Count")
            yield _balanced("TargetResponseTime", where), Statistics.of_counts(times, "Seconds")


def _balanced(name: str, where: tuple[tuple[str, str], ...]) -> Metric:
    return Metric("AWS/ApplicationELB", name, where)


def _of_service(number: int) -> tuple[tuple[str, str], ...]:
    return dimensions_of(ClusterName="blue", ServiceName=f"web{number}")


def _of_balancer(number: int) -> tuple[tuple[str, str], ...]:
    return dimensions_of(LoadBalancer=f"app/web{number}/0123456789abcdef")


METRIC_ROWS = {row.__name__: row for row in (memory_of_metrics, day_of_alarms)}
