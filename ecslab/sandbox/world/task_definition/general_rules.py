"""The refusals of RegisterTaskDefinition that hold for every launch type."""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.placement import rules
from ecslab.sandbox.world.task_definition import container_rules, port_rules, sidecar_rules

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef as ContainerDefinition
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef as TaskDefinition
    from mypy_boto3_ecs.type_defs import VolumeOutputTypeDef as Volume

MOST_CONTAINERS: Final = 10
MOST_BYTES: Final = 64 * 1024
CPU_UNITS: Final = range(128, 196_608 + 1)

_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,255}")
_IMAGE: Final = re.compile(r"[a-zA-Z0-9_./:@#-]{1,255}")


def refuse_names(definition: "TaskDefinition") -> None:
    """Raise AwsError for what is said of family, containers, names and images."""
    _raise_first(_names(definition))


def refuse_retired(definition: "TaskDefinition") -> None:
    """Raise AwsError for what is judged before anything of a launch type is."""
    if definition.get("inferenceAccelerators"):
        raise AwsError("ClientException", "Unsupported field 'inferenceAccelerators'.")
    for container in definition["containerDefinitions"]:
        _raise_first(_logging(container))


def refuse(definition: "TaskDefinition") -> None:
    """Raise AwsError for everything else; `cpu` and `memory` are whole numbers by now."""
    containers, network_mode = definition["containerDefinitions"], definition.get("networkMode")
    _raise_first(_wholes(definition))
    for container in containers:
        _raise_first(_container(container, definition))
        _raise_first(port_rules.of_container(container, network_mode))
        _raise_first(sidecar_rules.dependencies(container, containers))
        _raise_first(container_rules.problems(container, containers))
    _raise_first(port_rules.of_task(containers, network_mode))
    _raise_first(sidecar_rules.of_task(definition))
    _raise_first(_volumes(definition))
    _raise_first(_essential(containers))


def _raise_first(problems: Iterator[str]) -> None:
    for problem in problems:
        raise AwsError("ClientException", problem)


def _names(definition: "TaskDefinition") -> Iterator[str]:
    family = definition.get("family", "")
    if not family:
        yield "Family should not be null or empty."  # U
    if not _NAME.fullmatch(family):
        yield "Family contains invalid characters."
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


def _essential(containers: list["ContainerDefinition"]) -> Iterator[str]:
    if not any(container.get("essential", True) for container in containers):
        yield "Task definition doesn't have any essential container."


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
    if "EC2" in definition.get("requiresCompatibilities", []) and definition.get("ephemeralStorage"):
        yield "Tasks using the EC2 launch type do not support EphemeralStorage."
    for constraint in definition.get("placementConstraints", []):
        problem = rules.definition_problem(constraint)  # type: ignore[arg-type]
        if problem:
            yield problem
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
        yield from _not_in_awsvpc(container)
    for limit in container.get("ulimits", []):
        if limit["softLimit"] > limit["hardLimit"]:
            yield f"Soft limit exceeds hard limit for ulimit {limit['name']}"


def _not_in_awsvpc(container: "ContainerDefinition") -> Iterator[str]:
    if container.get("links"):
        yield "Links are not supported when networkMode=awsvpc."
    where = "supported on container when networkMode=awsvpc."
    if container.get("dnsServers"):
        yield f"DNS servers are not {where}"
    if container.get("hostname"):
        yield f"hostname is not {where}"
    if container.get("extraHosts"):
        yield f"Extra hosts are not {where}"
    if container.get("disableNetworking"):
        yield f"Disable Networking is not {where}"


def _logging(container: "ContainerDefinition") -> Iterator[str]:
    logging = container.get("logConfiguration", {})
    if logging.get("logDriver") == "awslogs":
        options = logging.get("options", {})
        lacking = [name for name in ("awslogs-region", "awslogs-group") if not options.get(name)]
        if lacking:
            yield f"Log driver awslogs requires options: {', '.join(lacking)}"


def _volumes(definition: "TaskDefinition") -> Iterator[str]:
    volumes = definition.get("volumes", [])
    names = {volume.get("name") for volume in volumes}
    for container in definition["containerDefinitions"]:
        for mount in container.get("mountPoints", []):
            if mount.get("sourceVolume") not in names:
                yield f"Unknown volume '{mount.get('sourceVolume')}'."
    mounted = {mount.get("sourceVolume") for each in definition["containerDefinitions"]
               for mount in each.get("mountPoints", [])}  # fmt: skip
    for volume in volumes:
        yield from _efs(volume)
        if volume.get("configuredAtLaunch") and volume.get("name") not in mounted:
            yield f"Volumes [{volume.get('name')}] are not referenced by any of the containers"


def _efs(volume: "Volume") -> Iterator[str]:
    efs = volume.get("efsVolumeConfiguration", {})
    access, encrypted = efs.get("authorizationConfig", {}), efs.get("transitEncryption") == "ENABLED"
    if access.get("iam") == "ENABLED" and not encrypted:
        yield "EFS IAM authorization requires TransitEncryption to be enabled."
    if "transitEncryptionPort" in efs and not encrypted:
        yield "TransitEncryptionPort requires that TransitEncryption is enabled."
    if access.get("accessPointId") and efs.get("rootDirectory", "/") != "/":
        yield 'When using an EFS access point, the root directory must either be set to "/" or be omitted.'
