"""What a load balancer adds to a request, and what its health checks cost."""

import base64
import http.client
import time
from collections.abc import Callable
from typing import Any

from tests.bench.measure import Row, in_turns
from tests.bench.rows import TASK, sandbox
from tests.bench.stock import client

__all__ = ["BALANCING_ROWS"]

TIMES = 100
MANY, FEW = 2000, 200
SERVED = {**TASK, "containerDefinitions": [
    {**container, "portMappings": [{"containerPort": 80}]} for container in TASK["containerDefinitions"]
]}  # fmt: skip


def balanced_request() -> Row:
    """A request through a balancer, against one to the task's own public IP, by one kept connection each."""
    with sandbox() as (_, place):
        ip, name = _served(place)
        times = in_turns(asking(place, name), asking(place, ip), rounds=15)
    return Row(
        "a request through a balancer", "the same without it", 2.0, times[0] * 1000, times[1] * 1000, "ms"
    )


def health_checks() -> Row:
    """A round of health checks of 2,000 targets (30 virtual seconds), against one of 200."""
    with sandbox() as (_, many), sandbox() as (_, few):
        serve_checked(many, MANY)
        serve_checked(few, FEW)
        times = in_turns(_passing(many), _passing(few), rounds=5)
    return Row(
        f"health checks of {MANY:,} targets", f"of {FEW}", 12.0, times[0] * 1000, times[1] * 1000, "ms"
    )


BALANCING_ROWS = {row.__name__: row for row in (balanced_request, health_checks)}


def serve_checked(place: Any, tasks: int) -> None:
    """A service of so many tasks, all of them healthy targets of a load balancer."""
    _, group, subnets, security_group = _balanced(place)
    ecs, elb = client(place, "ecs"), client(place, "elbv2")
    network = {"subnets": subnets, "securityGroups": [security_group], "assignPublicIp": "ENABLED"}
    ecs.create_service(
        cluster="lab", serviceName="web", taskDefinition="web", launchType="FARGATE", desiredCount=tasks,
        networkConfiguration={"awsvpcConfiguration": network},
        loadBalancers=[{"targetGroupArn": group, "containerName": "web", "containerPort": 80}],
    )  # fmt: skip
    for _ in range(200):
        place.control("advance", seconds=180)
        found = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        if sum(one["TargetHealth"]["State"] == "healthy" for one in found) == tasks:
            return
    raise RuntimeError(f"fewer than {tasks} targets got healthy")


def _passing(place: Any) -> Callable[[], float]:
    def measured() -> float:
        began = time.perf_counter()
        place.control("advance", seconds=30)
        return time.perf_counter() - began

    return measured


def asking(place: Any, host: str) -> Callable[[], float]:
    code = base64.b64encode(f"lab:{place.gateway_secret}".encode()).decode()
    headers = {"Proxy-Authorization": f"Basic {code}", "Host": host}

    def ask() -> float:
        connection = http.client.HTTPConnection("127.0.0.1", place.gateway_port, timeout=20)
        began = time.perf_counter()
        for _ in range(TIMES):
            connection.request("GET", f"http://{host}/", headers=headers)
            reply = connection.getresponse()
            reply.read()
            if reply.status != 200:
                raise RuntimeError(f"{host} answered {reply.status}")
        took = time.perf_counter() - began
        connection.close()
        return took / TIMES

    return ask


def _served(place: Any) -> tuple[str, str]:
    """A RUNNING task's public IP, and the DNS name of a load balancer before it."""
    name, targets, subnets, group = _balanced(place)
    ecs, ec2, elb = (client(place, service) for service in ("ecs", "ec2", "elbv2"))
    network = {"subnets": subnets[:1], "securityGroups": [group], "assignPublicIp": "ENABLED"}
    task = ecs.run_task(
        cluster="lab", taskDefinition="web", launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": network},
    )["tasks"][0]["taskArn"]  # fmt: skip
    place.control("advance", seconds=180)
    details = ecs.describe_tasks(cluster="lab", tasks=[task])["tasks"][0]["attachments"][0]["details"]
    known = {entry["name"]: entry["value"] for entry in details}
    elb.register_targets(TargetGroupArn=targets, Targets=[{"Id": known["privateIPv4Address"]}])
    place.control("advance", seconds=5)
    interface = ec2.describe_network_interfaces(NetworkInterfaceIds=[known["networkInterfaceId"]])
    return interface["NetworkInterfaces"][0]["Association"]["PublicIp"], name


def public_network(ec2: Any) -> tuple[list[str], str, str]:
    """Two subnets of the default VPC, the VPC, and a security group that lets visitors in."""
    default = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"][:2]
    subnets, vpc = [subnet["SubnetId"] for subnet in default], default[0]["VpcId"]
    group = ec2.create_security_group(GroupName="http", Description="HTTP", VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return subnets, vpc, group


def _balanced(place: Any) -> tuple[str, str, list[str], str]:
    """A load balancer: its DNS name, target group, subnets and security group; and what `web` runs."""
    ecs, ec2, elb = (client(place, service) for service in ("ecs", "ec2", "elbv2"))
    subnets, vpc, group = public_network(ec2)
    ecs.create_cluster(clusterName="lab")
    ecs.register_task_definition(**SERVED)
    made = elb.create_load_balancer(Name="web", Subnets=subnets, SecurityGroups=[group])["LoadBalancers"][0]
    targets = elb.create_target_group(
        Name="web", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]  # fmt: skip
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )  # fmt: skip
    return made["DNSName"], targets, subnets, group
