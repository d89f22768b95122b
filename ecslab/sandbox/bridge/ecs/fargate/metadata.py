"""The task metadata endpoint, version 4: what a container learns about itself at 169.254.170.2.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
Statistics (`/stats`) are left out: nothing here uses a processor that could be measured.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any, Final

from moto.ec2.models import ec2_backends

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ec2.addresses import ipv6_block
from ecslab.sandbox.bridge.ecs.fargate.credentials import PREFIX, Credentials
from ecslab.sandbox.bridge.logs import log_options, log_stream
from ecslab.sandbox.runtime import HttpRequest, HttpResponse
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task

ADDRESS: Final = "169.254.170.2"
CPU_UNITS: Final = 1024


def variables(task: Task, container: Container, credentials: Credentials) -> dict[str, str]:
    """The environment variables that ECS on Fargate adds to a container's own."""
    about = {
        "AWS_EXECUTION_ENV": "AWS_ECS_EC2" if task.instance else "AWS_ECS_FARGATE",
        "AWS_REGION": task.region,
        "AWS_DEFAULT_REGION": task.region,
        "ECS_CONTAINER_METADATA_URI": f"http://{ADDRESS}/v3/{container.runtime_id}",
    }
    if task.settings.get("platformVersion") != "1.3.0":
        about["ECS_AGENT_URI"] = f"http://{ADDRESS}/api/{container.runtime_id}"
        about["ECS_CONTAINER_METADATA_URI_V4"] = f"http://{ADDRESS}/v4/{container.runtime_id}"
    path = credentials.path(task)
    return about if path is None else {**about, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": path}


def host_name(task: Task) -> str:
    """Its containers' host name: the private name of the task's interface."""
    interface = task.attachment.interface
    assert interface is not None, "a container that runs has a network"
    return interface.private_dns


class Environment(Mapping[str, str]):
    """A container's environment: what ECS adds, under environment files and secrets, under its own variables.

    It is put together when the container's program first looks: most never do.
    """

    __slots__ = ("_container", "_credentials", "_task")

    def __init__(self, task: Task, container: Container, credentials: Credentials):
        self._task, self._container, self._credentials = task, container, credentials
        credentials.path(task)  # drawn now, so that when somebody looks decides nothing

    def __getitem__(self, name: str) -> str:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, str]:
        added = variables(self._task, self._container, self._credentials)
        own = {entry["name"]: entry["value"] for entry in self._container.definition.get("environment", ())}
        return {**added, **(self._container.injected or {}), **own}


def answer(task: Task, credentials: Credentials, request: HttpRequest) -> HttpResponse:
    """Answer a request that one of the task's containers sends to the endpoint."""
    if request.path.startswith(PREFIX):
        keys = credentials.answer(task, request.path)
        if keys is None:
            return _json(400, _no_credentials(request.path))
        return _json(200, keys)
    parts = request.path.strip("/").split("/")
    named = next((each for each in task.containers if parts[1:2] == [each.runtime_id]), None)
    if parts[0] not in ("v3", "v4") or named is None:
        return _json(404, f"no metadata at {request.path}")
    if len(parts) == 2:
        return _json(200, _container(task, named))
    if parts[2:] == ["task"]:
        return _json(200, _task(task))
    if parts[2:] == ["taskWithTags"]:
        return _json(200, {**_task(task), "TaskTags": {tag["key"]: tag["value"] for tag in task.tags}})
    return _json(404, f"this sandbox has no {'/'.join(parts[2:])} in its metadata")


def _task(task: Task) -> dict[str, object]:
    settings, definition = task.settings, task.definition
    shown: dict[str, object] = {
        "Cluster": settings["clusterArn"],
        "TaskARN": task.arn,
        "Family": definition["family"],
        "Revision": str(definition["revision"]),
        "DesiredStatus": task.desired_status,
        "KnownStatus": task.last_status,
        "Limits": {"CPU": int(settings["cpu"]) / CPU_UNITS, "Memory": int(settings["memory"])},
        "PullStartedAt": _time(task.pull_started_at),
        "PullStoppedAt": _time(task.pull_stopped_at),
        **({"AvailabilityZone": settings["availabilityZone"]} if "availabilityZone" in settings else {}),
        "LaunchType": settings["launchType"],
        "Containers": [_container(task, each) for each in task.containers if each.runtime_id],
    }
    if "ephemeralStorage" in settings:
        reserved = settings["ephemeralStorage"]["sizeInGiB"] * 1024
        shown["EphemeralStorageMetrics"] = {"Utilized": 0, "Reserved": reserved}
    group = str(settings.get("group", ""))
    if group.startswith("service:"):
        shown["ServiceName"] = group.removeprefix("service:")
    interface = task.attachment.interface
    if isinstance(interface, task_network.Eni):
        shown["VPCID"] = interface.vpc_id
    return shown


def _container(task: Task, container: Container) -> dict[str, object]:
    definition = container.definition
    started = _time(current_account().clock.timestamp_at(container.started))
    shown: dict[str, object] = {
        "DockerId": container.runtime_id,
        "Name": container.name,
        "DockerName": container.name,
        "Image": container.image,
        "ImageID": container.image_digest,
        "Labels": _labels(task, container),
        "DesiredStatus": task.desired_status,
        "KnownStatus": container.last_status,
        "Limits": _limits(definition),
        "CreatedAt": started,
        "StartedAt": started,
        "Type": "NORMAL",
        "ContainerARN": container.arn,
        "Networks": [_network(task)],
        "Snapshotter": "overlayfs",
    }
    options, where = log_options(container), log_stream(task, container)
    if where:
        shown |= {"LogDriver": "awslogs", "LogOptions": {**options, "awslogs-stream": where[2]}}
    if container.exit_code is not None:
        shown["ExitCode"] = container.exit_code
    if definition.get("restartPolicy"):
        shown["RestartCount"] = container.restarts
    if container.watch:
        shown["Health"] = {"status": container.health_status, "statusSince": _time(container.watch.since)}
    return shown


def _labels(task: Task, container: Container) -> dict[str, str]:
    ours = {
        "cluster": task.settings["clusterArn"],
        "container-name": container.name,
        "task-arn": task.arn,
        "task-definition-family": task.definition["family"],
        "task-definition-version": str(task.definition["revision"]),
    }
    own: Mapping[str, str] = container.definition.get("dockerLabels") or {}
    return {**own, **{f"com.amazonaws.ecs.{name}": value for name, value in ours.items()}}


def _limits(definition: Mapping[str, Any]) -> dict[str, int]:
    limits = {"CPU": definition.get("cpu", 0), "Memory": definition.get("memory", 0)}
    return {name: value for name, value in limits.items() if value or name == "CPU"}


def _network(task: Task) -> dict[str, object]:
    interface = task.attachment.interface
    assert isinstance(interface, task_network.Eni), "a container that runs has a network"
    if not interface.subnet_id:  # a machine outside AWS
        mode = str(task.definition.get("networkMode", "bridge"))
        return {"NetworkMode": mode, "IPv4Addresses": [interface.private_ip]}
    where = ec2_backends[current_account().id][task.region].get_subnet(interface.subnet_id)
    cidr, block = str(where.cidr_block), ipv6_block(where)
    subnet = ip_network(cidr)
    return {  # in the agent's order (aws/amazon-ecs-agent#2596)
        "NetworkMode": "awsvpc",
        "IPv4Addresses": [interface.private_ip],
        **({"IPv6Addresses": [interface.ipv6]} if interface.ipv6 else {}),
        "AttachmentIndex": 0,
        "MACAddress": interface.mac,
        "IPv4SubnetCIDRBlock": cidr,
        **({"IPv6SubnetCIDRBlock": str(block)} if interface.ipv6 and block else {}),
        "PrivateDNSName": interface.private_dns,
        "SubnetGatewayIpv4Address": f"{subnet[1]}/{subnet.prefixlen}",
    }


def _time(moment: float | None) -> str | None:
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _no_credentials(path: str) -> dict[str, object]:
    """As the agent words it (agent/handlers)."""
    return {
        "code": "InvalidIdInRequest",
        "message": f"CredentialsV2Request: Credentials not found for {path.rpartition('/')[2]}",
        "HTTPErrorCode": 400,
    }


def _json(status: int, value: object) -> HttpResponse:
    return HttpResponse(status, {"Content-Type": "application/json"}, json.dumps(value).encode())
