"""Fargate Spot in the sandbox: AWS takes its capacity back, or has none, when a learner says so. Stage 11.

On a real account nobody but AWS decides that: a task is interrupted when AWS needs the capacity.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from ecslab.connection.connection import Connection
from ecslab.errors import SandboxOnly
from ecslab.resources import arguments

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

_AWS_DECIDES: Final = "nothing: AWS takes Fargate Spot back when it needs the capacity, and says so"


def interrupt(lab: Connection, task: TaskTypeDef | str | None = None) -> list[str]:
    """Let AWS take Spot capacity back: tasks are warned, and are over two minutes later.

    Args:
        task: as DescribeTasks shows it, or its id or ARN; every task on `FARGATE_SPOT` unless given.

    Returns:
        The ARNs of the tasks that are warned: their `stopCode` is `SpotInterruption`.

    Raises:
        BadArgument: it is nothing of the kind.
        SandboxOnly: the lab is on a real account.
        CannotBeDone: the task does not run, or not on `FARGATE_SPOT`; the message says which.
    """
    arguments.lab(lab)
    if lab.where != "sandbox":
        raise SandboxOnly("spot.interrupt()", _AWS_DECIDES)
    chosen: dict[str, str] = {}
    if task is not None:
        chosen["task"] = task if isinstance(task, str) else arguments.described(
            "task", task, "taskArn", "DescribeTasks", "task = ecslab.task.run(lab)"
        )  # fmt: skip
    return cast("list[str]", lab.control("inject", kind="spot-interruption", **chosen)["tasks"])


def capacity(lab: Connection, *, available: bool) -> None:
    """Let Fargate Spot have capacity for new tasks, or none until it is said otherwise.

    Args:
        available: False: a task that would start on `FARGATE_SPOT` does not; those that run are left alone.

    Raises:
        SandboxOnly: the lab is on a real account.
    """
    arguments.lab(lab)
    if lab.where != "sandbox":
        raise SandboxOnly("spot.capacity()", _AWS_DECIDES)
    lab.control("inject", kind="spot-capacity", available=available)
