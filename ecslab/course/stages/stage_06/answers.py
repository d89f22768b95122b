"""What stage 06 asks of the learner's own account, and how it is read there."""

from ecslab.connection.connection import Connection
from ecslab.resources import service
from ecslab.resources.task.task_reader import short_id, task_id


def group(lab: Connection) -> set[str]:
    """The `group` of the service's tasks."""
    return {task["group"] for task in service.tasks(lab)}


def newest(lab: Connection) -> list[str]:
    """The id of the newest of the service's tasks, short and whole."""
    tasks = service.tasks(lab)
    latest = max(tasks, key=lambda task: task["createdAt"], default=None)
    return [short_id(latest), task_id(latest)] if latest else []
