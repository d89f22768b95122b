"""The task: your definition, running. Stage 04.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from ecslab.connection.connection import Connection
from ecslab.connection.missing import error_message
from ecslab.display import messages
from ecslab.errors import CannotBeDone, NotThere, StillWaiting, TaskNeverRan
from ecslab.resources import execution_role, network, task_definition
from ecslab.resources.network import Choice
from ecslab.resources.task import diagnosis, task_reader
from ecslab.resources.task.task_reader import short_id, task_id

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_ecs.type_defs import (
        RunTaskRequestTypeDef,
        RunTaskResponseTypeDef,
        StopTaskRequestTypeDef,
        TaskTypeDef,
    )

__all__ = [
    "Phase", "describe", "explain", "find", "phases", "run", "running", "stop", "task_id",
    "wait_until_running",
]  # fmt: skip

# What begins when each timestamp of a task is set (API Task).
_BEGINS: Final = {
    "createdAt": "PROVISIONING",
    "pullStartedAt": "PENDING",
    "pullStoppedAt": "ACTIVATING",
    "startedAt": "RUNNING",
    "stoppingAt": "STOPPING",
    "executionStoppedAt": "DEPROVISIONING",
    "stoppedAt": "STOPPED",
}


@dataclass(frozen=True)
class Phase:
    """One phase of a task's life.

    Attributes:
        name: the `lastStatus` that it mostly shows.
        start: seconds after the task was created.
        seconds: how long it took; None while it lasts.
    """

    name: str
    start: float
    seconds: float | None


def run(
    lab: Connection, choice: Choice | None = None, definition: str | None = None, count: int = 1
) -> TaskTypeDef:
    """Run a task on Fargate, or return the one that this very call already started and that still lives.

    RunTask itself starts another task each time. This looks first for a task with the same `startedBy`, which
    is made from the arguments; if there is one, it says so and returns it.

    Args:
        choice: VPC, subnets, security groups and public IP; `network.default_choice(lab)` unless given.
        definition: a family or the ARN of a revision; the lesson's family, newest revision, unless given.
        count: how many tasks, 1 to 10.

    Returns:
        A `task` as RunTask or DescribeTasks shows it, the first one of several. RunTask answers at once: the
        task is not RUNNING yet.

    Raises:
        NotThere: the cluster, the definition or (without a choice) the default VPC is missing.
        NotOurs: on a real account, the cluster is somebody else's.
        CannotBeDone: RunTask was accepted, but nothing was started: its `failures` say why.
        botocore.exceptions.ClientError: ECS refuses the call (InvalidParameterException and others).
    """
    lab.guard.claim("cluster", lab.names.cluster)
    choice = choice or network.default_choice(lab)
    request: RunTaskRequestTypeDef = {
        "cluster": lab.names.cluster,
        "taskDefinition": task_definition.needed_arn(lab, definition),
        "launchType": "FARGATE",
        "networkConfiguration": choice.configuration(),
    }
    mark = f"ecslab/{hashlib.sha256(json.dumps(request).encode()).hexdigest()[:16]}"
    tasks = _alive(lab, mark)
    if len(tasks) >= count:
        messages.say(_runs_already(tasks[0]))
    else:
        request.update({"startedBy": mark, "count": count - len(tasks)})
        tasks += _seen_to_start(lab, request)
    return tasks[0]


def _seen_to_start(lab: Connection, request: RunTaskRequestTypeDef) -> list[TaskTypeDef]:
    """Run tasks, and come back when DescribeTasks knows them. Raises CannotBeDone."""
    response = _started(lab, request)
    started = [task["taskArn"] for task in response["tasks"]]
    cluster = lab.names.cluster
    lab.seen(lambda quiet: len(task_reader.described(quiet, cluster, started)) == len(started))
    if response["failures"]:
        raise CannotBeDone(diagnosis.of_failure(response["failures"][0]))
    return response["tasks"]


def _runs_already(task: TaskTypeDef) -> str:
    status, since = task["lastStatus"], task["createdAt"]
    return (
        f"Task {short_id(task)} was started by this same call at {since:%H:%M:%S}, and is {status}. "
        "No other one was started."
    )


def _alive(lab: Connection, mark: str) -> list[TaskTypeDef]:
    """The tasks that were started under this mark and are meant to run."""
    cluster = lab.names.cluster
    arns = task_reader.arns(lab, cluster=cluster, startedBy=mark)
    if arns is None:
        raise NotThere(f"there is no cluster {cluster}.\n  next: cluster.create(lab), in notebook 02")
    return task_reader.described(lab, cluster, arns)


def _started(lab: Connection, request: RunTaskRequestTypeDef) -> RunTaskResponseTypeDef:
    """RunTask; tried again for a minute while IAM has not yet told ECS of a new execution role."""
    request["tags"] = lab.tags("ecs")

    def attempt() -> RunTaskResponseTypeDef | None:
        try:
            return lab.ecs.run_task(**request)
        except lab.ecs.exceptions.ClientException as error:
            if "unable to assume the role" in error_message(error) and _ready(lab, request["taskDefinition"]):
                return None
            raise

    return lab.wait(attempt, "the new execution role to be known everywhere", limit=60)


def _ready(lab: Connection, definition: str) -> bool:
    """Whether the definition's execution role is there and trusts ECS: then it is only too new."""
    revision = task_definition.find(lab, definition)
    role_arn = revision.get("executionRoleArn", "") if revision else ""
    role = execution_role.find(lab, role_arn.rsplit("/", 1)[-1])
    return role is not None and execution_role.trusts_tasks(role)


def running(lab: Connection) -> list[TaskTypeDef]:
    """The tasks of the lesson's family that are meant to run, newest first; empty if there are none."""
    tasks = task_reader.listed(lab, cluster=lab.names.cluster, family=lab.names.family)
    return task_reader.newest_first(tasks)


def find(lab: Connection) -> TaskTypeDef | None:
    """The newest task of the lesson's family that is meant to run, or None."""
    return next(iter(running(lab)), None)


def describe(lab: Connection, task: TaskTypeDef) -> TaskTypeDef:
    """The task as DescribeTasks shows it now.

    Raises:
        NotThere: ECS has forgotten it: it stopped more than an hour ago.
    """
    arn, cluster = task["taskArn"], task["clusterArn"]
    tasks = lab.patient(lambda: lab.ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"], limit=10)
    if not tasks:
        raise NotThere(
            f"ECS knows no task {task_id(task)} any more: stopped tasks are shown for about an hour.\n"
            "  next: task.run(lab) starts another one"
        )
    return tasks[0]


def wait_until_running(lab: Connection, task: TaskTypeDef | None, limit: float = 600) -> TaskTypeDef:
    """Wait until the task is RUNNING.

    Args:
        task: from `task.run` or `task.find`.
        limit: seconds at most; without a way out, a task takes about five minutes to give up.

    Returns:
        The task as DescribeTasks shows it.

    Raises:
        TaskNeverRan: it stopped first, or it still does not run after `limit`; with the cause in words.
        NotThere: there is no such task.
    """
    if task is None:
        raise NotThere("there is no task to wait for.\n  next: task.run(lab), in notebook 04")
    began, now = lab.now(), task

    def look() -> TaskTypeDef | None:
        nonlocal now
        now = describe(lab, task)
        if now["lastStatus"] == "STOPPED" or (now["desiredStatus"] == "STOPPED" and "startedAt" in now):
            raise TaskNeverRan(now, lab.now() - began, explain(lab, now))
        return now if now["lastStatus"] == "RUNNING" else None

    try:
        return lab.wait(look, f"task {short_id(task)} to be RUNNING", limit)
    except StillWaiting:
        raise TaskNeverRan(now, lab.now() - began, explain(lab, now)) from None


def stop(lab: Connection, task: TaskTypeDef | None = None, reason: str = "") -> TaskTypeDef | None:
    """Stop the task, and wait until it is STOPPED.

    Args:
        task: the newest one of the lesson unless given.
        reason: what its `stoppedReason` is to say; "Task stopped by user" unless given.

    Returns:
        The task as DescribeTasks shows it, or None if there was none.
    """
    task = task or find(lab)
    if task is None:
        return None
    request: StopTaskRequestTypeDef = {"cluster": task["clusterArn"], "task": task["taskArn"]}
    if reason:
        request["reason"] = reason
    lab.ecs.stop_task(**request)

    def stopped() -> TaskTypeDef | None:
        now = describe(lab, task)
        return now if now["lastStatus"] == "STOPPED" else None

    return lab.wait(stopped, f"task {short_id(task)} to be STOPPED")


def phases(task: TaskTypeDef) -> list[Phase]:
    """The phases of a task's life so far, from its timestamps: PROVISIONING, PENDING, ACTIVATING, …

    The one that lasts is the task's `lastStatus`, which follows some of the timestamps by a second or more.
    """
    fields = cast("dict[str, datetime]", task)
    times = sorted(
        (fields[key], order, name) for order, (key, name) in enumerate(_BEGINS.items()) if key in fields
    )
    starts = [((time - times[0][0]).total_seconds(), name) for time, _, name in times]
    if starts and starts[-1][1] != task["lastStatus"]:
        starts[-1] = (starts[-1][0], task["lastStatus"])
        if len(starts) > 1 and starts[-2][1] == task["lastStatus"]:
            del starts[-1]
    ends = [start for start, _ in starts[1:]]
    lengths = [end - start for (start, _), end in zip(starts, ends, strict=False)]
    return [
        Phase(name, round(start, 1), None if length is None else round(length, 1))
        for (start, name), length in zip(starts, [*lengths, None], strict=True)
    ]


def explain(lab: Connection, task: TaskTypeDef) -> str:
    """What became of the task, in words: where it stands or why it stopped, and what to do next."""
    return diagnosis.of_task(lab, task)
