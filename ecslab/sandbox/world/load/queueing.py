"""How busy a task is under its visitors, and how long they wait: the queueing model.

A task with `c` vCPU works on requests of `s` CPU seconds each. One request uses one vCPU at most, so it takes
`S = s / min(c, 1)` seconds of work, and `c / s` of them are done in a second (the capacity).

- Below its capacity the task is a queue M/M/m with `m = max(1, c)` servers. Requests wait, in the mean,
  `S * r^(sqrt(2(m+1)) - 1) / (m (1 - r))` seconds, where `r` is how busy it is: Sakasegawa's approximation
  (https://doi.org/10.1007/BF02911628), which is exact for one server. Nearer to 1 than `MOST_BUSY` it stays,
  since a minute is too short for such a queue to build up.
- Above its capacity requests queue up: the backlog grows by what comes more than is served, and shrinks by
  what is served more than comes (a fluid). Who comes last waits for all before: backlog / capacity.
- Nobody waits longer than the load balancer's idle timeout: who would, gets its 504, and leaves the queue.

Response times are exponential above the time that the request waits elsewhere (`Cost.wait`).
Memory is what the task holds at rest, and so much for each request that is in it (Little's law).
"""

import math
from dataclasses import dataclass
from typing import Final

MOST_BUSY: Final = 0.98
_RARE: Final = 14.0
"""Means of an exponential time that fewer than one in a million exceed: nobody does."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request costs the task that serves it.

    Attributes:
        cpu: seconds of one vCPU.
        memory: MiB, for as long as the request is in the task.
        wait: seconds that it waits elsewhere, as for a database.
    """

    cpu: float = 0.020
    memory: float = 0.5
    wait: float = 0.005


@dataclass(frozen=True, slots=True)
class Power:
    """What a task serves with: its vCPU (0.25 and more)."""

    vcpu: float

    def capacity(self, cost: Cost) -> float:
        """Requests a second."""
        return self.vcpu / cost.cpu


@dataclass(frozen=True, slots=True)
class Flow:
    """What became of a task's requests in a span of time.

    Attributes:
        seconds: how long the span is.
        arrivals: requests that came.
        served: requests that were answered.
        timed_out: requests that gave up after the idle timeout.
        backlog: requests that wait at the end.
        response: mean seconds from a request to its answer.
        spread: the mean of what of it is exponential.
        waits: how long the queue is at its shortest and longest, in seconds.
        in_flight: requests in the task at the worst moment.
    """

    seconds: float
    arrivals: float
    served: float
    timed_out: float
    backlog: float
    response: float
    spread: float
    waits: tuple[float, float]
    in_flight: float


@dataclass(frozen=True, slots=True)
class Moment:
    """How a task does at one moment: requests in the queue and in all, and seconds to the next answer."""

    backlog: float
    in_flight: float
    response: float


def spread(power: Power, cost: Cost, rate: float) -> float:
    """Mean seconds that a request is worked on, and waits for others by chance."""
    servers = max(1.0, power.vcpu)
    work = cost.cpu / min(power.vcpu, 1.0)
    busy = min(rate / power.capacity(cost), MOST_BUSY)
    crowd = math.pow(busy, math.sqrt(2 * (servers + 1)) - 1)
    return work * (1 + crowd / (servers * (1 - busy)))


def moment(power: Power, cost: Cost, rate: float, backlog: float, after: float, patience: float) -> Moment:
    """How a task does `after` so many seconds of this rate (requests a second), which began with a backlog.

    Args:
        patience: the load balancer's idle timeout in seconds.
    """
    capacity = power.capacity(cost)
    waiting = min(max(0.0, backlog + (rate - capacity) * after), capacity * patience)
    by_chance = spread(power, cost, rate)
    response = min(cost.wait + by_chance + waiting / capacity, patience)
    return Moment(waiting, waiting + min(rate, capacity) * (cost.wait + by_chance), response)


def flow(power: Power, cost: Cost, rate: float, backlog: float, seconds: float, patience: float) -> Flow:
    """What becomes of the requests of a span of time; `moment` has the arguments."""
    capacity = power.capacity(cost)
    room, net = capacity * patience, rate - capacity
    ends, lost, area = _fluid(backlog, net, room, seconds)
    by_chance = spread(power, cost, rate)
    arrivals = rate * seconds
    in_time = max(0.0, arrivals + backlog - ends - lost)
    means = max(0.0, patience - cost.wait) / by_chance
    late = in_time * math.exp(-means) if means < _RARE else 0.0
    waits = min(backlog, ends) / capacity, max(backlog, ends) / capacity
    mean = area / seconds / capacity if seconds else backlog / capacity
    return Flow(
        seconds, arrivals, in_time - late, lost + late, ends,
        min(cost.wait + by_chance + mean, patience), by_chance, waits,
        max(backlog, ends) + min(rate, capacity) * (cost.wait + by_chance),
    )  # fmt: skip


def _fluid(backlog: float, net: float, room: float, seconds: float) -> tuple[float, float, float]:
    """The backlog at the end, what found no room in it, and the backlog's integral over the time."""
    end = backlog + net * seconds
    if end > room:  # it is full from some moment on
        rising = (room - backlog) / net if net > 0 else 0.0
        return room, end - room, (backlog + room) / 2 * rising + room * (seconds - rising)
    if end < 0:
        falling = backlog / -net
        return 0.0, 0.0, backlog / 2 * falling
    return end, 0.0, (backlog + end) / 2 * seconds


def seconds_until(
    in_flight: float, power: Power, cost: Cost, rate: float, backlog: float, patience: float
) -> float:
    """When so many requests are in the task; infinity if they never are at this rate."""
    capacity = power.capacity(cost)
    worked_on = min(rate, capacity) * (cost.wait + spread(power, cost, rate))
    needed, net = in_flight - worked_on, rate - capacity
    if needed <= backlog:
        return 0.0
    reached = net > 0 and needed <= capacity * patience
    return (needed - backlog) / net if reached else math.inf
