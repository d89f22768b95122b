"""When the service scheduler does what, in seconds of virtual time.

Fixed numbers, so that every run is the same run. Each is rounded from recorded services; where recordings
disagree, the one followed is named.
"""

from typing import Final

NOTICED: Final = 5.0
"""A change of the service to the first task started for it (3-11 s measured)."""
LISTED: Final = 5.0
"""A service deployment begins to its being `currentServiceDeployment` (about 5 s recorded)."""
REGISTERED: Final = 10.0
"""RUNNING to the registration of the task's targets (18-65 s after the start of the task)."""
HEALTHY: Final = 40.0
"""RUNNING to healthy, for a task that has neither targets nor a container health check."""
ADVANCED: Final = 2.0
"""A task becomes healthy, or is gone from RUNNING, to what the scheduler makes of it."""
DEREGISTERED: Final = 10.0
"""The scheduler stops a task to the deregistration of its targets."""
REPLACED: Final = 17.0
"""A task that had been healthy leaves RUNNING to the start of the next (18 s after it was killed)."""
RESTARTED: Final = 18.0
"""A task that ran but never got healthy is STOPPED to the start of the next (starts 51 s apart)."""
UNHEALTHY_TARGET: Final = 36.0
"""A target becomes unhealthy to the start of the task that replaces it."""
UNHEALTHY_CONTAINER: Final = 10.0
"""A container becomes unhealthy to the start of the task that replaces it. U: no recording has both."""
SUCCEEDED: Final = 9.0
"""The replacement of an unhealthy target is registered to the stop of the old task."""
TRIPPED: Final = 23.0
"""One failure too many to the circuit breaker's decision: one more task is started if tasks had run."""
ROLLED_BACK: Final = 18.0
"""A roll-back to the first task started for it, if one is missing."""
SETTLED: Final = 10.0
"""The last change to `has reached a steady state`."""
SUBNET_AVOIDED: Final = 300.0
"""How long a subnet is avoided after a task failed to start in it, if there is another. U."""
LAUNCHES: Final = 100
"""Tasks started at once; with `LAUNCHED`, the 500 a minute that Fargate starts for one service."""
LAUNCHED: Final = 12.0
"""Seconds between two such batches."""
_RETRIES: Final = (31.0, 31.0)
"""Gaps after the first failures to start; recorded after a missing image tag."""
_FIRST_LONG: Final = 60.0
LONGEST_RETRY: Final = 27 * 60.0
THROTTLED_FROM: Final = 4
"""The failure from which on the service is said to be unable to start tasks consistently. U: which it is."""


def retry_after(failures: int) -> float:
    """Seconds from the `failures`th failure in a row to the next start. U: how the gaps grow."""
    if failures <= len(_RETRIES):
        return _RETRIES[failures - 1]
    return min(LONGEST_RETRY, _FIRST_LONG * 2.0 ** min(failures - len(_RETRIES) - 1, 10))
