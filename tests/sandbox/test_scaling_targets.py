"""Scalable targets, policies and scheduled actions by their API: what is kept, shown, and refused."""

import re

import pytest
from botocore.exceptions import ClientError
from scaling_rig import DIMENSION, ECS, Scaling, of

from ecslab.sandbox import in_process

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
ROLE = (
    "arn:aws:iam::123456789012:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_ECSService"
)
STEPS = {
    "AdjustmentType": "ChangeInCapacity", "Cooldown": 60, "MetricAggregationType": "Average",
    "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
}  # fmt: skip


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    return Scaling(in_process.start(tmp_path_factory.mktemp("home"), seed=5)).prepared()


def refusal(call, **parameters):
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    error = refused.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_a_target_shows_what_was_registered(aws):
    arn = aws.target("shown", 1, 4, RoleARN="arn:aws:iam::123456789012:role/nobody", Tags={"team": "a"})
    assert re.fullmatch(
        r"arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/0ec5[0-9a-f]{32}", arn
    )
    [target] = aws.scaling.describe_scalable_targets(**ECS, ResourceIds=["service/blue/shown"])[
        "ScalableTargets"
    ]
    assert target.pop("CreationTime")
    assert target == {
        **of("shown"), "ScalableTargetARN": arn, "MinCapacity": 1, "MaxCapacity": 4, "RoleARN": ROLE,
        "SuspendedState": {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": False,
                           "ScheduledScalingSuspended": False},
    }  # fmt: skip
    [role] = [each for each in aws.iam.list_roles()["Roles"] if each["Arn"] == ROLE]
    [policy] = aws.iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    assert policy["PolicyName"] == "AWSApplicationAutoscalingECSServicePolicy"


def test_registering_again_changes_only_what_is_given(aws):
    arn = aws.target("again", 1, 4)
    suspended = {"ScheduledScalingSuspended": True}
    assert aws.scaling.register_scalable_target(**of("again"), MaxCapacity=9)["ScalableTargetARN"] == arn
    aws.scaling.register_scalable_target(**of("again"), SuspendedState=suspended)
    [target] = aws.scaling.describe_scalable_targets(**ECS, ResourceIds=["service/blue/again"])[
        "ScalableTargets"
    ]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 9)
    on = [name for name, suspended in target["SuspendedState"].items() if suspended]
    assert (on, len(target["SuspendedState"])) == (["ScheduledScalingSuspended"], 3)
    assert refusal(aws.scaling.register_scalable_target, **of("again"), Tags={"a": "b"}) == (
        "ValidationException: The scalable target that you tried to tag already exists. To update tags on an "
        "existing scalable target, use the TagResource API."
    )
    below = refusal(aws.scaling.register_scalable_target, **of("again"), MaxCapacity=0)
    assert below == "ValidationException: Maximum capacity cannot be less than minimum capacity"


def test_tags_of_targets(aws):
    arn = aws.target("tags", Tags={"team": "a"})
    aws.scaling.tag_resource(ResourceARN=arn, Tags={"cost": "b"})
    aws.scaling.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert aws.scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"cost": "b"}
    tagging, kind = aws.client("resourcegroupstaggingapi"), ["application-autoscaling:scalable-target"]
    tagging.tag_resources(ResourceARNList=[arn], Tags={"by": "me"})
    tagging.untag_resources(ResourceARNList=[arn], TagKeys=["cost"])
    mine = tagging.get_resources(ResourceTypeFilters=kind, TagFilters=[{"Key": "by"}])
    assert mine["ResourceTagMappingList"] == [{"ResourceARN": arn, "Tags": [{"Key": "by", "Value": "me"}]}]
    assert refusal(aws.scaling.list_tags_for_resource, ResourceARN=f"{arn}0").startswith(
        "ResourceNotFoundException"
    )


def test_lists_come_in_pages(aws):
    for name in ("page-a", "page-b"):
        aws.target(name)
        for policy in ("p", "q"):
            aws.track(name, policy=policy)
            action = {"ScheduledActionName": policy, "Schedule": "rate(1 day)"}
            aws.scaling.put_scheduled_action(**of(name), **action, ScalableTargetAction={"MinCapacity": 1})
    for operation in ("scalable_targets", "scaling_policies", "scheduled_actions"):
        describe = getattr(aws.scaling, f"describe_{operation}")
        first = describe(**ECS, MaxResults=2)
        second = describe(**ECS, NextToken=first["NextToken"])
        [rows] = [value for value in first.values() if isinstance(value, list)]
        assert len(rows) == 2
        assert rows not in second.values()
        bad = refusal(describe, **ECS, NextToken="x")
        assert bad == "InvalidNextTokenException: The NextToken value is not valid"
    chosen = aws.scaling.describe_scaling_policies(**of("page-a"))["ScalingPolicies"]
    assert [policy["PolicyName"] for policy in chosen] == ["p", "q"]
    chosen = aws.scaling.describe_scaling_policies(**of("page-a"), PolicyNames=["q"])["ScalingPolicies"]
    assert [policy["PolicyName"] for policy in chosen] == ["q"]
    chosen = aws.scaling.describe_scheduled_actions(**of("page-b"), ScheduledActionNames=["q"])[
        "ScheduledActions"
    ]
    assert [(each["ScheduledActionName"], each["ResourceId"]) for each in chosen] == [
        ("q", "service/blue/page-b")
    ]
    assert aws.scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"] == []


def test_a_policy_and_its_alarms(aws):
    arn = aws.target("policy")
    policy = aws.track("policy", 50, ScaleInCooldown=60)
    tail = arn.rpartition("/0ec5")[2]
    uuid = f"{tail[:8]}-{tail[8:12]}-{tail[12:16]}-{tail[16:20]}-{tail[20:]}"
    assert policy["PolicyARN"] == (
        f"arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:{uuid}:resource/ecs/service/blue/policy:"
        "policyName/load"
    )
    high, low = aws.own_alarms("policy")
    assert [each["AlarmName"] for each in policy["Alarms"]] == [high.name, low.name]
    assert re.fullmatch(f"TargetTracking-service/blue/policy-AlarmHigh-{UUID}", high.name)
    assert re.fullmatch(f"TargetTracking-service/blue/policy-AlarmLow-{UUID}", low.name)
    [action] = high.actions["ALARM"]
    assert re.fullmatch(re.escape(policy["PolicyARN"]) + f":createdBy/{UUID}", action)
    assert high.description == f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {action}."
    assert (high.comparison, high.threshold, high.evaluation_periods) == ("GreaterThanThreshold", 50.0, 3)
    assert (low.comparison, low.threshold, low.evaluation_periods) == ("LessThanThreshold", 45.0, 15)
    assert {each.period for each in (high, low)} == {60}
    assert {each.datapoints_to_alarm for each in (high, low)} == {None}
    assert (high.state, high.reason) == ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation")
    described = aws.policy("policy")
    assert described["Alarms"] == policy["Alarms"]
    configuration = described["TargetTrackingScalingPolicyConfiguration"]
    assert configuration["ScaleInCooldown"] == 60
    assert "ScaleOutCooldown" not in configuration  # defaults are not filled in


def test_a_rewrite_replaces_both_alarms(aws):
    aws.target("rewrite")
    first, before = aws.track("rewrite"), aws.policy("rewrite")
    second = aws.track("rewrite")
    names = [{each["AlarmName"] for each in policy["Alarms"]} for policy in (first, second)]
    assert not names[0] & names[1]
    assert {alarm.name for alarm in aws.own_alarms("rewrite")} == names[1]
    after = aws.policy("rewrite")
    assert (after["PolicyARN"], after["CreationTime"]) == (before["PolicyARN"], before["CreationTime"])
    assert len(aws.track("rewrite", DisableScaleIn=True)["Alarms"]) == 1
    [high] = aws.own_alarms("rewrite")
    assert "AlarmHigh" in high.name
    aws.scaling.delete_scaling_policy(**of("rewrite"), PolicyName="load")
    assert aws.own_alarms("rewrite") == []


PREDEFINED = {
    "ECSServiceAverageCPUUtilization": ("AWS/ECS", "CPUUtilization", "Average", "Percent"),
    "ECSServiceAverageMemoryUtilization": ("AWS/ECS", "MemoryUtilization", "Average", "Percent"),
}


def put_tracking(aws, name, policy="tracking", value=50, **metric):
    return aws.scaling.put_scaling_policy(
        **of(name), PolicyName=policy, PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": value, **metric},
    )  # fmt: skip


def predefined(kind, **more):
    return {"PredefinedMetricSpecification": {"PredefinedMetricType": kind, **more}}


def test_predefined_metrics(aws):
    aws.target("predefined")
    for kind, watched in PREDEFINED.items():
        put_tracking(aws, "predefined", kind, **predefined(kind))
        high = next(each for each in aws.own_alarms("predefined") if watched[1] == each.metric.name)
        assert (high.metric.namespace, high.metric.name, high.statistic, high.unit) == watched
        assert high.metric.dimensions == (("ClusterName", "blue"), ("ServiceName", "predefined"))
    again = predefined("ECSServiceAverageCPUUtilization")
    with pytest.raises(ClientError) as refused:
        put_tracking(aws, "predefined", "other", **again)
    assert refused.value.response["Error"]["Message"] == (
        "Only one TargetTrackingScaling policy for a given metric specification is allowed."
    )


def test_metrics_of_high_resolution(aws):
    """The service has to send them, and the deployment that lets it has to be done."""
    fine = [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}]
    aws.service("fine", monitoring={"metricConfigurations": fine})
    aws.scaling.register_scalable_target(**of("fine"), MinCapacity=1, MaxCapacity=4)
    put_tracking(aws, "fine", **predefined("ECSServiceAverageCPUUtilizationHighResolution"))
    high, low = aws.own_alarms("fine")
    assert (high.period, high.evaluation_periods, low.period, low.evaluation_periods) == (20, 3, 20, 30)
    with pytest.raises(
        ClientError, match="does not publish MemoryUtilization with a resolution of 20 seconds"
    ):
        put_tracking(aws, "fine", "m", **predefined("ECSServiceAverageMemoryUtilizationHighResolution"))
    aws.ecs.update_service(cluster="blue", service="fine", forceNewDeployment=True)
    with pytest.raises(ClientError, match="The deployment of service/blue/fine is not completed"):
        put_tracking(aws, "fine", "again", **predefined("ECSServiceAverageCPUUtilizationHighResolution"))


def test_requests_per_target(aws):
    """The label's target group has to be the service's; the balancer part is not checked."""
    elb = aws.client("elbv2")
    subnets = aws.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"][
        :2
    ]
    group = elb.create_target_group(
        Name="web", Protocol="HTTP", Port=80, VpcId=subnets[0]["VpcId"], TargetType="ip"
    )
    arn = group["TargetGroups"][0]["TargetGroupArn"]
    balancer = elb.create_load_balancer(Name="web", Subnets=[each["SubnetId"] for each in subnets])
    [balancer] = balancer["LoadBalancers"]
    elb.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80,
                        DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}])  # fmt: skip
    behind = [{"targetGroupArn": arn, "containerName": "web", "containerPort": 80}]
    aws.service("requests", loadBalancers=behind)
    aws.scaling.register_scalable_target(**of("requests"), MinCapacity=1, MaxCapacity=4)
    tail = arn.rpartition(":")[2]
    label = f"app/any/0123456789abcdef/{tail}"
    put_tracking(aws, "requests", **predefined("ALBRequestCountPerTarget", ResourceLabel=label))
    high, low = aws.own_alarms("requests")
    assert (high.metric.namespace, high.metric.name) == ("AWS/ApplicationELB", "RequestCountPerTarget")
    assert (high.statistic, high.unit, low.threshold) == ("Sum", "None", 45.0)
    assert dict(high.metric.dimensions) == {"LoadBalancer": "app/any/0123456789abcdef", "TargetGroup": tail}
    other = f"app/any/0123456789abcdef/targetgroup/other/{tail[-16:]}"
    with pytest.raises(ClientError) as refused:
        put_tracking(aws, "requests", "b", **predefined("ALBRequestCountPerTarget", ResourceLabel=other))
    assert refused.value.response["Error"]["Message"] == (
        f"Target group targetgroup/other/{tail[-16:]} is not attached to resource service/blue/requests"
    )


def test_customized_metrics(aws):
    aws.target("customized")
    dimensions = [{"Name": "Queue", "Value": "q"}, {"Name": "Color", "Value": "blue"}]
    metric = {"Namespace": "Lab", "MetricName": "queue", "Dimensions": dimensions, "Statistic": "Maximum",
             "Unit": "Count"}  # fmt: skip
    put_tracking(aws, "customized", value=0.5, CustomizedMetricSpecification=metric)
    high, low = aws.own_alarms("customized")
    assert (high.metric.namespace, high.metric.name, high.statistic, high.unit) == (
        "Lab",
        "queue",
        "Maximum",
        "Count",
    )
    assert high.metric.dimensions == (("Color", "blue"), ("Queue", "q"))
    assert (high.threshold, low.threshold) == (0.5, 0.45)


def test_metric_maths(aws):
    aws.target("maths")
    metric = {"Namespace": "Lab", "MetricName": "queue", "Dimensions": [{"Name": "Queue", "Value": "q"}]}
    queries = [
        {
            "Id": "m1",
            "MetricStat": {"Metric": metric, "Stat": "Average", "Unit": "Count"},
            "ReturnData": False,
        },
        {"Id": "e1", "Expression": "m1 / 2", "Label": "half", "ReturnData": True},
    ]
    put_tracking(aws, "maths", CustomizedMetricSpecification={"Metrics": queries})
    high, _ = aws.own_alarms("maths")
    assert high.metric is None
    assert [(query.id, query.expression, query.return_data) for query in high.queries] == [
        ("m1", "", False), ("e1", "m1 / 2", True),
    ]  # fmt: skip
    with pytest.raises(ClientError, match="Exactly one element of the metrics list should return data"):
        put_tracking(aws, "maths", CustomizedMetricSpecification={"Metrics": queries[:1]})
    for expression, problem in (
        ("m1 /", "ends too early"),
        ("m9 / 2", "ID 'm9' not found"),
        ("e1 + m1", "Circular"),
    ):
        bad = [queries[0], {"Id": "e1", "Expression": expression}]
        with pytest.raises(ClientError, match=f"Error in expression 'e1': .*{problem}"):
            put_tracking(aws, "maths", CustomizedMetricSpecification={"Metrics": bad})


def test_the_end_of_a_target(aws):
    """Deregistered, or its service deleted: policies, alarms and scheduled actions go with it."""
    for name in ("bye", "gone"):
        aws.target(name)
        aws.track(name)
        action = {"ScheduledActionName": "later", "Schedule": "rate(1 day)"}
        aws.scaling.put_scheduled_action(**of(name), **action, ScalableTargetAction={"MaxCapacity": 9})
    aws.scaling.deregister_scalable_target(**of("bye"))
    aws.ecs.delete_service(cluster="blue", service="gone", force=True)
    for name in ("bye", "gone"):
        assert aws.scaling.describe_scaling_policies(**of(name))["ScalingPolicies"] == []
        assert aws.scaling.describe_scheduled_actions(**of(name))["ScheduledActions"] == []
        assert aws.own_alarms(name) == []
        names = f"service namespace: ecs, resource ID: service/blue/{name}, scalable dimension: {DIMENSION}"
        last = refusal(aws.scaling.deregister_scalable_target, **of(name))
        assert last == f"ObjectNotFoundException: No scalable target found for {names}"


def test_a_step_policy_lists_the_alarms_that_name_it(aws):
    aws.target("steps")
    created = aws.scaling.put_scaling_policy(
        **of("steps"), PolicyName="up", PolicyType="StepScaling", StepScalingPolicyConfiguration=STEPS
    )
    assert created["Alarms"] == []
    aws.alarm("mine", "steps", created["PolicyARN"], "GreaterThanThreshold", 50)
    assert [each["AlarmName"] for each in aws.policy("steps", "up")["Alarms"]] == ["mine"]
    aws.scaling.delete_scaling_policy(**of("steps"), PolicyName="up")
    assert aws.alarms.get("mine") is not None  # it is the user's


def steps(*bounds):
    names = ("MetricIntervalLowerBound", "MetricIntervalUpperBound")
    return [
        {name: bound for name, bound in zip(names, pair, strict=True) if bound is not None}
        | {"ScalingAdjustment": 1} for pair in bounds
    ]  # fmt: skip


UNBOUNDED = "There must be a StepAdjustment with an unspecified {0} bound (i.e., {0} bound is null) when one "


@pytest.mark.parametrize(
    ("adjustments", "sentence"),
    [
        (steps(*((number, number + 1) for number in range(20)), (20, None)),
         "There can be at most 20 step adjustments per scaling policy"),
        (steps((0, 10)), UNBOUNDED.format("upper") + "StepAdjustment has a positive upper bound"),
        (steps((-10, 0)), UNBOUNDED.format("lower") + "StepAdjustment has a negative lower bound"),
        (steps((0, 10), (5, None)), "StepAdjustment intervals can't overlap"),
        (steps((0, 10), (20, None)), "StepAdjustment intervals can't have gaps between them"),
        (steps((10, 5), (10, None)),
         "The upper bound of a step adjustment must be greater than its lower bound"),
        ([], "At least one step adjustment must be specified"),
    ],
)  # fmt: skip
def test_steps_that_cannot_be(aws, adjustments, sentence):
    """Refused as a whole: nothing is left behind."""
    if not aws.scaling.describe_scalable_targets(**ECS, ResourceIds=["service/blue/bad"])["ScalableTargets"]:
        aws.target("bad")
    configuration = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": adjustments}
    message = refusal(aws.scaling.put_scaling_policy, **of("bad"), PolicyName="bad", PolicyType="StepScaling",
                   StepScalingPolicyConfiguration=configuration)  # fmt: skip
    assert message == f"ValidationException: {sentence}"
    assert aws.scaling.describe_scaling_policies(**of("bad"))["ScalingPolicies"] == []


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"Schedule": "every day"}, "Invalid schedule expression"),
        ({"Schedule": "cron(0 8 * * *)"}, "Invalid schedule expression"),
        ({"Timezone": "Mars/Olympus"}, "Invalid timezone: Mars/Olympus"),
        ({"Schedule": "at(2020-01-01T00:00:00)"}, "The schedule at(2020-01-01T00:00:00) lies in the past"),
        ({"StartTime": 20, "EndTime": 10}, "End time must be after start time"),
        ({"ScalableTargetAction": {}},
         "At least one of the minimum capacity and the maximum capacity must be specified"),
        ({"ScalableTargetAction": {"MinCapacity": 3, "MaxCapacity": 2}},
         "Maximum capacity cannot be less than minimum capacity"),
    ],
)  # fmt: skip
def test_scheduled_actions_that_cannot_be(aws, members, sentence):
    if not aws.scaling.describe_scalable_targets(**ECS, ResourceIds=["service/blue/late"])["ScalableTargets"]:
        aws.target("late")
    whole = {"Schedule": "rate(1 day)", "ScalableTargetAction": {"MinCapacity": 1}, **members}
    message = refusal(aws.scaling.put_scheduled_action, **of("late"), ScheduledActionName="bad", **whole)
    assert message == f"ValidationException: {sentence}"
    assert aws.scaling.describe_scheduled_actions(**of("late"))["ScheduledActions"] == []


def test_scheduled_actions(aws):
    aws.target("scheduled")
    capacity = {"MinCapacity": 2, "MaxCapacity": 4}
    aws.scaling.put_scheduled_action(
        **of("scheduled"), ScheduledActionName="rush", Schedule="cron(0 8 ? * MON-FRI *)",
        Timezone="Europe/Berlin", StartTime=1_900_000_000, EndTime=1_910_000_000,
        ScalableTargetAction=capacity,
    )  # fmt: skip
    [action] = aws.scaling.describe_scheduled_actions(**of("scheduled"))["ScheduledActions"]
    assert re.fullmatch(
        f"arn:aws:autoscaling:us-east-1:123456789012:scheduledAction:{UUID}:resource/ecs/service/blue/scheduled:"
        "scheduledActionName/rush", action["ScheduledActionARN"],
    )  # fmt: skip
    assert (action["Timezone"], action["ScalableTargetAction"]) == ("Europe/Berlin", capacity)
    assert action["EndTime"].timestamp() == 1_910_000_000
    aws.scaling.put_scheduled_action(**of("scheduled"), ScheduledActionName="rush", Schedule="rate(2 hours)")
    [changed] = aws.scaling.describe_scheduled_actions(**of("scheduled"))["ScheduledActions"]
    assert (changed["Schedule"], changed["ScalableTargetAction"]) == ("rate(2 hours)", capacity)
    assert "EndTime" not in changed  # what is not given anew is forgotten
    aws.scaling.delete_scheduled_action(**of("scheduled"), ScheduledActionName="rush")
    gone = refusal(aws.scaling.delete_scheduled_action, **of("scheduled"), ScheduledActionName="rush")
    assert gone.endswith(f"scalable dimension: {DIMENSION}, scheduled action name: rush")


def test_what_is_not_carried_is_refused_in_one_sentence(aws):
    aws.target("uncarried")
    forecast = refusal(aws.scaling.get_predictive_scaling_forecast, **of("uncarried"), PolicyName="p",
                       StartTime=0, EndTime=1)  # fmt: skip
    assert "This sandbox does not carry application-autoscaling:GetPredictiveScalingForecast" in forecast
    predictive = refusal(aws.scaling.put_scaling_policy, **of("uncarried"), PolicyName="p",
                         PolicyType="PredictiveScaling")  # fmt: skip
    assert "This sandbox does not carry scaling policies of the type PredictiveScaling yet." in predictive
    other = {"ServiceNamespace": "dynamodb", "ResourceId": "table/a",
             "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}  # fmt: skip
    table = refusal(aws.scaling.register_scalable_target, **other, MinCapacity=1, MaxCapacity=2)
    sentence = "This sandbox does not carry scaling of dynamodb: it scales services of ECS alone."
    assert table == f"ValidationException: {sentence}"
