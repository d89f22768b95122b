"""The members that captured answers of AWS have, at every stage of a task: none is missing or of other type.

A skeleton is an answer with its values replaced by examples: a string stands for any string, and a list's
one item for each of its items. What is marked `...` only has to be there.
"""

import re
from datetime import datetime

import pytest
from aws_client import CLUSTER, FAMILY, Aws

from ecslab.sandbox import in_process

ARN, WHEN = "arn:aws:ecs:us-east-1:123456789012:", datetime(2026, 1, 1)
DETAIL = {"name": "", "value": ""}
CONTAINER = {"containerArn": ARN + "container/", "taskArn": ARN + "task/", "name": "", "image": "",
             "lastStatus": "", "networkInterfaces": ..., "cpu": ""}  # fmt: skip
ATTACHMENT = {"id": "", "type": "ElasticNetworkInterface", "status": "PRECREATED", "details": [DETAIL]}
STARTED = {
    "attachments": [ATTACHMENT],
    "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
    "availabilityZone": "us-east-1", "clusterArn": ARN + "cluster/",
    "containers": [{**CONTAINER, "lastStatus": "PENDING"}],
    "cpu": "256", "createdAt": WHEN, "desiredStatus": "RUNNING", "enableExecuteCommand": False,
    "group": "family:", "lastStatus": "PROVISIONING", "launchType": "FARGATE", "memory": "512",
    "overrides": {"containerOverrides": [{"name": ""}], "inferenceAcceleratorOverrides": []},
    "platformVersion": "1.4.0", "platformFamily": "Linux", "tags": [], "taskArn": ARN + "task/",
    "taskDefinitionArn": ARN + "task-definition/", "version": 1, "ephemeralStorage": {"sizeInGiB": 20},
    "fargateEphemeralStorage": {"sizeInGiB": 20},
}  # fmt: skip
KEPT = {name: value for name, value in STARTED.items() if name != "version"}
DETAILS = ("subnetId", "networkInterfaceId", "macAddress", "privateDnsName", "privateIPv4Address")
RUNNING = {
    **KEPT, "lastStatus": "RUNNING", "desiredStatus": "RUNNING", "connectivity": "CONNECTED",
    "connectivityAt": WHEN, "pullStartedAt": WHEN, "pullStoppedAt": WHEN, "startedAt": WHEN,
    "healthStatus": "UNKNOWN",
    "attachments": [{**ATTACHMENT, "status": "ATTACHED"}],
    "containers": [{**CONTAINER, "lastStatus": "RUNNING", "imageDigest": "sha256:", "runtimeId": "",
                    "networkBindings": [], "healthStatus": "UNKNOWN",
                    "networkInterfaces": [{"attachmentId": "", "privateIpv4Address": "172."}]}],
}  # fmt: skip
STOPPED = {
    **RUNNING, "lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stopCode": "UserInitiated",
    "stoppedReason": "", "stoppingAt": WHEN, "executionStoppedAt": WHEN, "stoppedAt": WHEN,
    "attachments": [{**ATTACHMENT, "status": "DELETED"}],
    "containers": [{**RUNNING["containers"][0], "lastStatus": "STOPPED", "exitCode": 0}],
}  # fmt: skip
NEVER_STARTED = {
    "lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stopCode": "TaskFailedToStart",
    "stoppedReason": "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to ",
    "containers": [{"name": "", "lastStatus": "STOPPED",
                    "networkInterfaces": [{"attachmentId": "", "privateIpv4Address": "172."}]}],
}  # fmt: skip
INTERFACE = {
    "NetworkInterfaceId": "eni-", "Description": ARN + "attachment/", "InterfaceType": "interface",
    "Status": "in-use", "OwnerId": "123456789012", "SubnetId": "subnet-", "VpcId": "vpc-",
    "PrivateIpAddress": "172.31.", "PrivateDnsName": "ip-172-31-",
    "Groups": [{"GroupName": "", "GroupId": "sg-"}],
    "Association": {"IpOwnerId": "amazon", "PublicDnsName": "ec2-", "PublicIp": ""},
    "Attachment": {"AttachmentId": "eni-attach-", "DeviceIndex": 1, "DeleteOnTermination": False,
                   "InstanceOwnerId": "", "Status": "attached"},
}  # fmt: skip


def lacks(skeleton, answer, path=""):
    """What of a skeleton an answer does not have, in words."""
    if skeleton is ...:
        return
    if not isinstance(answer, type(skeleton)):
        yield f"{path} is {answer!r}"
    elif isinstance(skeleton, dict):
        for name, value in skeleton.items():
            if name in answer:
                yield from lacks(value, answer[name], f"{path}.{name}")
            else:
                yield f"{path} has no {name}"
    elif isinstance(skeleton, list):
        if bool(skeleton) != bool(answer):
            yield f"{path} is {answer!r}"
        for item in answer:
            yield from lacks(skeleton[0], item, path)
    elif not answer.startswith(skeleton) if isinstance(skeleton, str) else _differs(skeleton, answer):
        yield f"{path} is {answer!r}"


def _differs(skeleton, answer):
    return skeleton is not WHEN and answer != skeleton


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    client = Aws(in_process.start(tmp_path_factory.mktemp("home"), seed=5))
    client.prepare({"index.html": b"hello"})
    return client


def test_a_task_from_its_start_to_its_end(aws):
    arn = aws.run()
    assert list(lacks(STARTED, aws.task(arn))) == []
    running = aws.until(arn, "RUNNING")
    assert list(lacks(RUNNING, running)) == []
    details = running["attachments"][0]["details"]
    assert sorted(entry["name"] for entry in details) == sorted(DETAILS)
    assert running["version"] == 3
    eni = next(entry["value"] for entry in details if entry["name"] == "networkInterfaceId")
    interface = aws.ec2.describe_network_interfaces(NetworkInterfaceIds=[eni])["NetworkInterfaces"][0]
    assert list(lacks(INTERFACE, interface)) == []
    aws.ecs.stop_task(cluster=CLUSTER, task=arn)
    assert list(lacks(STOPPED, aws.until(arn, "STOPPED"))) == []


def test_a_task_that_never_starts(aws):
    definition = aws.ecs.describe_task_definition(taskDefinition=FAMILY)["taskDefinition"]
    container = definition["containerDefinitions"][0]
    missing = {**container, "image": re.sub(":latest$", ":missing", container["image"])}
    aws.ecs.register_task_definition(
        family="missing", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        executionRoleArn=definition["executionRoleArn"], containerDefinitions=[missing],
    )  # fmt: skip
    subnet = aws.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    ran = aws.ecs.run_task(
        cluster=CLUSTER, taskDefinition="missing", launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}},
    )  # fmt: skip
    stopped = aws.until(ran["tasks"][0]["taskArn"], "STOPPED")
    assert list(lacks(NEVER_STARTED, stopped)) == []
    assert "exitCode" not in stopped["containers"][0]
