"""A sandbox with services that scale, by plain clients, and metrics that are sent to it."""

from functools import cached_property
from typing import Any

from aws_client import Aws

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.cloudwatch.backend import cloudwatch_of
from ecslab.sandbox.world.metrics.alarm import Alarm
from ecslab.sandbox.world.metrics.metric import Metric, Statistics

ECS = {"ServiceNamespace": "ecs"}
DIMENSION = "ecs:service:DesiredCount"
HTTPD = "public.ecr.aws/docker/library/httpd:2.4"
REGION = "us-east-1"


def of(name: str) -> dict[str, str]:
    """What requests say of the service of that name."""
    return {**ECS, "ResourceId": f"service/blue/{name}", "ScalableDimension": DIMENSION}


class Scaling(Aws):
    """Cluster `blue` and the task definitions `web` and `broken`, whose image is not there."""

    scaling = cached_property(lambda self: self.client("application-autoscaling"))
    alarms = cached_property(lambda self: cloudwatch_of(current_account(), REGION).alarms)

    def prepared(self) -> "Scaling":
        self.ecs.create_cluster(clusterName="blue")
        for family, image in (("web", HTTPD), ("broken", HTTPD + "-nowhere")):
            web = {"name": "web", "image": image, "portMappings": [{"containerPort": 80}]}
            self.ecs.register_task_definition(
                family=family, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256",
                memory="512", containerDefinitions=[web],
            )  # fmt: skip
        return self

    def service(self, name: str, count: int = 2, **more: Any) -> None:
        """A service that is steady."""
        default = [{"Name": "default-for-az", "Values": ["true"]}]
        subnets = [each["SubnetId"] for each in self.ec2.describe_subnets(Filters=default)["Subnets"][:2]]
        network = {"awsvpcConfiguration": {"subnets": subnets, "assignPublicIp": "ENABLED"}}
        self.ecs.create_service(cluster="blue", serviceName=name, taskDefinition="web", desiredCount=count,
                                launchType="FARGATE", networkConfiguration=network, **more)  # fmt: skip
        self.pass_time(300)

    def target(self, name: str, least: int = 1, most: int = 6, count: int = 2, **more: Any) -> str:
        """A service and its scalable target; the target's ARN."""
        self.service(name, count)
        registered = self.scaling.register_scalable_target(
            **of(name), MinCapacity=least, MaxCapacity=most, **more
        )
        return str(registered["ScalableTargetARN"])

    def track(self, name: str, value: float = 50.0, policy: str = "load", **more: Any) -> dict[str, Any]:
        """A target tracking policy on the metric `load` of this service's, which `send` sends."""
        metric = {"CustomizedMetricSpecification": {
            "MetricName": policy, "Namespace": "Lab", "Statistic": "Average", "Unit": "Percent",
            "Dimensions": [{"Name": "Service", "Value": name}],
        }}  # fmt: skip
        configuration = {"TargetValue": value, **metric, **more}
        answer: dict[str, Any] = self.scaling.put_scaling_policy(
            **of(name), PolicyName=policy, PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=configuration,
        )  # fmt: skip
        return answer

    def send(self, name: str, value: float, minutes: int, policy: str = "load") -> None:
        """Let a metric have this value in each of the next minutes."""
        self.sent({(name, policy): value}, minutes)

    def sent(self, values: dict[tuple[str, str], float], minutes: int) -> None:
        """The same of several metrics, by service and policy."""
        for _ in range(minutes):
            account = current_account()
            store = cloudwatch_of(account, REGION).store
            for (name, policy), value in values.items():
                metric = Metric("Lab", policy, (("Service", name),))
                store.record(metric, account.clock.timestamp(), 60, Statistics.of([value], "Percent"))
            self.pass_time(60)

    def pass_time(self, seconds: float) -> None:
        self.endpoint.control("advance", seconds=seconds)

    def counts(self, name: str) -> tuple[int, int]:
        """Desired and running."""
        [service] = self.ecs.describe_services(cluster="blue", services=[name])["services"]
        return service["desiredCount"], service["runningCount"]

    def activities(self, name: str, **more: Any) -> list[dict[str, Any]]:
        """Newest first."""
        described: list[dict[str, Any]] = self.scaling.describe_scaling_activities(**of(name), **more)[
            "ScalingActivities"
        ]
        return described

    def policy(self, name: str, policy: str = "load") -> dict[str, Any]:
        [described] = self.scaling.describe_scaling_policies(**of(name), PolicyNames=[policy])[
            "ScalingPolicies"
        ]
        return dict(described)

    def alarm(
        self, name: str, service: str, action: str, comparison: str, limit: float, periods: int = 1
    ) -> None:
        """An alarm of the user's, whose action names a policy."""
        metric = Metric("Lab", "load", (("Service", service),))
        self.alarms.put(
            Alarm(name, self.alarms.arn(name), comparison, limit, periods, metric, unit="Percent",
                  actions={"ALARM": (action,)})
        )  # fmt: skip

    def own_alarms(self, name: str) -> list[Any]:
        """The alarms made for the service's policies: high ones, then low ones."""
        return [
            each for each in self.alarms.all() if each.name.startswith(f"TargetTracking-service/blue/{name}-")
        ]
