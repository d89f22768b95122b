"""How long each phase of a Fargate task takes, in seconds of virtual time.

Fixed numbers, so that every run is the same run. They are rounded from measured tasks: connected 3.6-7.6 s
after creation, pulling from 9.5-24 s, about 31 MiB/s, started 1.2-3.8 s after the pull, gone 12-16 s after
the last container; 4 min 49 s in PENDING without a route to the registry.
"""

from typing import Final

ENI_CREATED: Final = 2.0
"""Creation of the task to that of its elastic network interface."""
CONNECTED: Final = 4.0
"""Creation to `connectivityAt`: the elastic network interface is attached."""
PULL_STARTED: Final = 10.0
"""Creation to PENDING and `pullStartedAt`."""
PULL_BASE: Final = 1.0
PULL_MIB_PER_SECOND: Final = 31.0
EMPTY_PULL: Final = 0.01
"""`pullStartedAt` to `pullStoppedAt` of a task whose log cannot be opened: 6-25 ms [NAT:task_log_startup]."""
START: Final = 2.0
"""`pullStoppedAt` to RUNNING, spent in ACTIVATING."""
STOP_NOTICED: Final = 1.0
"""`stoppingAt` to the first status that shows it; StopTask answers before."""
DEACTIVATE: Final = 1.0
"""Deregistration, for a task behind no load balancer."""
DEPROVISION: Final = 12.0
"""Last container stopped to STOPPED: the interface is detached and deleted."""
REFUSED: Final = 8.0
"""A definite no from registry, role or log service: pull start to the end of the attempt."""
UNREACHABLE: Final = 289.0
"""No route to the registry: time spent in PENDING before ECS gives up."""
HEALTH_TOLD: Final = 15.0
"""A container's health to DescribeTasks that shows it: 18.7 s to HEALTHY, 13.8 s to UNHEALTHY
[NAT:task_dependency_transitions]. What depends on it does not wait for that."""
STOP_TIMEOUT: Final = 30.0
"""SIGTERM to SIGKILL, unless the container definition says otherwise (2-120 on Fargate)."""
KEPT: Final = 3600.0
"""How long a stopped task stays visible (API DescribeTasks: at least an hour)."""


def pull_seconds(size: int) -> float:
    """Seconds to pull an image of `size` bytes; Fargate keeps no image between tasks."""
    return round(PULL_BASE + size / (PULL_MIB_PER_SECOND * 2**20), 1)
