"""An account in process, whose clock a test moves: ECS by its operations, the rest through its backends."""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager

from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from ecslab.sandbox.bridge import account as sandbox
from ecslab.sandbox.bridge import determinism, installation
from ecslab.sandbox.bridge.ecs import dispatch
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.bridge.moto_state import forget_backends
from ecslab.sandbox.bridge.open_ports import program_behind
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.runtime.embedded import EmbeddedRuntime
from ecslab.sandbox.world.time.clock import Clock
from ecslab.sandbox.world.time.timeline import Timeline

ACCOUNT, REGION = "123456789012", "us-east-1"
CALLER = Caller(ACCOUNT, REGION, f"arn:aws:iam::{ACCOUNT}:root")
EPOCH = 1_790_000_000.0
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ecsTaskExecutionRole"
POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
LOGS = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "/ecs/web", "awslogs-region": REGION, "awslogs-stream-prefix": "ecs"},
}
OCI = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
_SWAPPED = (ec2_backends, ecr_backends, iam_backends, logs_backends)


class Account:
    """What a test holds: `ecs("RunTask", …)`, `run(until)`, and short ways to the usual surroundings."""

    def __init__(self) -> None:
        self.clock = Clock(timeline=Timeline(EPOCH))
        self.clock.on_event = lambda number: determinism.reseed("test", "event", number)
        self.changes = 0
        installation.install(sandbox.Account(self.clock, EmbeddedRuntime(), ACCOUNT, seed="test"))

    def run(self, until):
        self.clock.run(until=until)

    # ECS

    def ecs(self, operation: str, **parameters):
        if not operation.startswith(("Describe", "List")):
            self.changes += 1
            determinism.reseed("test", self.changes)
        return dispatch.call(operation, parameters, CALLER)

    def cluster(self, name="lab", **more):
        return self.ecs("CreateCluster", clusterName=name, **more)["cluster"]

    def define(self, *containers, family="web", **more):
        """A Fargate definition; by default one public web server without role and log."""
        containers = containers or ({"name": "web", "image": "httpd:2.4"},)
        fargate = {"networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"]}
        size = {"cpu": "256", "memory": "512"}
        parameters = {"family": family, **fargate, **size, "containerDefinitions": list(containers), **more}
        return self.ecs("RegisterTaskDefinition", **parameters)["taskDefinition"]

    def order(self, **more):
        """The parameters of a RunTask that works, with what `more` changes; None leaves one out."""
        usual = {"cluster": "lab", "taskDefinition": "web", "launchType": "FARGATE",
                 "networkConfiguration": self.network()}  # fmt: skip
        return {name: value for name, value in {**usual, **more}.items() if value is not None}

    def start(self, **more):
        return self.ecs("RunTask", **self.order(**more))["tasks"][0]

    def see(self, task, **more):
        """The task now, as DescribeTasks shows it."""
        answer = self.ecs("DescribeTasks", cluster="lab", tasks=[task["taskArn"]], **more)
        assert answer["failures"] == []
        return answer["tasks"][0]

    # the account

    def network(self, subnet=None, groups=None, public="ENABLED"):
        subnets = subnet if isinstance(subnet, list) else [subnet or self.subnet()]
        vpc = {"subnets": subnets, "assignPublicIp": public}
        return {"awsvpcConfiguration": {**vpc, **({"securityGroups": groups} if groups else {})}}

    def subnet(self, name=None, zone="us-east-1b"):
        """A subnet of the default VPC by its zone, or any by its Name tag."""
        for subnet in ec2_backends[ACCOUNT][REGION].describe_subnets():
            tags = {tag["key"]: tag["value"] for tag in subnet.get_tags()}
            if (
                tags.get("Name") == name
                if name
                else subnet.default_for_az and subnet.availability_zone == zone
            ):
                return subnet.id
        raise LookupError(f"no subnet {name or zone}")

    def role(self, *allowed, trust=TRUST):
        """ecsTaskExecutionRole, with AWS's policy or one that allows these actions only."""
        backend = iam_backends[ACCOUNT]["aws"]
        backend.create_role("ecsTaskExecutionRole", json.dumps(trust), "/", None, "", [], 3600)
        if allowed:
            statement = {"Effect": "Allow", "Action": list(allowed), "Resource": "*"}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            backend.put_role_policy("ecsTaskExecutionRole", "some", document)
        else:
            backend.attach_role_policy(POLICY, "ecsTaskExecutionRole")
        return ROLE

    def log_group(self, name="/ecs/web"):
        logs_backends[ACCOUNT][REGION].create_log_group(name, {})

    def lines(self, stream, group="/ecs/web"):
        return [
            event.message for event in logs_backends[ACCOUNT][REGION].groups[group].streams[stream].events
        ]

    def endpoint(self, service, action):
        """An interface endpoint of the default VPC for a service, whose policy lets this action through."""
        backend = ec2_backends[ACCOUNT][REGION]
        vpc = backend.get_default_vpc()
        group = backend.create_security_group(service, "open", vpc_id=vpc.id)
        anybody = [{"CidrIp": "0.0.0.0/0"}]
        backend.authorize_security_group_ingress(group.id, "-1", "", "", anybody, vpc_id=vpc.id)
        subnets = [subnet.id for subnet in backend.describe_subnets() if subnet.vpc_id == vpc.id][:1]
        statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}
        policy, name = json.dumps({"Statement": [statement]}), f"com.amazonaws.{REGION}.{service}"
        backend.create_vpc_endpoint(
            vpc.id, name, "Interface", policy, [], subnets, private_dns_enabled=True,
            security_group_ids=[group.id],
        )  # fmt: skip

    def push(self, repository="web", tag="latest", page=b"hi", architecture="amd64"):
        """Push an image with that page; answers its URI."""
        backend = ecr_backends[ACCOUNT][REGION]
        if repository not in backend.repositories:
            backend.create_repository(repository, None, None, None, None, [])
        place = backend.repository(repository)
        manifest, blobs = image(page, architecture)
        for blob in blobs:
            upload = backend.layers.begin(place)
            upload.add(blob)
            backend.layers.finish(place, upload, [sha(blob)])
        backend.put_image(repository, manifest, tag, OCI)
        return f"{REGISTRY}/{repository}:{tag}"

    def push_index(self, *architectures, repository="web", tag="multi"):
        """Push an image for each processor, and an index of them; answers its URI."""
        backend, entries = ecr_backends[ACCOUNT][REGION], []
        for architecture in architectures:
            self.push(repository, architecture, architecture=architecture)
            manifest = image(b"hi", architecture)[0].encode()
            platform = {"architecture": architecture, "os": "linux"}
            entry = {"mediaType": OCI, "digest": sha(manifest), "size": len(manifest), "platform": platform}
            entries.append(entry)
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}
        backend.put_image(repository, json.dumps(index), tag, INDEX)
        return f"{REGISTRY}/{repository}:{tag}"

    # the internet

    def enis(self):
        """The interfaces that tasks hold, by id."""
        interfaces = ec2_backends[ACCOUNT][REGION].enis
        return {
            eni_id: eni for eni_id, eni in interfaces.items() if ":attachment/" in (eni.description or "")
        }

    def eni(self, task):
        details = {each["name"]: each["value"] for each in self.see(task)["attachments"][0]["details"]}
        return self.enis().get(details.get("networkInterfaceId"))

    def get(self, task, path="/", port=80):
        """What the container answers; None if nothing listens. No rule is asked."""
        eni = self.eni(task)
        container = program_behind(eni.id, port) if eni else None
        return container.request(HttpRequest(path=path), port) if container else None


def sha(blob):
    return "sha256:" + hashlib.sha256(blob).hexdigest()


def image(page, architecture):
    """A manifest, and its blobs: a config that runs httpd, and a layer with one page."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        info = tarfile.TarInfo("usr/local/apache2/htdocs/index.html")
        info.size = len(page)
        archive.addfile(info, io.BytesIO(page))
    config = {"architecture": architecture, "os": "linux", "config": {"Cmd": ["httpd-foreground"]}}
    blobs = [json.dumps(config).encode(), layer.getvalue()]
    parts = [{"digest": sha(blob), "size": len(blob)} for blob in blobs]
    manifest = {"schemaVersion": 2, "mediaType": OCI, "config": parts[0], "layers": parts[1:]}
    return json.dumps(manifest), blobs


@contextmanager
def rig() -> Iterator[Account]:
    """An account, and moto as it was afterwards."""
    stock = [backends.backend for backends in _SWAPPED]
    try:
        yield Account()
    finally:
        forget_backends()
        for backends, backend in zip(_SWAPPED, stock, strict=True):
            backends.backend = backend
