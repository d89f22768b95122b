"""The `aws` and `redis-cli` commands in containers: the same call with a task role, without, and denied."""

import json

import pytest
from account_rig import LOGS, REGION, TRUST, rig
from moto.secretsmanager.models import secretsmanager_backends

CLI = "public.ecr.aws/aws-cli/aws-cli:latest"
TEXT = ["--query", "SecretString", "--output", "text"]
ASK = ["secretsmanager", "get-secret-value", "--secret-id", "db", *TEXT]
ROLE = "arn:aws:iam::123456789012:role/app"


@pytest.fixture
def account():
    with rig() as ecs_account:
        ecs_account.cluster()
        ecs_account.log_group()
        ecs_account.execution = ecs_account.role()
        yield ecs_account


def app_role(*statements):
    from moto.iam.models import iam_backends

    backend = iam_backends["123456789012"]["aws"]
    backend.create_role("app", json.dumps(TRUST), "/", "", "", [], "3600")
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    backend.put_role_policy("app", "app", json.dumps(policy))
    return ROLE


def secret():
    backend = secretsmanager_backends["123456789012"][REGION]
    return json.loads(backend.create_secret("db", "s3cret", None, None, [], None, None, [], False))["ARN"]


def ran(account, command, image=CLI, **more):
    """The exit code and the log of one container that ran."""
    container = {"name": "app", "image": image, "command": command, "logConfiguration": LOGS}
    account.define(container, executionRoleArn=account.execution, **more)
    task = account.start()
    account.run(account.clock.now + 300)
    (ended,) = account.see(task)["containers"]
    return ended["exitCode"], account.lines(f"ecs/app/{task['taskArn'].rpartition('/')[2]}")


def test_without_a_task_role_there_are_no_keys(account):
    secret()
    words = 'Unable to locate credentials. You can configure credentials by running "aws configure".'
    assert ran(account, ASK) == (253, [words])


def test_a_role_without_the_right_is_refused_in_iams_words(account):
    arn = secret()
    role = app_role({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
    code, (line,) = ran(account, ASK, taskRoleArn=role)
    assert code == 254
    assert line.startswith(
        "An error occurred (AccessDeniedException) when calling the GetSecretValue operation: "
        "User: arn:aws:sts::123456789012:assumed-role/app/"
    )
    assert line.endswith(
        f"is not authorized to perform: secretsmanager:GetSecretValue on resource: {arn} because no "
        "identity-based policy allows the secretsmanager:GetSecretValue action"
    )


def test_a_role_with_the_right_reads_it(account):
    arn = secret()
    role = app_role({"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": arn})
    assert ran(account, ASK, taskRoleArn=role) == (0, ["s3cret"])


def test_who_am_i(account):
    role = app_role({"Effect": "Deny", "Action": "*", "Resource": "*"})
    code, lines = ran(account, ["sts", "get-caller-identity", "--query", "Account"], taskRoleArn=role)
    assert (code, lines) == (0, ['"123456789012"'])


def test_a_secret_that_is_not_there(account):
    role = app_role({"Effect": "Allow", "Action": "*", "Resource": "*"})
    code, (line,) = ran(account, ASK, taskRoleArn=role)
    assert (code, "ResourceNotFoundException" in line) == (254, True)


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (["ec2", "describe-vpcs"], 252, "aws ec2 describe-vpcs is not run here: the sandbox knows sts "),
        (["ssm", "get-parameter"], 252, "aws: error: the following arguments are required: --name"),
    ],
)
def test_what_it_does_not_know_it_says(account, command, code, words):
    exit_code, lines = ran(account, command)
    assert (exit_code, words in lines[-1]) == (code, True)


def test_other_images_do_not_have_it(account):
    assert ran(account, ["sh", "-c", "aws sts get-caller-identity"], "busybox")[0] == 127


def test_redis_keeps_what_it_is_told_for_the_containers_of_its_task(account):
    server = {"name": "db", "image": "redis:7", "logConfiguration": LOGS}
    script = "; redis-cli ".join(("", "SET a x", "INCR n", "INCR n", "GET a", "LPUSH a b"))[2:]
    side = {
        "name": "app",
        "image": "redis:7",
        "command": ["sh", "-c", script],
        "essential": False,
        "logConfiguration": LOGS,
        "dependsOn": [{"containerName": "db", "condition": "HEALTHY"}],
    }
    server["healthCheck"] = {"command": ["CMD", "redis-cli", "ping"], "interval": 5}
    account.define(server, side, executionRoleArn=account.execution)
    task = account.start()
    account.run(120)
    lines = account.lines(f"ecs/app/{task['taskArn'].rpartition('/')[2]}")
    assert lines[:4] == ["OK", "1", "2", "x"]
    assert lines[4] == "ERR unknown command 'LPUSH' here, or wrong number of arguments"


def test_without_a_server_redis_cli_says_so(account):
    code, lines = ran(account, ["redis-cli", "ping"], "redis:7")
    assert (code, lines) == (1, ["Could not connect to Redis at 127.0.0.1:6379: Connection refused"])


@pytest.mark.parametrize(("action", "code"), [("secretsmanager:ListSecrets", 254), ("secretsmanager:*", 0)])
def test_an_endpoints_policy_decides_too(account, action, code):
    secret()
    account.endpoint("secretsmanager", action)
    role = app_role({"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"})
    ended, (line,) = ran(account, ASK, taskRoleArn=role)
    assert ended == code
    denied = "because no VPC endpoint policy allows the secretsmanager:GetSecretValue action"
    assert line.endswith(denied if code else "s3cret")
