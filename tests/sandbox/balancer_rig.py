"""A sandbox with tasks, and a load balancer before them, by plain clients."""

import base64
from functools import cached_property
from typing import Any

from aws_client import CLUSTER, REPOSITORY, Aws

REGISTRY = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{REPOSITORY}"
HTTP = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
ANYWHERE = [{"CidrIp": "0.0.0.0/0"}]


class Balanced(Aws):
    """The default VPC's zones a and b, a security group for the balancer, and one for tasks behind it."""

    elb = cached_property(lambda self: self.client("elbv2"))

    def prepared(self) -> "Balanced":
        self.prepare({"index.html": b"hello"})
        default = [{"Name": "default-for-az", "Values": ["true"]}]
        subnets = self.ec2.describe_subnets(Filters=default)["Subnets"]
        by_zone = sorted(subnets, key=lambda subnet: subnet["AvailabilityZone"])
        self.subnets = [subnet["SubnetId"] for subnet in by_zone[:2]]
        self.third = by_zone[2]["SubnetId"]
        self.vpc = subnets[0]["VpcId"]
        self.front = self.group("front", {**HTTP, "IpRanges": ANYWHERE})
        self.behind = self.group("behind", {**HTTP, "UserIdGroupPairs": [{"GroupId": self.front}]})
        return self

    def group(self, name: str, rule: dict[str, Any]) -> str:
        group_id = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)["GroupId"]
        self.ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[rule])
        return str(group_id)

    def balancer(self, name: str = "web", **more: Any) -> dict[str, Any]:
        request = {"Subnets": self.subnets, "SecurityGroups": [self.front], **more}
        created: dict[str, Any] = self.elb.create_load_balancer(Name=name, **request)["LoadBalancers"][0]
        return created

    def target_group(self, name: str = "web", **more: Any) -> str:
        request = {"Protocol": "HTTP", "Port": 80, "VpcId": self.vpc, "TargetType": "ip", **more}
        return str(self.elb.create_target_group(Name=name, **request)["TargetGroups"][0]["TargetGroupArn"])

    def listener(
        self, balancer: dict[str, Any], *actions: Any, port: int = 80, protocol: str = "HTTP"
    ) -> str:
        forward = [forward_to(action) if isinstance(action, str) else action for action in actions]
        created = self.elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"], Protocol=protocol, Port=port, DefaultActions=forward
        )
        return str(created["Listeners"][0]["ListenerArn"])

    def page(self, name: str, page: bytes, command: list[str] | None = None) -> str:
        """A task definition whose web server shows `page`."""
        self.push({"index.html": page}, name)
        container = {"name": "web", "image": f"{REGISTRY}:{name}", "portMappings": [{"containerPort": 80}],
                     **({"command": command} if command else {})}  # fmt: skip
        role = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"
        self.ecs.register_task_definition(
            family=name, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            executionRoleArn=role, containerDefinitions=[container],
        )  # fmt: skip
        return name

    def started(self, definition: str, subnet: str | None = None, group: str | None = None) -> str:
        """A RUNNING task of this definition, by its private IP."""
        network = {"subnets": [subnet or self.subnets[0]], "securityGroups": [group or self.behind],
                   "assignPublicIp": "ENABLED"}  # fmt: skip
        ran = self.ecs.run_task(
            cluster=CLUSTER, taskDefinition=definition, launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": network},
        )["tasks"][0]["taskArn"]  # fmt: skip
        details = self.until(ran, "RUNNING")["attachments"][0]["details"]
        self.last_task = ran
        return str(next(entry["value"] for entry in details if entry["name"] == "privateIPv4Address"))

    def register(self, group: str, *addresses: str) -> None:
        self.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": address} for address in addresses])

    def health(self, group: str) -> dict[str, tuple[str, str | None, str | None]]:
        """State, reason and description by address."""
        descriptions = self.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        keys = ("State", "Reason", "Description")
        return {
            target["Target"]["Id"]: tuple(target["TargetHealth"].get(key) for key in keys)
            for target in descriptions
        }

    def pass_time(self, seconds: float) -> None:
        left = self.endpoint.control("advance", seconds=seconds)
        assert abs(left["moved"] - seconds) < 1e-6

    def visit(self, host: str, path: str = "/", port: int = 80, headers: dict[str, str] | None = None,
              method: str = "GET") -> tuple[int, dict[str, str], bytes]:  # fmt: skip
        """A visitor's request, by the gateway's proxy form."""
        code = base64.b64encode(f"lab:{self.endpoint.gateway_secret}".encode()).decode()
        sent = {"Host": host, "Proxy-Authorization": f"Basic {code}", **(headers or {})}
        reply: tuple[int, dict[str, str], bytes] = self.endpoint.transport(
            method, f"http://{host}:{port}{path}", sent, b""
        )
        return reply


def forward_to(*groups: str, weights: tuple[int, ...] = ()) -> dict[str, Any]:
    if not weights:
        return {"Type": "forward", "TargetGroupArn": groups[0]}
    weighted = [
        {"TargetGroupArn": group, "Weight": weight} for group, weight in zip(groups, weights, strict=True)
    ]
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": weighted}}
