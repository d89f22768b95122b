"""What a learner calls `ecslab`, for the solutions: they are shown as they would be written in a cell.

The fault lab is imported on first use: it is the largest part of the course, and one stage of all needs it.
"""

from typing import TYPE_CHECKING

from ecslab import terminal
from ecslab.errors import EcslabError
from ecslab.operations import (
    capacity,
    cleanup,
    containers,
    guestbook,
    scaling_game,
    spot,
    verify,
)
from ecslab.resources import (
    cloud_map,
    cluster,
    container_instance,
    deployment,
    ecr,
    execution_role,
    external_machine,
    image,
    instance_group,
    load_balancer,
    log_group,
    managed_instances,
    metrics,
    network,
    scaling,
    secret,
    service,
    task,
    task_definition,
    task_role,
)

if TYPE_CHECKING:
    from ecslab import fault_lab
    from ecslab.fault_lab import fault

__all__ = [
    "EcslabError", "capacity", "cleanup", "cloud_map", "cluster", "container_instance", "containers",
    "deployment", "ecr", "execution_role", "external_machine", "fault", "fault_lab", "guestbook", "image",
    "instance_group", "load_balancer", "log_group", "managed_instances", "metrics", "network", "scaling",
    "scaling_game", "secret", "service", "spot", "task", "task_definition", "task_role", "terminal", "verify",
]  # fmt: skip

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in ("fault", "fault_lab"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from ecslab import fault_lab

        return fault_lab if name == "fault_lab" else fault_lab.fault
