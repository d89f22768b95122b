"""Whoever pulls a task's images and writes its logs: Fargate, or the agent of its container instance."""

from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ecs.instances import external, machine, placing
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.bridge.ssm_nodes.state import SERVICE
from ecslab.sandbox.world.network import packets, vpc
from ecslab.sandbox.world.task import failures
from ecslab.sandbox.world.task.task import Task


def role(task: Task) -> tuple[str | None, str]:
    """Under which role the image is pulled and the log is written, and who assumes it.

    On EC2 and outside AWS that is the execution role, or else the instance's own (developer guide, task
    execution IAM role).
    """
    own, instance = _execution_role(task), placing.instance_of(task)
    if own or instance is None:
        return own, roles.TASKS
    if external.is_external(instance):
        return external.role_arn(instance), SERVICE
    host = machine.find(task.region, instance.ec2_id)
    return (machine.role_of(task.region, host) if host else None), roles.INSTANCES


def _execution_role(task: Task) -> str | None:
    """ARN of the role under which the image is pulled and the log is written."""
    override = task.settings["overrides"].get("executionRoleArn")
    arn: str | None = override or task.definition.get("executionRoleArn")
    return arn


def network(task: Task) -> vpc.Facts:
    """The network in which it is: on EC2 that of the instance."""
    instance = placing.instance_of(task)
    host = None
    if instance and not external.is_external(instance):
        host = machine.find(task.region, instance.ec2_id)
    if host:
        return machine.facts(task.region, host)
    interface = task.attachment.interface
    assert isinstance(interface, task_network.Eni), "asked only of a task that is attached"
    return task_network.network_facts(interface)


def dial(way: packets.Verdict, facts: vpc.Facts, host: str) -> str:
    """How a connection to a host failed."""
    resolver = facts.resolver if way.stopped_by == "name-resolution" else None
    return failures.dial(host, facts.private_ip, resolver)
