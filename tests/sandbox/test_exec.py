"""ECS Exec: who may step into a container, what a session does there, and where it is logged."""

import json

import pytest
from botocore.exceptions import ClientError
from exec_rig import LOGS, MAY, Account, arn, policy

NOT_ENABLED = (
    "The execute command failed because execute command was not enabled when the task was run or the execute "
    "command agent isn’t running. Wait and try again or run a new task with execute command enabled and try "
    "again."
)
NOT_CONNECTED = "The execute command failed due to an internal error. Try again later."


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    return Account(tmp_path_factory.mktemp("home")).furnish()


@pytest.fixture(scope="module")
def task(account):
    return account.task()


def refused(call, *args, **more):
    with pytest.raises(ClientError) as refusal:
        call(*args, **more)
    error = refusal.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_the_answer_names_the_session(account, task):
    answer = account.execute(task, "cat /etc/hostname")
    session = answer["session"]
    assert answer["interactive"] is True and answer["taskArn"] == task and answer["containerName"] == "web"
    assert answer["clusterArn"].endswith(":cluster/lab")
    assert session["sessionId"].startswith("ecs-execute-command-") and len(session["sessionId"]) == 37
    assert session["streamUrl"].startswith(f"ws://127.0.0.1:1/v1/data-channel/{session['sessionId']}?role=")
    assert len(session["tokenValue"]) > 200


def test_a_command_runs_and_the_session_ends(account, task):
    plugin = account.step_in(task, "sh -c 'echo $HOME of $TERM; exit 3'")
    assert plugin.seen == "/root of xterm-256color\r\n" and plugin.closed == ""


def test_a_shell_reads_what_is_typed(account, task):
    plugin = account.step_in(task, "/bin/sh")
    assert plugin.seen == "# " and plugin.closed is None
    assert plugin.type("echo $((\r") and "hostname" in plugin.type("hostname\r")
    assert plugin.type("exit\r") == "exit\r\n" and plugin.closed == ""


def test_what_is_written_is_in_the_container(account, task):
    first = account.step_in(task)
    first.type("echo stepped in > /usr/local/apache2/htdocs/mark.txt\r")
    first.type("exit\r")
    assert account.step_in(task, "cat htdocs/mark.txt").seen == "stepped in\r\n"
    assert "not found" in account.step_in(task, "curl -s localhost/mark.txt").closed, "not in this image"
    account.define("alpine", {"image": "public.ecr.aws/docker/library/httpd:2.4-alpine"})
    other = account.task("alpine")
    account.step_in(other, "sh -c 'echo here > htdocs/mark.txt'")
    assert account.step_in(other, "wget -q -O - localhost/mark.txt").seen == "here\r\n"


def test_time_passes_in_a_session(account, task):
    plugin = account.step_in(task, "sh -c 'sleep 30; echo rested'")
    assert plugin.look() == ""
    account.run(31)
    assert plugin.look() == "rested\r\n" and plugin.closed == ""


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("/usr/bin/fish", "fork/exec /usr/bin/fish: no such file or directory"),
        ("fish -c x", 'exec: "fish": executable file not found in $PATH'),
    ],
)
def test_a_program_that_is_not_there(account, task, command, why):
    plugin = account.step_in(task, command)
    assert plugin.closed == f"----------ERROR-------\nUnable to start command: Failed to start pty: {why}"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"interactive": False},
            "InvalidParameterException: Interactive is the only mode supported currently.",
        ),
        ({"cluster": "none"}, "ClusterNotFoundException: Cluster not found."),
        ({"task": "0" * 32}, "InvalidParameterException: The task provided in the request was not found."),
        ({"task": "x"}, "InvalidParameterException: taskId length should be one of [32,36]"),
        (
            {"container": "db"},
            "InvalidParameterException: The container provided in the request was not found.",
        ),
        ({"command": "  "}, "InvalidParameterException: command cannot be empty."),
    ],
)
def test_requests_that_are_wrong(account, task, changes, message):
    assert refused(account.execute, **{"task": task, **changes}) == message


def test_several_containers_need_a_name(account):
    account.define("pair", {}, {"image": "busybox", "command": ["sleep", "infinity"]})
    task = account.task("pair")
    which = "A container name must be provided if the task has multiple containers."
    assert refused(account.execute, task) == f"InvalidParameterException: {which}"
    assert account.step_in(task, "ps", container="c1").seen.endswith("sleep infinity\r\n")


def test_exec_has_to_be_enabled_before_the_task_starts(account):
    task = account.task(enabled=False)
    assert refused(account.execute, task) == f"InvalidParameterException: {NOT_ENABLED}"
    assert "managedAgents" not in account.see(task)["containers"][0]


def test_the_agent_starts_after_its_container_and_ends_with_it(account):
    task = account.task(seconds=0)
    first_by_status = {}
    for _ in range(200):
        container = account.see(task)["containers"][0]
        [agent] = container["managedAgents"]
        first_by_status.setdefault(agent["lastStatus"], (container["lastStatus"], agent.get("lastStartedAt")))
        if agent["lastStatus"] == "RUNNING":
            break
        assert refused(account.execute, task).endswith(NOT_ENABLED)
        account.run(0.5)
    assert first_by_status["PENDING"] == ("PENDING", None)
    assert (
        first_by_status["RUNNING"][0] == "RUNNING"
        and first_by_status["RUNNING"][1] > account.see(task)["createdAt"]
    )
    plugin = account.step_in(task)
    account.ecs.stop_task(cluster="lab", task=task)
    account.run(60)
    [agent] = account.see(task)["containers"][0]["managedAgents"]
    assert agent["lastStatus"] == "STOPPED" and agent["name"] == "ExecuteCommandAgent"
    assert plugin.look() == "" and plugin.closed == ""
    assert refused(account.execute, task).endswith(NOT_ENABLED)


def test_exec_needs_a_task_role(account):
    account.ecs.register_task_definition(
        family="roleless", networkMode="awsvpc", cpu="256", memory="512", requiresCompatibilities=["FARGATE"],
        containerDefinitions=[{"name": "web", "image": "httpd"}],
    )  # fmt: skip
    assert "because a valid task role is not being used" in refused(account.task, "roleless")


@pytest.mark.parametrize(
    "lacking",
    [{"role": "mute"}, {"readonlyRootFilesystem": True}, {"public": "DISABLED"}],
    ids=lambda x: str(x),
)
def test_an_agent_that_is_not_connected(account, lacking):
    container = {"image": "public.ecr.aws/docker/library/busybox", "command": ["sleep", "infinity"]}
    public, role = lacking.pop("public", "ENABLED"), lacking.pop("role", "app")
    account.define("cut-off", {**container, **lacking}, role=role)
    task = account.task("cut-off", public="ENABLED")
    if public == "DISABLED":
        groups = account.aws.ec2.describe_security_groups(GroupNames=["default"])["SecurityGroups"]
        permissions = groups[0]["IpPermissionsEgress"]
        account.aws.ec2.revoke_security_group_egress(GroupId=groups[0]["GroupId"], IpPermissions=permissions)
    try:
        assert refused(account.execute, task, "sh") == f"TargetNotConnectedException: {NOT_CONNECTED}"
        [agent] = account.see(task)["containers"][0]["managedAgents"]
        assert agent["lastStatus"] == "RUNNING", "the agent runs, and reaches nobody"
    finally:
        if public == "DISABLED":
            account.aws.ec2.authorize_security_group_egress(
                GroupId=groups[0]["GroupId"], IpPermissions=permissions
            )
    if public == "DISABLED":
        assert account.step_in(task).seen == "/ # "


@pytest.mark.parametrize("missing", MAY)
def test_each_right_of_the_task_role_is_needed(account, task, missing):
    rest = [action for action in MAY if action != missing]
    account.aws.iam.put_role_policy(RoleName="app", PolicyName="own", PolicyDocument=policy(*rest))
    try:
        assert refused(account.execute, task) == f"TargetNotConnectedException: {NOT_CONNECTED}"
    finally:
        account.aws.iam.put_role_policy(RoleName="app", PolicyName="own", PolicyDocument=policy(*MAY, *LOGS))


def test_the_caller_needs_the_right_too(account, task):
    account.aws.iam.create_role(
        RoleName="caller", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []})
    )
    keys = account.aws.client("sts").assume_role(RoleArn=arn("caller"), RoleSessionName="me")["Credentials"]
    import boto3
    from aws_client import Aws

    other = Aws(account.aws.endpoint)
    other.session = boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name="us-east-1"
    )

    def execute():
        return other.ecs.execute_command(cluster="lab", task=task, command="sh", interactive=True)

    assert f"is not authorized to perform: ecs:ExecuteCommand on resource: {task}" in refused(execute)
    account.aws.iam.put_role_policy(
        RoleName="caller", PolicyName="own", PolicyDocument=policy("ecs:ExecuteCommand")
    )
    assert execute()["session"]["sessionId"]


# The length of a session


def test_two_sessions_and_no_third(account, task):
    first, second = account.step_in(task), account.step_in(task)
    assert account.step_in(task).closed == "The container has 2 sessions, the most that its agent takes."
    first.type("exit\r")
    third = account.step_in(task)
    assert third.closed is None
    for plugin in (second, third):
        plugin.type("exit\r")


def test_an_idle_session_ends(account, task):
    plugin = account.step_in(task)
    account.run(19 * 60)
    plugin.type("\r")
    account.run(19 * 60)
    plugin.look()
    assert plugin.closed is None
    account.run(61)
    plugin.look()
    assert plugin.closed == "The session was idle for 20 minutes, and ended."


def test_output_keeps_a_session_and_a_day_ends_it(account, task):
    plugin = account.step_in(task, "sh -c 'while true; do echo still here; sleep 600; done'")
    for _ in range(23):
        account.run(3600)
        plugin.look()
        assert plugin.closed is None
    account.run(3700)
    plugin.look()
    assert plugin.closed == "The session lasted a day, and ended."


def test_a_session_to_which_nobody_comes_ends(account, task):
    answer = account.execute(task)
    channel = account.channel(answer)
    account.run(1201)
    from exec_rig import Plugin

    plugin = Plugin(channel, answer["session"]).start()
    assert plugin.seen == "" and plugin.closed.startswith("The session was idle")


# Its log


def logged(account, stream):
    events = account.aws.logs.get_log_events(logGroupName=GROUP, logStreamName=stream)["events"]
    return [event["message"] for event in events]


GROUP = "/ecs/web"


def configure(account, **configuration):
    account.ecs.update_cluster(cluster="lab", configuration={"executeCommandConfiguration": configuration})


def one_session(account, task):
    plugin = account.step_in(task)
    plugin.type("echo hello\r")
    plugin.type("exit\r")
    return plugin.session["sessionId"]


def streams(account, group=GROUP):
    described = account.aws.logs.describe_log_streams(logGroupName=group)["logStreams"]
    return {stream["logStreamName"] for stream in described}


def test_by_default_a_session_is_logged_where_its_container_is(account, task):
    session = one_session(account, task)
    assert logged(account, session) == ["# echo hello", "hello", "# exit"]


def test_none_logs_nothing(account, task):
    configure(account, logging="NONE")
    assert one_session(account, task) not in streams(account)


def test_a_cluster_is_made_with_its_configuration(account):
    where = {"executeCommandConfiguration": {"logging": "NONE"}}
    account.ecs.create_cluster(clusterName="other", configuration=where)
    network = {"awsvpcConfiguration": {"subnets": [account.subnet], "assignPublicIp": "ENABLED"}}
    [task] = account.ecs.run_task(
        cluster="other", taskDefinition="web", launchType="FARGATE", enableExecuteCommand=True,
        networkConfiguration=network,
    )["tasks"]  # fmt: skip
    account.run(90)
    plugin = account.step_in(task["taskArn"], "echo silence", cluster="other")
    assert plugin.closed == "" and plugin.session["sessionId"] not in streams(account)


def test_override_logs_to_a_group_and_a_bucket(account, task):
    account.aws.logs.create_log_group(logGroupName="/exec")
    s3 = account.aws.client("s3")
    s3.create_bucket(Bucket="sessions")
    where = {"cloudWatchLogGroupName": "/exec", "s3BucketName": "sessions", "s3KeyPrefix": "of/lab"}
    configure(account, logging="OVERRIDE", logConfiguration={**where, "s3EncryptionEnabled": True})
    session = one_session(account, task)
    assert session in streams(account, "/exec") and session not in streams(account)
    body = s3.get_object(Bucket="sessions", Key=f"of/lab/{session}.log")["Body"].read()
    assert body == b"# echo hello\nhello\n# exit\n"


def test_a_group_that_is_not_there_loses_the_log_alone(account, task):
    configure(account, logging="OVERRIDE", logConfiguration={"cloudWatchLogGroupName": "/none"})
    assert one_session(account, task)


def test_encryption_that_is_asked_for_has_to_be_there(account, task):
    configure(
        account,
        logging="OVERRIDE",
        logConfiguration={"cloudWatchLogGroupName": "/exec", "cloudWatchEncryptionEnabled": True},
    )
    assert account.step_in(task).closed.startswith(
        "We couldn't start the session because encryption is not set up on the selected CloudWatch Logs log"
    )
    configure(
        account, logging="OVERRIDE", logConfiguration={"s3BucketName": "none", "s3EncryptionEnabled": True}
    )
    assert account.step_in(task).closed.startswith(
        "Couldn't start the session because we are unable to validate encryption on Amazon S3 bucket."
    )
    configure(account, logging="DEFAULT")


# Services


def test_a_service_has_it_from_its_next_deployment_on(account):
    network = {"awsvpcConfiguration": {"subnets": [account.subnet], "assignPublicIp": "ENABLED"}}
    account.ecs.create_service(
        cluster="lab", serviceName="web", taskDefinition="web", desiredCount=1, launchType="FARGATE",
        networkConfiguration=network,
    )  # fmt: skip
    account.run(120)

    def running():
        [task] = account.ecs.list_tasks(cluster="lab", serviceName="web")["taskArns"]
        return task

    assert refused(account.execute, running()).endswith(NOT_ENABLED)
    account.ecs.update_service(cluster="lab", service="web", enableExecuteCommand=True)
    account.run(10)
    assert refused(account.execute, running()).endswith(NOT_ENABLED)
    account.ecs.update_service(cluster="lab", service="web", forceNewDeployment=True)
    account.run(400)
    assert account.step_in(running(), "sh -c 'echo in'").seen == "in\r\n"
    account.ecs.delete_service(cluster="lab", service="web", force=True)
