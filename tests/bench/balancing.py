"""What a load balancer adds to a request: the same page, of the same task, with and without it."""

import base64
import http.client
import time
from collections.abc import Callable
from typing import Any

import boto3

from tests.bench.measure import Row, in_turns
from tests.bench.rows import TASK, sandbox

__all__ = ["balanced_request"]

TIMES = 100


def balanced_request() -> Row:
    """A request through a balancer, against one to the task's own public IP, by one kept connection each."""
    with sandbox() as (_, place):
        ip, name = _served(place)
        times = in_turns(_asking(place, name), _asking(place, ip), rounds=15)
    return Row(
        "a request through a balancer", "the same without it", 2.0, times[0] * 1000, times[1] * 1000, "ms"
    )


def _asking(place: Any, host: str) -> Callable[[], float]:
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
    session = boto3.Session(place.access_key, place.secret_key, region_name=place.region)
    ecs, ec2, elb = (session.client(name, endpoint_url=place.url) for name in ("ecs", "ec2", "elbv2"))
    default = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"][:2]
    subnets, vpc = [subnet["SubnetId"] for subnet in default], default[0]["VpcId"]
    group = ec2.create_security_group(GroupName="http", Description="HTTP", VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    ecs.create_cluster(clusterName="lab")
    ecs.register_task_definition(**TASK)
    network = {"subnets": subnets[:1], "securityGroups": [group], "assignPublicIp": "ENABLED"}
    task = ecs.run_task(
        cluster="lab", taskDefinition="web", launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": network},
    )["tasks"][0]["taskArn"]  # fmt: skip
    made = elb.create_load_balancer(Name="web", Subnets=subnets, SecurityGroups=[group])["LoadBalancers"][0]
    targets = elb.create_target_group(
        Name="web", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]  # fmt: skip
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )  # fmt: skip
    place.control("advance", seconds=120)
    details = ecs.describe_tasks(cluster="lab", tasks=[task])["tasks"][0]["attachments"][0]["details"]
    known = {entry["name"]: entry["value"] for entry in details}
    elb.register_targets(TargetGroupArn=targets, Targets=[{"Id": known["privateIPv4Address"]}])
    place.control("advance", seconds=5)
    interface = ec2.describe_network_interfaces(NetworkInterfaceIds=[known["networkInterfaceId"]])
    return interface["NetworkInterfaces"][0]["Association"]["PublicIp"], made["DNSName"]
