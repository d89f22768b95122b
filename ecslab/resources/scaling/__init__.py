"""Service Auto Scaling: what changes a service's desired count, and how it did. Stage 12.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from ecslab.connection.connection import Connection
from ecslab.display.tables import Table
from ecslab.resources.scaling import scaling_reader
from ecslab.resources.scaling.application import CPU, MEMORY, SHOP, delete_shop, shop
from ecslab.resources.scaling.observed_run import Run
from ecslab.resources.scaling.scaling_reader import policies, resource_id, schedules, target
from ecslab.resources.scaling.scaling_run import pass_time, run, until, until_whole, watch
from ecslab.resources.scaling_shapes import ActivityShape

_ALARM: Final = re.compile(r"TargetTracking-service/\S+?-(?=Alarm)|(?<=Alarm)(High|Low)-[0-9a-f-]{36}")

__all__ = [
    "CPU", "MEMORY", "SHOP", "Run", "activities", "delete_shop", "pass_time", "policies", "resource_id",
    "run", "schedules", "shop", "target", "until", "until_whole",
    "watch",
]  # fmt: skip


def activities(
    lab: Connection, name: str | None = None, since: datetime | None = None, *, not_scaled: bool = False
) -> Table:
    """What scaled the service, oldest first, in AWS's words.

    Args:
        name: `adgu-shop` unless given.
        since: leave out what is older.
        not_scaled: also what was tried and could not be done, with the reason.
    """
    listed = scaling_reader.activities(lab, name or lab.name(SHOP), since, not_scaled=not_scaled)
    rows = [
        (f"{each['StartTime']:%H:%M:%S}", each["Description"], _cause(each), _status(each)) for each in listed
    ]
    return Table("", ("AWS time", "activity", "cause", "status"), tuple(rows))


def _cause(activity: ActivityShape) -> str:
    """Without the ids of alarms, and the service in their names: both are the same in every line."""
    return _ALARM.sub(lambda match: match[1] or "…-", activity["Cause"])


def _status(activity: ActivityShape) -> str:
    reasons = [reason["Code"] for reason in activity.get("NotScaledReasons", [])]
    return ", ".join([activity["StatusCode"], *reasons])
