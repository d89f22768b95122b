"""A task in the shape of API_Task, made once for each change and then handed out as it is.

Only what has been told is shown: a field whose time has not come is absent, as it is on AWS. What the agent
knows of the containers, and its own connection, come with its report: when they run, or run no more
[NAT:network_interfaces, task_log_startup].
"""

from typing import TYPE_CHECKING, Any, Final, cast

from ecslab.sandbox.bridge.ecs.shapes import times
from ecslab.sandbox.world.task import managed_agent
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

_REPORTED_TIMES: Final = ("connectivity_at", "pull_started_at", "pull_stopped_at")
_SIZES: Final = ("memory", "memoryReservation")
_HEALTH: Final = "healthStatus"


def view(task: Task) -> "TaskTypeDef":
    """API_Task without tags. The same object until the task changes: read it, do not write to it."""
    if task.view is None:
        task.view = _task(task)
    return task.view


def with_tags(task: Task) -> dict[str, object]:
    """API_Task with the task's tags."""
    return {**view(task), "tags": [dict(tag) for tag in task.tags]}


def without_health(task: Task) -> dict[str, object]:
    """API_Task as RunTask and StopTask answer it: of health only DescribeTasks tells [NAT:task_tokens]."""
    shown = {name: value for name, value in view(task).items() if name != _HEALTH}
    shown["containers"] = [
        {name: value for name, value in container.items() if name != _HEALTH}
        for container in view(task)["containers"]
    ]
    return shown


def _task(task: Task) -> "TaskTypeDef":
    shown: dict[str, Any] = {
        "attachments": [] if task.attachment.shared else [_attachment(task)],
        **task.settings,
        "containers": [*(_container(task, each) for each in task.containers), *_proxy(task)],
        "desiredStatus": task.shown_desired,
        _HEALTH: task.health_told,
        "lastStatus": task.shown_status,
        "tags": [],
        "taskArn": task.arn,
        "version": task.version,
    }
    shown |= times(task, ("created_at", "started_at", "stopped_at"))
    if task.reported:
        if task.connectivity:
            shown["connectivity"] = task.connectivity
        shown |= times(task, _REPORTED_TIMES)
    if task.stopping_at is not None:
        shown |= {"stopCode": task.stop_code} if task.stop_code else {}
        shown["stoppedReason"] = task.stopped_reason
        shown |= times(task, ("stopping_at", "execution_stopped_at"))
    return cast("TaskTypeDef", shown)


def _attachment(task: Task) -> dict[str, object]:
    """The interface: ready, and known, from PENDING on [NAT:network_interfaces]."""
    attachment = task.attachment
    details, attached = {"subnetId": attachment.subnet_id}, _attached(task)
    if attached and attachment.interface:
        details |= {"networkInterfaceId": attachment.interface.eni_id, "macAddress": attachment.interface.mac}
        if attachment.interface.named:
            details["privateDnsName"] = attachment.interface.private_dns
        details["privateIPv4Address"] = attachment.interface.private_ip
        if attachment.interface.ipv6:
            details["ipv6Address"] = attachment.interface.ipv6  # U: the name here
    return {
        "id": attachment.id,
        "type": "ElasticNetworkInterface",
        "status": attachment.status if attached else "PRECREATED",
        "details": [{"name": name, "value": value} for name, value in details.items()],
    }


def _attached(task: Task) -> bool:
    return task.last_status != "PROVISIONING"


def _container(task: Task, container: Container) -> dict[str, object]:
    definition = container.definition
    shown: dict[str, object] = {
        "containerArn": container.arn,
        "taskArn": task.arn,
        "name": container.name,
        "image": container.image,
        "lastStatus": container.last_status,
        "networkInterfaces": _interfaces(task),
        _HEALTH: container.health_told,
        "cpu": str(definition.get("cpu", 0)),
        **{size: str(definition[size]) for size in _SIZES if definition.get(size)},
    }
    if task.reported or container.last_status != "PENDING":
        shown |= _report(task, container)
    if task.settings.get("enableExecuteCommand"):
        shown["managedAgents"] = [_agent(container)]
    return shown


def _proxy(task: Task) -> list[dict[str, object]]:
    """The container that Service Connect adds to those of the task definition. U: which members it has."""
    if task.proxy is None:
        return []
    name, arn = task.proxy
    running, over = task.started_at is not None, task.last_status in ("DEPROVISIONING", "STOPPED")
    shown: dict[str, object] = {
        "containerArn": arn,
        "taskArn": task.arn,
        "name": name,
        "lastStatus": "STOPPED" if over else "RUNNING" if running else "PENDING",
        "networkInterfaces": _interfaces(task),
        _HEALTH: "HEALTHY" if running and not over else "UNKNOWN",
        "cpu": "0",
    }
    if running:
        shown |= {"runtimeId": f"{task.id}-{int(arn[-12:], 16) % 10**10:010}", "networkBindings": []}
    if over and running:
        shown["exitCode"] = 0
    return [shown]


def _agent(container: Container) -> dict[str, object]:
    shown: dict[str, object] = {"name": managed_agent.NAME, "lastStatus": managed_agent.status(container)}
    if container.agent is not None:
        shown |= times(container.agent, ("last_started_at",))
    return shown


def _report(task: Task, container: Container) -> dict[str, object]:
    """What the agent tells of a container.

    One that never ran has a runtime id, an image if that was pulled, and nothing else
    [NAT:services, task_log_startup].
    """
    shown: dict[str, object] = {}
    if container.image_digest:
        shown["imageDigest"] = container.image_digest
    if container.runtime_id:
        shown |= {"runtimeId": container.runtime_id, "networkBindings": _bindings(container)}
    elif task.connectivity:
        shown["runtimeId"] = _never_used_id(task, container)
    if container.exit_code is not None:
        shown["exitCode"] = container.exit_code
    if container.reason:
        shown["reason"] = container.reason
    return shown


def _bindings(container: Container) -> list[dict[str, object]]:
    return [
        {"bindIP": "0.0.0.0", "containerPort": each.container_port, "hostPort": each.host_port,
         "protocol": each.protocol} for each in container.bindings
    ]  # fmt: skip


def _never_used_id(task: Task, container: Container) -> str:
    """The runtime id of a container that never ran: of its ARN, since nothing may be drawn while looking."""
    return f"{task.id}-{10**9 + int(container.arn[-12:], 16) % (9 * 10**9)}"


def _interfaces(task: Task) -> list[dict[str, str]]:
    attachment = task.attachment
    if attachment.interface is None or attachment.shared or not _attached(task):
        return []
    shown = {"attachmentId": attachment.id, "privateIpv4Address": attachment.interface.private_ip}
    if attachment.interface.ipv6:
        shown["ipv6Address"] = attachment.interface.ipv6
    return [shown]
