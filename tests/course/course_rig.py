"""Making states of the account through boto3 alone, as a learner's own calls would."""

import contextlib
import hashlib
import json

import ecslab

ROLE_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
TASK_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
PUBLIC_IMAGE = "public.ecr.aws/docker/library/httpd:2.4"


def said(lab, step):
    """The outcome and the words of one step's check."""
    verdict = lab.check(step)
    return verdict.outcome.value, verdict.text


def until_pending(lab, cluster, service):
    """Let time pass until the service counts tasks as pending, and say how many."""

    def count():
        return lab.ecs.describe_services(cluster=cluster, services=[service])["services"][0]["pendingCount"]

    return lab.wait(count, "tasks on their way")


def put_image(lab, repository, tag, content="a page"):
    """An image of one layer, its digest depending on `content`. It can be pulled, but holds no program."""
    blobs = [
        content.encode(),
        json.dumps({"architecture": "amd64", "os": "linux", "about": content}).encode(),
    ]
    described = [_put_blob(lab, repository, blob) for blob in blobs]
    kinds = ("application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.config.v1+json")
    layer, config = ({"mediaType": k, **d} for k, d in zip(kinds, described, strict=True))
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": [layer],
    }
    put = lab.ecr.put_image(repositoryName=repository, imageManifest=json.dumps(manifest), imageTag=tag)
    return put["image"]["imageId"]["imageDigest"]


def _put_blob(lab, repository, blob):
    upload = lab.ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    digest = "sha256:" + hashlib.sha256(blob).hexdigest()
    lab.ecr.upload_layer_part(
        repositoryName=repository,
        uploadId=upload,
        partFirstByte=0,
        partLastByte=len(blob) - 1,
        layerPartBlob=blob,
    )
    with contextlib.suppress(lab.ecr.exceptions.LayerAlreadyExistsException):
        lab.ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest])
    return {"digest": digest, "size": len(blob)}


def make_role(lab, service="ecs-tasks.amazonaws.com", policy=TASK_POLICY, name=None):
    name = name or lab.names.execution_role
    trust = json.dumps(ROLE_TRUST).replace("ecs-tasks.amazonaws.com", service)
    created = lab.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, Tags=lab.tags("iam"))
    if policy:
        lab.iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    return created["Role"]["Arn"]


def register(lab, **changes):
    """The lesson's definition as it should be, with `changes`; `container_…` are those of its container."""
    container = {
        "name": lab.names.container,
        "image": f"{lab.account}.dkr.ecr.{lab.region}.amazonaws.com/{lab.names.repository}:latest",
        "portMappings": [{"containerPort": 80}],
    }
    container |= {k.removeprefix("container_"): v for k, v in changes.items() if k.startswith("container_")}
    request = {
        "family": lab.names.family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": f"arn:aws:iam::{lab.account}:role/{lab.names.execution_role}",
    }
    request |= {k: v for k, v in changes.items() if not k.startswith("container_")}
    request = {k: v for k, v in request.items() if v is not None}
    container = {k: v for k, v in container.items() if v is not None}
    registered = lab.ecs.register_task_definition(**request, containerDefinitions=[container])
    return registered["taskDefinition"]["taskDefinitionArn"]


def default_vpc(lab):
    return lab.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]


def subnet(lab, vpc_id, public=True):
    return next(s.id for s in ecslab.network.subnets(lab, vpc_id) if s.public is public)


def make_group(lab, *rules, name=None, vpc=None):
    """A security group with rules as (protocol, port, source)."""
    group_id = lab.ec2.create_security_group(
        GroupName=name or lab.names.security_group, Description="test", VpcId=vpc or default_vpc(lab)
    )["GroupId"]
    for protocol, port, source in rules:
        lab.ec2.authorize_security_group_ingress(
            GroupId=group_id,
            IpPermissions=[
                {"IpProtocol": protocol, "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": source}]}
            ],
        )
    return group_id


HTTP = ("tcp", 80, "0.0.0.0/0")


def run_public(
    lab, family=None, groups=None, public_ip="ENABLED", cluster=None, vpc=None, wait="RUNNING", **container
):
    """Run a public image as the lesson's family, without role or logs, and wait."""
    definition = lab.ecs.register_task_definition(
        family=family or lab.names.family,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": lab.names.container, "image": PUBLIC_IMAGE} | container],
    )["taskDefinition"]["taskDefinitionArn"]
    return run(lab, definition, groups, public_ip, cluster, vpc, wait)


def run(lab, definition, groups=None, public_ip="ENABLED", cluster=None, vpc=None, wait="RUNNING"):
    cluster = cluster or lab.names.cluster
    network = {
        "subnets": [vpc if vpc and vpc.startswith("subnet-") else subnet(lab, vpc or default_vpc(lab))],
        "assignPublicIp": public_ip,
    } | ({"securityGroups": groups} if groups else {})
    task = lab.ecs.run_task(
        cluster=cluster,
        taskDefinition=definition,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": network},
    )["tasks"][0]
    return until(lab, task, wait) if wait else task


def until(lab, task, status):
    """The task once it has that status."""

    def reached():
        described = lab.ecs.describe_tasks(cluster=task["clusterArn"], tasks=[task["taskArn"]])["tasks"][0]
        return described if described["lastStatus"] == status else None

    return lab.wait(reached, f"the task to be {status}")


def short(task):
    return task["taskArn"].rsplit("/", 1)[-1][:8]
