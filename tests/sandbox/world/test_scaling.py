"""Scaling's arithmetic: capacities, steps, cooldowns, schedules, and traces against a plain reference."""

import math
import random
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from ecslab.sandbox.world.scaling import activity, schedule, tracked_metric
from ecslab.sandbox.world.scaling.activity import Activity, ActivityLog
from ecslab.sandbox.world.scaling.capacity import Bounds, Step, step_for, stepped, tracked
from ecslab.sandbox.world.scaling.decision import NotScaled, scale_in, scale_out
from ecslab.sandbox.world.scaling.rule import Change, Scaled
from ecslab.sandbox.world.scaling.target import Policy, ScalableTarget
from ecslab.sandbox.world.scaling_activity import HISTORY

DAY = 86_400.0


@pytest.mark.parametrize(
    ("running", "metric", "target", "wanted"),
    [(2, 90.0, 50.0, 4), (4, 10.0, 50.0, 1), (3, 0.1, 0.1, 3), (10, 50.1, 50.0, 11), (1, 0.0, 50.0, 0),
     (0, 60.0, 50.0, 1), (0, 50.0, 50.0, 0)],
)  # fmt: skip
def test_target_tracking(running, metric, target, wanted):
    assert tracked(running, metric, target) == wanted


OUT = [Step(0, 10, 1), Step(10, 20, 2), Step(20, None, 3)]
IN = [Step(-10, 0, -1), Step(None, -10, -2)]


@pytest.mark.parametrize(
    ("steps", "deviation", "falling", "adjustment"),
    [(OUT, 0, False, 1), (OUT, 9.9, False, 1), (OUT, 10, False, 2), (OUT, 20, False, 3),
     (OUT, -1, False, None), (IN, 0, True, -1), (IN, -9.9, True, -1), (IN, -10, True, -2),
     (IN, -40, True, -2), (IN, 1, True, None)],
)  # fmt: skip
def test_bounds_of_steps(steps, deviation, falling, adjustment):
    """Above the threshold the lower bound belongs to a step; below it, the upper one."""
    step = step_for(steps, deviation, falling)
    assert (step and step.adjustment) == adjustment


@pytest.mark.parametrize(
    ("capacity", "adjustment", "kind", "magnitude", "wanted"),
    [(4, 3, "ChangeInCapacity", 1, 7), (4, -9, "ChangeInCapacity", 1, 0), (4, 2, "ExactCapacity", 1, 2),
     (10, 25, "PercentChangeInCapacity", 1, 12), (13, -30, "PercentChangeInCapacity", 1, 10),
     (2, 10, "PercentChangeInCapacity", 1, 3), (2, -10, "PercentChangeInCapacity", 1, 1),
     (4, 25, "PercentChangeInCapacity", 2, 6), (4, 0, "PercentChangeInCapacity", 2, 4)],
)  # fmt: skip
def test_adjustments(capacity, adjustment, kind, magnitude, wanted):
    """A percentage is cut towards zero, and is then one task at least, or the least magnitude."""
    assert stepped(capacity, adjustment, kind, magnitude) == wanted


def test_what_bounds_make_of_a_proposal():
    bounds = Bounds(2, 6)
    assert scale_out(9, 4, bounds) == 6
    assert scale_out(9, 6, bounds) == NotScaled("AlreadyAtMaxCapacity", {"MaxCapacity": 6})
    assert scale_out(9, 8, bounds) == NotScaled("AlreadyAtMaxCapacity", {"MaxCapacity": 6})
    assert scale_out(4, 4, bounds) == NotScaled("AlreadyAtDesiredCapacity", {"CurrentCapacity": 4})
    assert scale_out(1, 1, bounds) == 2  # below the minimum
    assert scale_in(1, 4, bounds, deploying=False) == 2
    assert scale_in(1, 2, bounds, deploying=False) == NotScaled("AlreadyAtMinCapacity", {"MinCapacity": 2})
    assert scale_in(9, 8, bounds, deploying=False) == 6  # above the maximum
    assert scale_in(1, 4, bounds, deploying=True) == NotScaled("TargetServicePutResourceAsUnscalable")


# Whole traces ---------------------------------------------------------------------------------------------


def a_target(least, most):
    suspended = dict.fromkeys(("DynamicScalingInSuspended", "DynamicScalingOutSuspended"), False)
    return ScalableTarget("service/blue/web", "0ec5" + "0" * 32, "arn", Bounds(least, most), 0.0, suspended)


def a_policy(target, name, value, cooldowns, scales_in=True):
    configuration = {"TargetValue": value, "ScaleOutCooldown": cooldowns[0], "ScaleInCooldown": cooldowns[1],
                     "DisableScaleIn": not scales_in}  # fmt: skip
    target.policies[name] = Policy(name, name, "TargetTrackingScaling", configuration, 0.0)


def walked(trace):
    """Desired counts of a trace, minute by minute, by the sandbox's rule; tasks start within the minute."""
    target, desired, counts = a_target(*trace["bounds"]), trace["start"], []
    for name, value, cooldowns, scales_in in trace["policies"]:
        a_policy(target, name, value, cooldowns, scales_in)
    for minute in range(trace["minutes"]):
        values = {name: metric[: minute + 1] for name, metric in trace["metrics"].items()}

        def low(policy, values=values):
            recent = values[policy.name][-15:]
            return recent if len(recent) == 15 and max(recent) < 0.9 * policy.target_value else []

        for policy in target.policies.values():
            scaled = Scaled(target, desired, desired, False, minute * 60.0, low)
            recent = values[policy.name][-3:]
            outcome = None
            if len(recent) == 3 and min(recent) > policy.target_value:
                outcome = scaled.tracking_out(policy, recent)
            elif policy.scales_in and low(policy):
                outcome = scaled.tracking_in()
            if isinstance(outcome, Change):
                scaled.changed(policy, outcome)
                desired = outcome.desired
        counts.append(desired)
    return counts


def reckoned(trace):
    """The same, as AWS's documentation says it, in fractions."""
    least, most = trace["bounds"]
    desired, counts, no_scale_in_before = trace["start"], [], 0
    out = {name: (0, 0) for name, *_ in trace["policies"]}
    for minute in range(trace["minutes"]):
        seconds, recent = minute * 60, {}
        for name, metric in trace["metrics"].items():
            recent[name] = [Fraction(str(value)) for value in metric[: minute + 1]]
        agreeing = [policy for policy in trace["policies"] if policy[3]]
        for name, value, (wait_out, wait_in), scales_in in trace["policies"]:
            goal = Fraction(str(value))
            if minute >= 2 and min(recent[name][-3:]) > goal:
                cooling = seconds < out[name][0]
                base = out[name][1] if cooling else desired
                mean = sum(recent[name][-3:]) / 3
                wanted = math.ceil(base * mean / goal) if base else 1
                if desired < most and (wanted > desired or desired < least):
                    desired = min(max(wanted, least), most)
                    out[name], no_scale_in_before = (seconds + wait_out, base), 0
            elif scales_in and minute >= 14:
                fifteen = {each[0]: recent[each[0]][-15:] for each in agreeing}
                goals = {each[0]: Fraction(str(each[1])) for each in agreeing}
                if not all(max(fifteen[each]) < Fraction(9, 10) * goals[each] for each in goals):
                    continue
                wanted = max(math.ceil(desired * sum(fifteen[each]) / 15 / goals[each]) for each in goals)
                if seconds >= no_scale_in_before and desired > least and wanted < desired:
                    desired = min(max(wanted, least), most)
                    no_scale_in_before = seconds + wait_in
        counts.append(desired)
    return counts


def a_trace(seed):
    stream = random.Random(seed)
    names = ["cpu", "memory"][: stream.choice((1, 1, 2))]
    least = stream.randint(1, 4)
    metrics = {}
    for name in names:
        level, values = stream.uniform(5, 95), []
        for _ in range(120):
            level = stream.uniform(1, 120) if stream.random() < 0.04 else max(0.0, level + stream.gauss(0, 4))
            values.append(round(level, 2))
        metrics[name] = values
    policies = [
        (name, stream.choice((25, 50, 62.5, 75)), stream.choice(((60, 60), (300, 300), (0, 600), (180, 0))),
         stream.random() < 0.85) for name in names
    ]  # fmt: skip
    return {"bounds": (least, least + stream.randint(0, 20)), "start": stream.randint(least, least + 3),
            "minutes": 120, "metrics": metrics, "policies": policies}  # fmt: skip


def test_two_hundred_traces_come_out_as_documented():
    moved = 0
    for seed in range(200):
        trace = a_trace(seed)
        counts = walked(trace)
        assert counts == reckoned(trace), seed
        moved += len(set(counts)) > 1
    assert moved > 100, "most of them scale"


@pytest.mark.parametrize("seed", range(0, 200, 20))
def test_no_trace_leaves_its_bounds_or_scales_in_too_soon(seed):
    trace = a_trace(seed)
    least, most = trace["bounds"]
    counts = walked(trace)
    before, last = min(trace["start"], most), None
    waits = {minute: min(policy[2][1] for policy in trace["policies"]) for minute in range(len(counts))}
    for minute, count in enumerate(counts):
        assert least <= count <= max(most, trace["start"])
        if count < before:
            assert last is None or (minute - last) * 60 >= waits[minute]
            last = minute
        elif count > before:
            last = None
        before = count


# Schedules ------------------------------------------------------------------------------------------------


def at(*moment):
    return datetime(*moment, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("expression", "zone", "due"),
    [
        ("at(2026-11-23T08:00:00)", "UTC", at(2026, 11, 23, 8)),
        ("at(2026-11-23T08:00:00)", "Europe/Berlin", at(2026, 11, 23, 7)),
        ("at(2026-11-22T08:00:00)", "UTC", None),
        ("rate(5 minutes)", "UTC", at(2026, 11, 22, 12, 5)),
        ("rate(1 hour)", "UTC", at(2026, 11, 22, 13)),
        ("cron(0 8 * * ? *)", "UTC", at(2026, 11, 23, 8)),
        ("cron(0 8 * * ? *)", "America/New_York", at(2026, 11, 22, 13)),
        ("cron(0/15 * ? * * *)", "UTC", at(2026, 11, 22, 12, 15)),
        ("cron(30 9 ? * MON-FRI *)", "UTC", at(2026, 11, 23, 9, 30)),
        ("cron(0 0 ? * 1 *)", "UTC", at(2026, 11, 29)),  # Sunday
        ("cron(0 0 L * ? *)", "UTC", at(2026, 11, 30)),
        ("cron(0 0 LW FEB ? 2027)", "UTC", at(2027, 2, 26)),
        ("cron(0 0 15W 8 ? *)", "UTC", at(2027, 8, 16)),  # the 15th is a Sunday
        ("cron(0 0 ? * 6L *)", "UTC", at(2026, 11, 27)),
        ("cron(0 0 ? * TUE#1 *)".replace("TUE", "3"), "UTC", at(2026, 12, 1)),
        ("cron(0 0 29 2 ? *)", "UTC", at(2028, 2, 29)),
        ("cron(0 0 1 1 ? 2020-2025)", "UTC", None),
        ("cron(10-50/20 6,18 ? * * *)", "UTC", at(2026, 11, 22, 18, 10)),
    ],
)
def test_when_a_schedule_is_next_due(expression, zone, due):
    now = at(2026, 11, 22, 12)
    assert schedule.read(expression, zone).after(now, since=now) == due


def test_a_change_of_the_clocks():
    """02:30 comes an hour later where it is skipped, and once where it comes twice."""
    every_night = schedule.read("cron(30 2 * * ? *)", "Europe/Berlin")
    spring, autumn = at(2027, 3, 28), at(2027, 10, 31)
    assert every_night.after(spring, 0) == at(2027, 3, 28, 1, 30)
    assert every_night.after(autumn, 0) == at(2027, 10, 31, 0, 30)
    assert every_night.after(at(2027, 10, 31, 0, 30), 0) == at(2027, 11, 1, 1, 30)


@pytest.mark.parametrize(
    "expression",
    ["", "0 8 * * ? *", "cron(0 8 * * *)", "cron(0 8 * * * *)", "cron(0 8 ? * ? *)", "cron(60 8 * * ? *)",
     "cron(0 8 * 13 ? *)", "cron(0 8 ? * 8 *)", "cron(0 8 a * ? *)", "cron(0/0 8 * * ? *)", "rate(0 minutes)",
     "rate(1 minutes)", "rate(2 minute)", "rate(5 seconds)", "at(tomorrow)", "at(2026-11-23T08:00)",
     "at(2026-02-30T08:00:00)", "every(5 minutes)", "cron(5-2 8 * * ? *)", "cron(0 8 ? * 3#6 *)"],
)  # fmt: skip
def test_what_is_no_schedule(expression):
    with pytest.raises(ValueError):
        schedule.read(expression)


def test_time_zones():
    assert schedule.is_zone("Pacific/Tahiti")
    assert not any(map(schedule.is_zone, ("", "Mars/Olympus", "../etc/passwd", "/etc/passwd")))


# Activities -----------------------------------------------------------------------------------------------


def test_how_an_activity_ends():
    activity = Activity("a", "r", "d", "c", 0.0, desired=2)
    assert not activity.look(30.0, desired=2, running=1)
    assert (activity.status, activity.ended_at) == ("InProgress", None)
    assert activity.look(60.0, desired=2, running=2)
    assert (activity.status, activity.ended_at) == ("Successful", 60.0)
    assert activity.message == "Successfully set desired count to 2. Change successfully fulfilled by ecs."
    other = Activity("b", "r", "d", "c", 0.0, desired=1)
    assert other.look(30.0, desired=2, running=1)
    assert other.message == "Successfully set desired count to 1. Found it was later changed to 2."
    assert other.status == "Overridden"


def test_activities_are_kept_for_six_weeks():
    log = ActivityLog()
    for day in range(100):
        log.add(Activity(str(day), "r", "d", "c", day * DAY))
    assert [each.id for each in log.shown(99 * DAY, not_scaled=False)] == [
        str(day) for day in range(99, 56, -1)
    ]
    assert len(log.activities) == HISTORY / DAY + 1
    assert list(log.shown(200 * DAY, not_scaled=False)) == []


def test_the_same_reason_again_is_no_activity():
    log, full = ActivityLog(), NotScaled("AlreadyAtMaxCapacity", {"MaxCapacity": 4})
    assert not log.repeats("r", full)
    log.add(Activity("a", "r", "d", "c", 0.0, not_scaled=full))
    assert log.repeats("r", full)
    assert not log.repeats("other", full)
    assert not log.repeats("r", NotScaled("AlreadyAtMaxCapacity", {"MaxCapacity": 5}))
    assert (full.status, NotScaled("AlreadyAtDesiredCapacity").status) == ("Failed", "Successful")


def test_words_of_bounds():
    assert activity.bounds_text(2, 4) == "min capacity to 2 and max capacity to 4"
    assert activity.bounds_text(None, 4) == "max capacity to 4"


def test_labels_of_target_groups():
    label = "app/front/0123456789abcdef/targetgroup/web/fedcba9876543210"
    metric = tracked_metric.predefined("ALBRequestCountPerTarget", "blue", "web", label)
    assert dict(metric.dimensions)["LoadBalancer"] == "app/front/0123456789abcdef"
    for bad in (
        "",
        "app/front/1/targetgroup/web/2",
        "net/front/0123456789abcdef/targetgroup/web/fedcba9876543210",
    ):
        with pytest.raises(ValueError):
            tracked_metric.predefined("ALBRequestCountPerTarget", "blue", "web", bad)
