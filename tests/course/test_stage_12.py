"""Stage 12: what its checks say of states that are not what was asked for."""

import re

import pytest
from course_rig import PUBLIC_IMAGE, default_vpc, said

import ecslab
from ecslab import load_balancer
from ecslab.operations import prices, scaling_game
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.cloudwatch.backend import cloudwatch_of
from ecslab.sandbox.world.metrics.metric import Metric, Statistics, dimensions_of

SHOP, ALARM, TARGET, POLICY, SCHEDULE = "12.shop", "12.alarm", "12.target", "12.policy", "12.schedule"
BY_REQUESTS, GAME = "12.yours-1", "12.yours-2"
CPU = "ECSServiceAverageCPUUtilization"


# States, made as a learner's own calls would make them ------------------------------------------------------


def service(lab, name="adgu-shop", count=0, behind=True):
    """A service of a public image, behind a load balancer of its name unless told otherwise."""
    lab.ecs.create_cluster(clusterName="adgu-cluster")
    definition = lab.ecs.register_task_definition(
        family=name, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        containerDefinitions=[
            {"name": "adgu-container", "image": PUBLIC_IMAGE, "portMappings": [{"containerPort": 80}]}
        ],
    )["taskDefinition"]["taskDefinitionArn"]  # fmt: skip
    front, back = load_balancer.groups(lab)
    where = {"subnets": subnets(lab), "securityGroups": [back], "assignPublicIp": "ENABLED"}
    registers = []
    if behind:
        group = balanced(lab, name, front)
        registers = [{"targetGroupArn": group, "containerName": "adgu-container", "containerPort": 80}]
    lab.ecs.create_service(
        cluster="adgu-cluster", serviceName=name, taskDefinition=definition, desiredCount=count,
        launchType="FARGATE", networkConfiguration={"awsvpcConfiguration": where}, loadBalancers=registers,
    )  # fmt: skip


def subnets(lab):
    return [each.id for each in ecslab.network.subnets(lab, default_vpc(lab)) if each.public][:2]


def balanced(lab, name, front):
    """A balancer and a target group of one name, and a listener between them."""
    group = target_group(lab, name)
    balancer = lab.elbv2.create_load_balancer(Name=name, Subnets=subnets(lab), SecurityGroups=[front])
    lab.elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"], Protocol="HTTP", Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )  # fmt: skip
    return group


def target_group(lab, name):
    request = {"Name": name, "TargetType": "ip", "Protocol": "HTTP", "Port": 80, "VpcId": default_vpc(lab)}
    return lab.elbv2.create_target_group(**request)["TargetGroups"][0]["TargetGroupArn"]


def listener(lab):
    balancer = load_balancer.find(lab, "adgu-shop")["LoadBalancerArn"]
    return lab.elbv2.describe_listeners(LoadBalancerArn=balancer)["Listeners"][0]["ListenerArn"]


def without_its_balancer(lab):
    service(lab, count=2)
    balancer = load_balancer.find(lab, "adgu-shop")["LoadBalancerArn"]
    lab.elbv2.delete_load_balancer(LoadBalancerArn=balancer)


def without_a_listener(lab):
    service(lab, count=2)
    lab.elbv2.delete_listener(ListenerArn=listener(lab))


def forwards_elsewhere(lab):
    service(lab, count=2)
    forward = {"Type": "forward", "TargetGroupArn": target_group(lab, "adgu-other")}
    lab.elbv2.modify_listener(ListenerArn=listener(lab), DefaultActions=[forward])


def deleted(lab):
    service(lab)
    lab.ecs.delete_service(cluster="adgu-cluster", service="adgu-shop")


def alarm(**changes):
    def make(lab):
        request = {
            "AlarmName": "adgu-shop-busy", "Namespace": "AWS/ECS", "MetricName": "CPUUtilization",
            "Dimensions": dimensions("adgu-cluster", "adgu-shop"), "Statistic": "Average", "Period": 60,
            "EvaluationPeriods": 3, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 70,
        } | changes  # fmt: skip
        lab.cloudwatch.put_metric_alarm(**request)

    return make


def dimensions(cluster, name=None):
    values = {"ClusterName": cluster} | ({"ServiceName": name} if name else {})
    return [{"Name": key, "Value": value} for key, value in values.items()]


def mine(name="adgu-shop"):
    return {
        "ServiceNamespace": "ecs", "ResourceId": f"service/adgu-cluster/{name}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }  # fmt: skip


def bounds(least=2, most=10, name="adgu-shop", **more):
    def make(lab):
        if not ecslab.service.find(lab, name):
            service(lab, name)
        request = {"MinCapacity": least, "MaxCapacity": most, **more}
        lab.autoscaling.register_scalable_target(**mine(name), **request)

    return make


def tracking(value=60, metric=CPU, name="adgu-shop", label=None, **more):
    """A scalable target and a target tracking policy."""

    def make(lab):
        bounds(name=name)(lab)
        specification = {"PredefinedMetricType": metric} | ({"ResourceLabel": label(lab)} if label else {})
        lab.autoscaling.put_scaling_policy(
            **mine(name), PolicyName=f"{metric[:6]}-{value:g}", PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": value, "PredefinedMetricSpecification": specification, **more,
            },
        )  # fmt: skip

    return make


def steps(lab):
    bounds()(lab)
    lab.autoscaling.put_scaling_policy(
        **mine(), PolicyName="steps", PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
        },
    )  # fmt: skip


def alarm_deleted_behind_the_policys_back(lab):
    tracking()(lab)
    alarms = lab.autoscaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"][0]["Alarms"]
    low = next(each["AlarmName"] for each in alarms if "AlarmLow" in each["AlarmName"])
    lab.cloudwatch.delete_alarms(AlarmNames=[low])


def scheduled(*actions, zone=None):
    """Scheduled actions: (expression, minimum)."""

    def make(lab):
        bounds()(lab)
        for number, (expression, least) in enumerate(actions):
            lab.autoscaling.put_scheduled_action(
                **mine(), ScheduledActionName=f"action-{number}", Schedule=expression,
                ScalableTargetAction={"MinCapacity": least}, **({"Timezone": zone} if zone else {}),
            )  # fmt: skip

    return make


def label(name):
    def of(lab):
        balancer = load_balancer.find(lab, name)["LoadBalancerArn"].split("loadbalancer/")[1]
        return f"{balancer}/{load_balancer.find_target_group(lab, name)['TargetGroupArn'].split(':')[-1]}"

    return of


def requests(value=450, name="adgu-rush", **more):
    return tracking(value, "ALBRequestCountPerTarget", name, label(name), **more)


def on_the_shop_instead(lab):
    service(lab, "adgu-rush")
    requests(name="adgu-shop")(lab)


def and_by_cpu(lab):
    requests()(lab)
    tracking(name="adgu-rush")(lab)


def day(lost=0.0, tasks=3.0, scaled=True):
    """A day of the game as CloudWatch would have it: so many percent lost, so many tasks all day."""

    def make(lab):
        service(lab, "adgu-rush")
        if scaled:
            bounds(1, name="adgu-rush")(lab)
        midnight = ecslab.scaling.until(lab, "00:00").timestamp()
        store = cloudwatch_of(current_account(), lab.region).store
        arn = load_balancer.find(lab, "adgu-rush")["LoadBalancerArn"]
        balancer = {"LoadBalancer": arn.split("loadbalancer/")[1]}
        for name, requests in (("RequestCount", 100), ("HTTPCode_ELB_5XX_Count", lost)):
            each = scaling_game.REQUESTS * requests / 100 / 1440
            counted = Statistics(each, each, 1, 1, "Count")
            metric = Metric("AWS/ApplicationELB", name, dimensions_of(**balancer))
            store.record_run(metric, midnight - 86_400, midnight, 60, counted)
        where = dimensions_of(ClusterName="adgu-cluster", ServiceName="adgu-rush")
        running = Statistics(1, tasks, tasks, tasks, "Count")
        store.record_run(Metric("AWS/ECS", "LiveTaskCount", where), midnight - 86_400, midnight, 60, running)

    return make


def cost(tasks):
    return prices.dollars(24 * tasks * prices.task_hour(256, 512))


BEFORE, AFTER = ("cron(50 8 * * ? *)", 8), ("cron(0 10 * * ? *)", 2)

# The name of a wrong state: the step, what makes it, and what the check says of it.
WRONG = {
    "the desired count is 0": (
        SHOP, service, "The desired count of `adgu-shop` is 0: nobody answers the visitors.",
    ),
    "the service has no load balancer": (
        SHOP, lambda lab: service(lab, count=2, behind=False),
        "`adgu-shop` registers its tasks in no target group: visitors do not find them.",
    ),
    "the load balancer was deleted": (
        SHOP, without_its_balancer,
        "The load balancer `adgu-shop` is gone: there is no way to the tasks of `adgu-shop`.",
    ),
    "the load balancer has no listener": (
        SHOP, without_a_listener, "The load balancer `adgu-shop` has no listener: it accepts no request.",
    ),
    "the listener forwards to another group": (
        SHOP, forwards_elsewhere,
        "The listener of `adgu-shop` forwards to `adgu-other`, and not to the target group of the service.",
    ),
    "the service was deleted": (SHOP, deleted, "`adgu-shop` was deleted."),
    "the alarm watches the memory": (
        ALARM, alarm(MetricName="MemoryUtilization"),
        "`adgu-shop-busy` watches `AWS/ECS MemoryUtilization`; the lesson asks for `AWS/ECS CPUUtilization`.",
    ),
    "the alarm watches the metric of EC2": (
        ALARM, alarm(Namespace="AWS/EC2"),
        "`adgu-shop-busy` watches `AWS/EC2 CPUUtilization`; the lesson asks for `AWS/ECS CPUUtilization`.",
    ),
    "the alarm watches a metric that nobody sends": (
        ALARM, alarm(Dimensions=dimensions("adgu-cluster")),
        "`adgu-shop-busy` watches CPUUtilization with these dimensions: ClusterName. ECS publishes the "
        "metric "
        "of a service with ClusterName and ServiceName. A metric is another one if a dimension is "
        "missing, and "
        "nobody sends that.",
    ),
    "the alarm watches another service": (
        ALARM, alarm(Dimensions=dimensions("adgu-cluster", "adgu-web")),
        "`adgu-shop-busy` watches the ServiceName `adgu-web`; the lesson's is `adgu-shop`.",
    ),
    "the alarm looks at the greatest value": (
        ALARM, alarm(Statistic="Maximum"),
        "`adgu-shop-busy` looks at the statistic Maximum; the mean of all tasks is `Average`.",
    ),
    "the alarm waits for little CPU": (
        ALARM, alarm(ComparisonOperator="LessThanThreshold"),
        "`adgu-shop-busy` is in ALARM when the CPU is low (LessThanThreshold).",
    ),
    "the threshold is a share": (
        ALARM, alarm(Threshold=0.7),
        "The threshold of `adgu-shop-busy` is 0.7; the lesson asks for 70. CPUUtilization is counted in "
        "percent.",
    ),
    "the alarm goes off after one minute": (
        ALARM, alarm(EvaluationPeriods=1),
        "`adgu-shop-busy` looks at 1 × 60 s, 60 s in all; the lesson asks for three times 60 s.",
    ),
    "another service is the scalable target": (
        TARGET, lambda lab: (service(lab), bounds(name="adgu-web")(lab)),
        "The scalable target is `adgu-web`; visitors come to `adgu-shop`.",
    ),
    "minimum and maximum are the same": (
        TARGET, bounds(4, 4), "Minimum and maximum of `adgu-shop` are both 4: nothing can be scaled.",
    ),
    "the maximum is too low": (
        TARGET, bounds(2, 4), "`adgu-shop` may have 4 tasks at the most; the lesson asks for 10.",
    ),
    "one task is enough": (
        TARGET, bounds(1, 10),
        "`adgu-shop` may have as few as 1 tasks; the lesson asks for at least 2, one in each zone.",
    ),
    "no task is enough": (
        TARGET, bounds(0, 10),
        "`adgu-shop` may have as few as 0 tasks; the lesson asks for at least 2, one in each zone.",
    ),
    "scaling is suspended": (
        TARGET, bounds(SuspendedState={"DynamicScalingInSuspended": True}),
        "Scaling of `adgu-shop` is suspended (DynamicScalingInSuspended).",
    ),
    "the policy adds steps": (
        POLICY, steps,
        "The policy of `adgu-shop` is of the type StepScaling: it says how many tasks to add, not which "
        "value "
        "to keep.",
    ),
    "the policy follows the memory": (
        POLICY, tracking(metric="ECSServiceAverageMemoryUtilization"),
        "The policy of `adgu-shop` follows ECSServiceAverageMemoryUtilization; the lesson asks for "
        "ECSServiceAverageCPUUtilization.",
    ),
    "the target is a share": (
        POLICY, tracking(0.6),
        "The target is 0.6. CPU is counted in percent: this policy would add tasks until it reaches the "
        "maximum.",
    ),
    "the target is 90 %": (POLICY, tracking(90), "The target is 90 %; the lesson asks for 60 %."),
    "the policy never removes a task": (
        POLICY, tracking(DisableScaleIn=True),
        "The policy of `adgu-shop` never removes a task (`DisableScaleIn`): after the first rush you "
        "pay for it "
        "for ever.",
    ),
    "an alarm of the policy was deleted": (
        POLICY, alarm_deleted_behind_the_policys_back,
        "The alarm `TargetTracking-service/adgu-cluster/adgu-shop-AlarmLow-…` is gone. It belonged to "
        "the policy "
        "`ECSSer-60`, which now never hears of one direction.",
    ),
    "the action runs once": (
        SCHEDULE, scheduled(("at(2099-01-01T08:50:00)", 8)),
        "The only action runs at `at(2099-01-01T08:50:00)`; the rush is each day.",
    ),
    "the action runs by another clock": (
        SCHEDULE, scheduled(BEFORE, AFTER, zone="Asia/Tokyo"),
        "An action runs by the clock of Asia/Tokyo. The rush of the lesson is at 09:00 UTC.",
    ),
    "no action raises the minimum": (
        SCHEDULE, scheduled(AFTER),
        "No action raises the minimum: the rush finds as few tasks as the night.",
    ),
    "the minimum is raised when the rush is there": (
        SCHEDULE, scheduled(("cron(0 9 * * ? *)", 8), AFTER),
        "The minimum is raised at 09:00; the rush begins at 09:00, and tasks need some minutes to start.",
    ),
    "the minimum is raised at midnight": (
        SCHEDULE, scheduled(("cron(0 0 * * ? *)", 8), AFTER),
        "The minimum is raised at 00:00, more than an hour before 09:00: you pay for tasks that wait.",
    ),
    "the minimum is too low for the rush": (
        SCHEDULE, scheduled(("cron(50 8 * * ? *)", 4), AFTER),
        "The minimum for the rush is 4; 60 requests a second need 8 tasks at 60 % CPU.",
    ),
    "the minimum stays": (
        SCHEDULE, scheduled(BEFORE),
        "No action lowers the minimum to 2 again: the tasks of the rush stay all day and all night.",
    ),
    "the minimum is lowered too early": (
        SCHEDULE, scheduled(BEFORE, ("cron(55 8 * * ? *)", 2)),
        "The minimum is lowered at 08:55; the rush only begins at 09:00.",
    ),
    "the shop follows the requests": (
        BY_REQUESTS, on_the_shop_instead,
        "`adgu-shop` follows the requests; the exercise is about `adgu-rush`.",
    ),
    "it follows the CPU": (
        BY_REQUESTS, tracking(name="adgu-rush"),
        "The policy of `adgu-rush` follows ECSServiceAverageCPUUtilization; the exercise asks for "
        "ALBRequestCountPerTarget.",
    ),
    "the target counts requests of a second": (
        BY_REQUESTS, requests(7.5),
        "The target is 7.5. The metric counts requests of one minute, not of a second: 7.5 a second are 450.",
    ),
    "the target is more than a task serves": (
        BY_REQUESTS, requests(1000),
        "The target is 1000 requests a minute for each task. A task serves 750 at the most: it would never "
        "scale in time.",
    ),
    "it never removes a task": (
        BY_REQUESTS, requests(DisableScaleIn=True),
        "The policy of `adgu-rush` never removes a task (`DisableScaleIn`).",
    ),
    "a second policy does not let it go back": (
        BY_REQUESTS, and_by_cpu,
        "`adgu-rush` has 2 policies: a task is removed only if all of them agree.",
    ),
    "the day lost one request in a hundred": (
        GAME, day(lost=1), "The last day lost 1.00 % of its requests; the game allows 0.1 %.",
    ),
    "the day lost a little too many": (
        GAME, day(lost=0.11), "The last day lost 0.11 % of its requests; the game allows 0.1 %.",
    ),
    "the number of tasks was fixed": (
        GAME, day(tasks=5, scaled=False),
        lambda lab: f"The day cost {cost(5)}, but nothing was scaled: the number of tasks was fixed all day.",
    ),
    "as many tasks as a fixed number has": (
        GAME, day(tasks=6),
        lambda lab: f"The day cost {cost(6)}. 6 tasks all day cost {cost(6)}, and lose nothing either.",
    ),
    "more tasks than a fixed number has": (
        GAME, day(tasks=9),
        lambda lab: f"The day cost {cost(9)}. 6 tasks all day cost {cost(6)}, and lose nothing either.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong(lab, name):
    step, make, message = WRONG[name]
    make(lab)
    message = message(lab) if callable(message) else message
    outcome, text = said(lab, step)
    assert (outcome, re.sub(r"(Alarm\w+-)[0-9a-f-]{36}", r"\1…", text)) == ("Look again", message)
