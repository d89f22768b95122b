"""A task as DescribeTasks shows it at each moment of its life, and an ECS that shows one after the other."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from ecslab.connection.place import AwsTime
from ecslab.widgets.feeder import Look

BORN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
AFTER = {
    # seconds after its creation at which a status is shown, and the timestamp that is set then
    "PROVISIONING": (0, "createdAt"),
    "PENDING": (10, "pullStartedAt"),
    "ACTIVATING": (17, "pullStoppedAt"),
    "RUNNING": (19, "startedAt"),
    "DEACTIVATING": (60, "stoppingAt"),
    "STOPPING": (61, "stoppingAt"),
    "DEPROVISIONING": (62, "executionStoppedAt"),
    "STOPPED": (74, "stoppedAt"),
}
STARTING = ("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING")


def at(status: str) -> dict[str, Any]:
    """A task that got on well, in `status`."""
    order = list(AFTER)
    passed = order[: order.index(status) + 1]
    times = {key: BORN + timedelta(seconds=seconds) for seconds, key in (AFTER[s] for s in reversed(passed))}
    ids = {
        "taskArn": "arn:aws:ecs:us-east-1:123456789012:task/adgu-cluster/0123456789abcdef0123456789abcdef",
        "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/adgu-cluster",
        "taskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/adgu-web-server-task:1",
    }
    if status not in (*STARTING[:1], "PENDING"):
        times["connectivityAt"] = BORN + timedelta(seconds=4)
    wanted = "RUNNING" if status in STARTING else "STOPPED"
    state = {"lastStatus": status, "desiredStatus": wanted, "version": len(passed), "containers": []}
    return {**ids, **times, **state}


def failed() -> dict[str, Any]:
    """A task whose image could not be pulled."""
    task = at("PENDING") | {"lastStatus": "STOPPED", "desiredStatus": "STOPPED", "version": 5}
    return task | {
        "connectivityAt": BORN + timedelta(seconds=4),
        "executionStoppedAt": BORN + timedelta(seconds=18),
        "stoppedAt": BORN + timedelta(seconds=30),
        "stopCode": "TaskFailedToStart",
        "stoppedReason": "CannotPullContainerError: not found",
        "containers": [{"name": "adgu-container", "reason": "CannotPullContainerError"}, {"name": "idle"}],
    }


class ByHand:
    """A feeder that looks when the test says so."""

    def __init__(self) -> None:
        self.look: Look | None = None
        self.started = 0

    def start(self, look: Look) -> None:
        self.look, self.started = look, self.started + 1

    def stop(self) -> None:
        self.look = None


class Ecs:
    """Shows the given answers one after the other, the last one for ever; an exception is raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def describe_tasks(self, cluster: str, tasks: list[str]) -> dict[str, Any]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return {"tasks": [answer] if answer else []}


def lab_with(ecs: Ecs, speed: float | None = None, age: float = 0.0) -> Any:
    """A lab in which a task was created `age` seconds ago, stepped unless time passes at `speed`."""
    time = AwsTime(BORN.timestamp() + age, speed)
    lab = SimpleNamespace(aws_time=lambda: time, where="sandbox", ecs=ecs, looking=nullcontext)
    lab.unrecorded = lambda: lab
    return lab
