"""A day of visitors on a service that scales, and what visitors cost whoever asks for something else."""

import time
from typing import Any

from tests.bench.balancing import SERVED, serve_checked
from tests.bench.measure import Row, in_turns
from tests.bench.rows import sandbox
from tests.bench.stock import client

__all__ = ["VISITOR_ROWS"]

DAY = 86_400
TIMES = 20
TARGET = {
    "ServiceNamespace": "ecs", "ResourceId": "service/lab/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}  # fmt: skip
CURVE = {"profile": "day", "low": 10, "high": 2000, "hour": 0, "cpu_ms": 10}


def a_day_of_visitors() -> Row:
    """10 to 2,000 requests a second in a day, on a service that follows its CPU; seconds it takes."""
    with sandbox() as (_, place):
        serve_checked(place, 3)
        _grow(place)
        _scale(place)
        place.control("visitors", do="start", load_balancer="web", **CURVE)
        began = time.perf_counter()
        passed = 0.0
        while passed < DAY:
            passed += place.control("advance", seconds=DAY - passed)["moved"]
        took = time.perf_counter() - began
        seen = place.control("visitors")["visitors"][0]
        scaling = client(place, "application-autoscaling")
        activities = scaling.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"]
    if seen["arrivals"] < 50e6 or len(activities) < 10:
        raise RuntimeError(f"{seen['arrivals']:,.0f} came, and the service did not scale")
    lost = 100 * sum(seen["failed"].values()) / seen["arrivals"]
    what = f"a day of {seen['arrivals'] / 1e6:.0f} million visitors, {lost:.2f} % lost"
    return Row(what, "a second", 5.0, took, 1.0)


def described_under_visitors() -> Row:
    """A DescribeTasks while visitors come, against one while nobody does."""
    with sandbox() as (_, busy), sandbox() as (_, quiet):
        for place in (busy, quiet):
            serve_checked(place, 10)
        busy.control("visitors", do="start", load_balancer="web", profile="constant", rate=60)
        times = in_turns(_describing(busy), _describing(quiet), rounds=15)
    return Row("a DescribeTasks with visitors", "without", 1.2, times[0] * 1000, times[1] * 1000, "ms")


VISITOR_ROWS = {row.__name__: row for row in (a_day_of_visitors, described_under_visitors)}


def _grow(place: Any) -> None:
    """Let the tasks have a whole vCPU: a hundred requests of 10 ms a second."""
    ecs = client(place, "ecs")
    containers = [{**container, "memory": 2048} for container in SERVED["containerDefinitions"]]
    ecs.register_task_definition(
        **{**SERVED, "cpu": "1024", "memory": "2048", "containerDefinitions": containers}
    )
    ecs.update_service(cluster="lab", service="web", taskDefinition="web")
    place.control("advance", seconds=900)


def _scale(place: Any) -> None:
    scaling = client(place, "application-autoscaling")
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=40)
    scaling.put_scaling_policy(
        **TARGET, PolicyName="cpu", PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 60, "ScaleOutCooldown": 60, "ScaleInCooldown": 60,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        },
    )  # fmt: skip


def _describing(place: Any) -> Any:
    ecs = client(place, "ecs")
    arns = ecs.list_tasks(cluster="lab")["taskArns"]

    def measured() -> float:
        began = time.perf_counter()
        for _ in range(TIMES):
            ecs.describe_tasks(cluster="lab", tasks=arns)
        took = (time.perf_counter() - began) / TIMES
        place.control("advance", seconds=20)
        return took

    return measured
