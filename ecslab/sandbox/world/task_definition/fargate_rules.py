"""The refusals of RegisterTaskDefinition for a definition that is to run on Fargate."""

from collections.abc import Iterator
from typing import Any, Final

from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.task_definition.required_attributes import is_ecr
from ecslab.sandbox.world.task_definition.sizes import fits_fargate

__all__ = ["fits", "refuse"]

LOG_DRIVERS: Final = ("awslogs", "splunk", "awsfirelens")
EPHEMERAL_GIB: Final = (21, 200)
LONGEST_STOP: Final = 120

Facts = dict[str, Any]


def refuse(request: Facts) -> None:
    """Raise AwsError, a ClientException, for the first rule of Fargate that is broken."""
    for problem in _problems(request):
        raise AwsError("ClientException", problem)


def fits(request: Facts) -> bool:
    """Whether Fargate could run it."""
    return next(_problems(request), None) is None


def _problems(request: Facts) -> Iterator[str]:
    yield from _task(request)
    for container in request["containerDefinitions"]:
        yield from _roles(container, request)
        yield from _logging(container)
        yield from _container(container)
        yield from _linux(container.get("linuxParameters", {}))
    for volume in request.get("volumes", []):
        if volume.get("host", {}).get("sourcePath"):
            yield _unsupported("sourcePath")
        if "dockerVolumeConfiguration" in volume:
            yield _unsupported("dockerVolumeConfiguration")


def _task(request: Facts) -> Iterator[str]:
    if request.get("networkMode") != "awsvpc":
        yield "Fargate only supports network mode ‘awsvpc’."
    for member in ("cpu", "memory"):
        if member not in request:
            yield f"Fargate requires that '{member}' be defined at the task level."
    if "cpu" not in request or "memory" not in request:
        return
    cpu, memory = int(request["cpu"]), int(request["memory"])
    family = request.get("runtimePlatform", {}).get("operatingSystemFamily", "LINUX")
    if not fits_fargate(cpu, memory, windows=family.startswith("WINDOWS")):
        yield (
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. See the Amazon "
            "ECS documentation for the valid values."
        )
    if sum(container.get("cpu", 0) for container in request["containerDefinitions"]) > cpu:
        yield "The sum of all container 'cpu' values cannot be greater than the task-level 'cpu' value"
    least, most = EPHEMERAL_GIB
    size = request.get("ephemeralStorage", {}).get("sizeInGiB", least)
    if size < least:
        yield f"EphemeralStorage size should be at least {least}"
    if size > most:
        yield f"EphemeralStorage size should be at most {most}"
    if "ipcMode" in request:
        yield _unsupported("ipcMode")
    if request.get("pidMode") == "host":
        yield (
            "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for "
            "pidMode is 'task'."
        )


def _roles(container: Facts, request: Facts) -> Iterator[str]:
    if "executionRoleArn" in request:
        return
    needs = "Fargate requires task definition to have execution role ARN to support"
    if is_ecr(container["image"]):
        yield f"{needs} ECR images."
    if container.get("logConfiguration", {}).get("logDriver") == "awslogs":
        yield f"{needs} log driver awslogs."


def _logging(container: Facts) -> Iterator[str]:
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


def _container(container: Facts) -> Iterator[str]:
    if container.get("stopTimeout", 0) > LONGEST_STOP:
        yield (
            "Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds."
        )
    if any(one["type"] == "GPU" for one in container.get("resourceRequirements", [])):
        yield "Tasks using the Fargate launch type do not support GPU resource requirements"
    if container.get("privileged"):
        yield _unsupported("privileged")  # U


def _linux(parameters: Facts) -> Iterator[str]:
    for member in ("devices", "sharedMemorySize", "maxSwap"):
        if parameters.get(member):
            yield _unsupported(member)


def _unsupported(member: str) -> str:
    return f"Fargate compatible task definitions do not support {member}"
