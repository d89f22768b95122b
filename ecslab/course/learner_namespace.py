"""What a learner calls `ecslab`, for the solutions: they are shown as they would be written in a cell."""

from ecslab import (
    cleanup,
    cluster,
    containers,
    deployment,
    ecr,
    execution_role,
    fault_lab,
    guestbook,
    image,
    load_balancer,
    log_group,
    network,
    secret,
    service,
    task,
    task_definition,
    task_role,
    terminal,
    verify,
)
from ecslab.errors import EcslabError
from ecslab.fault_lab import fault

__all__ = [
    "EcslabError", "cleanup", "cluster", "containers", "deployment", "ecr", "execution_role", "fault",
    "fault_lab", "guestbook", "image", "load_balancer", "log_group", "network", "secret", "service", "task",
    "task_definition", "task_role", "terminal", "verify",
]  # fmt: skip
