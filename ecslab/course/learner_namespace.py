"""What a learner calls `ecslab`, for the solutions: they are shown as they would be written in a cell."""

from ecslab import fault_lab, terminal
from ecslab.errors import EcslabError
from ecslab.fault_lab import fault
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

__all__ = [
    "EcslabError", "capacity", "cleanup", "cloud_map", "cluster", "container_instance", "containers",
    "deployment", "ecr", "execution_role", "external_machine", "fault", "fault_lab", "guestbook", "image",
    "instance_group", "load_balancer", "log_group", "managed_instances", "metrics", "network", "scaling",
    "scaling_game", "secret", "service", "spot", "task", "task_definition", "task_role", "terminal", "verify",
]  # fmt: skip
