"""What RegisterTaskDefinition makes and refuses of a definition that is to run on ECS Managed Instances.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters-managed-instances.html
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.task_definition.fargate_rules import is_windows

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef as TaskDefinition

SINCE: Final = 8
"""The behaviour from which on these rules hold."""
MANAGED: Final = "MANAGED_INSTANCES"
LOG_DRIVERS: Final = ("awslogs", "splunk", "awsfirelens", "json-file")
"""API_LogConfiguration."""
_MODES: Final = ("awsvpc", "host")


def with_network_mode(request: Mapping[str, object]) -> dict[str, object]:
    """A request with the network mode `awsvpc`, if it is for managed instances alone and names none."""
    given = dict(request)
    if given.get("requiresCompatibilities") == [MANAGED]:
        given.setdefault("networkMode", "awsvpc")
    return given


def finish(definition: "TaskDefinition") -> None:
    """Complete `compatibilities` with managed instances, which take the network mode `host` too.

    Raises:
        AwsError: ClientException; it is required to be compatible, and is not.
    """
    if MANAGED in definition.get("requiresCompatibilities", []):
        for problem in _problems(definition):
            raise AwsError("ClientException", problem)
    compatible = definition["compatibilities"]
    if MANAGED not in compatible and next(_problems(definition), None) is None:
        definition["compatibilities"] = [*compatible, MANAGED]  # U: where it stands in the list


def _problems(definition: "TaskDefinition") -> Iterator[str]:
    """U: the sentences are those of Fargate, with another name."""
    if is_windows(definition):
        yield "Managed Instances do not support Windows containers."
    if definition.get("networkMode") not in _MODES:
        yield "Managed Instances only support network modes ‘awsvpc’ and ‘host’."
    for container in definition["containerDefinitions"]:
        logging = container.get("logConfiguration")
        if logging and logging["logDriver"] not in LOG_DRIVERS:
            driver = logging["logDriver"]
            yield f"{driver} is not a valid log driver. Must be one of [{','.join(LOG_DRIVERS)}]"
