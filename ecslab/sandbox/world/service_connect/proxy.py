"""A task's proxy: whom it asks next, whom it avoids, and what it says if nobody answers.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts.html
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

ATTEMPTS: Final = 3
"""The first, and two retries."""
FAILURES: Final = 5
WITHIN: Final = 30.0
"""So many connections to a host that fail within so many seconds: then it is avoided."""
AVOIDED: Final = 30.0
LONGEST: Final = 300.0
"""Seconds for which a host is avoided the first time, and at most. U: that it grows by as much each time."""
MEMORY: Final = 64
"""MiB of a task that its proxy takes: AWS advises at least as many."""
NOBODY: Final = b"no healthy upstream"
"""Envoy's answer, with status 503, where an endpoint has no tasks."""
UNREACHED: Final = (
    b"upstream connect error or disconnect/reset before headers. reset reason: connection failure"
)
"""Envoy's answer, with status 503, where no connection to a task comes about."""
LATE: Final = b"upstream request timeout"
"""Envoy's answer, with status 504, where a task's answer was not there in time."""


@dataclass(slots=True, eq=False)
class Proxy:
    """What a proxy remembers.

    Attributes:
        turns: requests so far, by endpoint.
        failures: virtual seconds at which connections to a host failed.
        avoided: until when a host is avoided, and how often it has been.
    """

    turns: dict[str, int] = field(default_factory=dict)
    failures: dict[str, list[float]] = field(default_factory=dict)
    avoided: dict[str, tuple[float, int]] = field(default_factory=dict)

    def attempts(self, endpoint: str, hosts: Sequence[str], now: float) -> list[str]:
        """The hosts to try for a request, in order: round robin, a retry at another host if there is one.

        Where all are avoided, none is (U).
        """
        able = [host for host in hosts if self.avoided.get(host, (0.0, 0))[0] <= now] or list(hosts)
        if not able:
            return []
        turn = self.turns[endpoint] = self.turns.get(endpoint, -1) + 1
        return [able[(turn + attempt) % len(able)] for attempt in range(ATTEMPTS)]

    def failed(self, host: str, now: float) -> None:
        """Note that a connection to a host did not come about."""
        recent = [moment for moment in self.failures.get(host, ()) if moment > now - WITHIN]
        self.failures[host] = [*recent, now]
        if len(self.failures[host]) >= FAILURES:
            times = self.avoided.get(host, (0.0, 0))[1] + 1
            self.avoided[host] = now + min(AVOIDED * times, LONGEST), times
            del self.failures[host]
