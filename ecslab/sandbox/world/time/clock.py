"""Virtual time. The sandbox sleeps nowhere; it moves a clock."""

import heapq
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from ecslab.sandbox.world.time.durations import Durations
from ecslab.sandbox.world.time.timeline import Timeline

_FIRST_ASIDE: Final = -(10**12)
_AT_ONCE: Final = 100_000  # repetitions that are passed over before somebody is asked whether it is enough

Action = Callable[[], bool | None]
"""What happens at an event. It answers False if nothing that anybody could look at is other than before."""


@dataclass(slots=True, eq=False)
class Event:
    """Something that will happen at virtual second `at`, unless it is cancelled.

    A `reminder` only says again what is so already: nobody waits for it.
    """

    at: float
    number: int
    action: Action | None
    reminder: bool = False

    def cancel(self) -> None:
        """Make it not happen; without effect once it has."""
        self.action = None


Again = Callable[[Sequence[float]], None]
"""Does at once what an event would do if it happened at each of these virtual seconds."""
Quiet = Callable[[float], bool]
"""Whether an event would change nothing at a virtual second ahead, if nothing else changes until then."""


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Leaves:
    """What something leaves that is done again and again, while it finds all as it was.

    Attributes:
        again: does at once what it would do at each of some virtual seconds; None where that is not known,
            though nobody else finds anything other than before.
        holds: whether it still finds all as it was.
    """

    again: Again | None = None
    holds: Callable[[], bool] = _always

    @property
    def depends(self) -> bool:
        """Whether others may change what it finds: then two of them at one moment would do so too."""
        return self.holds is not _always


@dataclass(slots=True, eq=False)
class Repetition(Event):
    """An event that comes again after `period` and does the same, while nothing else happens.

    `quiet_since` says since when nothing has: only then is it known what it will do. `quiet` is asked of each
    moment then, if it does not depend on others alone. Each time it takes so many `numbers` of the order.
    """

    again: Again = field(kw_only=True)
    quiet: Quiet | None = field(kw_only=True)
    period: float = field(kw_only=True)
    quiet_since: int = field(kw_only=True)
    numbers: int = field(kw_only=True, default=1)


_UNKNOWN: Final = -1  # nobody knows what it will do, so that it always happens by itself


def _never(moments: Sequence[float]) -> None:
    raise AssertionError(f"{len(moments)} checks were passed over")


class Clock:
    """A queue of events in virtual time; equal instants happen in the order in which they were asked for.

    Args:
        now: virtual seconds to start from.
        timeline: how virtual seconds lie on the wall clock; only timestamps use it.
        durations: how long what is planned here takes.

    Attributes:
        on_event: called with an event's running number before the event happens, so that what it draws at
            random can be made a function of history alone.
        changes: how many events so far changed something that can be looked at, or may have; no reminders.
    """

    LEFT_OUT: ClassVar = frozenset({"on_event"})
    """Whoever takes the clock from a snapshot says anew whom it tells."""

    def __init__(
        self, now: float = 0.0, timeline: Timeline | None = None, durations: Durations | None = None
    ):
        self.now = now
        self.timeline = timeline or Timeline()
        self.durations = durations or Durations()
        self.on_event: Callable[[int], None] | None = None
        self.changes = 0
        self._queue: list[tuple[float, int, Event]] = []
        self._repetitions: list[tuple[float, int, Repetition]] = []
        self._happened = 0
        self._order = itertools.count()
        self._asides = itertools.count(_FIRST_ASIDE)

    def after(self, delay: float, action: Action, *, reminder: bool = False, aside: bool = False) -> Event:
        """Let `action` happen `delay` seconds from now; ValueError if `delay` is negative or not a number.

        Args:
            aside: what draws nothing, and was not always an event: it comes first at its moment, and takes no
                number from the others, so that a journal of before still draws what it drew.
        """
        if not delay >= 0:
            raise ValueError(f"delay must be >= 0, got {delay}")
        event = Event(self.now + delay, next(self._asides if aside else self._order), action, reminder)
        heapq.heappush(self._queue, (event.at, event.number, event))
        return event

    def every(
        self, period: float, action: Action, again: Again, quiet: Quiet | None = None, numbers: int = 1
    ) -> Event:
        """Let `action` happen `period` seconds from now, when it says itself how it goes on.

        If nothing else happens, or is asked of the world, it would plan the same for the next time, and so
        on: then the clock may do without, and have `again` do all of it.

        Args:
            quiet: what does depend on the time alone is asked here first; it is an event of its own at the
                first moment at which the answer is no.
            numbers: how many events `action` plans when it happens, those that it calls off included.
        """
        number = next(self._order)
        event = Repetition(
            self.now + period, number, action, again=again, period=period, quiet_since=self._happened,
            quiet=quiet, numbers=numbers,
        )  # fmt: skip
        heapq.heappush(self._repetitions, (event.at, number, event))
        return event

    def check(self, delay: float, action: Action, *, reminder: bool = True) -> Event:
        """Let `action` happen `delay` seconds from now, though it is likely to change nothing.

        With False it says that what repeats goes on as before, and so costs the others nothing.
        """
        event = Repetition(
            self.now + delay, next(self._order), action, reminder=reminder, again=_never, quiet=None,
            period=delay, quiet_since=_UNKNOWN,
        )  # fmt: skip
        heapq.heappush(self._repetitions, (event.at, event.number, event))
        return event

    def next_at(self) -> float | None:
        """When the next event happens, or None if nothing is planned."""
        queue = self._next_queue()
        return queue[0][0] if queue else None

    def _next_queue(self) -> "list[tuple[float, int, Event]] | list[tuple[float, int, Repetition]] | None":
        """Where the next event is the first, or None if nothing is planned."""
        queue, repetitions = self._queue, self._repetitions
        while queue and queue[0][2].action is None:
            heapq.heappop(queue)
        while repetitions and repetitions[0][2].action is None:
            heapq.heappop(repetitions)
        if repetitions and not (queue and queue[0][:2] < repetitions[0][:2]):
            return repetitions
        return queue or None

    def next_news_at(self) -> float | None:
        """When the next event happens that is no reminder, or None if none is planned."""
        planned = (event for _, _, event in [*self._queue, *self._repetitions] if event.action)
        return min((event.at for event in planned if not event.reminder), default=None)

    def step(self) -> None:
        """Move to the next event and let it happen; IndexError if nothing is planned."""
        queue = self._next_queue()
        if queue is None:
            raise IndexError("nothing is planned")
        event: Event = heapq.heappop(queue)[2]  # type: ignore[misc]  # of either queue
        action, event.action = event.action, None
        self.now = max(self.now, event.at)
        if self.on_event:
            self.on_event(event.number)
        changed = action is not None and action() is not False
        self.changes += changed and not event.reminder
        if changed or queue is self._queue:
            self._happened += 1  # after what `action` planned: that has to be seen once as it is now

    def _pass_quietly(self, until: float) -> bool:
        """Do at once what happens again and again up to `until`, or the first other event, if it is known."""
        repetitions = self._repetitions
        before = self._queue[0][:2] if self._queue else (math.inf, 0)
        if not repetitions or repetitions[0][:2] >= before:
            return False
        moments: dict[Repetition, list[float]] = {}
        at, number = self.now, 0
        for _ in range(_AT_ONCE):
            due, place, event = repetitions[0]
            known = event.quiet_since == self._happened and event.action
            if not known or due > until or (due, place) >= before or (event.quiet and not event.quiet(due)):
                break
            at, number = due, place
            moments.setdefault(event, []).append(due)
            for _ in range(event.numbers - 1):
                next(self._order)
            event.at, event.number = due + event.period, next(self._order)
            heapq.heapreplace(repetitions, (event.at, event.number, event))
        if not moments:
            return False
        self.now = max(self.now, at)
        if self.on_event:
            self.on_event(number)
        for event, passed in moments.items():
            event.again(passed)
        return True

    def run(
        self,
        until: float,
        most: int = 10_000,
        *,
        to_change: bool = False,
        enough: Callable[[], bool] = lambda: False,
    ) -> int:
        """Let everything up to `until` happen, and stop there.

        Args:
            until: virtual seconds; a moment that has passed moves nothing.
            most: work off at most so many events; if more are due, the clock stays at the last of them,
                with all that happens at that moment: so a moment happens as a whole, in a replay too.
            enough: asked before each later moment; if it says so, the clock stays where it is.
            to_change: stop at the first moment at which something changed, with all that happens at it.

        Returns:
            The number of events that happened.
        """
        done, seen = 0, self.changes
        self._happened += 1  # between two runs anything may have been asked of the world
        while (due := self.next_at()) is not None and due <= until:
            later = due > self.now
            if later and (done >= most or (to_change and self.changes > seen) or enough()):
                return done
            if not self._pass_quietly(until):
                self.step()
            done += 1
        if not to_change or self.changes == seen:
            self.now = max(self.now, until)
        return done

    def timestamp(self) -> float:
        """Now, as the API shows it, in epoch seconds."""
        return self.timestamp_at(self.now)

    def timestamp_at(self, virtual: float) -> float:
        """A virtual second, as the API shows it, in epoch seconds.

        It is AWS's time: durations in it are AWS's at any speed. With fixed durations, as in 0.1.0, it is the
        wall clock's, and durations in it are shortened by the speed.
        """
        if self.durations.model == "fixed":
            return self.timeline.wall_at(virtual)
        return self.timeline.segments[0].wall + virtual
