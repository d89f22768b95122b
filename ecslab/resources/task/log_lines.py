"""What the containers of a task printed, as CloudWatch Logs keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.errors import NotThere
from ecslab.resources import log_group, task_definition
from ecslab.resources.task.task_reader import task_id

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef


def of_task(lab: Connection, task: TaskTypeDef) -> list[str]:
    """What the task's containers printed, oldest line first; of several containers one after the other.

    Raises:
        NotThere: the definition sends no logs to CloudWatch, or their log group is gone.
    """
    printed = by_container(lab, task)
    if not printed:
        raise NotThere(
            "this task's definition sends no logs to CloudWatch: it has no logConfiguration.\n"
            "  next: task_definition.register(lab, logs=True), then task.run(lab)"
        )
    return [line for lines in printed.values() for line in lines]


def by_container(lab: Connection, task: TaskTypeDef) -> dict[str, list[str]]:
    """What each container printed, by its name; only of those whose definition sends it to CloudWatch."""
    definition = task_definition.find(lab, task["taskDefinitionArn"])
    places = {
        container["name"]: container["logConfiguration"]["options"]
        for container in (definition["containerDefinitions"] if definition else [])
        if "logConfiguration" in container and container["logConfiguration"]["logDriver"] == "awslogs"
    }
    return {
        name: log_group.lines(
            lab, options["awslogs-group"], f"{options['awslogs-stream-prefix']}/{name}/{task_id(task)}"
        )
        for name, options in places.items()
    }
