"""What a container learns at 169.254.170.2: itself, its task, and its role's credentials."""

import json

import pytest
from account_rig import ACCOUNT, LOGS, REGION, TRUST, rig
from moto.iam.models import iam_backends

TASK_ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
META = "http://169.254.170.2"


@pytest.fixture
def account():
    with rig() as ecs_account:
        ecs_account.cluster()
        ecs_account.log_group()
        ecs_account.execution_role = ecs_account.role()
        yield ecs_account


def shell(script, name="app", **more):
    return {
        "name": name, "image": "amazonlinux", "command": ["sh", "-c", script], "logConfiguration": LOGS,
        **more,
    }  # fmt: skip


def run(account, *containers, until=100, **more):
    account.define(*containers, executionRoleArn=account.execution_role, **more)
    task = account.start()
    account.run(account.clock.now + until)
    return task


def lines(account, task, name="app"):
    return account.lines(f"ecs/{name}/{task['taskArn'].rpartition('/')[2]}")


def metadata(account, script, **more):
    """What the script prints, as JSON, and the task."""
    task = run(account, shell(script), **more)
    (line,) = lines(account, task)
    return json.loads(line), task


def task_role():
    iam_backends[ACCOUNT]["aws"].create_role("app", json.dumps(TRUST), "/", None, "", [], 3600)
    return TASK_ROLE


def test_the_container_is_told_who_it_is(account):
    about, task = metadata(account, "curl -s $ECS_CONTAINER_METADATA_URI_V4; sleep 1000")
    container = account.see(task)["containers"][0]
    eni = account.eni(task)
    log = f"ecs/app/{task['taskArn'].rpartition('/')[2]}"
    assert about == {
        "DockerId": container["runtimeId"],
        "Name": "app",
        "DockerName": "app",
        "Image": "amazonlinux",
        "ImageID": container["imageDigest"],
        "Labels": {
            "com.amazonaws.ecs.cluster": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/lab",
            "com.amazonaws.ecs.container-name": "app",
            "com.amazonaws.ecs.task-arn": task["taskArn"],
            "com.amazonaws.ecs.task-definition-family": "web",
            "com.amazonaws.ecs.task-definition-version": "1",
        },
        "DesiredStatus": "RUNNING",
        "KnownStatus": "RUNNING",
        "Limits": {"CPU": 0},
        "CreatedAt": about["StartedAt"],
        "StartedAt": about["StartedAt"],
        "Type": "NORMAL",
        "ContainerARN": container["containerArn"],
        "Networks": [
            {
                "NetworkMode": "awsvpc",
                "IPv4Addresses": [eni.private_ip_address],
                "AttachmentIndex": 0,
                "MACAddress": eni.mac_address,
                "IPv4SubnetCIDRBlock": "172.31.16.0/20",
                "PrivateDNSName": about["Networks"][0]["PrivateDNSName"],
                "SubnetGatewayIpv4Address": "172.31.16.1/20",
            }
        ],
        "Snapshotter": "overlayfs",
        "LogDriver": "awslogs",
        "LogOptions": {**LOGS["options"], "awslogs-stream": log},
    }
    assert about["StartedAt"].startswith("2026-09-21T")


def test_the_task_is_told_where_it_is(account):
    about, task = metadata(account, "curl -s $ECS_CONTAINER_METADATA_URI_V4/task; sleep 1000")
    assert len(about.pop("Containers")) == 1
    assert about.pop("VPCID") == account.eni(task).vpc_id
    assert about.pop("PullStartedAt") < about.pop("PullStoppedAt")
    assert about == {
        "Cluster": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/lab",
        "TaskARN": task["taskArn"],
        "Family": "web",
        "Revision": "1",
        "DesiredStatus": "RUNNING",
        "KnownStatus": "RUNNING",
        "Limits": {"CPU": 0.25, "Memory": 512},
        "AvailabilityZone": "us-east-1b",
        "LaunchType": "FARGATE",
        "EphemeralStorageMetrics": {"Utilized": 0, "Reserved": 20480},
    }


def test_health_and_restarts_are_told(account):
    policy = {"enabled": True, "restartAttemptPeriod": 60}
    check = {"command": ["CMD-SHELL", "true"], "interval": 10}
    script = "sleep 30; curl -s $ECS_CONTAINER_METADATA_URI_V4; sleep 40; exit 1"
    task = run(account, shell(script, healthCheck=check, restartPolicy=policy), until=150)
    first, second = map(json.loads, lines(account, task))
    assert (first["RestartCount"], second["RestartCount"]) == (0, 1)
    assert first["Health"]["status"] == "HEALTHY"


def test_a_task_with_tags(account):
    account.define(
        shell("curl -s $ECS_CONTAINER_METADATA_URI_V4/taskWithTags"), executionRoleArn=account.execution_role
    )
    task = account.start(tags=[{"key": "made-by", "value": "me"}])
    account.run(50)
    assert json.loads(lines(account, task)[0])["TaskTags"] == {"made-by": "me"}


@pytest.mark.parametrize("path", ["/v4/nobody", "/v4", "/", "/v2/credentials/nobody"])
def test_nothing_else_is_there(account, path):
    task = run(account, shell(f"curl -s -o /dev/null -w '%{{http_code}}' {META}{path}"))
    assert lines(account, task) in (["404"], ["400"])


def test_another_task_does_not_get_the_role(account):
    task_role()
    task = run(
        account, shell("echo $AWS_CONTAINER_CREDENTIALS_RELATIVE_URI; sleep 1000"), taskRoleArn=TASK_ROLE
    )
    (path,) = lines(account, task)
    about, _ = metadata(account, f"curl -s {META}{path}", taskRoleArn=TASK_ROLE)
    assert about == {
        "code": "InvalidIdInRequest",
        "message": f"CredentialsV2Request: Credentials not found for {path.rpartition('/')[2]}",
        "HTTPErrorCode": 400,
    }


def test_variables_that_ecs_adds(account):
    task = run(account, shell("env"))
    variables = dict(line.split("=", 1) for line in lines(account, task))
    runtime_id = account.see(task)["containers"][0]["runtimeId"]
    assert variables["AWS_EXECUTION_ENV"] == "AWS_ECS_FARGATE"
    assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == REGION
    assert variables["ECS_CONTAINER_METADATA_URI_V4"] == f"{META}/v4/{runtime_id}"
    assert variables["ECS_AGENT_URI"] == f"{META}/api/{runtime_id}"
    assert variables["HOSTNAME"] == f"ip-{private_ip(account, task).replace('.', '-')}.ec2.internal"
    assert "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" not in variables


def test_the_host_name_is_the_interfaces_whatever_the_variable_says(account):
    task = run(account, shell("hostname", environment=[{"name": "HOSTNAME", "value": "mine"}]))
    assert lines(account, task) == [f"ip-{private_ip(account, task).replace('.', '-')}.ec2.internal"]


def test_an_older_platform_version_has_no_newer_endpoints(account):
    account.define(shell("env"), executionRoleArn=account.execution_role)
    task = account.start(platformVersion="1.3.0")
    account.run(account.clock.now + 60)
    variables = dict(line.split("=", 1) for line in lines(account, task))
    assert "ECS_CONTAINER_METADATA_URI" in variables
    assert not {"ECS_AGENT_URI", "ECS_CONTAINER_METADATA_URI_V4"} & set(variables)


def private_ip(account, task):
    return account.see(task)["containers"][0]["networkInterfaces"][0]["privateIpv4Address"]


def test_the_definition_has_the_last_word(account):
    task = run(account, shell("echo $AWS_REGION", environment=[{"name": "AWS_REGION", "value": "mars"}]))
    assert lines(account, task) == ["mars"]


def test_the_task_role_has_keys_that_change_before_their_end(account):
    task_role()
    script = f"while true; do curl -s {META}$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI; sleep 10500; done"
    task = run(account, shell(script), until=31_000, taskRoleArn=TASK_ROLE)
    first, same, fresh = map(json.loads, lines(account, task))
    assert first["RoleArn"] == TASK_ROLE
    assert first["AccessKeyId"].startswith("ASIA")
    assert set(first) == {"RoleArn", "AccessKeyId", "SecretAccessKey", "Token", "Expiration"}
    assert first == same
    assert fresh["AccessKeyId"] != first["AccessKeyId"]
