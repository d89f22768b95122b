"""Visitors on a real account: a few real requests from this computer, for some minutes, within a budget."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from ecslab.connection.connection import Connection
from ecslab.connection.http import HttpReply
from ecslab.errors import CannotBeDone, NotConfirmed, Unreachable
from ecslab.operations import prices
from ecslab.operations.scaling_price import ScalingPrice, of_visitors, scaling_price
from ecslab.operations.visitors.counts import VisitorCounts
from ecslab.operations.visitors.stream import Asked, Visitors
from ecslab.resources.load_balancer import load_balancer_reader
from ecslab.sandbox.world.load.profile import Profile, profile_of

MOST_RATE: Final = 20.0
"""Requests a second that this computer sends at the most: to show what happens, not to measure AWS."""
MOST_MINUTES: Final = 60.0
_NO_NUMBERS: Final = frozenset({"profile", "path", "cpu_ms", "memory_mib", "wait_ms"})


def start_sending(
    lab: Connection, name: str, port: int, asked: Asked, minutes: float, budget: float | None
) -> SentVisitors:
    """Begin to send, once the price is agreed to; `ecslab.visitors` has the arguments and the errors."""
    profile, path = _profile(asked)
    if not 0 < minutes <= MOST_MINUTES:
        raise CannotBeDone(f"minutes must be from 0 to {MOST_MINUTES:g}, got {minutes:g}")
    if profile.most > MOST_RATE:
        raise CannotBeDone(
            f"this computer sends {MOST_RATE:g} requests a second at the most to a real account, not "
            f"{profile.most:g}.\n  next: the sandbox models as many as you like"
        )
    balancer = load_balancer_reader.find(lab, name)
    if balancer is None:
        raise CannotBeDone(f"there is no load balancer {name}; it may have been deleted")
    _agreed(scaling_price(lab, name, profile.most), profile.most, minutes, budget)
    url = lab.url(balancer["DNSName"], port).rstrip("/") + path
    sending = SentVisitors(lambda: lab.http("GET", url), name, port, path, profile, minutes * 60)
    sending.begin()
    return sending


def _agreed(price: ScalingPrice, rate: float, minutes: float, budget: float | None) -> None:
    """Refuse without a budget for these minutes of all that serves them, scaled out as far as it may be."""
    whole = price.most * minutes / 60
    if budget is not None and budget >= whole:
        return
    raise NotConfirmed(
        f"an hour of {rate:g} visitors a second costs about {prices.dollars(of_visitors(rate))}; with what "
        f"serves them {prices.dollars(price.now)}, and up to {prices.dollars(price.most)} with all the tasks "
        f"that scaling may start (us-east-1, {prices.AS_OF}). These {minutes:g} minutes: up to "
        f"{prices.dollars(whole)}. Nothing was sent.\n"
        f"  next: the same call with budget={max(0.01, round(whole + 0.005, 2)):.2f} agrees to it"
    )


def _profile(asked: Asked) -> tuple[Profile, str]:
    numbers = {key: value for key, value in asked.items() if key not in _NO_NUMBERS}
    try:
        profile = profile_of(asked.get("profile"), numbers)
    except ValueError as problem:
        raise CannotBeDone(str(problem)) from None
    return profile, str(asked.get("path", "/"))


class SentVisitors(Visitors):
    """Requests that this computer sends, one after the other, until the time is over or `stop()` is called.

    They end with the kernel, too; `wait()` waits for their end, and interrupting it ends them.
    """

    def __init__(
        self, ask: Callable[[], HttpReply], name: str, port: int, path: str, profile: Profile, seconds: float,
        now: Callable[[], float] = time.monotonic, pause: Callable[[float], object] | None = None,
    ):  # fmt: skip
        super().__init__(VisitorCounts(name, port, path, profile.kind, profile.rate(0), 0, 0, {}, {}))
        self._ask, self._profile, self._seconds = ask, profile, seconds
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._served, self._failed = 0, Counter[str]()
        self._now, self._pause = now, pause or self._ended.wait
        self._began = now()
        self._thread = threading.Thread(target=self._send, name="ecslab visitors", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def status(self) -> VisitorCounts:
        seen, over = self.seen, self._ended.is_set()
        with self._lock:
            served, failed = float(self._served), {status: float(n) for status, n in self._failed.items()}
        rate = 0.0 if over else self._profile.rate(self._now() - self._began)
        note = "They have gone." if over else "Sent from this computer."
        self.seen = VisitorCounts(
            seen.load_balancer, seen.port, seen.path, self._profile.kind, rate,
            served + sum(failed.values()), served, failed, {}, note=note,
        )  # fmt: skip
        return self.seen

    def change(self, rate: float | None = None, *, profile: str | None = None, **numbers: float) -> Visitors:
        asked: Asked = {"profile": profile or "constant", **numbers}
        made, _ = _profile(asked | ({"rate": rate} if rate is not None else {}))
        if made.most > self._profile.most:
            raise NotConfirmed(
                f"more than {self._profile.most:g} visitors a second cost more than you agreed to.\n"
                "  next: stop(), and ecslab.visitors(lab, …) with the budget for them"
            )
        self._profile = made
        return self

    def stop(self) -> VisitorCounts:
        self._ended.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(20)
        return self.status()

    def wait(self) -> VisitorCounts:
        """Wait until they have gone by themselves; an interrupt ends them at once."""
        try:
            while self._thread.is_alive():
                self._thread.join(0.2)
        finally:
            self._ended.set()
        return self.status()

    def _send(self) -> None:
        due = self._began
        while not self._ended.is_set() and self._now() < self._began + self._seconds:
            rate = self._profile.rate(self._now() - self._began)
            if rate <= 0:
                due = self._now() + 1.0
            elif due <= self._now():
                self._send_request()
                due = max(due + 1 / rate, self._now() - 1.0)
            self._pause(max(0.0, min(due - self._now(), 1.0)))
        self._ended.set()

    def _send_request(self) -> None:
        try:
            status = self._ask().status
        except Unreachable:
            status = 0
        with self._lock:
            if 0 < status < 500:
                self._served += 1
            else:
                self._failed[str(status) if status else "no answer"] += 1
