"""Scheduled actions for the rush that is known: enough tasks before it, and fewer again after it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.display.verdict import Verdict, not_yet
from ecslab.resources.scaling import SHOP, scaling_reader

if TYPE_CHECKING:
    from ecslab.resources.scaling_shapes import ScheduleShape

RUSH: Final = 9 * 60
"""Minutes after midnight, UTC: when the newsletter is read."""
TASKS: Final = 8
"""So many tasks serve the rush at 60 % CPU."""
_EARLY: Final = 60
_CRON: Final = re.compile(r"cron\((\d+) (\d+) (?:\* \* \?|\? \* \*) \*\)")


def rush_hour(lab: Connection) -> Verdict:
    """One action raises the minimum before the rush, another one lowers it afterwards; each day."""
    name = lab.name(SHOP)
    actions = scaling_reader.schedules(lab, name)
    if not actions:
        return not_yet(f"`{name}` has no scheduled action yet.")
    daily = [(minute, each) for each in actions if (minute := _minute_of_day(each)) is not None]
    if not daily:
        return verdicts.wrong("12.schedule-once", expression=actions[0]["Schedule"])
    if zones := {
        zone for _, each in daily if (zone := each.get("Timezone", "UTC")) not in ("UTC", "Etc/UTC")
    }:
        return verdicts.wrong("12.schedule-zone", zone=sorted(zones)[0])
    raising = [(minute, each) for minute, each in daily if _least(each) > 2]
    if not raising:
        return verdicts.wrong("12.schedule-raises-nothing")
    return _raised(raising[0]) or _lowered(daily) or verdicts.done("12.scheduled", name=name)


def _raised(raising: tuple[int, ScheduleShape]) -> Verdict | None:
    minute, action = raising
    if minute >= RUSH:
        return verdicts.wrong("12.schedule-late", at=_clock(minute), rush=_clock(RUSH))
    if minute < RUSH - _EARLY:
        return verdicts.wrong("12.schedule-early", at=_clock(minute), rush=_clock(RUSH))
    if _least(action) < TASKS:
        return verdicts.wrong("12.schedule-few", least=_least(action), wanted=TASKS)
    return None


def _lowered(daily: list[tuple[int, ScheduleShape]]) -> Verdict | None:
    lowering = [minute for minute, action in daily if 0 < _least(action) <= 2]
    if not lowering:
        return verdicts.wrong("12.schedule-stays")
    if not any(minute > RUSH for minute in lowering):
        return verdicts.wrong("12.schedule-lowered-early", at=_clock(lowering[0]), rush=_clock(RUSH))
    return None


def _minute_of_day(action: ScheduleShape) -> int | None:
    """When it runs each day, in minutes after midnight; None if it does not run once a day."""
    daily = _CRON.fullmatch(action["Schedule"])
    return int(daily[2]) * 60 + int(daily[1]) if daily else None


def _least(action: ScheduleShape) -> int:
    return action.get("ScalableTargetAction", {}).get("MinCapacity", 0)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
