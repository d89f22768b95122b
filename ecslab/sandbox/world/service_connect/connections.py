"""The connections that proxies hold open to the tasks of an endpoint, until they are idle for too long.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TimeoutConfiguration.html
U: that a proxy holds one to a task, whatever goes over it at once.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

Ends = tuple[str, str]
"""The task that calls, by its id, and the host that it calls, as `address:port`."""


@dataclass(slots=True, eq=False)
class Connections:
    """The connections to one endpoint.

    Attributes:
        until: epoch second at which each is closed unless something goes over it; infinite for never.
    """

    until: dict[Ends, float] = field(default_factory=dict)

    def use(self, ends: Ends, idle: float, now: float) -> bool:
        """Send something over a connection; whether it had to be opened.

        Args:
            idle: seconds after which it is closed; 0 for never.
            now: epoch second.
        """
        opened = self.until.get(ends, 0.0) <= now
        self.until[ends] = now + idle if idle else math.inf
        return opened

    def end(self, task_id: str, address: str) -> None:
        """Close those of a task that is gone, from it and to it."""
        self.until = {
            ends: until for ends, until in self.until.items()
            if ends[0] != task_id and ends[1].rpartition(":")[0] != address
        }  # fmt: skip

    def spans(self, start: float, end: float, period: float) -> Iterator[tuple[float, float, int]]:
        """How many are open at the end of each period, as runs (start, end, count) of periods that are alike.

        Args:
            start, end: epoch seconds, at which periods begin.
        """
        cursor = start
        while cursor < end:
            ahead = [until for until in self.until.values() if until > cursor + period]
            if not ahead:
                return
            first, following = min(ahead), end
            if math.isfinite(first):  # periods at whose end it is open still
                following = min(end, cursor + (math.ceil((first - cursor) / period) - 1) * period)
            yield cursor, following, len(ahead)
            cursor = following

    def forget(self, now: float) -> None:
        """Forget those that are closed by this epoch second."""
        self.until = {ends: until for ends, until in self.until.items() if until > now}
