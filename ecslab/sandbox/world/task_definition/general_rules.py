"""The refusals of RegisterTaskDefinition that hold for every launch type."""

import json
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.task_definition import container_rules

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef as ContainerDefinition
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef as TaskDefinition

MOST_CONTAINERS: Final = 10
MOST_BYTES: Final = 64 * 1024
CPU_UNITS: Final = range(128, 196_608 + 1)
PORTS: Final = range(1, 65_536)

_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,255}")
_IMAGE: Final = re.compile(r"[a-zA-Z0-9_./:@#-]{1,255}")


def refuse_names(definition: "TaskDefinition") -> None:
    """Raise AwsError for what is said of family, containers, names and images."""
    _raise_first(_names(definition))


def refuse(definition: "TaskDefinition") -> None:
    """Raise AwsError for everything else; `cpu` and `memory` are whole numbers by now."""
    _raise_first(_wholes(definition))
    for container in definition["containerDefinitions"]:
        _raise_first(_container(container, definition))
        _raise_first(_ports(container, definition.get("networkMode")))
        _raise_first(_logging(container))
        _raise_first(_dependencies(container, definition["containerDefinitions"]))
        _raise_first(container_rules.problems(container, definition["containerDefinitions"]))
    _raise_first(_circles(definition["containerDefinitions"]))
    _raise_first(_volumes(definition))


def _raise_first(problems: Iterator[str]) -> None:
    for problem in problems:
        raise AwsError("ClientException", problem)


def _names(definition: "TaskDefinition") -> Iterator[str]:
    family = definition.get("family", "")
    if not family:
        yield "Family should not be null or empty."  # U
    if not _NAME.fullmatch(family):
        yield "Family contains invalid characters."  # U
    containers = definition.get("containerDefinitions", [])
    if not containers:
        yield "Container list cannot be empty."
    if len(containers) > MOST_CONTAINERS:
        yield f"containerDefinitions can have at most {MOST_CONTAINERS} items."  # U
    size = len(json.dumps(definition, separators=(",", ":")).encode())
    if size > MOST_BYTES:
        yield f"Actual length: '{size}'. Max allowed length is '{MOST_BYTES}' bytes."  # U
    for container in containers:
        yield from _name_and_image(container)
    names = [container["name"] for container in containers]
    if len(set(names)) < len(names):
        yield "Container names must be unique within a task definition"
    if not any(container.get("essential", True) for container in containers):
        yield "Task definition doesn't have any essential container"


def _name_and_image(container: "ContainerDefinition") -> Iterator[str]:
    if not container.get("name"):
        yield "Container.name should not be null or empty."
    if not _NAME.fullmatch(container["name"]):
        yield "Container.name contains invalid characters"  # U
    if not container.get("image"):
        yield "Container.image should not be null or empty."
    if not _IMAGE.fullmatch(container["image"]):
        yield "Container.image contains invalid characters"


def _wholes(definition: "TaskDefinition") -> Iterator[str]:
    if "cpu" in definition and int(definition["cpu"]) not in CPU_UNITS:
        yield (
            "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the "
            "Amazon ECS Developer Guide."
        )
    secret = any(container.get("secrets") for container in definition["containerDefinitions"])
    if secret and "executionRoleArn" not in definition:
        yield (
            "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."
        )


def _container(container: "ContainerDefinition", definition: "TaskDefinition") -> Iterator[str]:
    name, memory = container["name"], container.get("memory")
    reservation, whole = container.get("memoryReservation"), definition.get("memory")
    if memory is None and reservation is None and whole is None:
        yield (
            f"Invalid setting for container '{name}'. At least one of 'memory' or 'memoryReservation' must "
            "be specified."
        )
    if memory is not None and reservation is not None and memory < reservation:
        yield (
            f"Invalid setting for container '{name}'. 'memory' must be greater than or equal to "
            "'memoryReservation'"
        )
    if whole is not None and max(memory or 0, reservation or 0) > int(whole):
        yield f"The 'memory' setting for container '{name}' is greater than for the task"
    if definition.get("networkMode") == "awsvpc":
        if container.get("links"):
            yield "Links are not supported when networkMode=awsvpc"
        if container.get("dnsServers"):
            yield "DNS servers are not supported on container when networkMode=awsvpc"
    for limit in container.get("ulimits", []):
        if limit["softLimit"] > limit["hardLimit"]:
            yield f"Soft limit exceeds hard limit for ulimit {limit['name']}"


def _ports(container: "ContainerDefinition", network_mode: str | None) -> Iterator[str]:
    for mapping in container.get("portMappings", []):
        port = mapping.get("containerPort")
        if port is None and "containerPortRange" not in mapping:
            yield "Container port should not be null or empty."  # U
        if port is not None and port not in PORTS:
            yield f"Container port {port} is out of range. It must be between 1 and 65535."  # U
        host = mapping.get("hostPort")
        if network_mode in ("awsvpc", "host") and host not in (None, port):
            yield (
                f"When networkMode={network_mode}, the host ports and container ports in port mappings must "
                "match."
            )


def _logging(container: "ContainerDefinition") -> Iterator[str]:
    logging = container.get("logConfiguration", {})
    if logging.get("logDriver") == "awslogs":
        options = logging.get("options", {})
        lacking = [name for name in ("awslogs-region", "awslogs-group") if not options.get(name)]
        if lacking:
            yield f"Log driver awslogs requires options: {', '.join(lacking)}"


def _dependencies(container: "ContainerDefinition", containers: list["ContainerDefinition"]) -> Iterator[str]:
    known = {other["name"]: other for other in containers}
    for dependency in container.get("dependsOn", []):
        name, condition = dependency["containerName"], dependency["condition"]
        if name not in known:
            yield f"Cannot depend on container + '{name}' because it does not exist"
        other = known[name]
        if condition in ("COMPLETE", "SUCCESS") and other.get("essential", True):
            yield "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"
        if condition == "HEALTHY" and "healthCheck" not in other:
            yield "A dependency container with HEALTHY condition must have health check configured"


def _circles(containers: list["ContainerDefinition"]) -> Iterator[str]:
    waits = {
        container["name"]: {entry["containerName"] for entry in container.get("dependsOn", [])}
        for container in containers
    }
    try:
        TopologicalSorter(waits).prepare()
    except CycleError:
        yield "Container dependencies must not be circular."  # U


def _volumes(definition: "TaskDefinition") -> Iterator[str]:
    volumes = definition.get("volumes", [])
    names = {volume.get("name") for volume in volumes}
    for container in definition["containerDefinitions"]:
        for mount in container.get("mountPoints", []):
            if mount.get("sourceVolume") not in names:
                yield f"Unknown volume '{mount.get('sourceVolume')}'."  # U
    for volume in volumes:
        efs = volume.get("efsVolumeConfiguration", {})
        access = efs.get("authorizationConfig", {})
        if access.get("iam") == "ENABLED" and efs.get("transitEncryption") != "ENABLED":
            yield "EFS IAM authorization requires TransitEncryption to be enabled"
        if access.get("accessPointId") and efs.get("rootDirectory", "/") != "/":
            yield (
                'When using an EFS access point, the root directory must either be set to "/" or be omitted'
            )
