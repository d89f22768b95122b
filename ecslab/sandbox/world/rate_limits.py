"""How often an ECS operation may be called: token buckets, as AWS documents them.

Source: "Request throttling for the Amazon ECS API" in the ECS API reference: burst, and calls a second that
it refills by. The seconds are the sandbox's.
"""

from dataclasses import dataclass, field
from typing import Final

_BUCKETS: Final = {
    ("CreateCluster", "DeleteCluster", "UpdateCluster", "UpdateClusterSettings",
     "PutClusterCapacityProviders"): (20, 1),
    ("DescribeClusters", "ListClusters"): (50, 20),
    ("RegisterTaskDefinition", "DeregisterTaskDefinition"): (20, 1),
    ("DescribeTaskDefinition", "ListTaskDefinitions", "ListTaskDefinitionFamilies"): (50, 20),
    ("DeleteTaskDefinitions",): (5, 1),
    ("CreateCapacityProvider", "UpdateCapacityProvider", "DeleteCapacityProvider"): (10, 1),
    ("TagResource", "UntagResource"): (20, 10),
    ("PutAccountSetting", "PutAccountSettingDefault", "DeleteAccountSetting"): (10, 1),
    ("RunTask", "StartTask", "StopTask", "ExecuteCommand"): (100, 40),
    ("DescribeTasks", "ListTasks", "DescribeContainerInstances", "ListContainerInstances"): (100, 20),
    ("CreateService", "UpdateService", "DeleteService"): (50, 5),
    ("DescribeServices", "ListServices"): (100, 20),
    ("DescribeServiceDeployments", "ListServiceDeployments", "DescribeServiceRevisions"): (50, 20),
    ("GetTaskProtection", "UpdateTaskProtection"): (200, 80),
    ("ListServicesByNamespace",): (10, 1),
}  # fmt: skip
"""Operations that share a bucket: (burst, refill in calls a second)."""
_OF: Final = {
    operation: (operations[0], size) for operations, size in _BUCKETS.items() for operation in operations
}


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
        if operation not in _OF:
            return True
        bucket, (burst, refill) = _OF[operation]
        left, then = self._left.get(bucket, (float(burst), now))
        left = min(burst, left + (now - then) * refill)
        passes = left >= 1
        self._left[bucket] = (left - passes, now)
        return passes
