"""A service behind a load balancer, its visitors, and what CloudWatch holds of both."""

from typing import Any

from aws_client import CLUSTER, FAMILY
from balancer_rig import Balanced

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.cloudwatch.backend import cloudwatch_of
from ecslab.sandbox.world.metrics.metric import Metric, dimensions_of

SERVICE = {"ClusterName": CLUSTER, "ServiceName": "web"}


class Visited(Balanced):
    """A balancer `web` with a listener on port 80, and a service `web` of so many tasks that it leads to."""

    def served(self, tasks: int = 2, definition: str = FAMILY, **about: Any) -> "Visited":
        created = self.balancer()
        self.arn, self.name = created["LoadBalancerArn"], created["DNSName"]
        self.group_arn = self.target_group(**about.pop("group", {}))
        self.listener_arn = self.listener(created, self.group_arn)
        self.serve("web", self.group_arn, tasks, definition, **about)
        for _ in range(60):
            self.pass_time(60)
            states = [state for state, *_ in self.health(self.group_arn).values()]
            if states.count("healthy") == tasks:
                return self
        raise AssertionError(f"the targets are {states}")

    def serve(self, name: str, group: str, tasks: int, definition: str = FAMILY, **about: Any) -> None:
        network = {"subnets": self.subnets, "securityGroups": [self.behind], "assignPublicIp": "ENABLED"}
        balancer = {"targetGroupArn": group, "containerName": "adgu-container", "containerPort": 80}
        self.ecs.create_service(
            cluster=CLUSTER, serviceName=name, taskDefinition=definition, launchType="FARGATE",
            desiredCount=tasks, networkConfiguration={"awsvpcConfiguration": network},
            loadBalancers=[balancer], **about,
        )  # fmt: skip

    def visitors(self, do: str = "start", **values: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.endpoint.control(
            "visitors", do=do, load_balancer=values.pop("load_balancer", "web"), **values
        )
        return answer

    def status(self) -> dict[str, Any]:
        statuses: list[dict[str, Any]] = self.endpoint.control("visitors")["visitors"]
        return statuses[0]

    def series(
        self, namespace: str, name: str, statistic: str = "Sum", *, period: int = 60, last: float = 3600,
        **where: str,
    ) -> list[float]:  # fmt: skip
        """A statistic of each period of the last seconds."""
        account = current_account()
        store, end = cloudwatch_of(account, "us-east-1").store, account.timestamp() // 60 * 60
        metric = Metric(namespace, name, dimensions_of(**where))
        return [value for _, value in store.read(metric, end - last, end, period, statistic)]

    @property
    def balancer_name(self) -> dict[str, str]:
        return {"LoadBalancer": self.arn.partition("loadbalancer/")[2]}

    @property
    def group_name(self) -> dict[str, str]:
        return {"TargetGroup": self.group_arn.rpartition(":")[2]}

    def metric_values(
        self, name: str, statistic: str = "Sum", group: bool = False, **about: Any
    ) -> list[float]:
        where = {**self.balancer_name, **(self.group_name if group else {})}
        return self.series("AWS/ApplicationELB", name, statistic, **where, **about)

    def service_metric(self, name: str, statistic: str = "Average", **about: Any) -> list[float]:
        return self.series("AWS/ECS", name, statistic, **SERVICE, **about)

    def described(self) -> dict[str, Any]:
        service: dict[str, Any] = self.ecs.describe_services(cluster=CLUSTER, services=["web"])["services"][0]
        return service
