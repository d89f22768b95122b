"""Services that scale: what alarms, bounds and schedules do to them, and the activities that tell of it."""

from itertools import pairwise

import pytest
from botocore.exceptions import ClientError
from scaling_rig import REGION, Scaling, of

from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.autoscaling import scaler

FULFILLED = "Successfully set desired count to {}. Change successfully fulfilled by ecs."
WAITING = "Successfully set desired count to {}. Waiting for change to be fulfilled by ecs."
NOT_SCALED = {"IncludeNotScaledActivities": True}


BEGAN = 1_750_000_000.0  # 40 seconds into a minute: what alarms see of the first one is the same in each run


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    endpoint = in_process.start(tmp_path_factory.mktemp("home"), seed=5)
    endpoint.control("reset", seed=5, began=BEGAN)
    return Scaling(endpoint).prepared()


def reasons(activities):
    return [activity["NotScaledReasons"] for activity in activities if "NotScaledReasons" in activity]


def words(activities):
    return [activity["Description"] for activity in activities]


def test_target_tracking_out_and_in(aws):
    aws.target("day")
    policy = aws.track("day")
    assert policy["PolicyARN"]
    high, low = aws.own_alarms("day")
    aws.send("day", 90, 3)
    [activity] = aws.activities("day")
    assert activity["Description"] == "Setting desired count to 4."
    assert activity["Cause"] == f"monitor alarm {high.name} in state ALARM triggered policy load"
    assert 0.15 < activity["StartTime"].timestamp() - high.state_changed < 0.25
    aws.send("day", 40, 2)
    [activity] = aws.activities("day")
    assert (activity["StatusCode"], activity["StatusMessage"]) == ("Successful", FULFILLED.format(4))
    assert 31 < (activity["EndTime"] - activity["StartTime"]).total_seconds() < 75
    assert aws.counts("day") == (4, 4)
    aws.send("day", 30, 18)  # of 50: four tasks at 30 are three
    assert aws.activities("day")[0]["Cause"].startswith(f"monitor alarm {low.name} in state ALARM")
    assert aws.counts("day") == (3, 3)


def test_what_a_scale_out_added_counts_during_its_cooldown(aws):
    """The same metric again adds nothing; a higher one adds what is missing to its own proposal."""
    aws.target("cooldown", 1, 20)
    aws.track("cooldown", ScaleOutCooldown=600)
    aws.send("cooldown", 100, 8)
    assert words(aws.activities("cooldown", **NOT_SCALED)) == ["Setting desired count to 4."]
    aws.send("cooldown", 200, 2)  # the mean of 100, 200 and 200 of two tasks, at 50
    assert aws.counts("cooldown")[0] == 7
    aws.send("cooldown", 200, 3)
    assert aws.counts("cooldown")[0] == 8


def test_a_cooldown_ends_though_nothing_else_happens(aws):
    """A metric that never changes, and one call that lets an hour pass."""
    aws.target("constant", 1, 40)
    aws.track("constant", ScaleOutCooldown=300)
    aws.send("constant", 90, 3)
    before = len(aws.activities("constant"))
    aws.send("constant", 90, 12)
    starts = [each["StartTime"] for each in aws.activities("constant")]
    assert len(starts) > before
    assert all((later - earlier).total_seconds() >= 300 for later, earlier in pairwise(starts))


def test_a_scale_in_waits_for_its_cooldown(aws):
    aws.target("patient", 1, 20, count=8)
    aws.track("patient", ScaleInCooldown=600)
    aws.send("patient", 40, 35)
    starts = [each["StartTime"] for each in aws.activities("patient")]
    assert len(starts) >= 2  # 8 at 40 of 50 are 7, and so on
    assert all((later - earlier).total_seconds() >= 600 for later, earlier in pairwise(starts))


def test_metric_maths_scale(aws):
    """What is in a queue, for each task that there is."""
    aws.target("queue", 1, 9)
    dimensions = [{"Name": "Service", "Value": "queue"}]
    metric = {"Namespace": "Lab", "MetricName": "load", "Dimensions": dimensions}
    queries = [
        {"Id": "m1", "MetricStat": {"Metric": metric, "Stat": "Average"}, "ReturnData": False},
        {"Id": "e1", "Expression": "m1 / 4"},
    ]
    aws.scaling.put_scaling_policy(
        **of("queue"), PolicyName="backlog", PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 5, "CustomizedMetricSpecification": {"Metrics": queries}
        },
    )  # fmt: skip
    aws.send("queue", 60, 4)  # a quarter is 15, three times the target
    assert aws.counts("queue")[0] == 6


def test_the_ceiling_is_told_once(aws):
    aws.target("ceiling", 1, 2)
    aws.track("ceiling", DisableScaleIn=True)
    aws.send("ceiling", 95, 8)
    [activity] = aws.activities("ceiling", **NOT_SCALED)
    assert activity["Description"] == "Attempting to scale due to alarm triggered"
    assert activity["NotScaledReasons"] == [{"Code": "AlreadyAtMaxCapacity", "MaxCapacity": 2}]
    assert activity["StatusCode"] == "Failed"
    assert not {"EndTime", "StatusMessage"} & activity.keys()
    assert aws.activities("ceiling") == []  # hidden from whoever does not ask
    aws.scaling.register_scalable_target(**of("ceiling"), MaxCapacity=5)
    aws.send("ceiling", 95, 2)
    assert aws.counts("ceiling")[0] == 4


def test_all_policies_have_to_agree_on_a_scale_in(aws):
    """Two policies that fight: one is low, the other is not; out, either may."""
    aws.target("fight", 1, 10, count=4)
    aws.track("fight", policy="load")
    aws.track("fight", policy="memory")
    aws.sent({("fight", "load"): 10, ("fight", "memory"): 48}, 17)
    assert aws.activities("fight", **NOT_SCALED) == []
    aws.sent({("fight", "load"): 10, ("fight", "memory"): 30}, 16)
    assert aws.counts("fight")[0] == 3  # 1 by load, 3 by memory: the largest
    aws.sent({("fight", "load"): 90, ("fight", "memory"): 30}, 3)
    assert aws.counts("fight")[0] == 6


def test_a_step_policy_asks_no_target_tracking_policy(aws):
    """Two policies that fight: one removes what the other one adds, again and again."""
    aws.target("swings", 1, 10, count=3)
    aws.track("swings", value=60)
    down = step_policy(
        aws, "swings", "less", [{"MetricIntervalUpperBound": 0, "ScalingAdjustment": -1}], Cooldown=60
    )
    aws.alarm("swings-low", "swings", down, "LessThanThreshold", 65)
    counts = []
    for _ in range(20):
        aws.send("swings", 160 / aws.counts("swings")[1], 1)  # so much work for so many tasks
        counts.append(aws.counts("swings")[0])
    assert {2, 3} == {*counts}
    assert sum(later != earlier for earlier, later in pairwise(counts)) >= 6
    causes = {each["Cause"].rpartition(" ")[2] for each in aws.activities("swings")}
    assert causes == {"less", "load"}


def test_no_scale_in_during_a_deployment(aws):
    aws.target("deploying", 1, 6, count=3)
    aws.track("deploying")
    aws.send("deploying", 10, 14)
    aws.ecs.update_service(cluster="blue", service="deploying", taskDefinition="broken")
    aws.send("deploying", 10, 4)
    assert reasons(aws.activities("deploying", **NOT_SCALED)) == [
        [{"Code": "TargetServicePutResourceAsUnscalable"}]
    ]  # fmt: skip
    aws.send("deploying", 90, 3)
    assert aws.counts("deploying")[0] == 6  # out it goes


def test_bounds_act_at_once_and_alone(aws):
    aws.target("bounds", 1, 4, count=2)
    aws.scaling.register_scalable_target(**of("bounds"), MinCapacity=3)
    aws.pass_time(1)
    aws.scaling.register_scalable_target(**of("bounds"), MinCapacity=0, MaxCapacity=0)
    aws.pass_time(100)
    none, three = aws.activities("bounds")
    assert (three["Description"], three["Cause"]) == (
        "Setting desired count to 3.",
        "minimum capacity was set to 3",
    )
    assert (none["Description"], none["Cause"]) == (
        "Setting desired count to 0.",
        "maximum capacity was set to 0",
    )
    assert three["StatusCode"] == "Overridden"
    assert three["StatusMessage"] == "Successfully set desired count to 3. Found it was later changed to 0."
    assert none["StatusCode"] == "Successful"
    assert aws.counts("bounds") == (0, 0)
    aws.ecs.update_service(cluster="blue", service="bounds", desiredCount=2)
    aws.pass_time(300)
    assert aws.counts("bounds") == (2, 2)  # left alone


def test_a_scheduled_action_once(aws):
    aws.target("once")
    now = current_account().clock.timestamp()
    soon = f"at({_local(now + 600)})"
    aws.scaling.put_scheduled_action(
        **of("once"), ScheduledActionName="rush", Schedule=soon,
        ScalableTargetAction={"MinCapacity": 3, "MaxCapacity": 5},
    )  # fmt: skip
    aws.pass_time(598)
    assert aws.activities("once") == []
    aws.pass_time(10)
    count, bounds = aws.activities("once")
    assert bounds["Description"] == "Setting min capacity to 3 and max capacity to 5"
    assert bounds["Cause"] == "scheduled action name rush was triggered"
    assert bounds["StatusMessage"] == "Successfully set min capacity to 3 and max capacity to 5"
    assert (bounds["EndTime"] - bounds["StartTime"]).total_seconds() == pytest.approx(0.005, abs=0.0015)
    assert (count["Description"], count["Cause"]) == (
        "Setting desired count to 3.",
        "minimum capacity was set to 3",
    )
    assert (count["StartTime"] - bounds["StartTime"]).total_seconds() == pytest.approx(0.2, abs=0.002)
    assert aws.scaling.describe_scheduled_actions(**of("once"))["ScheduledActions"] == []


def _local(moment):
    from datetime import UTC, datetime

    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def test_scheduled_actions_come_again_between_start_and_end(aws):
    aws.target("again", 0, 9)
    now = current_account().clock.timestamp()
    aws.scaling.put_scheduled_action(
        **of("again"), ScheduledActionName="hourly", Schedule="rate(1 hour)", StartTime=now + 600,
        EndTime=now + 8_000, ScalableTargetAction={"MaxCapacity": 8},
    )  # fmt: skip
    aws.pass_time(20_000)
    [*activities] = aws.activities("again")
    starts = [round(each["StartTime"].timestamp() - now) for each in activities]
    assert starts == [7800, 4200, 600]
    assert set(words(activities)) == {"Setting max capacity to 8"}


def test_what_is_suspended_does_not_happen(aws):
    everything = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
    aws.target("suspended", 1, 6, count=3, SuspendedState=dict.fromkeys(everything, True))
    aws.track("suspended")
    aws.scaling.put_scheduled_action(
        **of("suspended"), ScheduledActionName="never", Schedule="rate(10 minutes)",
        ScalableTargetAction={"MinCapacity": 5},
    )  # fmt: skip
    aws.send("suspended", 90, 5)
    aws.send("suspended", 10, 17)
    assert aws.activities("suspended", **NOT_SCALED) == []
    aws.scaling.register_scalable_target(**of("suspended"), SuspendedState={everything[0]: False})
    aws.send("suspended", 10, 2)
    assert aws.counts("suspended")[0] == 1
    aws.scaling.register_scalable_target(**of("suspended"), SuspendedState={everything[1]: False})
    aws.send("suspended", 90, 4)
    assert aws.counts("suspended")[0] == 2
    aws.scaling.register_scalable_target(**of("suspended"), SuspendedState={everything[2]: False})
    aws.pass_time(601)
    assert aws.counts("suspended")[0] == 5


def step_policy(aws, name, policy, steps, **more):
    configuration = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": steps, **more}
    answer = aws.scaling.put_scaling_policy(
        **of(name), PolicyName=policy, PolicyType="StepScaling", StepScalingPolicyConfiguration=configuration
    )
    return answer["PolicyARN"]


def test_steps_out_and_in(aws):
    aws.target("steps", 1, 20, count=4)
    out = step_policy(aws, "steps", "out", [
        {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 20, "ScalingAdjustment": 25},
        {"MetricIntervalLowerBound": 20, "ScalingAdjustment": 100},
    ], AdjustmentType="PercentChangeInCapacity", MinAdjustmentMagnitude=2, Cooldown=300,
        MetricAggregationType="Maximum")  # fmt: skip
    down = step_policy(
        aws, "steps", "in", [{"MetricIntervalUpperBound": 0, "ScalingAdjustment": -1}], Cooldown=60
    )
    aws.alarm("steps-high", "steps", out, "GreaterThanOrEqualToThreshold", 60)
    aws.alarm("steps-low", "steps", down, "LessThanThreshold", 20)
    aws.send("steps", 60, 2)
    assert aws.counts("steps")[0] == 6  # a quarter of 4 is 1, and at least 2
    cause = "monitor alarm steps-high in state ALARM triggered policy out"
    assert aws.activities("steps")[0]["Cause"] == cause
    aws.send("steps", 85, 2)
    assert aws.counts("steps")[0] == 8  # twice 4: the first 2 count
    aws.send("steps", 10, 3)
    starts = [each["StartTime"] for each in aws.activities("steps") if "steps-low" in each["Cause"]]
    assert len(starts) >= 2
    assert all((later - earlier).total_seconds() >= 60 for later, earlier in pairwise(starts))


def test_an_alarm_that_is_gone(aws):
    """Deleted behind the policy's back: nothing scales, until the policy is written anew."""
    aws.target("gone", 1, 6, count=2)
    aws.track("gone")
    aws.alarms.delete([alarm.name for alarm in aws.own_alarms("gone")])
    aws.send("gone", 90, 5)
    assert aws.activities("gone", **NOT_SCALED) == []
    assert len(aws.policy("gone")["Alarms"]) == 2  # U: the policy names them still
    aws.track("gone")
    aws.send("gone", 90, 4)
    assert aws.counts("gone")[0] == 4


def test_a_metric_that_nobody_sends(aws):
    aws.target("silent", 1, 6)
    aws.track("silent")
    aws.pass_time(7_200)
    assert {alarm.state for alarm in aws.own_alarms("silent")} == {"INSUFFICIENT_DATA"}
    assert aws.activities("silent", **NOT_SCALED) == []


def test_what_ecs_refuses_fails(aws):
    """More than ECS's quota of tasks."""
    aws.target("quota", 1, 6)
    aws.scaling.register_scalable_target(**of("quota"), MinCapacity=6_000, MaxCapacity=6_000)
    aws.pass_time(1)
    [activity] = aws.activities("quota")
    assert activity["StatusCode"] == "Failed"
    assert activity["StatusMessage"] == (
        "Failed to set desired count to 6000. Reason: Desired count exceeds limit."
    )
    assert aws.counts("quota")[0] == 2


def test_without_capacity_it_stays_in_progress(aws):
    aws.target("full", 1, 6)
    aws.ecs.update_service(cluster="blue", service="full", taskDefinition="broken")
    aws.scaling.register_scalable_target(**of("full"), MinCapacity=4)
    aws.pass_time(1_800)
    [activity] = aws.activities("full")
    assert (activity["StatusCode"], activity["StatusMessage"]) == ("InProgress", WAITING.format(4))


def test_who_changes_the_count(aws, monkeypatch):
    """ECS sees the role's session."""
    callers = []
    update = scaler.services.update_service
    monkeypatch.setattr(scaler.services, "update_service",
                        lambda *call: (callers.append(call[1]), update(*call))[1])  # fmt: skip
    aws.target("caller", 3, 4)
    aws.pass_time(1)
    assert [(caller.region, caller.arn) for caller in callers] == [
        (REGION, "arn:aws:sts::123456789012:assumed-role/AWSServiceRoleForApplicationAutoScaling_ECSService/"
                 "AutoScaling-UpdateDesiredCapacity"),
    ]  # fmt: skip


def test_history_outlives_the_service(aws):
    aws.target("history", 3, 4)
    aws.pass_time(100)
    aws.ecs.delete_service(cluster="blue", service="history", force=True)
    aws.pass_time(7_200)
    assert words(aws.activities("history")) == ["Setting desired count to 3."]
    with pytest.raises(ClientError, match="No scalable target registered for service namespace: ecs"):
        aws.track("history")
