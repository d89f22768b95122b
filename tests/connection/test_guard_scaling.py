"""The guard of a real account on what scales services: whose a target is, is asked of its service."""

import pytest

from ecslab import cleanup, cluster, execution_role, log_group, service, task_definition
from ecslab.connection.tags import owner_in
from ecslab.errors import NotOurs
from tests.connection.scripted_account import HTTPD, Stranger, lab_on

OF = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}
CPU = {
    "TargetValue": 50,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
}


@pytest.fixture
def mine(lab, tmp_path):
    """A lab on an account that counts as a real one, with a service of its own."""
    own_lab = lab_on(lab.place.endpoint, tmp_path / "mine")
    cluster.create(own_lab)
    execution_role.create(own_lab)
    log_group.create(own_lab)
    task_definition.register(own_lab, image=HTTPD)
    service.create(own_lab, count=1)
    return own_lab


@pytest.fixture
def stranger(lab):
    return Stranger(lab.place.endpoint)


def target_of(lab, name=None):
    return {**OF, "ResourceId": f"service/{lab.names.cluster}/{name or lab.names.service}"}


def tracked(lab):
    """A scalable target of the lab's own service, with a policy; its ARN."""
    scaling = lab.client("application-autoscaling")
    target = scaling.register_scalable_target(**target_of(lab), MinCapacity=1, MaxCapacity=4)
    scaling.put_scaling_policy(**target_of(lab), PolicyName="cpu", PolicyType="TargetTrackingScaling",
                               TargetTrackingScalingPolicyConfiguration=CPU)  # fmt: skip
    return target["ScalableTargetARN"]


def test_a_service_of_ours_may_be_scaled(mine):
    scaling, arn = mine.client("application-autoscaling"), tracked(mine)
    scaling.register_scalable_target(**target_of(mine), MaxCapacity=5)  # again, which takes no tags
    scaling.tag_resource(ResourceARN=arn, Tags={"team": "a"})
    scaling.delete_scaling_policy(**target_of(mine), PolicyName="cpu")
    [entry] = {entry.name for entry in mine.ledger.entries() if entry.kind == "scalable target"}
    assert entry == target_of(mine)["ResourceId"]


def test_a_strangers_service_may_not(mine, stranger):
    stranger.service(mine.names.cluster, "theirs", mine.names.family)
    scaling, theirs = mine.client("application-autoscaling"), target_of(mine, "theirs")
    register = stranger._client("application-autoscaling").register_scalable_target
    with pytest.raises(NotOurs, match=r"scalable target service/.*/theirs is not this lab's"):
        scaling.register_scalable_target(**theirs, MinCapacity=0, MaxCapacity=0)
    arn = register(**theirs, MinCapacity=1, MaxCapacity=4)["ScalableTargetARN"]
    for call, more in (
        (scaling.deregister_scalable_target, theirs),
        (scaling.put_scheduled_action, {**theirs, "ScheduledActionName": "a"}),
        (scaling.untag_resource, {"ResourceARN": arn, "TagKeys": ["a"]}),
    ):
        with pytest.raises(NotOurs):
            call(**more)
    [target] = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)


def test_a_target_of_another_service_of_aws_is_nobodys_to_change(mine):
    table = {"ServiceNamespace": "dynamodb", "ResourceId": "table/orders",
             "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}  # fmt: skip
    with pytest.raises(NotOurs, match="whose table/orders is, this lab does not know how to find out"):
        mine.client("application-autoscaling").register_scalable_target(**table, MinCapacity=1, MaxCapacity=2)


def test_a_clean_up_deregisters_before_it_deletes(mine, stranger):
    tracked(mine)
    plan = [resource.kind for resource in cleanup.plan(mine).resources]
    assert plan.index("scalable target") < plan.index("service")
    receipt = cleanup.run(mine)
    assert receipt.clean
    assert ("scalable target", target_of(mine)["ResourceId"]) in [
        (each.kind, each.name) for each in receipt.removed
    ]
    retained = [each.what for each in receipt.retained]
    assert "role AWSServiceRoleForApplicationAutoScaling_ECSService" in retained
    scaling = stranger._client("application-autoscaling")
    assert scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []


def test_a_target_that_names_another_lab_is_that_labs(mine, stranger):
    arn = tracked(mine)
    stranger._client("application-autoscaling").tag_resource(ResourceARN=arn, Tags={"ecslab": "ben"})
    scaling = lab_on(mine.place.endpoint, mine.home).client("application-autoscaling")
    with pytest.raises(NotOurs, match="made by the lab 'ben'"):
        scaling.deregister_scalable_target(**target_of(mine))
    assert owner_in(scaling.list_tags_for_resource(ResourceARN=arn)["Tags"]) == "ben"


ALARM = {
    "Namespace": "Lab", "MetricName": "queue", "Statistic": "Average", "Period": 60, "EvaluationPeriods": 1,
    "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip


def test_alarms(mine, stranger):
    """Ours may be changed and go in a clean-up; others' may not, and stay; those of our policies are ours."""
    stranger.cloudwatch.put_metric_alarm(AlarmName="theirs", **ALARM)
    cloudwatch = mine.client("cloudwatch")
    cloudwatch.put_metric_alarm(AlarmName="ours", **ALARM)
    cloudwatch.put_metric_alarm(AlarmName="ours", **ALARM | {"Threshold": 6})
    with pytest.raises(NotOurs, match="alarm theirs is not this lab's"):
        cloudwatch.put_metric_alarm(AlarmName="theirs", **ALARM)
    with pytest.raises(NotOurs, match="alarm theirs is not this lab's"):
        cloudwatch.delete_alarms(AlarmNames=["ours", "theirs"])
    tracked(mine)
    names = {each["AlarmName"] for each in cloudwatch.describe_alarms()["MetricAlarms"]}
    high = next(name for name in names if "AlarmHigh" in name)
    cloudwatch.set_alarm_state(AlarmName=high, StateValue="OK", StateReason="by hand")
    cloudwatch.delete_alarms(AlarmNames=[high])
    [ours] = [each for each in cleanup.plan(mine).resources if each.kind == "alarm"]
    assert (ours.name, round(ours.hourly * 730, 2)) == ("ours", 0.1)
    assert cleanup.run(mine).clean
    assert [each["AlarmName"] for each in stranger.cloudwatch.describe_alarms()["MetricAlarms"]] == ["theirs"]
