"""What thousands of tasks in services cost: to look at, to leave alone, to roll, and to remember."""

import time
from collections.abc import Callable
from typing import Any

from tests.bench.measure import Row, in_turns, resident_mib
from tests.bench.rows import TASK, sandbox
from tests.bench.stock import client

__all__ = ["SERVICE_ROWS"]

MANY, FEW = 5000, 500
TIMES = 20


def described_tasks() -> Row:
    """DescribeTasks of 100 tasks in a cluster of 5,000, against a cluster of 100."""
    with sandbox() as (_, full), sandbox() as (_, small):
        _serve(full, MANY)
        _serve(small, 100)
        times = in_turns(_describing(full), _describing(small), rounds=15)
    what = f"DescribeTasks of 100 among {MANY:,}"
    return Row(what, "among 100", 1.3, times[0] * 1000, times[1] * 1000, "ms")


def idle_request() -> Row:
    """A request when nothing is due, in a world of 5,000 tasks in 50 services, against an empty world."""
    with sandbox() as (_, full), sandbox() as (_, empty):
        _serve(full, MANY, services=50)
        client(empty, "ecs").create_cluster(clusterName="lab")
        times = in_turns(_asking(full), _asking(empty), rounds=15)
    what = f"a request when nothing is due, {MANY:,} tasks"
    return Row(what, "in an empty world", 1.2, times[0] * 1000, times[1] * 1000, "ms")


def rolling_deployment() -> Row:
    """A rolling deployment of 5,000 tasks, simulated from end to end, against one of 500."""
    with sandbox() as (_, many), sandbox() as (_, few):
        _serve(many, MANY)
        _serve(few, FEW)
        times = _rolled(many), _rolled(few)
    return Row(f"a rolling deployment of {MANY:,} tasks", f"one of {FEW}", 12.0, *times)


def task_memory() -> Row:
    """What one RUNNING task takes of the sandbox's memory."""
    with sandbox() as (_, place):
        _serve(place, 1)
        before = resident_mib(place.pid)
        _roll_out(place, MANY)
        after = resident_mib(place.pid)
    return Row("memory per RUNNING task", "one kB", 10.0, (after - before) * 1024 / (MANY - 1), 1.0, "kB")


def _serve(place: Any, tasks: int, services: int = 1) -> None:
    """So many tasks RUNNING in services of cluster `lab`, at rest."""
    ecs, ec2 = client(place, "ecs"), client(place, "ec2")
    default = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
    network = {"subnets": [subnet["SubnetId"] for subnet in default], "assignPublicIp": "ENABLED"}
    ecs.create_cluster(clusterName="lab")
    ecs.register_task_definition(**TASK)
    for number in range(services):
        ecs.create_service(
            cluster="lab", serviceName=f"web-{number}", taskDefinition="web", launchType="FARGATE",
            desiredCount=tasks // services, networkConfiguration={"awsvpcConfiguration": network},
        )  # fmt: skip
    _until_at_rest(place, tasks // services)


def _roll_out(place: Any, tasks: int) -> None:
    client(place, "ecs").update_service(cluster="lab", service="web-0", desiredCount=tasks)
    _until_at_rest(place, tasks)


def _rolled(place: Any) -> float:
    ecs = client(place, "ecs")
    service = ecs.describe_services(cluster="lab", services=["web-0"])["services"][0]
    began = time.perf_counter()
    ecs.update_service(cluster="lab", service="web-0", forceNewDeployment=True)
    _until_at_rest(place, service["desiredCount"])
    return time.perf_counter() - began


def _until_at_rest(place: Any, tasks: int) -> None:
    """Let time pass until the services have come to rest; one call works off a bounded number of events."""
    ecs = client(place, "ecs")
    for _ in range(200):
        place.control("advance", seconds=180)
        service = ecs.describe_services(cluster="lab", services=["web-0"])["services"][0]
        done = service["deployments"][0]["rolloutState"] == "COMPLETED" and len(service["deployments"]) == 1
        if done and service["runningCount"] == tasks and "steady state" in service["events"][0]["message"]:
            return
    last = service["events"][0]["message"] if service["events"] else "nothing"
    raise RuntimeError(f"{service['runningCount']} of {tasks} tasks run; the service last said: {last}")


def _describing(place: Any) -> Callable[[], float]:
    ecs = client(place, "ecs")
    arns = ecs.list_tasks(cluster="lab")["taskArns"]
    return _timed(lambda: ecs.describe_tasks(cluster="lab", tasks=arns))


def _asking(place: Any) -> Callable[[], float]:
    ecs = client(place, "ecs")
    return _timed(lambda: ecs.describe_clusters(clusters=["lab"]))


def _timed(call: Callable[[], Any]) -> Callable[[], float]:
    def measured() -> float:
        began = time.perf_counter()
        for _ in range(TIMES):
            call()
        return (time.perf_counter() - began) / TIMES

    return measured


SERVICE_ROWS = {row.__name__: row for row in (described_tasks, idle_request, rolling_deployment, task_memory)}
