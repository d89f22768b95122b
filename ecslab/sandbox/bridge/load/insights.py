"""Container Insights: what a cluster with the setting `containerInsights` tells of its services, each minute.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
By service alone, and of CPU, memory and counts alone; no log group of performance events (U: the samples).
"""

from collections.abc import Callable, Mapping
from typing import Final

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.load.usage import Shape
from ecslab.sandbox.world.service.service import Service

NAMESPACE: Final = "ECS/ContainerInsights"
UNITS: Final[Mapping[str, str]] = {
    "CpuUtilized": "None", "CpuReserved": "None", "MemoryUtilized": "Megabytes", "MemoryReserved": "Megabytes"
}  # fmt: skip
"""Metrics that each task has a sample of, and their units: CPU units, and MiB."""
COUNTS: Final[Mapping[str, Callable[[Service], int]]] = {
    "RunningTaskCount": lambda service: service.running,
    "PendingTaskCount": lambda service: service.shown_pending,
    "DesiredTaskCount": lambda service: service.desired,
    "DeploymentCount": lambda service: len(service.deployments),
}
NAMES: Final = (*UNITS, *COUNTS)


def is_on(account: Account, region: str, service: Service) -> bool:
    """Whether the service's cluster has Container Insights, enhanced or not."""
    state = account.regions.get(region)
    cluster = state and state.clusters.get(service.cluster.rpartition("/")[2])
    settings = cluster.settings if cluster else ()
    return any(each["name"] == "containerInsights" and each["value"] != "disabled" for each in settings)


def value(name: str, shape: Shape, cpu: float, memory: float) -> float:
    """A task's sample, if its visitors use so many vCPU and MiB."""
    match name:
        case "CpuUtilized":
            return shape.cpu_percent(cpu) / 100 * shape.vcpu * 1024
        case "CpuReserved":
            return shape.vcpu * 1024
        case "MemoryUtilized":
            return shape.memory_percent(memory) / 100 * shape.memory
    return shape.memory
