"""What a look at a service gives to its passes: the service, the time, the account, and how to look again."""

import heapq
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Final

from ecslab.sandbox.world.service import events
from ecslab.sandbox.world.service.account import Account
from ecslab.sandbox.world.service.deployment import Deployment
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.time.clock import Clock

MOMENT: Final = 1e-6


class ServicePass:
    """All that a pass may see and do. It keeps nothing: what lasts is in the service.

    Args:
        look: called at a planned look, with the service and its virtual second.
        numbers: running numbers, to keep the order of what falls due at once.
        behaviour: of the sandbox that wrote the journal (`world.behaviour`).
    """

    __slots__ = ("_look", "account", "behaviour", "clock", "numbers", "service")

    def __init__(
        self,
        service: Service,
        clock: Clock,
        account: Account,
        numbers: Iterator[int],
        look: Callable[[Service, float], bool],
        behaviour: int,
    ):
        self.service, self.clock, self.account, self.numbers = service, clock, account, numbers
        self._look, self.behaviour = look, behaviour

    @property
    def now(self) -> float:
        return self.clock.now

    def is_due(self, at: float) -> bool:
        """Whether virtual second `at` has come."""
        return at <= self.now + MOMENT

    def wake(self, delay: float) -> None:
        """Look at the service after `delay` seconds: a scheduler looks once in each second."""
        service, look, now = self.service, self._look, self.now
        due = now + max(delay, 0.0) - MOMENT
        looks = (second + self._offset(second) for second in itertools.count(math.floor(due)))
        at = next(moment for moment in looks if moment >= due)
        if at not in service.planned_looks:
            service.planned_looks[at] = self.clock.after(max(at - now, 0.0), lambda: look(service, at))

    def _offset(self, second: int) -> float:
        return self.clock.durations.offset(f"{self.service.arn}@{second}")

    def takes(self, step: str, whose: str) -> float:
        """Seconds that a step (`durations.toml`) takes; `whose` is an id: of the task, the deployment."""
        return self.clock.durations.of(step, whose)

    def note_change(self, step: str, whose: str = "") -> None:
        """Something has changed: look when this step is over, and again when all may have settled."""
        self.service.changed_at = self.now
        self.wake(self.takes(step, whose or self._moment))
        self.wake(self.settling)

    @property
    def settling(self) -> float:
        """Seconds from the last change to the steady state."""
        return self.takes("settled", self._moment)

    @property
    def _moment(self) -> str:
        """Names the last change of this service."""
        return f"{self.service.arn}@{self.service.changed_at}"

    def hold_replacement(self, deployment: Deployment, delay: float) -> None:
        """Let a task that ended be replaced after `delay` seconds, no sooner."""
        heapq.heappush(deployment.replacements_due, self.now + delay)
        self.wake(delay)

    def say(self, name: str, **parts: object) -> None:
        """Add the event of this name, unless it would repeat the last one."""
        self.say_text(events.message(name, **parts))

    def say_text(self, text: str, task_set: str | None = None) -> None:
        """Add an event with this text after the service's name; likewise."""
        name, log = self.service.name, self.service.log
        subject = f"(service {name}, taskSet {task_set})" if task_set else f"(service {name})"
        message = f"{subject} {text}"
        if not log.repeats(message, self.now):
            log.add(self.account.new_id("event"), self.now, self.clock.timestamp(), message)
