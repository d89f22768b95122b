"""One stream of visitors to a listener: counted in bulk, a period at a time.

Whoever drives it says where requests go (`Route`), and that time has passed. The rate is the same throughout
a period, and changes of the route lie between two spans; so it makes no difference in how many steps time
passes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from statistics import NormalDist
from typing import Final, Literal

from ecslab.sandbox.world.load.profile import Profile
from ecslab.sandbox.world.load.queueing import Cost, Flow, Moment, Power, flow, moment, seconds_until
from ecslab.sandbox.world.load.response_times import ResponseTimes

MINUTE: Final = 60.0
_NORMAL: Final = NormalDist()
_SCALE: Final = 2**64

Trouble = Literal["refused", "unreachable"]
"""Why a target answers nothing: its port is closed (502), or packets are lost on the way (504)."""


_STATUS: Final[Mapping[Trouble, str]] = {"refused": "502", "unreachable": "504"}


@dataclass(frozen=True, slots=True)
class Place:
    """A target that requests are sent to, or that still works on some.

    Attributes:
        key: which one.
        group: its target group.
        share: of the requests, the part that it gets; 0 for one that drains.
        power: what it serves with.
        room: requests in flight at which its memory is full.
        trouble: why it answers nothing, if so.
    """

    key: str
    group: str
    share: float
    power: Power
    room: float = math.inf
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Who serves, and which share the balancer answers itself, by what it answers (`503`, `fixed 200`)."""

    places: tuple[Place, ...] = ()
    answers: tuple[tuple[str, float], ...] = ()


@dataclass(slots=True)
class GroupTally:
    """What a target group was sent in a period, and what came of it.

    Attributes:
        requests: sent to targets.
        served: answered by a target, with 200.
        errors: answered by the balancer in its place, by status (`502`, `504`).
    """

    requests: float = 0.0
    served: float = 0.0
    errors: dict[str, float] = field(default_factory=dict)
    times: ResponseTimes = field(default_factory=ResponseTimes)


@dataclass(slots=True)
class Period:
    """What happened from `start` (epoch seconds) on, for a minute or 20 seconds.

    Attributes:
        arrivals: all requests.
        groups: by target group.
        answers: what the balancer answered without a target, by what.
        cpu: seconds of CPU that each target used.
        in_flight: requests in each target, in the mean.
        seconds: how long it is.
    """

    start: float
    seconds: float = MINUTE
    arrivals: float = 0.0
    groups: dict[str, GroupTally] = field(default_factory=dict)
    answers: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    in_flight: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Totals:
    """All requests so far: each was served, failed (by status), was answered by the balancer, or waits."""

    arrivals: float = 0.0
    served: float = 0.0
    failed: dict[str, float] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)


class Traffic:
    """One stream of visitors.

    Args:
        profile: how many come.
        cost: what each costs.
        began: when they begin, in epoch seconds.
        draw: what chance is drawn from: the account's seed and a name.
        patience: seconds after which the balancer gives up on a target.
        period: seconds of a period, 60 or 20.
    """

    def __init__(
        self, profile: Profile, cost: Cost, began: float, draw: str, patience: float = 60.0,
        period: float = MINUTE,
    ):  # fmt: skip
        self.profile, self.cost, self.began, self.patience = profile, cost, began, patience
        self.now, self.period, self.draw = began, period, draw
        self.route = Route()
        self.totals = Totals()
        self.backlogs: dict[str, float] = {}
        self._profile_since = began
        self._current = Period(math.floor(began / period) * period, period)
        self._finished: list[Period] = []
        self._drawn_before = 0
        self._rate: tuple[float, float] | None = None
        self._flows: dict[tuple[float, float, float], Flow] = {}

    @property
    def queued(self) -> float:
        """Requests that wait."""
        return sum(self.backlogs.values())

    def rate(self) -> float:
        """Requests a second that come in this period."""
        start = max(self._current.start, self._profile_since)
        if self._rate is None or self._rate[0] != start:
            self._rate = start, self._drawn(start, self._current.start + self._current.seconds)
        return self._rate[1]

    def _drawn(self, start: float, end: float) -> float:
        """As many as the profile says, give or take what chance does (Poisson's, as a normal one)."""
        zero, seconds = self.profile.zero(self.began), end - start
        expected = self.profile.mean(start - zero, end - zero) * seconds
        digest = blake2b(f"{self.draw}\0{self._drawn_before}".encode(), digest_size=8).digest()
        self._drawn_before += 1
        by_chance = _NORMAL.inv_cdf((int.from_bytes(digest) + 0.5) / (_SCALE + 1))
        return max(0.0, expected + math.sqrt(expected) * by_chance) / seconds

    def pass_time(self, until: float) -> None:
        """Count what happened up to this moment, in epoch seconds."""
        while self.now < until:
            end = self._current.start + self._current.seconds
            span = min(end, until)
            self._serve(span - self.now)
            self.now = span
            if span == end:
                self._finished.append(self._current)
                self._current = Period(end, self.period)

    def take(self) -> list[Period]:
        """The periods that are over and were not taken yet."""
        finished, self._finished = self._finished, []
        return finished

    def end(self) -> list[Period]:
        """The periods that were not taken yet, and what there is of the last one: nobody comes any more."""
        return [*self.take(), self._current]

    def reroute(self, route: Route) -> None:
        """Send requests elsewhere from this moment on. Who waited at a target that is gone gets a 502."""
        places = {place.key: place for place in route.places if place.trouble is None}
        groups = {place.key: place.group for place in self.route.places}
        for key in [key for key in self.backlogs if key not in places]:
            self._fail(groups.get(key, ""), "502", self.backlogs.pop(key))
        self.route = route

    def lose(self, key: str) -> None:
        """Who waits at this target gets a 502: its program has ended."""
        group = next((place.group for place in self.route.places if place.key == key), "")
        if key in self.backlogs:
            self._fail(group, "502", self.backlogs.pop(key))

    def busy(self, share: float) -> bool:
        """Whether a target works at more than this share of its capacity, or has a queue."""
        rate = self.rate()
        return bool(self.backlogs) or any(
            rate * place.share > share * place.power.capacity(self.cost) for place in self.route.places
        )

    def change(self, profile: Profile | None = None, cost: Cost | None = None) -> None:
        """Let others come from this moment on, or what they ask for cost more or less."""
        if profile is not None:
            self.profile, self.began, self._profile_since = profile, self.now, self.now
            self._rate = None
        if cost is not None:
            self.cost = cost
            self._flows.clear()

    def at(self, key: str, when: float) -> Moment | None:
        """How a target does at a moment of this period that is not before what was counted."""
        place = next((place for place in self.route.places if place.key == key), None)
        if place is None:
            return None
        return moment(
            place.power, self.cost, self.rate() * place.share, self.backlogs.get(key, 0.0),
            max(0.0, when - self.now), self.patience,
        )  # fmt: skip

    def overrun(self) -> tuple[float, str] | None:
        """The first target whose memory is full within this period: when, and which."""
        rate, first = self.rate(), None
        left = self._current.start + self._current.seconds - self.now
        for place in self.route.places:
            if place.room == math.inf or place.trouble:
                continue
            backlog = self.backlogs.get(place.key, 0.0)
            after = seconds_until(
                place.room, place.power, self.cost, rate * place.share, backlog, self.patience
            )
            if after <= left and (not first or after < first[0]):
                first = after, place.key
        return first and (self.now + first[0], first[1])

    def _serve(self, seconds: float) -> None:
        rate = self.rate()
        arrivals = rate * seconds
        self._current.arrivals += arrivals
        self.totals.arrivals += arrivals
        for answer, share in self.route.answers:
            _add(self._current.answers, answer, arrivals * share)
            _add(self.totals.answered, answer, arrivals * share)
        alike: dict[tuple[str, Flow], int] = {}
        for place in self.route.places:
            if place.trouble is None:
                done = self._serve_at(place, rate * place.share, seconds)
                if done:
                    alike[place.group, done] = alike.get((place.group, done), 0) + 1
            elif place.share:
                self._group(place.group).requests += arrivals * place.share
                self._fail(place.group, _STATUS[place.trouble], arrivals * place.share)
        for (group, done), times in alike.items():
            self._group(group).times.add(done, self.cost.wait, self.patience, times)

    def _serve_at(self, place: Place, rate: float, seconds: float) -> Flow | None:
        backlog = self.backlogs.get(place.key, 0.0)
        if not rate and not backlog:
            return None
        done = self._flow(place.power, rate, backlog, seconds)
        self.backlogs[place.key] = done.backlog
        if not done.backlog:
            del self.backlogs[place.key]
        tally = self._group(place.group)
        tally.requests += done.arrivals
        tally.served += done.served
        self.totals.served += done.served
        if done.timed_out:
            self._fail(place.group, "504", done.timed_out)
        _add(self._current.cpu, place.key, done.served * self.cost.cpu)
        _add(self._current.in_flight, place.key, done.served * done.response / self._current.seconds)
        return done

    def _flow(self, power: Power, rate: float, backlog: float, seconds: float) -> Flow:
        """Targets of one group do alike: what one does in this span is reckoned once."""
        if backlog:
            return flow(power, self.cost, rate, backlog, seconds, self.patience)
        known = self._flows.get((power.vcpu, rate, seconds))
        if known is None:
            if len(self._flows) > 16:
                self._flows.clear()
            known = flow(power, self.cost, rate, backlog, seconds, self.patience)
            self._flows[power.vcpu, rate, seconds] = known
        return known

    def _fail(self, group: str, status: str, requests: float) -> None:
        _add(self._group(group).errors, status, requests)
        _add(self.totals.failed, status, requests)

    def _group(self, group: str) -> GroupTally:
        return self._current.groups.setdefault(group, GroupTally())


def _add(to: dict[str, float], key: str, amount: float) -> None:
    to[key] = to.get(key, 0.0) + amount


def whole(before: Mapping[str, float], key: str, amount: float) -> tuple[int, float]:
    """A count as a whole number, and what is left over for the next: so that a day's counts add up."""
    exact = before.get(key, 0.0) + amount
    count = math.floor(exact + 0.5)
    return count, exact - count
