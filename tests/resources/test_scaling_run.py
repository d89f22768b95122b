"""A run of a service: how it is put together from metrics and activities, and what it says of itself."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from ecslab import scaling
from ecslab.resources import metrics
from ecslab.resources.scaling import Run
from ecslab.resources.scaling.scaling_run import _alarms, _desired, _marks, _sum

MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)


def at(minute):
    return MIDNIGHT + timedelta(minutes=minute)


def activity(minute, count, cause="monitor alarm TargetTracking-service/c/s-AlarmHigh-1 in state ALARM"):
    return {"StartTime": at(minute), "Description": f"Setting desired count to {count}.", "Cause": cause}


def test_the_desired_count_is_what_the_last_activity_set():
    activities = [activity(-5, 4), activity(10, 6), activity(70, 2)]
    assert _desired(activities, 9.0, at(0), at(60)) == [(at(0), 4.0), (at(10), 6.0)]


def test_before_the_first_activity_as_many_are_desired_as_at_the_start():
    assert _desired([activity(10, 6)], 2.0, at(0), at(60)) == [(at(0), 2.0), (at(10), 6.0)]
    assert _desired([], None, at(0), at(60)) == []


def test_an_activity_says_whether_it_asked_for_more_or_fewer():
    low = "monitor alarm TargetTracking-service/c/s-AlarmLow-1 in state ALARM"
    marks = [*_marks([activity(1, 4), activity(2, 6), activity(3, 5, low)], at(0), at(60))]
    assert [mark.up for mark in marks] == [True, True, False]
    assert [mark.up for mark in _marks([activity(1, 4, low)], at(0), at(60))] == [False]


def test_what_is_no_change_of_the_desired_count_is_no_mark():
    bounds = {
        "StartTime": at(1),
        "Description": "Setting min capacity to 2 and max capacity to 4",
        "Cause": "",
    }
    assert [*_marks([bounds], at(0), at(60))] == []


def test_errors_of_tasks_and_balancer_are_added_minute_by_minute():
    assert _sum([(at(0), 1.0), (at(2), 2.0)], [(at(2), 3.0)]) == [(at(0), 1.0), (at(2), 5.0)]


def run(**changes):
    values = {
        "visitors": [(at(n), 10.0) for n in range(60)], "cpu": [(at(n), 50.0) for n in range(60)],
        "desired": [(at(0), 2.0)], "running": [(at(n), 2.0 + (n >= 30)) for n in range(60)],
        "errors": [(at(5), 36.0)], "marks": tuple(_marks([activity(20, 3)], at(0), at(60))),
    } | changes  # fmt: skip
    return Run("adgu-shop", at(0), at(60), **values)


def test_a_run_adds_up():
    measured = run()
    assert (measured.requests, measured.lost, measured.lost_percent) == (36_000, 36, pytest.approx(0.1))
    assert (measured.most_tasks, measured.task_hours, measured.first_scaled) == (3, 2.5, 20)
    assert measured.words == "36,000 requests, 0.1 % lost, 3 tasks at the most, 2.5 task-hours"
    assert run(errors=[(at(5), 36_000.0)]).words.startswith("36,000 requests, 100 % lost")


def test_a_run_without_visitors_lost_nothing():
    measured = run(visitors=[], errors=[], marks=())
    assert (measured.requests, measured.lost_percent, measured.first_scaled) == (0, 0, None)
    assert measured.words.startswith("0 requests, none lost")


def test_it_shows_itself_as_a_chart():
    measured = run()
    assert set(measured._repr_mimebundle_()) == {"text/html", "image/svg+xml", "text/plain"}
    assert repr(measured).splitlines()[0] == f"adgu-shop: {measured.words}"
    assert "00:20, activity: Setting desired count to 3." in repr(measured)
    assert "% CPU" in repr(measured) and "% CPU" not in repr(run(cpu=None))


@pytest.mark.parametrize("minutes", [0, -1, 7 * 24 * 60 + 1])
def test_time_that_cannot_pass_is_refused(lab, minutes):
    before = lab.now()
    with pytest.raises(
        ValueError, match=re.escape(f"minutes must be more than 0 and at most 10080, got {minutes}")
    ):
        scaling.pass_time(lab, minutes)
    assert lab.now() == before


def test_until_a_time_of_day_is_the_next_one(lab):
    moment = scaling.until(lab, "08:00")
    assert (moment.hour, moment.minute, moment.second) == (8, 0, 0)
    assert abs((metrics.now(lab) - moment).total_seconds()) < 0.01
    assert scaling.until(lab, "08:00") - moment == timedelta(days=1)


def test_no_time_of_day_is_refused(lab):
    with pytest.raises(ValueError, match="does not match format"):
        scaling.until(lab, "8 o'clock")


def test_an_alarm_that_has_been_in_alarm_for_days_is_shown_as_long_as_it_was(lab):
    of = [{"Name": "ServiceName", "Value": "s"}, {"Name": "ClusterName", "Value": lab.names.cluster}]
    lab.cloudwatch.put_metric_alarm(
        AlarmName="a", Namespace="AWS/ECS", MetricName="CPUUtilization", Dimensions=of, Statistic="Average",
        Period=60, EvaluationPeriods=1, Threshold=50, ComparisonOperator="LessThanThreshold",
        TreatMissingData="ignore",
    )  # fmt: skip
    lab.cloudwatch.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="tried")
    scaling.pass_time(lab, 30 * 60)
    begin = metrics.now(lab)
    scaling.pass_time(lab, 10)
    changed = metrics.now(lab)
    lab.cloudwatch.set_alarm_state(AlarmName="a", StateValue="OK", StateReason="tried")
    scaling.pass_time(lab, 10)
    end = metrics.now(lab)
    (mark,) = _alarms(lab, "s", begin, end)
    assert (mark.at, mark.until) == (begin, pytest.approx(changed, abs=timedelta(seconds=1)))
    (past,) = _alarms(lab, "s", begin, begin + timedelta(minutes=5))
    assert (past.at, past.until) == (begin, begin + timedelta(minutes=5))
    assert [*_alarms(lab, "s", changed + timedelta(minutes=1), end)] == []
