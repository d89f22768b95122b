"""Task definitions: what RegisterTaskDefinition refuses, and what it fills in.

Pure: a request goes in, the definition as DescribeTaskDefinition shows it comes out, without ARN, revision
and dates. Sentences marked U are not confirmed. Source: API operation RegisterTaskDefinition, and the
developer guide's list of task definition parameters.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, cast

from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.task_definition import container_rules, fargate_rules, general_rules
from ecslab.sandbox.world.task_definition.required_attributes import required_attributes
from ecslab.sandbox.world.task_definition.sizes import cpu_units, mebibytes

if TYPE_CHECKING:
    from mypy_boto3_ecs.literals import CompatibilityType as Compatibility
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef as ContainerDefinition
    from mypy_boto3_ecs.type_defs import PortMappingTypeDef as PortMapping
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef as TaskDefinition
    from mypy_boto3_ecs.type_defs import VolumeOutputTypeDef as Volume

_ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
_COPIED: Final = (
    "family", "taskRoleArn", "executionRoleArn", "networkMode", "requiresCompatibilities", "cpu", "memory",
    "inferenceAccelerators", "pidMode", "ipcMode", "proxyConfiguration", "ephemeralStorage",
    "runtimePlatform", "enableFaultInjection", "trustedExecutionConfiguration",
)  # fmt: skip
_SHOWN_EMPTY: Final = ("environment", "mountPoints", "volumesFrom", "systemControls")


def normalised(request: Mapping[str, object], account: str) -> "TaskDefinition":
    """The TaskDefinition shape for this request, or AwsError for the first of the refusals that apply.

    It has `containerDefinitions` with their defaults, `compatibilities` and `requiresAttributes`; `cpu` and
    `memory` are CPU units and MiB, as strings.

    Args:
        request: the members of RegisterTaskDefinition, of the right types; it is not changed.
        account: twelve digits; a role given by its short name is this account's.
    """
    given = cast("TaskDefinition", dict(request))
    general_rules.refuse_names(given)
    if "cpu" in given:
        given["cpu"] = _whole_number("cpu", given["cpu"], cpu_units)
    if "memory" in given:
        given["memory"] = _whole_number("memory", given["memory"], mebibytes)
    if "taskRoleArn" in given:
        given["taskRoleArn"] = _role_arn(given["taskRoleArn"], account)
    if "executionRoleArn" in given:
        given["executionRoleArn"] = _role_arn(given["executionRoleArn"], account)
    if "FARGATE" in given.get("requiresCompatibilities", []):
        fargate_rules.refuse(given)
    general_rules.refuse(given)
    for container in given["containerDefinitions"]:
        container_rules.refuse_foreign(container, account)
    return _with_defaults(given)


def _whole_number(member: str, text: str, read: Callable[[str], int]) -> str:
    """`cpu` or `memory` as a whole number in a string, however it was spelled."""
    try:
        return str(read(text))
    except ValueError:
        raise AwsError(
            "ClientException",
            f"Invalid '{member}' setting for task. For more information, see the Troubleshooting section of "
            "the Amazon ECS Developer Guide.",
        ) from None


def _role_arn(role: str, account: str) -> str:
    if not role.startswith("arn:"):
        return f"arn:aws:iam::{account}:role/{role}"
    if not _ROLE.fullmatch(role):
        raise AwsError("ClientException", "Role is not valid")
    return role


def _with_defaults(given: "TaskDefinition") -> "TaskDefinition":
    """As ECS shows it, defaults included."""
    members: Mapping[str, object] = given
    definition = cast("TaskDefinition", {member: members[member] for member in _COPIED if member in members})
    definition["containerDefinitions"] = [
        _container(container, given.get("networkMode")) for container in given["containerDefinitions"]
    ]
    definition["volumes"] = [_volume(volume) for volume in given.get("volumes", [])]
    definition["placementConstraints"] = given.get("placementConstraints", [])
    definition["compatibilities"] = _compatibilities(given)
    definition["requiresAttributes"] = required_attributes(definition)
    return definition


def _container(given: "ContainerDefinition", network_mode: str | None) -> "ContainerDefinition":
    container = {
        "name": given["name"], "image": given["image"], "cpu": 0, "essential": True,
        **{member: [] for member in _SHOWN_EMPTY}, **given,
        "portMappings": [_port(mapping, network_mode) for mapping in given.get("portMappings", [])],
    }  # fmt: skip
    if "logConfiguration" in given:
        container["logConfiguration"] = {"options": {}, "secretOptions": [], **given["logConfiguration"]}
    return cast("ContainerDefinition", container)


def _volume(given: "Volume") -> "Volume":
    """A volume in EFS shows the folder that it is of."""
    if "efsVolumeConfiguration" not in given:
        return given
    return {**given, "efsVolumeConfiguration": {"rootDirectory": "/", **given["efsVolumeConfiguration"]}}


def _port(given: "PortMapping", network_mode: str | None) -> "PortMapping":
    """With awsvpc (and host) the host port is the container's; with bridge 0 means any free one."""
    mapping: PortMapping = {"protocol": "tcp", **given}
    if "containerPort" in mapping:
        same = network_mode in ("awsvpc", "host")
        mapping["hostPort"] = mapping["containerPort"] if same else mapping.get("hostPort", 0)
    return mapping


def _compatibilities(given: "TaskDefinition") -> "list[Compatibility]":
    if given.get("networkMode") != "awsvpc":
        return ["EXTERNAL", "EC2"]
    return ["EC2", "FARGATE"] if fargate_rules.fits(given) else ["EC2"]
