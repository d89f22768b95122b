"""The deployment circuit breaker: how many failures are too many.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
"""

import math
from dataclasses import dataclass
from typing import Final

LEAST: Final = 3
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """API_DeploymentCircuitBreaker.

    Args:
        enabled: whether a deployment that fails is given up.
        rollback: whether the last completed one then comes back.
        kind: `BOUNDED_PERCENT`, `UNBOUNDED_PERCENT` (of the desired count) or `COUNT`.
        value: percent or number, by `kind`.
        resets: whether a task that gets healthy wipes out the failures before it.
    """

    enabled: bool = False
    rollback: bool = False
    kind: str = "BOUNDED_PERCENT"
    value: int = 50
    resets: bool = True

    def threshold(self, desired: int) -> int:
        """Failures in a row at which a deployment of `desired` tasks has failed (3 to 200 when bounded)."""
        if self.kind == "COUNT":
            return self.value
        share = math.ceil(self.value * desired / 100)
        return share if self.kind == "UNBOUNDED_PERCENT" else min(max(share, LEAST), MOST)
