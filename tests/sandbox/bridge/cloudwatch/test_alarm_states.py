"""Alarms as time goes on: held against a machine in a few lines, and what their actions reach."""

import json
import random

import pytest
from alarm_rig import POLICY, START, Rig

from ecslab.sandbox.bridge.cloudwatch.evaluator import LAG
from ecslab.sandbox.world.metrics.evaluation import evaluation_range

TREATMENTS = (None, "missing", "ignore", "breaching", "notBreaching")


def expected(letters, needed, wanted, treatment, state):
    """The state after one evaluation, by the documentation's tables."""
    known = [letter for letter in letters if letter != "-"]
    bad, gap = known.count("X"), wanted - len(known)
    if gap <= 0:
        return "ALARM" if known[-wanted:].count("X") >= needed else "OK"
    if treatment in ("breaching", "notBreaching"):
        return "ALARM" if bad + gap * (treatment == "breaching") >= needed else "OK"
    if not known:
        return state if treatment == "ignore" else "INSUFFICIENT_DATA"
    if bad >= needed or (
        treatment != "ignore" and bad == len(known) and "X" in letters[: -needed + 1 or None]
    ):
        return "ALARM"
    return "OK" if "0" in known else state


def trace(draw):
    """Minutes that breach or do not, or are missing, in runs of any length."""
    letters = ""
    while len(letters) < 60:
        letters += draw.choice("X0-") * draw.choice((1, 1, 2, 3, 8))
    return letters[:60]


@pytest.mark.parametrize("seed", range(200))
def test_an_alarm_does_what_the_documentation_says(seed):
    draw = random.Random(seed)
    letters, wanted = trace(draw), draw.randint(1, 6)
    needed, treatment = draw.randint(1, wanted), draw.choice(TREATMENTS)
    rig = Rig()
    rig.follow([{"X": 90.0, "0": 10.0, "-": None}[letter] for letter in letters])
    alarm = rig.put(periods=wanted, datapoints_to_alarm=needed, treat_missing_data=treatment)
    states, state = [], "INSUFFICIENT_DATA"
    for minute in range(61):
        evaluated = ("-" * 20 + letters[:minute])[-evaluation_range(wanted) :]
        after = expected(evaluated, needed, wanted, treatment, state)
        if after != state:
            states.append((START + minute * 60 + LAG, f"Alarm updated from {state} to {after}"))
        state = after
    rig.to(61)
    changes = [(item.at, item.summary) for item in alarm.history if item.type == "StateUpdate"]
    assert (changes, alarm.state) == (states, state)


def test_the_alarms_of_target_tracking_on_a_quiet_service():
    """Recorded: the high one is OK after one datapoint, the low one waits for all of its fifteen."""
    rig = Rig()
    rig.stay(0.29)
    high = rig.put("high")
    low = rig.put("low", "LessThanThreshold", 45.0, 15)
    rig.to(1)
    assert (high.reason, high.state) == ("Unchecked: Initial alarm creation", "INSUFFICIENT_DATA")
    rig.to(2)
    assert high.reason == (
        "Threshold Crossed: 1 datapoint [0.29 (15/01/27 08:00:00)] was not greater than the threshold (50.0)."
    )
    rig.to(15)
    assert (high.state, low.state) == ("OK", "INSUFFICIENT_DATA")
    rig.to(16)
    assert low.state == "ALARM" and low.reason.startswith(
        "Threshold Crossed: 15 datapoints [0.29 (15/01/27 08:14:00)"
    )
    assert json.loads(low.reason_data)["recentDatapoints"] == [0.29] * 15


def test_high_resolution_alarms_are_judged_three_times_a_minute():
    rig = Rig(period=20)
    rig.stay(0.29)
    low = rig.put("low", "LessThanThreshold", 45.0, 30)
    rig.to(20)
    assert low.history[-1].at == START + 30 * 20 + LAG and low.state == "ALARM"


def test_data_that_stop_are_missed_after_the_evaluation_range():
    rig = Rig()
    rig.follow([10.0] * 5)
    alarm = rig.put()
    rig.to(9.5)
    assert alarm.state == "OK"
    rig.to(10.5)
    assert alarm.reason == "Insufficient Data: 3 datapoints were unknown."


@pytest.mark.parametrize(
    ("treatment", "reason"),
    [
        (
            "breaching",
            "3 missing datapoints were treated as [Breaching].",
        ),
        (
            "notBreaching",
            "3 missing datapoints were treated as [NonBreaching].",
        ),
    ],
)
def test_missing_data_are_taken_for_what_is_said(treatment, reason):
    rig = Rig()
    alarm = rig.put(treat_missing_data=treatment)
    rig.to(2)
    assert alarm.reason == f"Threshold Crossed: no datapoints were received for 3 periods and {reason}"
    data = json.loads(alarm.reason_data)
    assert data["recentDatapoints"] == [] and "startDate" not in data
    assert data["evaluatedDatapoints"][0] == {"timestamp": "2027-01-15T07:59:00.000+0000"}


def test_the_words_where_datapoints_to_alarm_are_given():
    rig = Rig()
    rig.follow([10.0, 60.0, 60.0, 10.0, 10.0])
    alarm = rig.put(datapoints_to_alarm=2)
    rig.to(3.5)
    assert alarm.reason == (
        "Threshold Crossed: 2 out of the last 3 datapoints [60.0 (15/01/27 08:02:00), 60.0 (15/01/27 "
        "08:01:00)] were greater than the threshold (50.0) (minimum 2 datapoints for OK -> ALARM transition)."
    )
    rig.to(5.5)
    assert alarm.reason == (
        "Threshold Crossed: 2 out of the last 3 datapoints [10.0 (15/01/27 08:04:00), 10.0 (15/01/27 "
        "08:03:00)] were "
        "not greater than the threshold (50.0) (minimum 2 datapoints for ALARM -> OK transition)."
    )


def test_actions_of_scaling_policies_are_executed_each_minute():
    rig, acted = Rig(), []
    rig.stay(90.0)
    rig.alarms.on_action(
        "arn:aws:autoscaling:", lambda alarm, action, state: acted.append((rig.clock.now, state))
    )
    alarm = rig.put(actions={"ALARM": (POLICY, "arn:aws:sns:us-east-1:123456789012:told")})
    rig.to(7)
    assert acted == [(minute * 60 + LAG, "ALARM") for minute in (3, 4, 5, 6)]
    assert [item.summary for item in alarm.history if item.type == "Action"] == [
        f"Successfully executed action {POLICY}"
    ]
    rig.alarms.enable(["a"], False)
    rig.to(10)
    assert len(acted) == 4


def test_what_nothing_comes_of_is_left_out_until_the_metric_changes():
    rig, acted = Rig(), []
    rig.follow([90.0] * 6 + [95.0])
    rig.alarms.on_action("arn:aws:autoscaling:", lambda *_: bool(acted.append(rig.clock.now)))
    rig.put(actions={"ALARM": (POLICY,)})
    rig.to(8)
    assert len(acted) == 5, "a metric that is told by the minute varies for all that is known"


def test_a_quiet_month_costs_no_events_and_changes_nothing():
    rig, acted = Rig(), []
    rig.stay(0.29)
    rig.alarms.on_action("arn:aws:autoscaling:", lambda *_: bool(acted.append(rig.clock.now)))
    low = rig.put("low", "LessThanThreshold", 45.0, 15, actions={"ALARM": (POLICY,)})
    rig.put("high")
    rig.to(30)
    events = rig.to(30 * 24 * 60)
    assert events < 10 and len(acted) < 20 and low.state == "ALARM" and len(low.history) == 3


def test_a_bulk_stops_where_an_alarm_changes():
    """A metric that rises by itself, without an event, is seen at the minute at which it does."""
    rig = Rig()
    rig.follow([10.0] * 5000 + [90.0] * 10)
    alarm, stepped = rig.put(), Rig()
    stepped.follow([10.0] * 5000 + [90.0] * 10)
    other = stepped.put()
    events = rig.to(5020)
    for minute in range(1, 5021):
        stepped.to(minute)
    assert events < 20
    assert [(item.at, item.summary) for item in alarm.history] == [
        (item.at, item.summary) for item in other.history
    ]
    assert alarm.history[-2].at == START + 5003 * 60 + LAG


def test_no_alarm_leaves_no_plan():
    rig = Rig()
    rig.put()
    rig.alarms.delete(["a", "none"])
    rig.to(3)
    assert rig.clock.next_at() is None
    assert [item.summary for item in rig.alarms.past["a"]] == ['Alarm "a" created', 'Alarm "a" deleted']


def test_an_alarm_is_put_again_and_stays_in_its_state():
    rig = Rig()
    rig.stay(90.0)
    rig.put(tags={"by": "me"})
    rig.to(5)
    again = rig.put(threshold=95.0, tags={"by": "you"})
    assert (again.state, again.tags) == ("ALARM", {"by": "me"})
    rig.to(6.5)
    assert (again.state, again.history[-2].summary) == ("OK", 'Alarm "a" updated')


def test_metric_maths_is_judged():
    from ecslab.sandbox.world.metrics.alarm import MetricQuery

    rig = Rig()
    rig.stay(20.0)
    queries = (
        MetricQuery("m1", rig_metric(), "Average", 60, return_data=False),
        MetricQuery("e1", expression="m1*3"),
    )
    alarm = rig.put(metric=None, queries=queries)
    rig.to(4)
    assert alarm.state == "ALARM" and "60.0 (" in alarm.reason


def rig_metric():
    from alarm_rig import METRIC

    return METRIC
