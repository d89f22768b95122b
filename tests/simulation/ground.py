"""What every history begins with, and how it is made whole again."""

import contextlib
import hashlib
import io
import json
import tarfile
from typing import Any

from ecslab.sandbox.world.errors import AwsError

CLUSTER, ROLE, LOGS, SECRET, REPOSITORY = "lab", "run", "/lab", "word", "shop"
REGISTRY = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{REPOSITORY}"
POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
SECRETS = "arn:aws:iam::aws:policy/SecretsManagerReadWrite"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
]})  # fmt: skip
OCI = "application/vnd.oci.image.manifest.v1+json"
DELAYS = {"quick": "5", "slow": "60"}
"""Target groups, and for how many seconds their targets drain."""
CHECK = ["CMD-SHELL", "test -f /ready"]
CONTAINERS: dict[str, dict[str, Any]] = {
    "serves": {"image": "httpd:2.4"},
    "ends": {"image": "busybox", "command": ["exit-after", "70", "3"]},
    "exits": {"image": "busybox", "command": ["false"]},
    "stays": {"image": "busybox", "command": ["sleep", "infinity"], "stopTimeout": 40},
    "fails": {"image": "no-such-image"},
    "ill": {"image": "httpd:2.4", "healthCheck": {"command": CHECK, "interval": 10, "retries": 2}},
    "own": {"image": f"{REGISTRY}:latest"},
}
"""Families of task definitions by what their one container does."""
GOOD, LISTENING = ("serves", "stays", "own"), ("serves", "own")
"""Those whose tasks stay, once nothing is wrong; and those that answer a load balancer."""
WEB = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}


def furnish(world: Any) -> None:
    """Network, load balancer, role, image, secret, cluster and task definitions."""
    ask = world.ask
    default = [{"Name": "default-for-az", "Values": ["true"]}]
    subnets = ask("ec2", "DescribeSubnets", Filters=default)["Subnets"]
    world.subnets = [each["SubnetId"] for each in sorted(subnets, key=lambda each: each["AvailabilityZone"])][
        :2
    ]
    world.vpc = subnets[0]["VpcId"]
    world.table = ask("ec2", "DescribeRouteTables")["RouteTables"][0]["RouteTableId"]
    world.gateway = ask("ec2", "DescribeInternetGateways")["InternetGateways"][0]["InternetGatewayId"]
    for name in ("front", "behind"):
        made = ask("ec2", "CreateSecurityGroup", GroupName=name, Description=name, VpcId=world.vpc)
        world.security[name] = made["GroupId"]
    world.balancer = ask(
        "elbv2", "CreateLoadBalancer", Name="lab", Subnets=world.subnets,
        SecurityGroups=[world.security["front"]],
    )["LoadBalancers"][0]  # fmt: skip
    for port, (name, delay) in enumerate(DELAYS.items(), 80):
        _target_group(world, name, port, delay)
    ask("iam", "CreateRole", RoleName=ROLE, AssumeRolePolicyDocument=TRUST)
    ask("ecr", "CreateRepository", repositoryName=REPOSITORY)
    ask("ecs", "CreateCluster", clusterName=CLUSTER, capacityProviders=["FARGATE", "FARGATE_SPOT"])
    provide(world)
    for family in CONTAINERS:
        define(world, family)


def _target_group(world: Any, name: str, port: int, delay: str) -> None:
    made = world.ask(
        "elbv2", "CreateTargetGroup", Name=name, Protocol="HTTP", Port=80, VpcId=world.vpc, TargetType="ip",
        HealthCheckIntervalSeconds=30, HealthyThresholdCount=2,
    )["TargetGroups"][0]["TargetGroupArn"]  # fmt: skip
    drains = {"Key": "deregistration_delay.timeout_seconds", "Value": delay}
    world.ask("elbv2", "ModifyTargetGroupAttributes", TargetGroupArn=made, Attributes=[drains])
    world.ask(
        "elbv2", "CreateListener", LoadBalancerArn=world.balancer["LoadBalancerArn"], Protocol="HTTP",
        Port=port, DefaultActions=[{"Type": "forward", "TargetGroupArn": made}],
    )  # fmt: skip
    world.groups[name] = made


def define(world: Any, family: str) -> None:
    """Register a revision."""
    log = {"awslogs-group": LOGS, "awslogs-region": "us-east-1", "awslogs-stream-prefix": family}
    container = {"name": "web", "portMappings": [{"containerPort": 80, "name": "web"}], **CONTAINERS[family]}
    more = {}
    if family == "own":
        container["logConfiguration"] = {"logDriver": "awslogs", "options": log}
        container["secrets"] = [{"name": "WORD", "valueFrom": world.secret}]
        more["executionRoleArn"] = f"arn:aws:iam::123456789012:role/{ROLE}"
    world.ask(
        "ecs", "RegisterTaskDefinition", family=family, networkMode="awsvpc", cpu="256", memory="512",
        requiresCompatibilities=["FARGATE"], containerDefinitions=[container], **more,
    )  # fmt: skip


def mend(world: Any) -> None:
    """Let nothing be wrong any more; what is there already is left as it is."""
    for kind, values in (("throttling", {"on": False}), ("platform", {"problem": None}),
                         ("spot-capacity", {"available": True})):  # fmt: skip
        world.inject(kind, **values)
    for zone in ("us-east-1a", "us-east-1b"):
        world.inject("zone", zone=zone, away=False)
    for host in ("docker.io", REGISTRY.partition("/")[0]):
        world.inject("registry", host=host, problem=None)
    for port in (80, 81):
        world.inject("visitors", do="stop", load_balancer="lab", port=port)
    for arn in world.groups.values():
        world.ask("elbv2", "ModifyTargetGroup", TargetGroupArn=arn, HealthCheckPath="/")
    provide(world)


def provide(world: Any) -> None:
    """Route, rules, policies, log group, secret and image, so far as they are not there."""
    route = {"RouteTableId": world.table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": world.gateway}
    secret = {"Name": SECRET, "SecretString": "x", "ClientRequestToken": "0" * 32}
    for service, operation, parameters in (
        ("ec2", "CreateRoute", route),
        ("ec2", "AuthorizeSecurityGroupIngress", opening(world, "front")),
        ("ec2", "AuthorizeSecurityGroupIngress", opening(world, "behind")),
        ("iam", "AttachRolePolicy", {"RoleName": ROLE, "PolicyArn": POLICY}),
        ("iam", "AttachRolePolicy", {"RoleName": ROLE, "PolicyArn": SECRETS}),
        ("logs", "CreateLogGroup", {"logGroupName": LOGS}),
        ("secretsmanager", "CreateSecret", secret),
        ("secretsmanager", "RestoreSecret", {"SecretId": SECRET}),
    ):
        with contextlib.suppress(AwsError):
            world.ask(service, operation, **parameters)
    world.secret = world.ask("secretsmanager", "DescribeSecret", SecretId=SECRET)["ARN"]
    push(world, "latest", "hello")
    world.deleted.clear()


def opening(world: Any, name: str) -> dict[str, Any]:
    """The rule that lets HTTP in."""
    return {
        "GroupId": world.security[name],
        "IpPermissions": [{**WEB, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    }


def push(world: Any, tag: str, page: str) -> None:
    """Push an image with this page, unless the tag stands for it already."""
    layer = _layer(page)
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["httpd-foreground"]}})
    parts = [config.encode(), layer]
    for blob in parts:
        with contextlib.suppress(AwsError):
            upload = world.ask("ecr", "InitiateLayerUpload", repositoryName=REPOSITORY)["uploadId"]
            about = {"repositoryName": REPOSITORY, "uploadId": upload}
            world.ask("ecr", "UploadLayerPart", **about, partFirstByte=0, partLastByte=len(blob) - 1,
                      layerPartBlob=blob)  # fmt: skip
            world.ask("ecr", "CompleteLayerUpload", **about, layerDigests=[_digest(blob)])
    described = [{"digest": _digest(blob), "size": len(blob)} for blob in parts]
    manifest = {"schemaVersion": 2, "mediaType": OCI, "config": described[0], "layers": described[1:]}
    with contextlib.suppress(AwsError):
        world.ask("ecr", "PutImage", repositoryName=REPOSITORY, imageTag=tag,
                  imageManifest=json.dumps(manifest), imageManifestMediaType=OCI)  # fmt: skip


def _digest(blob: bytes) -> str:
    return "sha256:" + hashlib.sha256(blob).hexdigest()


def _layer(page: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("usr/local/apache2/htdocs/index.html")
        info.size = len(page)
        archive.addfile(info, io.BytesIO(page.encode()))
    return out.getvalue()
