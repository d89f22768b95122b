"""Response times of many requests, as a histogram of few values, from which percentiles are read."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from ecslab.sandbox.world.load.queueing import Flow

_EDGES: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 0.875, 0.925, 0.96, 0.98, 0.992, 0.9985, 1.0)
_SHARES: Final = tuple(
    ((low + high) / 2, high - low, -math.log(1 - (low + high) / 2)) for low, high in pairwise(_EDGES)
)
"""A share of the requests, how many are about there, and how many means an exponential time is there."""
_STEP: Final = math.log(1.06)
"""Values that differ by less than six parts in a hundred are one."""


@dataclass(slots=True)
class ResponseTimes:
    """Response times in seconds.

    Attributes:
        values: how many requests took about so long.
    """

    count: float = 0.0
    sum: float = 0.0
    least: float = math.inf
    most: float = 0.0
    values: dict[int, float] = field(default_factory=dict)

    def add(self, flow: Flow, wait: float, patience: float, times: int = 1) -> None:
        """Add the requests that a task served.

        Args:
            wait: `Cost.wait`.
            patience: the longest that anybody waits.
            times: how many tasks did so.
        """
        if flow.served <= 0:
            return
        shortest, longest = flow.waits
        served = flow.served * times
        self.count += served
        self.sum += served * flow.response
        self.least = min(self.least, wait + shortest + flow.spread * _SHARES[0][2])
        for place, share, means in _SHARES:
            seconds = min(wait + shortest + (longest - shortest) * place + flow.spread * means, patience)
            self._put(seconds, served * share)

    def merge(self, other: "ResponseTimes") -> None:
        """Add all of these, too."""
        self.count += other.count
        self.sum += other.sum
        self.least, self.most = min(self.least, other.least), max(self.most, other.most)
        for key, count in other.values.items():
            self.values[key] = self.values.get(key, 0.0) + count

    def histogram(self) -> Mapping[float, float]:
        """Seconds, and how many requests took about so long."""
        return {math.exp(key * _STEP): count for key, count in sorted(self.values.items())}

    def _put(self, seconds: float, count: float) -> None:
        self.most = max(self.most, seconds)
        key = round(math.log(max(seconds, 1e-4)) / _STEP)
        self.values[key] = self.values.get(key, 0.0) + count
