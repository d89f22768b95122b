"""ECS Exec in tasks on container instances: the same, by the instance's network."""

import json

import pytest
from aws_client import TRUST
from botocore.exceptions import ClientError
from exec_rig import HTTPD, MAY, Plugin, policy, request_for
from instance_rig import Machines

from ecslab.sandbox import in_process


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    machines = Machines(in_process.start(tmp_path_factory.mktemp("home"), mode="stepped", seed=7)).prepared()
    machines.iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(TRUST))
    machines.iam.put_role_policy(RoleName="app", PolicyName="own", PolicyDocument=policy(*MAY))
    machines.launch()
    machines.endpoint.control("advance", seconds=400)
    return machines


def task(aws, mode):
    aws.ecs.register_task_definition(
        family=mode, networkMode=mode, requiresCompatibilities=["EC2"],
        taskRoleArn="arn:aws:iam::123456789012:role/app",
        containerDefinitions=[{"name": "web", "image": HTTPD, "memory": 128}],
    )  # fmt: skip
    network = {"awsvpcConfiguration": {"subnets": aws.subnets[:1]}}
    network_members = {"networkConfiguration": network} if mode == "awsvpc" else {}
    [started] = aws.ecs.run_task(
        cluster="lab", taskDefinition=mode, launchType="EC2", enableExecuteCommand=True, **network_members
    )["tasks"]  # fmt: skip
    aws.endpoint.control("advance", seconds=120)
    return started["taskArn"]


def execute(aws, task):
    return aws.ecs.execute_command(cluster="lab", task=task, command="hostname", interactive=True)


@pytest.mark.parametrize("mode", ["bridge", "host"])
def test_one_steps_in_by_the_instance_s_way_out(aws, mode):
    answer = execute(aws, task(aws, mode))
    sandbox = aws.endpoint.transport.sandbox
    plugin = Plugin(sandbox.channels.channel(request_for(answer)), answer["session"]).start()
    assert plugin.seen.endswith("\r\n") and plugin.closed == ""


@pytest.mark.parametrize("mode", ["none", "awsvpc"])
def test_without_a_way_out_the_agent_is_not_connected(aws, mode):
    """A task with an interface of its own on EC2 has no public IP, and this VPC no NAT gateway."""
    with pytest.raises(ClientError, match="TargetNotConnectedException"):
        execute(aws, task(aws, mode))
