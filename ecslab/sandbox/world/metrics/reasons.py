"""AWS's words for why an alarm is in its state, and the same as JSON.

Recorded sentences, but for those marked U.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from ecslab.sandbox.world.metrics.alarm import COMPARISONS, Alarm
from ecslab.sandbox.world.metrics.evaluation import Datapoint, Verdict

__all__ = ["iso", "reason", "reason_data"]


def reason(alarm: Alarm, verdict: Verdict) -> str:
    """Why an alarm comes into the verdict's state."""
    if verdict.state == "INSUFFICIENT_DATA":
        count = alarm.evaluation_periods
        return f"Insufficient Data: {_count(count, 'datapoint')} {_were(count)} unknown."
    if verdict.filled:
        return f"Threshold Crossed: {_received(alarm, verdict)} and {_treated(alarm, verdict.filled)}."
    is_alarm = verdict.state == "ALARM"
    telling = [point for point in verdict.points if alarm.breaches(point.value) is is_alarm]
    counted = _count(len(telling), "datapoint")
    if alarm.datapoints_to_alarm is not None:
        counted = f"{len(telling)} out of the last {_of(alarm.evaluation_periods)}"
    word = COMPARISONS[alarm.comparison][1]
    negated = "" if is_alarm else "not "
    crossed = f"{_were(len(telling))} {negated}{word} the threshold ({alarm.threshold!r})"
    tail = f" ({_minimum(alarm, is_alarm)})" if alarm.datapoints_to_alarm is not None else ""
    return f"Threshold Crossed: {counted} [{_shown(telling)}] {crossed}{tail}."


def reason_data(alarm: Alarm, verdict: Verdict, now: float, moment: float) -> str:
    """The same for programs; `moment` is the end of the latest period, in epoch seconds."""
    data: dict[str, object] = {"version": "1.0", "queryDate": iso(now)}
    if verdict.points:
        data["startDate"] = iso(verdict.points[0].at)
    if alarm.unit:
        data["unit"] = alarm.unit
    if not alarm.queries:
        data["statistic"] = alarm.statistic
    data |= {
        "period": alarm.period,
        "recentDatapoints": [point.value for point in verdict.points],
        "threshold": alarm.threshold,
        "evaluatedDatapoints": _evaluated(alarm, verdict, moment),
    }
    return json.dumps(data, separators=(",", ":"))


def _evaluated(alarm: Alarm, verdict: Verdict, moment: float) -> list[dict[str, object]]:
    """Newest first; of those that were missing and taken for something, the time alone."""
    known = {point.at: point for point in verdict.points}
    latest = (moment - number * alarm.period for number in range(1, alarm.evaluation_periods + 1))
    missing = [at for at in latest if at not in known][: verdict.filled]
    evaluated = []
    for at in sorted([*known, *missing], reverse=True):
        point = known.get(at)
        shown: dict[str, object] = {"timestamp": iso(at)}
        if point and point.sample_count is not None:
            shown["sampleCount"] = float(point.sample_count)
        evaluated.append(shown | ({"value": point.value} if point else {}))
    return evaluated


def iso(at: float) -> str:
    """An epoch second as CloudWatch writes it in JSON: `2018-08-15T21:20:02.123+0000`."""
    moment = datetime.fromtimestamp(round(at, 3), UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def _received(alarm: Alarm, verdict: Verdict) -> str:
    """U where some datapoints were received and some were not."""
    count, periods = len(verdict.points), _count(alarm.evaluation_periods, "period")
    if not count:
        return f"no datapoints were received for {periods}"
    return f"{_count(count, 'datapoint')} {_were(count)} received for {periods}"


def _treated(alarm: Alarm, filled: int) -> str:
    word = "Breaching" if alarm.treat_missing_data == "breaching" else "NonBreaching"
    return f"{_count(filled, 'missing datapoint')} {_were(filled)} treated as [{word}]"


def _minimum(alarm: Alarm, is_alarm: bool) -> str:
    """How few datapoints make the change that is told, in the words of the change from the other state."""
    needed = alarm.needed if is_alarm else alarm.evaluation_periods - alarm.needed + 1
    change = "OK -> ALARM" if is_alarm else "ALARM -> OK"
    return f"minimum {_count(needed, 'datapoint')} for {change} transition"


def _shown(points: Sequence[Datapoint]) -> str:
    """Newest first."""
    moments = ((point.value, datetime.fromtimestamp(point.at, UTC)) for point in reversed(points))
    return ", ".join(f"{float(value)!r} ({moment:%d/%m/%y %H:%M:%S})" for value, moment in moments)


def _of(periods: int) -> str:
    return f"{periods} datapoints"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
