"""Whether the agent in a container reaches Session Manager, by its task's role and network.

Asked when somebody calls ExecuteCommand: the agent is taken to try again at once where something has changed
(U: how long it takes on AWS).
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
"""

from typing import Final

from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ecs.fargate.credentials import task_role
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.bridge.iam.endpoint_policies import endpoint_problem
from ecslab.sandbox.world.network import packets
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task

SERVICE: Final = "ssmmessages"
NEEDED: Final = tuple(
    f"ssmmessages:{action}"
    for action in ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
)
"""What the task role has to allow (developer guide, "IAM permissions required for ECS Exec")."""


def is_connected(task: Task, container: Container) -> bool:
    """Whether the agent is connected; on a root that is read-only it cannot write what it needs."""
    return not container.definition.get("readonlyRootFilesystem") and _may(task) and _reaches(task)


def denied(task: Task, service: str, action: str, resource: str = "*") -> str | None:
    """Why the agent, which acts under the task role, may not do something; None if it may.

    Args:
        service: an endpoint's short name, which a VPC endpoint on the way serves.
    """
    role, facts = task_role(task), task_network.network_facts(_interface(task))
    if role is None:
        return "no task role"
    return roles.role_problem(role, action, resource, task.id, task.region) or endpoint_problem(
        facts, service, action, resource, role, task.id
    )


def reaches(task: Task, service: str) -> bool:
    """Whether there is a way from the task to an AWS service; without a network there is none."""
    if task.definition.get("networkMode") == "none":
        return False
    return packets.egress(task_network.network_facts(_interface(task)), service).passed


def _may(task: Task) -> bool:
    return not any(denied(task, SERVICE, action) for action in NEEDED)


def _reaches(task: Task) -> bool:
    return reaches(task, SERVICE)


def _interface(task: Task) -> task_network.Eni:
    interface = task.attachment.interface
    assert isinstance(interface, task_network.Eni), "a container that runs has a network"
    return interface
