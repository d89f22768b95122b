"""How often an ECS operation may be called: token buckets, as AWS documents them."""

from dataclasses import dataclass, field
from functools import cache

from ecslab.sandbox.world.texts import tables


@cache
def _buckets() -> dict[str, tuple[str, tuple[int, int]]]:
    """By operation: the first one that shares its bucket, burst, and refill in calls a second."""
    rows = tables(__file__)["bucket"]
    return {name: (row["operations"][0], tuple(row["size"])) for row in rows for name in row["operations"]}


@dataclass(slots=True)
class RateLimits:
    """The buckets of one account in one Region."""

    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, operation: str, now: float) -> bool:
        """Whether a call may pass now; one that may not takes nothing.

        Args:
            operation: such as `RunTask`; one that is not listed always passes.
            now: virtual seconds.
        """
        if operation not in _buckets():
            return True
        bucket, (burst, refill) = _buckets()[operation]
        left, then = self._left.get(bucket, (float(burst), now))
        left = min(burst, left + (now - then) * refill)
        passes = left >= 1
        self._left[bucket] = (left - passes, now)
        return passes
