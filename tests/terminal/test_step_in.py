"""`aws ecs execute-command` in a cell, where no plugin is installed: in process and over a socket."""

import json

import pytest

import ecslab
from ecslab import terminal
from ecslab.connection.streams import WebSocketStream
from ecslab.errors import Unreachable
from ecslab.sandbox.engine import listen

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
MAY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ssmmessages:*", "Resource": "*"}],
}
STEP = "aws ecs execute-command --cluster lab --task {task} --interactive --command {command}"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab:
        yield lab


@pytest.fixture(scope="module")
def task(lab):
    lab.ecs.create_cluster(clusterName="lab")
    role = lab.client("iam").create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    lab.client("iam").put_role_policy(RoleName="app", PolicyName="exec", PolicyDocument=json.dumps(MAY))
    lab.ecs.register_task_definition(
        family="web", networkMode="awsvpc", cpu="256", memory="512", requiresCompatibilities=["FARGATE"],
        taskRoleArn=role["Arn"], containerDefinitions=[{"name": "web", "image": "httpd:2.4"}],
    )  # fmt: skip
    subnet = lab.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    network = {"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}}
    started = lab.ecs.run_task(
        cluster="lab", taskDefinition="web", launchType="FARGATE", enableExecuteCommand=True,
        networkConfiguration=network,
    )["tasks"][0]  # fmt: skip
    lab.place.control("advance", seconds=120)
    return started["taskArn"].rpartition("/")[2]


def step(lab, task, command, **more):
    return terminal.run(lab, STEP.format(task=task, command=f"'{command}'"), **more)


def output_of(result):
    """What the session showed, without the plugin's own words."""
    assert result.err == ""
    head, _, rest = result.out.partition("\n\n")[0], None, result.out
    first, _, rest = rest.removeprefix("\n").partition("\n")
    assert first.startswith("Starting session with SessionId: ecs-execute-command-") and head is not None
    session = first.rpartition(" ")[2]
    body, ended, nothing = rest.partition(f"\n\nExiting session with sessionId: {session}.\n\n")
    assert ended and not nothing
    return body


def test_a_command_and_its_output(lab, task, capsys):
    result = step(lab, task, "cat /etc/hostname conf/none")
    assert result.code == 0 and "No such file or directory" in output_of(result)
    assert "Starting session" in capsys.readouterr().out


def test_time_passes_for_a_command_that_takes_some(lab, task):
    assert output_of(step(lab, task, 'sh -c "sleep 45; echo rested"')) == "rested\n"


def test_what_is_said_to_be_typed_is_typed(lab, task):
    result = step(lab, task, "/bin/sh", typed=["cd /usr; A=5", "sleep 7", "echo $A; pwd", "exit"])
    assert output_of(result) == "# cd /usr; A=5\n# sleep 7\n# echo $A; pwd\n5\n/usr\n# exit\n"


def test_a_shell_without_anything_to_type_ends(lab, task):
    assert 'typed=["ls", "exit"]' in output_of(step(lab, task, "sh"))


def test_a_command_without_an_end_is_left(lab, task):
    assert "The command went on for 120 s" in output_of(step(lab, task, "sleep 10000"))
    status = lab.ecs.describe_tasks(cluster="lab", tasks=[task])["tasks"][0]["lastStatus"]
    assert status == "RUNNING"


def test_a_session_that_does_not_start_says_why(lab, task):
    result = step(lab, task, "/usr/bin/fish")
    assert result.code == 0 and "fork/exec /usr/bin/fish: no such file or directory" in result.out


def test_the_token_is_in_no_record(lab, task):
    step(lab, task, "echo x")
    session = lab.ecs.execute_command(cluster="lab", task=task, command="sh", interactive=True)["session"]
    assert len(session["tokenValue"]) > 200, "who asks himself gets it"
    recorded = "".join(file.read_text(errors="replace") for file in lab.home.rglob("*.json*"))
    assert session["tokenValue"] not in str(lab.calls(last=3)) + recorded


def test_a_refusal_is_aws_s(lab, task):
    result = terminal.run(
        lab, f"aws ecs execute-command --cluster lab --task {task} --interactive --command ''"
    )
    assert result.code == 255 and "(InvalidParameterException)" in result.err
    result = terminal.run(
        lab, f"aws ecs execute-command --cluster lab --task {'0' * 32} --interactive --command ls"
    )
    assert "The task provided in the request was not found." in result.err


def test_the_same_over_a_socket(lab, task, monkeypatch):
    sandbox = lab.place.endpoint.transport.sandbox
    port = listen.api_port(sandbox)
    port.start()
    try:
        monkeypatch.setattr(sandbox, "api_url", port.url)
        monkeypatch.setattr(type(lab.place), "stream", lambda _place, url: WebSocketStream(url))
        assert output_of(step(lab, task, "sh", typed=["echo ü€", "exit"])) == "# echo ü€\nü€\n# exit\n"
    finally:
        port.stop()


def test_where_nobody_answers(lab):
    with pytest.raises(Unreachable, match=r"no session at ws://127\.0\.0\.1:1/"):
        WebSocketStream("ws://127.0.0.1:1/v1/data-channel/x?role=y")


def test_a_session_under_a_key(lab, task):
    key = lab.client("kms").create_key()["KeyMetadata"]["KeyId"]
    where = {"executeCommandConfiguration": {"kmsKeyId": key}}
    lab.ecs.update_cluster(cluster="lab", configuration=where)
    try:
        refused = step(lab, task, "echo never").out
        assert "Fetching data key failed" in refused and "never" not in refused
        allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        lab.client("iam").put_role_policy(RoleName="app", PolicyName="key", PolicyDocument=document)
        output = output_of(step(lab, task, "sh", typed=["echo ü", "exit"]))
        assert output == "This session is encrypted using AWS KMS.\n# echo ü\nü\n# exit\n"
        lab.client("kms").disable_key(KeyId=key)
        assert "Error calling KMS GenerateDataKey API: " in step(lab, task, "echo never").out
    finally:
        lab.ecs.update_cluster(cluster="lab", configuration={})
