"""What a service says of itself: the sentences of its events, and the list it keeps."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ecslab.sandbox.world.texts import Sentences

message: Final = Sentences(__file__)
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


def tasks(ids: Iterable[str]) -> dict[str, object]:
    """What a message says of tasks: their `count`, and `tasks` one by one."""
    named = [f"(task {task_id})" for task_id in ids]
    return {"count": len(named), "tasks": " ".join(named)}


def zones(counts: Mapping[str, int]) -> str:
    """The tasks in each zone, the fullest zone first."""
    heaviest_first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} tasks in {zone}" for zone, count in heaviest_first)
