"""Task definitions: what RegisterTaskDefinition refuses, and what it fills in.

Pure: a request goes in, the definition as DescribeTaskDefinition shows it comes out, without ARN, revision
and dates. Sentences marked U are not confirmed. Source: API operation RegisterTaskDefinition, and the
developer guide's list of task definition parameters.
"""

import re
from typing import Any, Final

from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.task_definition import container_rules, fargate_rules, general_rules
from ecslab.sandbox.world.task_definition.required_attributes import required_attributes
from ecslab.sandbox.world.task_definition.sizes import cpu_units, mebibytes

__all__ = ["normalised"]

_ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
_COPIED: Final = (
    "family", "taskRoleArn", "executionRoleArn", "networkMode", "requiresCompatibilities", "cpu", "memory",
    "inferenceAccelerators", "pidMode", "ipcMode", "proxyConfiguration", "ephemeralStorage",
    "runtimePlatform", "enableFaultInjection", "trustedExecutionConfiguration",
)  # fmt: skip
_SHOWN_EMPTY: Final = ("environment", "mountPoints", "volumesFrom", "systemControls")


def normalised(request: dict[str, Any], account: str) -> dict[str, Any]:
    """The TaskDefinition shape for this request.

    Args:
        request: the members of RegisterTaskDefinition, of the right types; it is not changed.
        account: twelve digits; a role given by its short name is this account's.

    Returns:
        With `containerDefinitions` and their defaults, `compatibilities` and `requiresAttributes`. `cpu` and
        `memory` are CPU units and MiB, as strings.

    Raises:
        AwsError: mostly ClientException; the first of the refusals that apply.
    """
    general_rules.refuse_names(request)
    asked = _with_whole_numbers(request)
    for role in ("taskRoleArn", "executionRoleArn"):
        if role in asked:
            asked[role] = _role_arn(asked[role], account)
    if "FARGATE" in asked.get("requiresCompatibilities", []):
        fargate_rules.refuse(asked)
    general_rules.refuse(asked)
    for container in asked["containerDefinitions"]:
        container_rules.refuse_foreign(container, account)
    made: dict[str, Any] = {member: asked[member] for member in _COPIED if member in asked}
    made["containerDefinitions"] = [_container(one, asked) for one in asked["containerDefinitions"]]
    made["volumes"] = [_volume(one) for one in asked.get("volumes", [])]
    made["placementConstraints"] = asked.get("placementConstraints", [])
    made["compatibilities"] = _compatibilities(asked)
    made["requiresAttributes"] = required_attributes(made)
    return made


def _with_whole_numbers(request: dict[str, Any]) -> dict[str, Any]:
    """`cpu` and `memory` as whole numbers in strings, however they were spelled."""
    asked = dict(request)
    for member, read in (("cpu", cpu_units), ("memory", mebibytes)):
        if member in asked:
            try:
                asked[member] = str(read(asked[member]))
            except ValueError:
                raise AwsError(
                    "ClientException",
                    f"Invalid '{member}' setting for task. For more information, see the Troubleshooting "
                    "section of the Amazon ECS Developer Guide.",
                ) from None
    return asked


def _role_arn(role: str, account: str) -> str:
    if not role.startswith("arn:"):
        return f"arn:aws:iam::{account}:role/{role}"
    if not _ROLE.fullmatch(role):
        raise AwsError("ClientException", "Role is not valid")
    return role


def _container(given: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """A container definition with the defaults that ECS shows."""
    container: dict[str, Any] = {
        "name": given["name"], "image": given["image"], "cpu": 0, "essential": True,
        **{member: [] for member in _SHOWN_EMPTY}, **given,
        "portMappings": [_port(one, asked.get("networkMode")) for one in given.get("portMappings", [])],
    }  # fmt: skip
    if "logConfiguration" in given:
        container["logConfiguration"] = {"options": {}, "secretOptions": [], **given["logConfiguration"]}
    return container


def _volume(given: dict[str, Any]) -> dict[str, Any]:
    """A volume in EFS shows the folder that it is of."""
    efs = given.get("efsVolumeConfiguration")
    return given if efs is None else {**given, "efsVolumeConfiguration": {"rootDirectory": "/", **efs}}


def _port(given: dict[str, Any], network_mode: str | None) -> dict[str, Any]:
    """With awsvpc (and host) the host port is the container's; with bridge 0 means any free one."""
    mapping = {"protocol": "tcp", **given}
    if "containerPort" in mapping:
        same = network_mode in ("awsvpc", "host")
        mapping["hostPort"] = mapping["containerPort"] if same else mapping.get("hostPort", 0)
    return mapping


def _compatibilities(asked: dict[str, Any]) -> list[str]:
    if asked.get("networkMode") != "awsvpc":
        return ["EXTERNAL", "EC2"]
    return ["EC2", "FARGATE"] if fargate_rules.fits(asked) else ["EC2"]
