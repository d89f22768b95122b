"""boto3 on a sandbox, and the ADGU demo's calls as a plain client makes them."""

import io
import json
from functools import cached_property
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from tests.sandbox.image_blobs import layer_of, sha

REPOSITORY, CLUSTER, FAMILY = "adgu/web", "adgu-cluster", "adgu-web-server-task"
IMAGE = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{REPOSITORY}:latest"
GROUP = f"/ecs/{FAMILY}"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
PULL = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


class Aws:
    """Clients of one sandbox, and what the lesson does with them."""

    def __init__(self, endpoint: Any):
        self.endpoint = endpoint
        self.session = boto3.Session(endpoint.access_key, endpoint.secret_key, region_name=endpoint.region)

    def client(self, service: str, **settings: Any) -> Any:
        once = Config(retries={"total_max_attempts": 1}, proxies={}, **settings)
        created = self.session.client(service, endpoint_url=self.endpoint.url, config=once)
        if self.endpoint.transport:
            created.meta.events.register("before-send", self._carry)
        return created

    ecs = cached_property(lambda self: self.client("ecs"))
    ecr = cached_property(lambda self: self.client("ecr"))
    ec2 = cached_property(lambda self: self.client("ec2"))
    iam = cached_property(lambda self: self.client("iam"))
    logs = cached_property(lambda self: self.client("logs"))

    def push(self, files: dict[str, bytes], tag: str = "latest") -> str:
        """An image that httpd serves from, with curl, in the demo's repository; its digest."""
        pages = {f"usr/local/apache2/htdocs/{name}": content for name, content in files.items()}
        layer = layer_of({"usr/bin/curl": b"", **pages})
        config = json.dumps(
            {"architecture": "amd64", "os": "linux", "config": {"Cmd": ["httpd-foreground"]},
             "rootfs": {"type": "layers", "diff_ids": [sha(layer)]}}
        ).encode()  # fmt: skip
        for blob in (config, layer):
            self._upload(blob)
        manifest = {
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": sha(config),
                       "size": len(config)},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": sha(layer),
                        "size": len(layer)}],
        }  # fmt: skip
        put = self.ecr.put_image(
            repositoryName=REPOSITORY, imageTag=tag, imageManifest=json.dumps(manifest),
            imageManifestMediaType=MANIFEST,
        )  # fmt: skip
        return str(put["image"]["imageId"]["imageDigest"])

    def prepare(self, files: dict[str, bytes]) -> None:
        """Everything up to the task definition."""
        self.ecr.create_repository(repositoryName=REPOSITORY)
        self.push(files)
        self.ecs.create_cluster(clusterName=CLUSTER)
        role = self.iam.create_role(
            RoleName="ecsTaskExecutionRole", AssumeRolePolicyDocument=json.dumps(TRUST)
        )["Role"]["Arn"]
        self.iam.attach_role_policy(RoleName="ecsTaskExecutionRole", PolicyArn=PULL)
        self.logs.create_log_group(logGroupName=GROUP)
        container = {
            "name": "adgu-container", "image": IMAGE, "portMappings": [{"containerPort": 80}],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": GROUP, "awslogs-region": "us-east-1",
                            "awslogs-stream-prefix": "ecs"},
            },
        }  # fmt: skip
        self.ecs.register_task_definition(
            family=FAMILY, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            executionRoleArn=role, containerDefinitions=[container],
        )  # fmt: skip

    def open_group(self, vpc: str) -> str:
        """A security group that lets HTTP in from anywhere."""
        group = self.ec2.create_security_group(GroupName="http", Description="HTTP", VpcId=vpc)["GroupId"]
        anywhere = {
            "IpProtocol": "tcp",
            "FromPort": 80,
            "ToPort": 80,
            "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
        }
        self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[anywhere])
        return str(group)

    def run(self) -> str:
        """A task in the default VPC with a public IP; its ARN."""
        default = [{"Name": "default-for-az", "Values": ["true"]}]
        subnet = self.ec2.describe_subnets(Filters=default)["Subnets"][0]
        network = {
            "subnets": [subnet["SubnetId"]],
            "securityGroups": [self.open_group(subnet["VpcId"])],
            "assignPublicIp": "ENABLED",
        }
        ran = self.ecs.run_task(
            cluster=CLUSTER, taskDefinition=FAMILY, launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": network},
        )  # fmt: skip
        return str(ran["tasks"][0]["taskArn"])

    def task(self, arn: str) -> dict[str, Any]:
        described: dict[str, Any] = self.ecs.describe_tasks(cluster=CLUSTER, tasks=[arn])["tasks"][0]
        return described

    def until(self, arn: str, status: str) -> dict[str, Any]:
        """Let time pass until the task has this status; at most an hour of it."""
        for _ in range(200):
            task = self.task(arn)
            if task["lastStatus"] == status:
                return task
            assert self.endpoint.control("advance", to_next=True, seconds=60)["moved"], task
        raise AssertionError(f"not {status} after 200 steps: {task}")

    def public_ip(self, task: dict[str, Any]) -> str:
        details = {entry["name"]: entry["value"] for entry in task["attachments"][0]["details"]}
        eni = details["networkInterfaceId"]
        interface = self.ec2.describe_network_interfaces(NetworkInterfaceIds=[eni])["NetworkInterfaces"][0]
        return str(interface["Association"]["PublicIp"])

    def _upload(self, blob: bytes) -> None:
        upload = self.ecr.initiate_layer_upload(repositoryName=REPOSITORY)["uploadId"]
        self.ecr.upload_layer_part(
            repositoryName=REPOSITORY, uploadId=upload, partFirstByte=0, partLastByte=len(blob) - 1,
            layerPartBlob=blob,
        )  # fmt: skip
        self.ecr.complete_layer_upload(
            repositoryName=REPOSITORY, uploadId=upload, layerDigests=[sha(blob)]
        )

    def _carry(self, request: Any, **_: Any) -> AWSResponse:
        body = request.body or b""
        body = body.read() if hasattr(body, "read") else body
        body = body.encode() if isinstance(body, str) else bytes(body)
        status, headers, content = self.endpoint.transport(
            request.method, request.url, dict(request.headers), body
        )
        return AWSResponse(request.url, status, headers, _Raw(content))


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()
