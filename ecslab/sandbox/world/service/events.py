"""What a service repeats of itself: the texts of its events, letter by letter, and the list it keeps.

Source: events of real services. AWS's guide writes `service (X)`; the service itself puts all in
parentheses. Some end without a full stop, as they do there.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

KEPT: Final = 100
REPEATED: Final = 6 * 3600.0
"""Seconds for which the same message is not given twice in a row."""


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """One event. `at` is the virtual second, `created_at` the epoch seconds shown."""

    id: str
    at: float
    created_at: float
    message: str


class EventLog:
    """The last hundred events of a service, newest first. No two have the same time."""

    def __init__(self) -> None:
        self.events: deque[ServiceEvent] = deque(maxlen=KEPT)

    def repeats(self, message: str, at: float) -> bool:
        """Whether this message would be a repetition at virtual second `at`."""
        last = self.events[0] if self.events else None
        return last is not None and last.message == message and at - last.at < REPEATED

    def add(self, event_id: str, at: float, created_at: float, message: str) -> None:
        """Put an event in front, a millisecond after the one before it if they came together."""
        if self.events:
            created_at = max(created_at, self.events[0].created_at + 0.001)
        self.events.appendleft(ServiceEvent(event_id, at, created_at, message))


def _tasks(ids: Iterable[str]) -> str:
    return " ".join(f"(task {task_id})" for task_id in ids)


def started(ids: list[str], replaced: int = 0) -> str:
    more = f" Amazon ECS replaced {replaced} tasks due to an unhealthy status." if replaced else ""
    return f"has started {len(ids)} tasks: {_tasks(ids)}.{more}"


def started_to_rebalance(task_id: str, zone: str) -> str:
    return f"has started 1 tasks in {zone} to AZ Rebalance: (task {task_id})."


def stopped(ids: list[str]) -> str:
    return f"has stopped {len(ids)} running tasks: {_tasks(ids)}."


def stopped_pending(count: int) -> str:
    return f"stopped {count} pending tasks."


def registered(count: int, target_group: str) -> str:
    return f"registered {count} targets in (target-group {target_group})"


def deregistered(count: int, target_group: str) -> str:
    return f"deregistered {count} targets in (target-group {target_group})"


def draining(count: int) -> str:
    return f"has begun draining connections on {count} tasks."


def completed(deployment: str) -> str:
    return f"(deployment {deployment}) deployment completed."


def failed(deployment: str) -> str:
    return f"(deployment {deployment}) deployment failed: tasks failed to start."


def rolling_back(deployment: str) -> str:
    return f"rolling back to deployment {deployment}."


STEADY: Final = "has reached a steady state."


def target_unhealthy(task_id: str, port: int, target_group: str, reason: str) -> str:
    target = f"(task {task_id}) (port {port})"
    return f"{target} is unhealthy in (target-group {target_group}) due to (reason {reason})."


def target_group_lost(deployment: str, task_id: str, target_group: str) -> str:
    what = f"task set ({deployment}) (task {task_id}) is not healthy in target-group ({target_group})"
    return f"{what} due to TARGET GROUP IS NOT FOUND."


def container_unhealthy(task_id: str) -> str:
    return f"(task {task_id}) failed container health checks."


def unplaced(reason: str) -> str:
    return f"was unable to place a task. Reason: {reason}."


NO_INSTANCE: Final = (
    "was unable to place a task because no container instance met all of its requirements. Reason: No "
    "Container Instances were found in your cluster. For more information, see the Troubleshooting section "
    "of the Amazon ECS Developer Guide."
)
"""U: the second sentence, which replaces that of the closest matching instance."""


def unlaunched(error: str) -> str:
    return f"failed to launch a task with (error {error})."


THROTTLED: Final = (
    "is unable to consistently start tasks successfully. For more information, see the Troubleshooting "
    "section."
)
"""U: the second sentence."""

STUCK: Final = (
    "was unable to stop or start tasks during a deployment because of the service deployment configuration. "
    "Update the minimumHealthyPercent or maximumPercent value and try again."
)


def protected(deployment: str, count: int) -> str:
    return (
        f"was unable to reach steady state because (taskSet {deployment}) was unable to scale in due to "
        f"(reason {count} tasks under protection)"
    )


def _zones(counts: Mapping[str, int]) -> str:
    heaviest_first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} tasks in {zone}" for zone, count in heaviest_first)


def balanced(counts: Mapping[str, int]) -> str:
    return f"is AZ balanced with {_zones(counts)}."


def unbalanced(counts: Mapping[str, int]) -> str:
    return f"is not AZ balanced with {_zones(counts)}. AZ Rebalancing in progress."
