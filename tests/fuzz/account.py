"""The accounts that are fuzzed: furnished as after a few lessons, with clients that check no parameter."""

import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import OperationModel

import ecslab
from ecslab.sandbox.wire.carried import CARRIED
from tests.fuzz.memory import Memory

SERVICES = tuple(service.name for service in CARRIED)
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
]})  # fmt: skip
ALLOW = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
)
NOT_SHOWN = frozenset(
    {"ecr:GetAuthorizationToken", "secretsmanager:GetRandomPassword", "ec2:DescribeImages",
     "ec2:DescribeInstanceTypes", "ec2:DescribeInstanceTypeOfferings", "ec2:DescribeVpcEndpointServices",
     "iam:ListPolicies", "elbv2:DescribeSSLPolicies"}
)  # fmt: skip
"""Reads whose answer is another one each time, or is AWS's own long list and says nothing of the account."""


@dataclass(frozen=True)
class Call:
    """An operation, and the client that makes it."""

    service: str
    client: Any
    operation: str

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def model(self) -> OperationModel:
        model: OperationModel = self.client.meta.service_model.operation_model(self.operation)
        return model

    @property
    def reads(self) -> bool:
        return self.operation.startswith(("Describe", "List", "Get", "Filter", "Head", "Batch"))

    @property
    def plain(self) -> bool:
        """Whether it can be made without any parameter."""
        shape = self.model.input_shape
        return self.reads and not (shape and shape.required_members) and self.name not in NOT_SHOWN

    def make(self, parameters: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = getattr(self.client, xform_name(self.operation))(**parameters)
        answer.pop("ResponseMetadata", None)
        return answer


CLIENT_TIMES = {"ecr:GetAuthorizationToken", "sts:GetSessionToken"}
"""Calls whose answers tell a time by the caller's own clock, which goes on during a replay."""


class Account:
    """A sandbox in this process, furnished, with what its answers named so far.

    Attributes:
        sent: whether the call that is made reached the sandbox.

    Args:
        began: the epoch second at which the account begins; now, if it is not given.
    """

    def __init__(self, home: str, services: list[str], began: float | None = None):
        self.lab = ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7)
        self.sandbox = self.lab.place.endpoint.transport.sandbox
        if began is not None:
            self.sandbox.account.start_over(None, began)
        self.memory = Memory()
        self.sent = False
        endpoint = self.lab.place.endpoint
        session = boto3.Session(endpoint.access_key, endpoint.secret_key, region_name=endpoint.region)
        clients = {name: self._client(session, name) for name in SERVICES}
        self.calls = [Call(service.name, clients[service.name], operation)
                      for service in CARRIED for operation in sorted(service.operations)
                      if service.name in services]  # fmt: skip
        self.everything = [Call(service.name, clients[service.name], operation)
                           for service in CARRIED for operation in sorted(service.operations)]  # fmt: skip
        self._furnish(clients)

    def close(self) -> None:
        self.lab.close()

    def shown(self) -> dict[str, Any]:
        """What every call answers that reads and needs no parameter, and what ECS says of all it has."""
        described = {call.name: _or_refusal(call, {}) for call in self.everything
                 if call.plain and call.name not in CLIENT_TIMES}  # fmt: skip
        ecs = next(call.client for call in self.everything if call.service == "ecs")
        for arn in ecs.list_clusters()["clusterArns"]:
            for what, describe in (("services", ecs.describe_services), ("tasks", ecs.describe_tasks)):
                arns = getattr(ecs, f"list_{what}")(cluster=arn)[f"{what[:-1]}Arns"][:10]
                if arns:
                    described[f"{what} of {arn}"] = describe(cluster=arn, **{what: arns})[what]
        return {name: _unordered(name, json.loads(json.dumps(about, default=_text)))
                for name, about in described.items()}  # fmt: skip

    def replayed(self) -> list[str]:
        """What the account shows otherwise after its journal was replayed, in words."""
        before = self.shown()
        self.sandbox.account.rebuild(self.sandbox.clock.now)
        after = self.shown()
        return [f"{name}: {_difference(before.get(name), after.get(name))}"
                for name in before.keys() | after.keys() if before.get(name) != after.get(name)]  # fmt: skip

    def _client(self, session: boto3.Session, name: str) -> Any:
        """A client without the lab's hooks: nothing is written down, tagged or explained."""
        unchecked = Config(
            parameter_validation=False, inject_host_prefix=False, proxies={},
            retries={"total_max_attempts": 1},
        )
        place = self.lab.place
        client = session.client(name, endpoint_url=place.endpoint.url, config=unchecked)

        def carry(request: Any, **_: Any) -> Any:
            self.sent = True
            return place.carry(request)

        client.meta.events.register("before-send", carry)
        return client

    def _furnish(self, clients: dict[str, Any]) -> None:
        self.lab.goto("08")
        began = datetime.datetime.fromtimestamp(self.lab.aws_time().now, datetime.UTC)
        for key, hours in (("before", -1), ("later", 12)):  # metrics are read from then to then
            self.memory.anchors[key] = (began + datetime.timedelta(hours=hours)).isoformat()
        self.memory.anchors |= dict(_furniture(clients))
        self.memory.anchors |= dict(self._names(clients["servicediscovery"], clients["ecs"]))
        for call in self.everything:
            if call.plain:
                answer = _or_refusal(call, {})
                self.memory.learn(call.service, answer)

    def _names(self, cloud_map: Any, ecs: Any) -> Iterator[tuple[str, str]]:
        """A namespace of each kind with a service and an instance; a task definition with a named port."""
        port = {"containerPort": 80, "name": "http", "appProtocol": "http"}
        image, vpc = "public.ecr.aws/docker/library/httpd:2.4", self.memory.anchors["vpc"]
        ecs.register_task_definition(
            family="connected", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256",
            memory="512", containerDefinitions=[{"name": "web", "image": image, "portMappings": [port]}],
        )  # fmt: skip
        begun = {
            "namespace": cloud_map.create_private_dns_namespace(Name="own.local", Vpc=vpc),
            "http_namespace": cloud_map.create_http_namespace(Name="own-http"),
            "spare_namespace": cloud_map.create_http_namespace(Name="spare"),
        }
        self.lab.control("advance", seconds=120)
        dns = {"DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 10}]}}
        about = {"namespace": dns, "http_namespace": {"HealthCheckCustomConfig": {"FailureThreshold": 1}}}
        for key, operation in begun.items():
            described = cloud_map.get_operation(OperationId=operation["OperationId"])["Operation"]
            namespace = described["Targets"]["NAMESPACE"]
            yield key, namespace
            if key not in about:
                continue
            service = cloud_map.create_service(Name="own", NamespaceId=namespace, **about[key])["Service"]
            yield key.replace("namespace", "discovery"), service["Id"]
            if key == "namespace":
                yield "registry", service["Arn"]
                spare = cloud_map.create_service(Name="spare", NamespaceId=namespace, **dns)["Service"]
                yield "spare_discovery", spare["Id"]
            attributes = {"AWS_INSTANCE_IPV4": "10.0.0.1", "stage": "test"}
            cloud_map.register_instance(ServiceId=service["Id"], InstanceId="i-1", Attributes=attributes)
        self.lab.control("advance", seconds=30)


def _furniture(clients: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Make a little of everything; its name for recipes, and what it is called."""
    ecs, ec2, elbv2, iam = (clients[name] for name in ("ecs", "ec2", "elbv2", "iam"))
    service = ecs.describe_services(
        cluster="adgu-cluster", services=ecs.list_services(cluster="adgu-cluster")["serviceArns"][:1]
    )["services"][0]
    yield from _scaled(clients, f"service/adgu-cluster/{service['serviceName']}")
    vpc = service["networkConfiguration"]["awsvpcConfiguration"]
    subnet = ec2.describe_subnets(SubnetIds=vpc["subnets"][:1])["Subnets"][0]
    yield from {"cluster": service["clusterArn"], "service": service["serviceName"],
                "definition": service["taskDefinition"], "subnet": vpc["subnets"][0],
                "group": vpc["securityGroups"][0], "vpc": subnet["VpcId"]}.items()  # fmt: skip
    others = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}])["Subnets"]
    zone = subnet["AvailabilityZone"]
    yield "subnet2", next(each["SubnetId"] for each in others if each["AvailabilityZone"] != zone)
    vpc_id = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    yield "own_vpc", vpc_id
    yield "own_subnet", ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.77.1.0/24")["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc_id)
    yield from {"own_table": table, "own_gateway": gateway}.items()
    yield "own_group", ec2.create_security_group(GroupName="own", Description="own", VpcId=vpc_id)["GroupId"]
    yield "interface", ec2.create_network_interface(SubnetId=subnet["SubnetId"])["NetworkInterface"][
        "NetworkInterfaceId"
    ]
    yield "allocation", ec2.allocate_address(Domain="vpc")["AllocationId"]
    groups = elbv2.describe_target_groups()["TargetGroups"]
    used = [group["TargetGroupArn"] for group in groups if group["HealthCheckPath"] == "/"]
    target = elbv2.create_target_group(
        Name="own", Protocol="HTTP", Port=80, VpcId=subnet["VpcId"], TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    yield "target_group", target
    balancers = elbv2.describe_load_balancers()["LoadBalancers"]
    yield "used_target_group", used[0] if used else target
    if balancers:
        yield "load_balancer", balancers[0]["LoadBalancerArn"]
        listeners = elbv2.describe_listeners(LoadBalancerArn=balancers[0]["LoadBalancerArn"])["Listeners"]
        yield "listener", listeners[0]["ListenerArn"]
    yield "role", iam.create_role(RoleName="own", AssumeRolePolicyDocument=TRUST)["Role"]["RoleName"]
    iam.put_role_policy(RoleName="own", PolicyName="own", PolicyDocument=ALLOW)
    iam.create_instance_profile(InstanceProfileName="own")
    yield "policy", iam.create_policy(PolicyName="own", PolicyDocument=ALLOW)["Policy"]["Arn"]
    yield from _stores(clients)


def _stores(clients: dict[str, Any]) -> Iterator[tuple[str, str]]:
    clients["logs"].create_log_group(logGroupName="/own")
    clients["logs"].create_log_stream(logGroupName="/own", logStreamName="own")
    yield "log_group", "/own"
    yield "secret", clients["secretsmanager"].create_secret(Name="own", SecretString="x")["ARN"]
    clients["ssm"].put_parameter(Name="/own/a", Value="1", Type="String")
    yield "parameter", "/own/a"
    clients["s3"].create_bucket(Bucket="own")
    clients["s3"].put_object(Bucket="own", Key="a.env", Body=b"A=1")
    yield from {"bucket": "own", "object": "a.env"}.items()
    yield "queue", clients["sqs"].create_queue(QueueName="own")["QueueUrl"]
    yield "key", clients["kms"].create_key()["KeyMetadata"]["KeyId"]
    vpc = {"VPCRegion": "us-east-1", "VPCId": clients["ec2"].describe_vpcs()["Vpcs"][0]["VpcId"]}
    zone = clients["route53"].create_hosted_zone(
        Name="own.internal", CallerReference="own", VPC=vpc, HostedZoneConfig={"PrivateZone": True}
    )["HostedZone"]["Id"]
    yield "zone", zone
    repository = clients["ecr"].create_repository(repositoryName="own")["repository"]["repositoryName"]
    yield "repository", repository


def _scaled(clients: dict[str, Any], scaled: str) -> Iterator[tuple[str, str]]:
    """A scalable target with a policy, and an alarm that names it."""
    of = {"ServiceNamespace": "ecs", "ResourceId": scaled, "ScalableDimension": "ecs:service:DesiredCount"}
    clients["application-autoscaling"].register_scalable_target(**of, MinCapacity=1, MaxCapacity=3)
    policy = clients["application-autoscaling"].put_scaling_policy(
        **of, PolicyName="steps", PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
        },
    )["PolicyARN"]  # fmt: skip
    clients["cloudwatch"].put_metric_alarm(
        AlarmName="own", Namespace="own", MetricName="load", Statistic="Average", Period=60,
        EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold", Threshold=40, AlarmActions=[policy],
    )  # fmt: skip
    yield "scaled", scaled


def _or_refusal(call: Call, parameters: dict[str, Any]) -> Any:
    try:
        return _lasting(call.make(parameters))
    except ClientError as refusal:
        return str(refusal)


def _lasting(about: Any) -> Any:
    """Without what tells one page of an answer from another."""
    passing = ("nextToken", "NextToken", "NextMarker", "Marker")
    return {name: value for name, value in about.items() if name not in passing}


def _unordered(name: str, about: Any) -> Any:
    """Of the tagging API, which promises no order, the lists sorted."""
    if not name.startswith("resourcegroupstaggingapi:") or not isinstance(about, dict):
        return about
    return {member: sorted(values, key=str) for member, values in about.items()}


def _text(value: Any) -> str:
    if hasattr(value, "read"):
        return str(value.read())
    return value.isoformat() if isinstance(value, datetime.datetime) else str(value)


def _difference(first: Any, second: Any, where: str = "") -> str:
    """The first place where two answers differ."""
    if isinstance(first, dict) and isinstance(second, dict):
        for name in sorted(first.keys() | second.keys()):
            if first.get(name) != second.get(name):
                return _difference(first.get(name), second.get(name), f"{where}.{name}")
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for number, (mine, yours) in enumerate(zip(first, second, strict=True)):
            if mine != yours:
                return _difference(mine, yours, f"{where}[{number}]")
        return f"{where} {first!r:.200} but {second!r:.200}"
    if isinstance(first, list) and isinstance(second, list):
        lost = [each for each in first if each not in second]
        gained = [each for each in second if each not in first]
        return f"{where} lost {lost!r:.300} and gained {gained!r:.300}"
    return f"{where} {first!r:.200} but {second!r:.200}"
