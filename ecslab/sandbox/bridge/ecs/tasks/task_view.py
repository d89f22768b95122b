"""A task in the shape of API_Task, made once for each change and then handed out as it is.

Only what has happened is shown: a field whose time has not come is absent, as it is on AWS.
"""

from typing import TYPE_CHECKING, Any, Final, cast

from ecslab.sandbox.bridge.ecs.shapes import times
from ecslab.sandbox.world.task.attachment import Attachment
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

_TIMES: Final = (
    "connectivity_at", "created_at", "execution_stopped_at", "pull_started_at", "pull_stopped_at",
    "started_at", "stopped_at", "stopping_at",
)  # fmt: skip
_SIZES: Final = ("memory", "memoryReservation")


def view(task: Task) -> "TaskTypeDef":
    """API_Task without tags. The same object until the task changes: read it, do not write to it."""
    if task.view is None:
        task.view = _task(task)
    return task.view


def with_tags(task: Task) -> dict[str, object]:
    """API_Task with the task's tags."""
    return {**view(task), "tags": [dict(tag) for tag in task.tags]}


def _task(task: Task) -> "TaskTypeDef":
    shown: dict[str, Any] = {
        "attachments": [_attachment(task.attachment)],
        **task.settings,
        "containers": [_container(task, container) for container in task.containers],
        "desiredStatus": task.desired_status,
        "lastStatus": task.last_status,
        "tags": [],
        "taskArn": task.arn,
        "version": task.version,
    }
    shown |= times(task, _TIMES)
    end = {"stopCode": task.stop_code, "stoppedReason": task.stopped_reason}
    told = {"connectivity": task.connectivity, **end}
    shown |= {name: value for name, value in told.items() if value is not None}
    if task.started_at is not None:
        shown["healthStatus"] = task.health_status
    return cast("TaskTypeDef", shown)


def _attachment(attachment: Attachment) -> dict[str, object]:
    details = {"subnetId": attachment.subnet_id}
    if attachment.interface:
        details |= {
            "networkInterfaceId": attachment.interface.eni_id,
            "macAddress": attachment.interface.mac,
            "privateDnsName": attachment.interface.private_dns,
            "privateIPv4Address": attachment.interface.private_ip,
        }
    return {
        "id": attachment.id,
        "type": "ElasticNetworkInterface",
        "status": attachment.status,
        "details": [{"name": name, "value": value} for name, value in details.items()],
    }


def _container(task: Task, container: Container) -> dict[str, object]:
    definition = container.definition
    shown: dict[str, object] = {
        "containerArn": container.arn,
        "taskArn": task.arn,
        "name": container.name,
        "image": container.image,
        "lastStatus": container.last_status,
        "networkInterfaces": _interfaces(task.attachment),
        "cpu": str(definition.get("cpu", 0)),
        **{size: str(definition[size]) for size in _SIZES if definition.get(size)},
    }
    if container.image_digest:
        shown["imageDigest"] = container.image_digest
    if container.runtime_id:
        shown |= {
            "runtimeId": container.runtime_id,
            "networkBindings": [],
            "healthStatus": container.health_status,
        }
    if container.exit_code is not None:
        shown["exitCode"] = container.exit_code
    if container.reason:
        shown["reason"] = container.reason
    if task.settings.get("enableExecuteCommand"):
        shown["managedAgents"] = [{"name": "ExecuteCommandAgent", "lastStatus": container.last_status}]
    return shown


def _interfaces(attachment: Attachment) -> list[dict[str, str]]:
    if attachment.interface is None:
        return []
    return [{"attachmentId": attachment.id, "privateIpv4Address": attachment.interface.private_ip}]
