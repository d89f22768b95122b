"""A long life: what a virtual day costs, what is kept of ninety, and what a start takes after them."""

import time
from pathlib import Path
from typing import Any

from ecslab.sandbox import process
from tests.bench.balancing import serve_checked
from tests.bench.measure import Row, in_turns, resident_mib
from tests.bench.rows import TASK, sandbox
from tests.bench.stock import client

__all__ = ["LIFE_ROWS"]

HOUR, DAY, DAYS, TASKS = 3600.0, 86_400.0, 90, 10


def busy_day() -> Row:
    """A day of a service of ten tasks behind a load balancer, with a deployment every hour."""
    return _day("a day with a deployment every hour", HOUR, 0.5)


def quiet_day() -> Row:
    """A day of the same service, in which nothing changes."""
    return _day("a day in which nothing changes", 0, 0.2)


def checked_day() -> Row:
    """A day of two tasks whose container is asked every five seconds whether it is well."""
    with sandbox() as (_, place):
        serve_checked(place, 1)
        _run_checked(place, 2)
        _pass(place, HOUR)
        began = time.perf_counter()
        _pass(place, DAY)
        took = time.perf_counter() - began
    return Row("a day of container health checks", "one second", 0.2, took, 1.0)


def memory_after_90_days() -> Row:
    """Resident memory after ninety days with a deployment a day, against the first."""
    return _memory("memory after 90 days, a deployment a day", DAY)


def memory_after_90_busy_days() -> Row:
    """The same with a deployment every hour."""
    return _memory("memory after 90 days, a deployment an hour", HOUR)


def memory_of_bare_tasks() -> Row:
    """Resident memory after ninety days in which a task a day starts and stops, against the first."""
    with sandbox() as (_, place):
        serve_checked(place, 1)
        sizes = []
        for _ in range(DAYS):
            _task_a_day(place)
            sizes.append(resident_mib(place.pid))
    return Row("memory after 90 days, a task a day", "after the first", 1.1, sizes[-1], sizes[0], "MiB")


def restart_after_90_days() -> Row:
    """The start of a sandbox that lived for ninety days, a deployment every hour, to its first answer."""
    with sandbox() as (home, place):
        serve_checked(place, TASKS)
        ecs = client(place, "ecs")
        for _ in range(DAYS):
            _live(place, ecs, HOUR)
        took, new = in_turns(lambda: _restart(home), _start, rounds=3)
    against = f"one second; a new one took {new:.2f} s"
    return Row("a restart after 90 days, a deployment an hour", against, 3.0, took, 1.0)


def _restart(home: Path) -> float:
    process.stop(home)
    began = time.perf_counter()
    client(process.ensure(home), "ecs").list_clusters()
    return time.perf_counter() - began


def _start() -> float:
    began = time.perf_counter()
    with sandbox() as (_, place):
        client(place, "ecs").list_clusters()
        return time.perf_counter() - began


def _day(what: str, every: float, aim: float) -> Row:
    with sandbox() as (_, place):
        serve_checked(place, TASKS)
        ecs = client(place, "ecs")
        _live(place, ecs, every)
        began = time.perf_counter()
        _live(place, ecs, every)
        took = time.perf_counter() - began
    return Row(what, "one second", aim, took, 1.0)


def _memory(what: str, every: float) -> Row:
    with sandbox() as (_, place):
        serve_checked(place, TASKS)
        ecs = client(place, "ecs")
        _live(place, ecs, every)
        first = resident_mib(place.pid)
        for _ in range(DAYS - 1):
            _live(place, ecs, every)
        last = resident_mib(place.pid)
    return Row(what, "after the first", 1.1, last, first, "MiB")


def _live(place: Any, ecs: Any, every: float) -> None:
    """A day, with a deployment each so many seconds; 0 for none."""
    for _ in range(round(DAY / every) if every else 1):
        if every:
            ecs.update_service(cluster="lab", service="web", forceNewDeployment=True)
        _pass(place, every or DAY)


def _run_checked(place: Any, count: int) -> None:
    check = {"command": ["CMD-SHELL", "test -d /"], "interval": 5}
    containers = [{**container, "healthCheck": check} for container in TASK["containerDefinitions"]]
    client(place, "ecs").register_task_definition(
        **{**TASK, "family": "checked", "containerDefinitions": containers}
    )
    for _ in range(count):
        _run(place, "checked")


def _run(place: Any, family: str) -> str:
    ecs, ec2 = client(place, "ecs"), client(place, "ec2")
    subnet = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"][0]
    network = {"subnets": [subnet["SubnetId"]], "assignPublicIp": "ENABLED"}
    (task,) = ecs.run_task(
        cluster="lab", taskDefinition=family, launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": network},
    )["tasks"]  # fmt: skip
    return str(task["taskArn"])


def _task_a_day(place: Any) -> None:
    ecs, task = client(place, "ecs"), _run(place, TASK["family"])
    _pass(place, HOUR)
    ecs.stop_task(cluster="lab", task=task)
    _pass(place, DAY - HOUR)


def _pass(place: Any, seconds: float) -> None:
    """Let time pass; one call works off a bounded number of events."""
    while seconds > 1e-6:
        seconds -= place.control("advance", seconds=seconds)["moved"]


LIFE_ROWS = {
    row.__name__: row
    for row in (
        busy_day, quiet_day, checked_day, memory_after_90_days, memory_after_90_busy_days,
        memory_of_bare_tasks, restart_after_90_days,
    )
}  # fmt: skip
