"""The account's tasks: launched, stopped, found, and forgotten."""

from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.fargate.platform import Fargate
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.world.errors import invalid
from ecslab.sandbox.world.task.task import Task

ID_LENGTHS: Final = (32, 36)
"""Characters of a task's id; those of tasks before 2018 had dashes."""


def launch(task: Task, cluster: Cluster) -> None:
    """Let a task that has been made begin."""
    state.of(task.region).tasks[task.id] = cluster.tasks[task.id] = task
    if current_account().fargate is None:
        current_account().first_task = task
    _fargate().driver.launch(task)


def place(task: Task) -> None:
    """Let a task that has waited for an instance go on."""
    _fargate().driver.place(task)


def stop(task: Task, code: str, reason: str) -> None:
    """Decide that a task ends; one that is stopping keeps its own reason."""
    _fargate().driver.stop(task, code, reason)


def lose(task: Task, code: str, reason: str) -> None:
    """Let a task be gone at once, without SIGTERM."""
    _fargate().driver.lose(task, code, reason)


def forget(task: Task) -> None:
    """Drop a stopped task that nobody can see any more."""
    region = state.of(task.region)
    region.tasks.pop(task.id, None)
    cluster = region.clusters.get(task.cluster)
    if cluster:
        cluster.tasks.pop(task.id, None)


def _fargate() -> Fargate:
    """The account's platform, made when its first task is."""
    account = current_account()
    if account.fargate is None:
        account.fargate = Fargate(account)
    return account.fargate


def find(cluster: Cluster, reference: str) -> Task | None:
    """The task with this id or ARN, unless it is forgotten; AwsError for what can be none of these."""
    path = reference.rpartition(":")[2].split("/")
    of_arn = reference.startswith("arn:")
    if of_arn and len(path) not in (2, 3):
        raise invalid("Invalid identifier: Unexpected number of separators")
    if len(path[-1]) not in ID_LENGTHS or len(path) > 3:
        raise invalid("taskId length should be one of [32,36]")
    if of_arn and len(path) == 3 and path[1] != cluster.name:
        raise invalid(
            f"Invalid identifier: Identifier is for cluster {path[1]}. Your cluster is {cluster.name}"
        )
    task: Task | None = cluster.tasks.get(path[-1])
    return task if task and is_visible(task) else None


def is_visible(task: Task) -> bool:
    """Whether a task is still described; a stopped one is for an hour."""
    return task.gone_at is None or current_account().clock.now < task.gone_at


def forget_invisible(caller: Caller) -> None:
    """Drop the tasks that nobody can see any more."""
    for task in list(state.of(caller.region).tasks.values()):
        if not is_visible(task):
            forget(task)
