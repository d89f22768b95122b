"""The refusals of RegisterTaskDefinition for a definition that is to run on Fargate."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.task_definition.required_attributes import is_ecr
from ecslab.sandbox.world.task_definition.sizes import fits_fargate

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef as ContainerDefinition
    from mypy_boto3_ecs.type_defs import LinuxParametersOutputTypeDef as LinuxParameters
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef as TaskDefinition

LOG_DRIVERS: Final = ("awslogs", "splunk", "awsfirelens")
EPHEMERAL_GIB: Final = (21, 200)
LONGEST_STOP: Final = 120
CAPABILITIES: Final = ("SYS_PTRACE",)
"""What may be added to those that Docker gives every container."""


def refuse(definition: "TaskDefinition") -> None:
    """Raise AwsError, a ClientException, for the first rule of Fargate that is broken."""
    for problem in _problems(definition):
        raise AwsError("ClientException", problem)


def fits(definition: "TaskDefinition") -> bool:
    """Whether Fargate could run it."""
    return next(_problems(definition), None) is None


def is_windows(definition: "TaskDefinition") -> bool:
    """Whether its containers are Windows containers."""
    family = definition.get("runtimePlatform", {}).get("operatingSystemFamily", "LINUX")
    return family.startswith("WINDOWS")


def _problems(definition: "TaskDefinition") -> Iterator[str]:
    yield from _task(definition)
    for container in definition["containerDefinitions"]:
        yield from _roles(container, definition)
        yield from _logging(container)
        yield from _container(container)
        yield from _linux(container.get("linuxParameters", {}))
    for volume in definition.get("volumes", []):
        if volume.get("host", {}).get("sourcePath"):
            yield _unsupported("sourcePath")
        if "dockerVolumeConfiguration" in volume:
            yield _unsupported("dockerVolumeConfiguration")


def _task(definition: "TaskDefinition") -> Iterator[str]:
    if definition.get("networkMode") != "awsvpc":
        yield "Fargate only supports network mode ‘awsvpc’."
    for member in ("cpu", "memory"):
        if member not in definition:
            yield f"Fargate requires that '{member}' be defined at the task level."
    if "cpu" not in definition or "memory" not in definition:
        return
    cpu, memory = int(definition["cpu"]), int(definition["memory"])
    if not fits_fargate(cpu, memory, windows=is_windows(definition)):
        yield (
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. See the Amazon "
            "ECS documentation for the valid values."
        )
    if sum(container.get("cpu", 0) for container in definition["containerDefinitions"]) > cpu:
        yield "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'."
    least, most = EPHEMERAL_GIB
    size = definition.get("ephemeralStorage", {}).get("sizeInGiB", least)
    if size < least:
        yield f"EphemeralStorage size should be at least {least}"
    if size > most:
        yield f"EphemeralStorage size should be at most {most}"
    if "ipcMode" in definition:
        yield _unsupported("ipcMode")
    if definition.get("placementConstraints"):
        yield _unsupported("constraints")
    if definition.get("pidMode") == "host":
        yield (
            "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for "
            "pidMode is 'task'."
        )


def _roles(container: "ContainerDefinition", definition: "TaskDefinition") -> Iterator[str]:
    if "executionRoleArn" in definition:
        return
    needs = "Fargate requires task definition to have execution role ARN to support"
    if is_ecr(container["image"]):
        yield f"{needs} ECR images."
    if container.get("logConfiguration", {}).get("logDriver") == "awslogs":
        yield f"{needs} log driver awslogs."


def _logging(container: "ContainerDefinition") -> Iterator[str]:
    logging = container.get("logConfiguration")
    if not logging:
        return
    driver = logging["logDriver"]
    if driver not in LOG_DRIVERS:
        yield f"{driver} is not a valid log driver. Must be one of [{','.join(LOG_DRIVERS)}]"
    options = logging.get("options", {})
    named = options.get("awslogs-region") and options.get("awslogs-group")
    if driver == "awslogs" and named and not options.get("awslogs-stream-prefix"):
        yield (
            "Fargate requires log configuration options to include awslogs-stream-prefix to support log "
            "driver awslogs."
        )


def _container(container: "ContainerDefinition") -> Iterator[str]:
    if container.get("stopTimeout", 0) > LONGEST_STOP:
        yield (
            "Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds."
        )
    if any(item["type"] == "GPU" for item in container.get("resourceRequirements", [])):
        yield "Tasks using the Fargate launch type do not support GPU resource requirements."
    if container.get("privileged"):
        yield "Fargate requires that the ‘privileged’ setting be ‘false’ at the container level."
    if container.get("dockerSecurityOptions"):
        yield _unsupported("dockerSecurityOptions")


def _linux(parameters: "LinuxParameters") -> Iterator[str]:
    for member in ("devices", "sharedMemorySize", "maxSwap", "swappiness"):  # U: swappiness
        if parameters.get(member):
            yield _unsupported(member)
    for capability in parameters.get("capabilities", {}).get("add", []):
        if capability not in CAPABILITIES:
            yield f"{capability} is not allowed on Fargate."


def _unsupported(member: str) -> str:
    return f"Fargate compatible task definitions do not support {member}"
