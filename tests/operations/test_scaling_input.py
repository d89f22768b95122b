"""What a learner may get wrong about scaling and visitors: one answer each, and nothing is left behind."""

import pytest
from botocore.exceptions import ClientError

import ecslab
from ecslab.errors import CannotBeDone, NotThere

CPU = {"TargetValue": 60, "PredefinedMetricSpecification": {
    "PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}  # fmt: skip
DOWN = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": [
    {"MetricIntervalUpperBound": 0, "ScalingAdjustment": -1}]}  # fmt: skip
LEAST_MOST = "Maximum capacity cannot be less than minimum capacity"


def of(lab, name=None):
    return {
        "ServiceNamespace": "ecs", "ResourceId": f"service/{lab.names.cluster}/{name or lab.names.service}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }  # fmt: skip


def bounds(**counts):
    return lambda lab: lab.autoscaling.register_scalable_target(**of(lab), **counts)


def tracking(policy="other", name=None, **changes):
    return lambda lab: lab.autoscaling.put_scaling_policy(
        **of(lab, name), PolicyName=policy, PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=CPU | changes,
    )  # fmt: skip


def schedule(name=None, expression="cron(50 8 * * ? *)", zone="UTC", **counts):
    return lambda lab: lab.autoscaling.put_scheduled_action(
        **of(lab, name), ScheduledActionName="rush", Schedule=expression, Timezone=zone,
        ScalableTargetAction=counts or {"MinCapacity": 3},
    )  # fmt: skip


def alarm(**changes):
    alarm_input = {
        "AlarmName": "busy", "Namespace": "AWS/ECS", "MetricName": "CPUUtilization", "Statistic": "Average",
        "Period": 60, "EvaluationPeriods": 3, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 70,
    } | changes  # fmt: skip
    return lambda lab: lab.cloudwatch.put_metric_alarm(**alarm_input)


def come(**options):
    return lambda lab: ecslab.visitors(lab, **options)


INPUTS = {
    "minimum above maximum": (bounds(MinCapacity=5, MaxCapacity=2), LEAST_MOST),
    "a new minimum above the maximum that is there": (bounds(MinCapacity=12), LEAST_MOST),
    "a minimum below 0": (bounds(MinCapacity=-1), "Minimum capacity cannot be less than 0"),
    "a policy on what is no target": (
        tracking(name="nowhere"),
        "No scalable target registered for service namespace: ecs, resource ID: service/adgu-cluster/nowhere",
    ),
    "a second policy on the same metric": (
        tracking(TargetValue=40),
        "Only one TargetTrackingScaling policy for a given metric specification is allowed.",
    ),
    "a target of 0": (tracking("cpu", TargetValue=0), "but was '0.0'."),
    "a schedule on what is no target": (schedule("nowhere"), "No scalable target registered for service"),
    "a schedule that is none": (schedule(expression="daily"), "Invalid schedule expression"),
    "a schedule of the past": (schedule(expression="at(2001-01-01T00:00:00)"), "lies in the past"),
    "a schedule in no time zone": (schedule(zone="Europe/Atlantis"), "Invalid timezone: Europe/Atlantis"),
    "a schedule of a minimum above its maximum": (schedule(MinCapacity=5, MaxCapacity=2), LEAST_MOST),
    "an alarm of half a minute": (alarm(Period=45), "Period"),
    "an alarm that needs more datapoints than it looks at": (alarm(DatapointsToAlarm=4), "DatapointsToAlarm"),
    "an alarm of no statistic": (alarm(Statistic="Median"), "Median"),
    "a CSV with an empty cell": (
        come(csv="08:00,1\n08:30,\n09:00,3\n"),
        "line 2 of the CSV has a hole: it must be a time and a rate, got ['08:30', '']",
    ),
    "a CSV with a row that is missing": (
        come(csv="08:00,1\n08:30,2\n09:30,3\n"),
        "the CSV has a hole before line 3: 3600 seconds, where others are 1800 apart",
    ),
    "a CSV with semicolons": (
        come(csv="time;rate\n08:00;4\n"),
        "line 2 of the CSV has no comma between a time and a rate: '08:00;4'",
    ),
    "an empty CSV": (come(csv=""), "the CSV has no rows; a row is a time and requests a second"),
    "a CSV that is not there": (come(csv="none.csv"), "the CSV none.csv cannot be read: No such file"),
    "visitors to no load balancer": (
        come(rate=5, load_balancer="gone"),
        "there is no load balancer gone; it may have been deleted",
    ),
    "more visitors than there are": (come(rate=1e9), "rate must be from 0 to 100,000 requests a second"),
}


@pytest.fixture(scope="module")
def lab(balanced):
    """The service is a target of two to ten tasks, with a policy on its CPU."""
    bounds(MinCapacity=2, MaxCapacity=10)(balanced)
    tracking("cpu")(balanced)
    yield balanced
    balanced.autoscaling.deregister_scalable_target(**of(balanced))


def state(lab):
    """All that the wrong calls could have made or changed."""
    scaling, ecs = lab.autoscaling, {"ServiceNamespace": "ecs"}
    return (
        scaling.describe_scalable_targets(**ecs)["ScalableTargets"],
        scaling.describe_scaling_policies(**ecs)["ScalingPolicies"],
        scaling.describe_scheduled_actions(**ecs)["ScheduledActions"],
        lab.cloudwatch.describe_alarms()["MetricAlarms"],
        lab.control("visitors")["visitors"],
    )


@pytest.mark.parametrize("name", INPUTS)
def test_what_is_wrong_has_one_answer_and_leaves_nothing(lab, name):
    do, says = INPUTS[name]
    before = state(lab)
    with pytest.raises((ClientError, CannotBeDone, NotThere, ValueError)) as refusal:
        do(lab)
    assert says in str(refusal.value)
    assert "Traceback" not in str(refusal.value)
    assert state(lab) == before


def test_an_alarm_deleted_behind_the_policy_s_back_comes_again_with_the_policy(lab):
    """The policy goes on naming it; putting the policy once more makes both alarms anew."""
    [policy] = lab.autoscaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    names = [each["AlarmName"] for each in policy["Alarms"]]
    lab.cloudwatch.delete_alarms(AlarmNames=names[:1])
    [described] = lab.autoscaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert described == policy
    again = tracking("cpu")(lab)["Alarms"]
    alarm_names = {each["AlarmName"] for each in lab.cloudwatch.describe_alarms()["MetricAlarms"]}
    assert {each["AlarmName"] for each in again} == alarm_names
    assert not alarm_names & {*names}


def test_visitors_whose_load_balancer_is_deleted_are_lost(balanced):
    """One line says so, whoever comes then is counted as lost, and they can be stopped."""
    extra = balanced.elbv2.create_load_balancer(
        Name="extra", Subnets=ecslab.service.default_choice(balanced).subnet_ids
    )["LoadBalancers"][0]["LoadBalancerArn"]
    balanced.elbv2.create_listener(
        LoadBalancerArn=extra, Protocol="HTTP", Port=80,
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
    )  # fmt: skip
    balanced.control("advance", seconds=300)
    people = ecslab.visitors(balanced, 10, load_balancer="extra")
    balanced.control("advance", seconds=300)
    assert people.status().lost == 0
    balanced.elbv2.delete_load_balancer(LoadBalancerArn=extra)
    balanced.control("advance", seconds=300)
    status = people.status()
    assert status.note == "The load balancer or its listener is gone: nobody gets in."
    assert 40 < status.lost < 60
    assert people.stop().rate == 0
