"""What the target tracking policy of managed scaling asks of the group.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
"""

import math
from typing import Final

HELD: Final = 900.0
"""Seconds after a scale-out before the group is scaled in (cluster auto scaling, developer guide)."""
HIGH_PERIODS: Final = 1  # U
LOW_PERIODS: Final = 15


def wanted(instances: int, metric: float, target: int) -> int:
    """How many instances bring the metric to its target.

    Args:
        instances: those that the metric was measured with; none counts as one.
        metric, target: per cent.
    """
    return math.ceil(round(max(instances, 1) * metric / target, 6))


def scale_out(warm: int, desired: int, maximum: int, metric: float, target: int) -> int | None:
    """The desired capacity after the high alarm; None if it stays.

    Args:
        warm: instances whose warm-up is over: those that are coming up are in `desired` already.
    """
    count = min(wanted(warm, metric, target), maximum)
    return count if count > desired else None


def scale_in(running: int, desired: int, minimum: int, metric: float, target: int) -> int | None:
    """The desired capacity after the low alarm; None if it stays. At most half of the group goes at once,
    and the last one."""
    count = 0 if metric == 0 else wanted(running, metric, target)
    count = max(count, minimum, desired - max(desired // 2, 1))
    return count if count < desired else None
