"""Where a container's output goes: the `awslogs` driver's stream, or nowhere."""

from collections.abc import Mapping

from ecslab.sandbox.bridge import logs
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task


def write_log(task: Task, container: Container, line: str) -> None:
    """Bring a line of a container's output to its log stream; without a log driver it is lost."""
    where = log_stream(task, container)
    if where:
        logs.write(*where, [(current_account().clock.timestamp(), line)])


def log_options(container: Container) -> Mapping[str, str]:
    """The options of the container's `awslogs` driver; none with another driver."""
    configuration = container.definition.get("logConfiguration")
    if not configuration or configuration["logDriver"] != "awslogs":
        return {}
    return configuration.get("options") or {}


def log_stream(task: Task, container: Container) -> tuple[str, str, str] | None:
    """Region, group and stream of a container's log: `<prefix>/<container>/<task id>`."""
    options = log_options(container)
    if not options:
        return None
    prefix = options.get("awslogs-stream-prefix", "")
    stream = f"{prefix}/{container.name}/{task.id}"
    return options.get("awslogs-region", task.region), options["awslogs-group"], stream
