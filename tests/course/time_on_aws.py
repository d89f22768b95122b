"""How long things take, as sums of the table by which they are drawn: least and greatest seconds."""

from functools import cache
from typing import Final

from ecslab.sandbox.world.time.durations import Durations

MIB: Final = 2**20
_STARTED: Final = ("pull_started", "pull", "started")
SUMS: Final = {
    # what happens: the steps that it is made of, or seconds that somebody chose
    "PENDING": ("pull_started",),
    "pulled": ("pull",),
    "containers started": ("started",),
    "RUNNING": _STARTED,
    "gives up without a way out": ("pull_started", "unreachable"),
    "waits without a way out": ("unreachable",),
    "STOPPED without a way out": ("pull_started", "unreachable", "deprovisioned"),
    "STOPPED without an image": ("pull_started", "refused", "deprovisioned"),
    "a service complains that there is no way out": ("noticed", "pull_started", "unreachable", "advanced"),
    "the first task of a service": ("noticed",),
    "replaced, and RUNNING": ("stop_noticed", "replaced", *_STARTED),
    "healthy without a check": (*_STARTED, "healthy"),
    "a new service is steady": ("noticed", *_STARTED, "healthy", "settled"),
    "replaced": ("replaced",),
    "health shown": ("health_told",),
    "registered": (*_STARTED, "registered"),
    "a target replaced": ("older_stopped", "advanced", "health checks"),
    "deregistered": ("deregistered",),
    "drained": ("drain", "settled", "deprovisioned"),
    "rolled out": ("noticed", *_STARTED, "registered", "health checks", "older_stopped", "advanced",
                   "deregistered", "drain", "settled", "deprovisioned"),
    "rolled back": ("others stop", "settled"),
    "given up": ("noticed", "pull_started", "refused", "deprovisioned", "retry", "pull_started", "refused",
                 "tripped"),
    "the database is up": (*_STARTED,),
    "the page is up": (*_STARTED, "database loads"),
    "the database is seen to be healthy": (*_STARTED, "database loads", "health_told"),
    "the longest pause": ("longest pause",),
    "a load balancer is active": ("balancer_active",),
}  # fmt: skip
CHOSEN: Final = {
    "drain": (30.0, 60.0),  # the course's deregistration delay, and the program's end
    "health checks": (0.0, 60.0),  # behind the course's load balancer
    "database loads": (19.0, 35.0),  # notebook 09's, with a health check every few seconds
    "others stop": (0.0, 12.0 + 37.0),  # tasks of the failed revision that are on their way
    "retry": (0.9 * 31.0, 1.12 * 31.0),
}
PAGE: Final = 60 * MIB  # the course's image, without the layers that nobody pulls
MANY: Final = 2000  # tasks


@cache
def span(what: str) -> tuple[float, float]:
    """The least and the greatest seconds of many tasks of many accounts."""
    totals = [_total(what, f"{number}") for number in range(MANY)]
    chosen = [CHOSEN[step] for step in SUMS[what] if step in CHOSEN]
    return min(totals) + sum(low for low, _ in chosen), max(totals) + sum(high for _, high in chosen)


def _total(what: str, task: str) -> float:
    durations = Durations("drawn", task)
    return sum(_seconds(durations, step, task) for step in SUMS[what] if step not in CHOSEN)


def _seconds(durations: Durations, step: str, task: str) -> float:
    if step == "pull":
        return durations.pull(PAGE, task)
    return durations.retry_after(30, task) if step == "longest pause" else durations.of(step, task)
