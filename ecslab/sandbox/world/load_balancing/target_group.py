"""Targets of a load balancer: the health checks that move their states, and who hears of it.

Rules: a target's state changes only as the table `TARGET` says; it is asked on the clock, every interval, by
a callable the caller lends (`Ask`); a new target is healthy after one passed check, one that was unhealthy
after as many as the group's healthy threshold says, and a target is unhealthy after as many failures in a
row as the unhealthy threshold says. Slow start is left out.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.world.load_balancing import target_health
from ecslab.sandbox.world.load_balancing.target_health import TARGET, Answer, Check, Health, State, verdict
from ecslab.sandbox.world.time.clock import Clock, Event, Leaves

REGISTERING: Final = 1.0
"""Seconds from registration to the first check; about one in a capture."""


Ask = Callable[["Target", Check], Answer]
AskAgain = Callable[["Target", Check], Leaves | None]
"""What asking a target again and again leaves, if it is answered as it was just now; None if nobody knows."""


@dataclass(slots=True, eq=False)
class Target:
    """An address of a target group. `streak` counts equal results in a row."""

    ip: str
    port: int
    az: str
    health: Health = target_health.NOT_IN_USE
    streak: int = 0
    next_event: Event | None = field(default=None, repr=False)

    @property
    def state(self) -> State:
        return self.health.state


class TargetGroup:
    """The targets of one group, and where the next request goes.

    Args:
        clock: virtual time.
        ask: asks a target's program; may end the program's container, and so come back here.
        observer: told (ip, port, health) after each change of a state.
        ask_again: see `AskAgain`.
        check, delay: as they stand at the moment; they may be assigned anew.
    """

    def __init__(
        self, clock: Clock, ask: Ask, observer: Callable[[str, int, Health], None], check: Check,
        delay: float = 300.0, ask_again: AskAgain = lambda _target, _check: None,
    ):  # fmt: skip
        self.clock, self.check, self.delay, self._ask_again = clock, check, delay, ask_again
        self._ask, self._observer = ask, observer
        self._zones: frozenset[str] | None = None
        self._open_at = 0.0
        self._targets: dict[tuple[str, int], Target] = {}
        self._turn: deque[Target] = deque()
        self.request_count = 0

    def __iter__(self) -> Iterator[Target]:
        return iter(self._targets.values())

    def find(self, ip: str, port: int) -> Target | None:
        """The target at this address, draining ones included."""
        return self._targets.get((ip, port))

    def serve(self, zones: Iterable[str] | None, open_at: float = 0.0) -> None:
        """Say which zones send requests here; None: no listener does. Checks begin at `open_at`, when the
        balancer is there (virtual seconds)."""
        self._zones, self._open_at = (None if zones is None else frozenset(zones)), open_at
        for target in list(self):
            self._place(target)

    def register(self, ip: str, port: int, az: str) -> Target:
        """Add a target, or take back one that drains; one that is registered stays as it is."""
        target = self._targets.get((ip, port))
        if target is not None and target.state == "draining":
            self._drained(target)
            target = None
        if target is None:
            target = self._targets[ip, port] = Target(ip, port, az)
            self._turn.append(target)
            self._place(target)
        return target

    def deregister(self, ip: str, port: int) -> float:
        """Let a target drain; how many seconds that takes."""
        target = self._targets.get((ip, port))
        if target is None:
            return 0.0
        if target.state == "draining":
            assert target.next_event is not None, "what drains will be gone"
            return target.next_event.at - self.clock.now
        if target.state == "unused":
            self._forget(target)
            return 0.0
        self._next(target, self.delay, self._drained)
        self._become(target, "deregistered", target_health.DRAINING)
        return self.delay

    def rechecked(self, check: Check) -> None:
        """Check in another way from here on."""
        switched, self.check = check.enabled != self.check.enabled, check
        if switched:
            for target in list(self):
                self._place(target)

    def next_target(self) -> Target | None:
        """Where the next request goes: round robin over healthy targets; if none is, over unhealthy ones (a
        group fails open); None if there is neither."""
        for wanted in (("healthy", "unavailable"), ("unhealthy",)):
            for _ in range(len(self._turn)):
                target = self._turn[0]
                self._turn.rotate(-1)
                if target.state in wanted:
                    return target
        return None

    def close(self) -> None:
        """Forget all targets, and tell nobody: the group is gone."""
        for target in list(self):
            self._forget(target)

    @property
    def answers(self) -> bool:
        """Whether `next_target` would find one."""
        return any(target.state in ("healthy", "unhealthy", "unavailable") for target in self)

    # what happens to one target

    def _place(self, target: Target) -> None:
        """Begin or end the checks of a target, as the group's listeners and zones ask.

        Whoever hears of a change may register or deregister at once, so what comes next is settled before.
        """
        if target.state == "draining":
            return
        if self._zones is None or target.az not in self._zones:
            nowhere = target_health.NOT_IN_USE if self._zones is None else target_health.OTHER_ZONE
            self._cancel(target)
            if target.state == "unused":
                target.health = nowhere
            else:
                self._become(target, "not_in_use", nowhere)
        elif not self.check.enabled:
            self._cancel(target)
            if target.state != "unavailable":
                self._become(target, "unchecked", target_health.UNCHECKED)
        elif target.state in ("unused", "unavailable"):
            self._next(target, max(REGISTERING, self._open_at - self.clock.now), self._look)
            self._become(target, "in_use", target_health.REGISTRATION)

    def _look(self, target: Target) -> bool:
        before, answer = target.health, self._ask(target, self.check)
        if target.state == "draining" or self.find(target.ip, target.port) is not target:
            return True  # asking ended its container, and whoever heard of that took it away
        if answer == "timeout":
            self._next(target, self.check.timeout, self._timed_out)
            return False
        passed, why = verdict(self.check, answer)
        settled = target.health == (target_health.HEALTHY if passed else why) and answer != "refused"
        leaves = self._ask_again(target, self.check) if settled else None
        self._next(target, self.check.interval, self._look, leaves, settled)
        self._judge(target, answer)
        return answer == "refused" or target.health != before  # who refuses may have ended of it

    def _timed_out(self, target: Target) -> None:
        self._next(target, max(0.0, self.check.interval - self.check.timeout), self._look)
        self._judge(target, "timeout")

    def _judge(self, target: Target, answer: Answer) -> None:
        passed, why = verdict(self.check, answer)
        target.streak = max(target.streak, 0) + 1 if passed else min(target.streak, 0) - 1
        needed = self.check.healthy_after if target.state == "unhealthy" else 1
        if passed:
            if target.state != "healthy" and target.streak >= needed:
                self._become(target, "passed", target_health.HEALTHY)
        elif target.state == "unhealthy":
            target.health = why
        elif -target.streak >= self.check.unhealthy_after:
            self._become(target, "failed", why)
        elif target.state == "initial":
            target.health = target_health.CHECKING

    def _become(self, target: Target, event: str, health: Health) -> None:
        assert TARGET.next(target.state, event) == health.state
        target.health, target.streak = health, 0
        self._observer(target.ip, target.port, health)

    def _drained(self, target: Target) -> None:
        self._forget(target)
        self._become(target, "drained", target_health.NOT_REGISTERED)

    def _forget(self, target: Target) -> None:
        self._cancel(target)
        del self._targets[target.ip, target.port]
        self._turn.remove(target)

    def _next(
        self, target: Target, delay: float, action: Callable[[Target], bool | None],
        leaves: Leaves | None = None, settled: bool = False,
    ) -> None:  # fmt: skip
        self._cancel(target)
        if settled and (leaves is None or leaves.again is None):
            # the others need not be looked at because this one is
            target.next_event = self.clock.check(delay, lambda: action(target), reminder=False)
            return
        if leaves is None or leaves.again is None:
            target.next_event = self.clock.after(delay, lambda: action(target))
            return
        again, holds = leaves.again, leaves.holds

        def repeat(moments: Sequence[float]) -> None:
            target.streak += len(moments) if target.streak > 0 else -len(moments)
            again(moments)

        target.next_event = self.clock.every(delay, lambda: action(target), repeat, lambda _: holds())

    def _cancel(self, target: Target) -> None:
        if target.next_event:
            target.next_event.cancel()
            target.next_event = None
