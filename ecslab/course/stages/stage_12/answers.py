"""What stage 12 asks of the learner's own account, and how it is read there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from math import ceil, floor
from statistics import median

from ecslab.connection.connection import Connection
from ecslab.resources import metrics
from ecslab.resources.scaling import SHOP, run, scaling_reader

_WITHIN = timedelta(days=3)
_STEADY = (20.0, 85.0)  # percent of CPU between which a task serves all that comes


def requests_of_a_task(lab: Connection) -> Iterator[object]:
    """How many requests a second one task of the shop serves with all its CPU; rounded either way."""
    seen = run(lab, metrics.now(lab) - _WITHIN)
    cpu, tasks = dict(seen.cpu or []), dict(seen.running)
    each = [
        rate / (tasks[at] * cpu[at] / 100)
        for at, rate in seen.visitors
        if at in tasks and tasks[at] and _STEADY[0] < cpu.get(at, 0.0) < _STEADY[1]
    ]
    if each:
        middle = median(each)
        yield from {floor(middle), ceil(middle), round(middle), round(middle, 1), f"{middle:.1f}"}


def low_alarm_minutes(lab: Connection) -> Iterator[object]:
    """For how many minutes the CPU has to be low before the policy's alarm acts."""
    for policy in scaling_reader.policies(lab, lab.name(SHOP)):
        for made in policy.get("Alarms", []):
            if alarm := metrics.alarm(lab, made["AlarmName"]) if "AlarmLow" in made["AlarmName"] else None:
                yield alarm["Period"] * alarm["EvaluationPeriods"] // metrics.MINUTE


def not_scaled_reason(lab: Connection) -> Iterator[object]:
    """The code of the reason why the shop was not scaled at its ceiling."""
    for activity in scaling_reader.activities(lab, lab.name(SHOP), not_scaled=True):
        yield from (each["Code"] for each in activity.get("NotScaledReasons", []) if "Max" in each["Code"])
