"""The account that the soak plays in: what stands before the clients begin, and what has to go afterwards."""

import hashlib
import json
from typing import Any

from tests.soak.client import Client

CLUSTERS = ("soak-a", "soak-b")
HTTPD = "public.ecr.aws/docker/library/httpd:2.4"
BUSYBOX = "public.ecr.aws/docker/library/busybox:latest"
PROVIDERS = ["FARGATE", "FARGATE_SPOT"]
ROLE, LOGS = "ecsTaskExecutionRole", "/ecs/soak"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
PULL = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
HTTP = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
AWSLOGS = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": LOGS, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "soak"},
}
WEB = {"name": "web", "image": HTTPD, "portMappings": [{"containerPort": 80}]}
SHORT = {"interval": 10, "timeout": 5, "retries": 2}
FAMILIES: dict[str, list[dict[str, Any]]] = {
    "web": [WEB],
    "logged": [{**WEB, "logConfiguration": AWSLOGS}],
    "checked": [{**WEB, "healthCheck": {**SHORT, "command": ["CMD-SHELL", "exit 0"]}}],
    "sick": [{**WEB, "healthCheck": {**SHORT, "command": ["CMD-SHELL", "exit 1"]}}],
    "short": [{"name": "web", "image": BUSYBOX, "command": ["exit-after", "90", "3"]}],
    "hungry": [{"name": "web", "image": BUSYBOX, "command": ["eat-memory", "900"]}],
    "stubborn": [{"name": "web", "image": BUSYBOX, "command": ["sleep", "infinity"], "stopTimeout": 60}],
    "nowhere": [{"name": "web", "image": "no-such-image"}],
    "pair": [
        {**WEB, "dependsOn": [{"containerName": "first", "condition": "COMPLETE"}]},
        {"name": "first", "image": BUSYBOX, "command": ["exit-after", "5", "0"], "essential": False},
    ],
    "own": [{**WEB, "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/soak/0:latest"}],
}


class Ground:
    """Where tasks and balancers go: the default VPC, its subnets by zone, and an open security group."""

    def __init__(self, client: Client):
        default = [{"Name": "default-for-az", "Values": ["true"]}]
        subnets = client.ec2.describe_subnets(Filters=default)["Subnets"]
        by_zone = sorted(subnets, key=lambda subnet: subnet["AvailabilityZone"])
        self.subnets = [subnet["SubnetId"] for subnet in by_zone]
        self.zones = [subnet["AvailabilityZone"] for subnet in by_zone]
        self.vpc = by_zone[0]["VpcId"]
        created = client.ec2.create_security_group(GroupName="soak", Description="soak", VpcId=self.vpc)
        self.group = created["GroupId"]
        client.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[HTTP])


def prepare(client: Client) -> Ground:
    """Clusters, role, log group and the families that clients run."""
    role = client.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    client.iam.attach_role_policy(RoleName=ROLE, PolicyArn=PULL)
    furnish(client, role)
    return Ground(client)


def furnish(client: Client, role: str = f"arn:aws:iam::123456789012:role/{ROLE}") -> None:
    """What `clear` takes away and the next round needs."""
    client.logs.create_log_group(logGroupName=LOGS)
    for name in CLUSTERS:
        client.ecs.create_cluster(clusterName=name, capacityProviders=PROVIDERS)
    for family in FAMILIES:
        register(client, family, role)


def register(client: Client, family: str, role: str = f"arn:aws:iam::123456789012:role/{ROLE}") -> Any:
    """Register a revision of one of the families."""
    return client.ask(
        "ecs", "register_task_definition", family=family, networkMode="awsvpc", cpu="256", memory="512",
        requiresCompatibilities=["FARGATE"], executionRoleArn=role, containerDefinitions=FAMILIES[family],
    )  # fmt: skip


def push(client: Client, repository: str, tag: str, page: bytes) -> None:
    """An image of one small layer, by the ECR API."""
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["httpd-foreground"]}})
    for blob in (config.encode(), page):
        begun = client.ask("ecr", "initiate_layer_upload", repositoryName=repository)
        if begun is None:
            return
        where = {"repositoryName": repository, "uploadId": begun["uploadId"]}
        client.ask(
            "ecr", "upload_layer_part", **where, partFirstByte=0, partLastByte=len(blob) - 1,
            layerPartBlob=blob,
        )  # fmt: skip
        client.ask("ecr", "complete_layer_upload", **where, layerDigests=[_digest(blob)])
    oci = "application/vnd.oci.image"
    kind = f"{oci}.manifest.v1+json"
    about = {"mediaType": f"{oci}.config.v1+json", "digest": _digest(config.encode()), "size": len(config)}
    layer = {"mediaType": f"{oci}.layer.v1.tar", "digest": _digest(page), "size": len(page)}
    manifest = {"schemaVersion": 2, "mediaType": kind, "config": about, "layers": [layer]}
    client.ask(
        "ecr", "put_image", repositoryName=repository, imageTag=tag, imageManifest=json.dumps(manifest),
        imageManifestMediaType=kind,
    )  # fmt: skip


def clear(client: Client) -> None:
    """Put right what was made to go wrong, and delete everything but role, default VPC and its open group.

    Afterwards time is let pass, until what had to drain has drained and what had ended is forgotten.
    """
    ecs, elbv2 = client.ecs, client.elbv2
    for zone in "abcdef":
        client.control("inject", kind="zone", zone=f"us-east-1{zone}", away=False)
    client.control("inject", kind="spot-capacity", available=True)
    client.control("inject", kind="registry", host="public.ecr.aws", problem=None)
    client.control("inject", kind="throttling", on=False)
    for cluster in CLUSTERS:
        for arn in ecs.list_services(cluster=cluster, maxResults=100)["serviceArns"]:
            client.ask("ecs", "delete_service", cluster=cluster, service=arn, force=True)
        for arn in ecs.list_tasks(cluster=cluster)["taskArns"]:
            client.ask("ecs", "stop_task", cluster=cluster, task=arn)
    for balancer in elbv2.describe_load_balancers()["LoadBalancers"]:
        client.ask("elbv2", "delete_load_balancer", LoadBalancerArn=balancer["LoadBalancerArn"])
    for group in elbv2.describe_target_groups()["TargetGroups"]:
        client.ask("elbv2", "delete_target_group", TargetGroupArn=group["TargetGroupArn"])
    client.control("advance", seconds=3600)
    for cluster in CLUSTERS:
        client.ask("ecs", "delete_cluster", cluster=cluster)
    _forget_definitions(client)
    for repository in client.ecr.describe_repositories()["repositories"]:
        client.ask("ecr", "delete_repository", repositoryName=repository["repositoryName"], force=True)
    client.ask("logs", "delete_log_group", logGroupName=LOGS)
    client.control("advance", seconds=3 * 3600)


def _forget_definitions(client: Client) -> None:
    for status in ("ACTIVE", "INACTIVE"):
        pages = client.ecs.get_paginator("list_task_definitions").paginate(status=status)
        arns = [arn for page in pages for arn in page["taskDefinitionArns"]]
        if status == "ACTIVE":
            for arn in arns:
                client.ask("ecs", "deregister_task_definition", taskDefinition=arn)
            continue
        for at in range(0, len(arns), 10):
            client.ask("ecs", "delete_task_definitions", taskDefinitions=arns[at : at + 10])


def _digest(blob: bytes) -> str:
    return "sha256:" + hashlib.sha256(blob).hexdigest()
