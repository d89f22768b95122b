"""Daemon task definitions: what RegisterDaemonTaskDefinition refuses, and what it makes of a request.

The rules of containers are those of RegisterTaskDefinition, in its words (U: that a daemon's are the same).
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-daemons-task-definitions.html
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Final, cast

from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.task_definition.registration import normalised

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import RegisterDaemonTaskDefinitionRequestTypeDef as Request
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef as TaskDefinition

NETWORK: Final = "daemon_bridge"
"""The network mode that ECS sets; nobody can name one."""
LOG_DRIVERS: Final = ("awslogs", "splunk", "awsfirelens")
"""The page, under supported container parameters."""
_RESERVED: Final = 6
"""MiB for containers without a setting of memory, which those of daemons may be: only to pass the rule that
others have one. The least that Docker takes (API_ContainerDefinition, memory)."""
_OWN: Final = ("pidMode", "ipcMode")
_SHOWN: Final = ("family", "taskRoleArn", "executionRoleArn", "volumes", "cpu", "memory")


def definition(request: "Request", account: str) -> "TaskDefinition":
    """A daemon's definition in the shape of a task definition's, without ARN, revision and dates.

    Raises:
        AwsError: it cannot be.
    """
    _check(request)
    given = {name: value for name, value in request.items() if name not in (*_OWN, "tags")}
    bare = {
        each.get("name", "") for each in request["containerDefinitions"]
        if not (request.get("memory") or each.get("memory") or each.get("memoryReservation"))
    }  # fmt: skip
    given["containerDefinitions"] = [
        {**each, "memoryReservation": _RESERVED} if each.get("name", "") in bare else each
        for each in request["containerDefinitions"]
    ]
    normal = normalised({**given, "networkMode": "bridge"}, account)
    for container in normal["containerDefinitions"]:
        if container["name"] in bare:
            del container["memoryReservation"]
    left_out = ("compatibilities", "requiresAttributes", "placementConstraints")
    members = {name: value for name, value in normal.items() if name not in left_out}
    return cast("TaskDefinition", {**members, "networkMode": NETWORK})


def shown(normal: "TaskDefinition", request: "Request", members: Collection[str]) -> dict[str, object]:
    """The same as DescribeDaemonTaskDefinition shows it.

    Args:
        members: those that the container definition of a daemon has.
    """
    view = {name: value for name, value in normal.items() if name in _SHOWN}
    view |= {name: value for name, value in request.items() if name in _OWN}
    view["containerDefinitions"] = [
        {name: value for name, value in each.items() if name in members}
        for each in normal["containerDefinitions"]
    ]
    return view


def _check(given: "Request") -> None:
    for container in given["containerDefinitions"]:
        logging = container.get("logConfiguration")
        driver = logging["logDriver"] if logging else LOG_DRIVERS[0]
        if driver not in LOG_DRIVERS:  # U: the sentence is that of Fargate
            allowed = f"Must be one of [{','.join(LOG_DRIVERS)}]"
            raise AwsError("ClientException", f"{driver} is not a valid log driver. {allowed}")
    for volume in given.get("volumes") or ():
        if (volume.get("host") or {}).get("sourcePath"):
            why = "This sandbox does not carry volumes of the host yet."
            raise AwsError("UnsupportedFeatureException", why)
