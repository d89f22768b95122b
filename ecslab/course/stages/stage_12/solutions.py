"""Stage 12's solutions, as a learner would write them: `lab.solution()` shows their bodies."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab


def make_shop(lab: Connection) -> object:
    return ecslab.scaling.shop(lab)


def make_alarm(lab: Connection) -> object:
    name = lab.name("adgu-shop-busy")
    lab.cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/ECS",
        MetricName="CPUUtilization",
        Dimensions=[
            {"Name": "ClusterName", "Value": lab.names.cluster},
            {"Name": "ServiceName", "Value": lab.name("adgu-shop")},
        ],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=3,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=70,
    )
    return ecslab.metrics.alarm(lab, name)


def register_target(lab: Connection) -> object:
    name = lab.name("adgu-shop")
    lab.autoscaling.register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{lab.names.cluster}/{name}",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=2,
        MaxCapacity=10,
    )
    return ecslab.scaling.target(lab, name)


def put_policy(lab: Connection) -> object:
    return lab.autoscaling.put_scaling_policy(
        PolicyName="cpu-60",
        PolicyType="TargetTrackingScaling",
        ServiceNamespace="ecs",
        ResourceId=f"service/{lab.names.cluster}/{lab.name('adgu-shop')}",
        ScalableDimension="ecs:service:DesiredCount",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 60,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        },
    )


def put_schedule(lab: Connection) -> None:
    shop = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{lab.names.cluster}/{lab.name('adgu-shop')}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    lab.autoscaling.put_scheduled_action(
        **shop,
        ScheduledActionName="before-the-rush",
        Schedule="cron(50 8 * * ? *)",
        ScalableTargetAction={"MinCapacity": 8},
    )
    lab.autoscaling.put_scheduled_action(
        **shop,
        ScheduledActionName="after-the-rush",
        Schedule="cron(0 10 * * ? *)",
        ScalableTargetAction={"MinCapacity": 2},
    )


def track_requests(lab: Connection) -> object:
    name = lab.name("adgu-rush")
    ecslab.scaling.shop(lab, name)
    rush = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{lab.names.cluster}/{name}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    balancer = ecslab.load_balancer.find(lab, name)["LoadBalancerArn"]  # type: ignore[index]
    group = ecslab.load_balancer.find_target_group(lab, name)["TargetGroupArn"]  # type: ignore[index]
    label = balancer.split("loadbalancer/")[1] + "/" + group.split(":")[-1]
    lab.autoscaling.register_scalable_target(**rush, MinCapacity=2, MaxCapacity=8)
    return lab.autoscaling.put_scaling_policy(
        **rush,
        PolicyName="requests-450",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 450,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "ALBRequestCountPerTarget",
                "ResourceLabel": label,
            },
        },
    )


def play(lab: Connection) -> object:
    ecslab.scaling.shop(lab, lab.name("adgu-rush"))
    rush = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{lab.names.cluster}/{lab.name('adgu-rush')}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    lab.autoscaling.register_scalable_target(**rush, MinCapacity=2, MaxCapacity=8)
    lab.autoscaling.put_scheduled_action(
        **rush,
        ScheduledActionName="before-the-rush",
        Schedule="cron(50 8 * * ? *)",
        ScalableTargetAction={"MinCapacity": 6},
    )
    lab.autoscaling.put_scheduled_action(
        **rush,
        ScheduledActionName="after-the-rush",
        Schedule="cron(0 10 * * ? *)",
        ScalableTargetAction={"MinCapacity": 2},
    )
    return ecslab.scaling_game.play(lab)
