"""The alarm that a learner makes by hand: does it watch what it should, and by which rule?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.display.verdict import Verdict, not_yet
from ecslab.resources import metrics
from ecslab.resources.scaling import SHOP

if TYPE_CHECKING:
    from ecslab.resources.scaling_shapes import AlarmShape

ALARM: Final = "adgu-shop-busy"
THRESHOLD: Final = 70
_MINUTES: Final = 3


def by_hand(lab: Connection) -> Verdict:
    """An alarm watches the mean CPU of the shop: over 70 % for three minutes."""
    name = lab.name(ALARM)
    alarm = metrics.alarm(lab, name)
    if not alarm:
        return not_yet(f"There is no alarm `{name}`.")
    return (
        _metric(lab, name, alarm)
        or _rule(name, alarm)
        or verdicts.done("12.alarm-there", name=name, rule=metrics.rule(alarm), state=alarm["StateValue"])
    )


def _metric(lab: Connection, name: str, alarm: AlarmShape) -> Verdict | None:
    """Whether it watches another metric than the CPU of the shop."""
    metric = f"{alarm.get('Namespace', '')} {alarm.get('MetricName', '')}".strip()
    if metric != "AWS/ECS CPUUtilization":
        return verdicts.wrong("12.alarm-metric", name=name, metric=metric or "an expression")
    given = {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])}
    wanted = {"ClusterName": lab.names.cluster, "ServiceName": lab.name(SHOP)}
    if given.keys() != wanted.keys():
        listed = ", ".join(sorted(given)) or "none"
        return verdicts.wrong("12.alarm-dimensions", name=name, listed=listed)
    for key, value in wanted.items():
        if given[key] != value:
            return verdicts.wrong("12.alarm-of-another", name=name, key=key, given=given[key], value=value)
    if alarm.get("Statistic") != "Average":
        return verdicts.wrong(
            "12.alarm-statistic", name=name, statistic=alarm.get("Statistic", "a percentile")
        )
    return None


def _rule(name: str, alarm: AlarmShape) -> Verdict | None:
    """Whether it goes off at another time than the lesson's."""
    if not alarm["ComparisonOperator"].startswith("GreaterThan"):
        return verdicts.wrong("12.alarm-comparison", name=name, operator=alarm["ComparisonOperator"])
    if alarm["Threshold"] != THRESHOLD:
        return verdicts.wrong(
            "12.alarm-threshold", name=name, given=f"{alarm['Threshold']:g}", wanted=THRESHOLD
        )
    seconds = alarm["Period"] * alarm["EvaluationPeriods"]
    if (alarm["Period"], alarm["EvaluationPeriods"]) != (metrics.MINUTE, _MINUTES):
        return verdicts.wrong(
            "12.alarm-periods",
            name=name,
            period=alarm["Period"],
            count=alarm["EvaluationPeriods"],
            seconds=seconds,
        )
    return None
