"""How many tasks a service had while it was deployed, by what it said itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

_STARTED: Final = re.compile(r"has started (\d+) tasks")
_STOPPED: Final = re.compile(r"has stopped (\d+) running tasks|stopped (\d+) pending tasks")


def in_newest_deployment(service: ServiceTypeDef) -> tuple[int, int]:
    """The fewest and the most tasks that the service had since its newest deployment began.

    Read from its events, which stay as they are when the percentages are changed afterwards. It is taken to
    have had as many as are desired when the deployment began.
    """
    began = service["deployments"][0]["createdAt"]
    counts = [service["desiredCount"]]
    for event in reversed(service["events"]):
        if event["createdAt"] > began:
            counts.append(counts[-1] + _change(event["message"]))
    return min(counts), max(counts)


def _change(message: str) -> int:
    if started := _STARTED.search(message):
        return int(started[1])
    stopped = _STOPPED.search(message)
    return -int(stopped[1] or stopped[2]) if stopped else 0
