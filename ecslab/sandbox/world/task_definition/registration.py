"""Task definitions: what RegisterTaskDefinition refuses, and what it fills in.

Pure: a request goes in, the definition as DescribeTaskDefinition shows it comes out, without ARN, revision
and dates. Sentences marked U are not confirmed. Source: API operation RegisterTaskDefinition, and the
developer guide's list of task definition parameters; a health check's defaults as eagletmt/hako#56 saw them.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, cast

from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.task_definition import container_rules, fargate_rules, general_rules
from ecslab.sandbox.world.task_definition.required_attributes import required_attributes
from ecslab.sandbox.world.task_definition.sizes import cpu_units, mebibytes

if TYPE_CHECKING:
    from mypy_boto3_ecs.literals import CompatibilityType as Compatibility
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef as ContainerDefinition
    from mypy_boto3_ecs.type_defs import PortMappingTypeDef as PortMapping
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef as TaskDefinition
    from mypy_boto3_ecs.type_defs import VolumeOutputTypeDef as Volume

_INVALID: Final = "Invalid '{}' setting for task."  # the guide has a longer one, which was not recorded
_ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
_COPIED: Final = (
    "family", "taskRoleArn", "executionRoleArn", "networkMode", "requiresCompatibilities", "cpu", "memory",
    "pidMode", "ipcMode", "proxyConfiguration", "ephemeralStorage",
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
    _name_roles(given, account)
    general_rules.refuse_retired(given)
    if "FARGATE" in given.get("requiresCompatibilities", []):
        fargate_rules.refuse(given)
    elif "cpu" in given and int(given["cpu"]) not in general_rules.CPU_UNITS:
        raise invalid(_INVALID.format("cpu"))
    for container in given["containerDefinitions"]:
        container_rules.refuse_foreign(container, account)
    general_rules.refuse(given)
    return _with_defaults(given)


def _whole_number(member: str, text: str, read: Callable[[str], int]) -> str:
    """`cpu` or `memory` as a whole number in a string, however it was spelled."""
    try:
        return str(read(text))
    except ValueError:
        raise invalid(_INVALID.format(member)) from None


def _name_roles(given: "TaskDefinition", account: str) -> None:
    """Roles by their ARNs; an empty one means none, as ecs-deploy and Ansible send it."""
    task_role, execution_role = given.pop("taskRoleArn", ""), given.pop("executionRoleArn", "")
    if task_role:
        given["taskRoleArn"] = _role_arn(task_role, account)
    if execution_role:
        given["executionRoleArn"] = _role_arn(execution_role, account)


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
    attributes = required_attributes(definition)
    if attributes:
        definition["requiresAttributes"] = attributes
    return definition


def _container(given: "ContainerDefinition", network_mode: str | None) -> "ContainerDefinition":
    container = {
        "name": given["name"], "image": given["image"], "cpu": 0, "essential": True,
        **{member: [] for member in _SHOWN_EMPTY}, **given,
        "portMappings": [_port(mapping, network_mode) for mapping in given.get("portMappings", [])],
    }  # fmt: skip
    if given.get("healthCheck"):
        container["healthCheck"] = {"interval": 30, "timeout": 5, "retries": 3, **given["healthCheck"]}
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
    compatible: list[Compatibility] = ["EC2"]
    if not fargate_rules.is_windows(given):  # managed instances run Linux alone
        compatible.append("MANAGED_INSTANCES")
    if fargate_rules.fits(given):
        compatible.append("FARGATE")
    return compatible
