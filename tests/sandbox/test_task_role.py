"""A program's own calls: it asks for its role's keys, signs with them, and its role decides."""

import json
import time
from types import SimpleNamespace

import boto3
import pytest
from aws_client import TRUST, Aws
from botocore.config import Config
from botocore.exceptions import ClientError

from ecslab.sandbox import in_process
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire import signature

ACCOUNT, REGION, ROLE = "123456789012", "us-east-1", "app"
ARN = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
SCRIPT = "curl -s http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI; sleep 1000"
STATEMENTS = [
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site/public/*"},
    {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::site"},
    {"Effect": "Allow", "Action": "ssm:GetParameter*", "Resource": f"arn:aws:ssm:*:{ACCOUNT}:*/app/*"},
    {"Effect": "Deny", "Action": "ssm:GetParameter", "Resource": f"arn:aws:ssm:*:{ACCOUNT}:*/app/no"},
    {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue",
     "Resource": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-??????"},
    {"Effect": "Allow", "Action": ["ecs:ListTasks", "ecs:RegisterTaskDefinition"], "Resource": "*"},
    {"Effect": "Allow", "Action": "ecs:DescribeTasks",
     "Resource": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/lab/*"},
]  # fmt: skip


@pytest.fixture(scope="module")
def owner(tmp_path_factory):
    aws = Aws(in_process.start(tmp_path_factory.mktemp("home"), seed=5))
    aws.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
    policy = json.dumps({"Version": "2012-10-17", "Statement": STATEMENTS})
    aws.iam.put_role_policy(RoleName=ROLE, PolicyName="app", PolicyDocument=policy)
    aws.iam.create_role(RoleName="exec", AssumeRolePolicyDocument=json.dumps(TRUST))
    aws.iam.put_role_policy(
        RoleName="exec",
        PolicyName="logs",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}],
            }
        ),
    )
    aws.logs.create_log_group(logGroupName="/ecs/app")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="site")
    for key in ("public/a", "private/a"):
        s3.put_object(Bucket="site", Key=key, Body=b"a")
    for name in ("/app/yes", "/app/no", "/other"):
        aws.client("ssm").put_parameter(Name=name, Value="x", Type="String")
    for name in ("db", "db-of-others"):
        aws.client("secretsmanager").create_secret(Name=name, SecretString="x")
    return aws


@pytest.fixture(scope="module")
def program(owner):
    """What the program in a container can do: clients that sign with the keys it was given."""
    ecs, ec2 = owner.ecs, owner.ec2
    ecs.create_cluster(clusterName="lab")
    options = {"awslogs-group": "/ecs/app", "awslogs-region": REGION, "awslogs-stream-prefix": "ecs"}
    app = {"name": "app", "image": "amazonlinux", "command": ["sh", "-c", SCRIPT],
           "logConfiguration": {"logDriver": "awslogs", "options": options}}  # fmt: skip
    ecs.register_task_definition(
        family="app", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        executionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/exec", taskRoleArn=ARN, containerDefinitions=[app],
    )  # fmt: skip
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    task = ecs.run_task(
        cluster="lab", taskDefinition="app", launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}},
    )["tasks"][0]  # fmt: skip
    owner.endpoint.control("advance", seconds=60)
    task_id = task["taskArn"].rpartition("/")[2]
    events = owner.logs.get_log_events(logGroupName="/ecs/app", logStreamName=f"ecs/app/{task_id}")["events"]
    keys = json.loads(events[0]["message"])
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["Token"], region_name=REGION)

    def client(service):
        once = Config(retries={"total_max_attempts": 1}, proxies={})
        task_client = session.client(service, endpoint_url=owner.endpoint.url, config=once)
        task_client.meta.events.register("before-send", owner._carry)
        return task_client

    who = f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/{task_id}"
    key = signature.Key(keys["AccessKeyId"], keys["SecretAccessKey"], keys["Token"])
    return SimpleNamespace(client=client, who=who, key=key)


def test_it_is_the_role(program):
    assert program.client("sts").get_caller_identity()["Arn"] == program.who


def test_it_does_what_the_role_allows(program):
    s3 = program.client("s3")
    assert s3.get_object(Bucket="site", Key="public/a")["Body"].read() == b"a"
    assert len(s3.list_objects_v2(Bucket="site")["Contents"]) == 2
    assert program.client("ssm").get_parameter(Name="/app/yes")["Parameter"]["Value"] == "x"
    assert program.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"] == "x"
    assert len(program.client("ecs").list_tasks(cluster="lab")["taskArns"]) == 1


NOBODY = "because no identity-based policy allows the"


@pytest.mark.parametrize(
    ("service", "call", "values", "code", "tail"),
    [
        ("s3", "get_object", {"Bucket": "site", "Key": "private/a"}, "AccessDenied",
         f"s3:GetObject on resource: arn:aws:s3:::site/private/a {NOBODY} s3:GetObject action"),
        ("s3", "put_object", {"Bucket": "site", "Key": "public/b"}, "AccessDenied",
         f"s3:PutObject on resource: arn:aws:s3:::site/public/b {NOBODY} s3:PutObject action"),
        ("s3", "list_buckets", {}, "AccessDenied",
         f"s3:ListAllMyBuckets on resource: * {NOBODY} s3:ListAllMyBuckets action"),
        ("ssm", "get_parameter", {"Name": "/other"}, "AccessDeniedException",
         f"ssm:GetParameter on resource: arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/other {NOBODY} "
         "ssm:GetParameter action"),
        ("ssm", "get_parameter", {"Name": "/app/no"}, "AccessDeniedException",
         f"ssm:GetParameter on resource: arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/app/no with an explicit "
         "deny in an identity-based policy"),
        ("ssm", "get_parameters", {"Names": ["/app/yes", "/other"]}, "AccessDeniedException",
         f"ssm:GetParameters on resource: arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/other {NOBODY} "
         "ssm:GetParameters action"),
        ("ecs", "run_task", {"cluster": "lab", "taskDefinition": "app"}, "AccessDeniedException",
         f"ecs:RunTask on resource: arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/app:1 {NOBODY} "
         "ecs:RunTask action"),
        ("ecs", "run_task", {"taskDefinition": "app:7"}, "AccessDeniedException",
         f"ecs:RunTask on resource: arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/app:7 {NOBODY} "
         "ecs:RunTask action"),
        ("ecs", "describe_tasks", {"cluster": "other", "tasks": ["0" * 32]}, "AccessDeniedException",
         f"ecs:DescribeTasks on resource: arn:aws:ecs:{REGION}:{ACCOUNT}:task/other/{'0' * 32} {NOBODY} "
         "ecs:DescribeTasks action"),
        ("ecs", "update_service", {"cluster": "lab", "service": "web"}, "AccessDeniedException",
         f"ecs:UpdateService on resource: arn:aws:ecs:{REGION}:{ACCOUNT}:service/lab/web {NOBODY} "
         "ecs:UpdateService action"),
        ("ecs", "register_task_definition",
         {"family": "mine", "taskRoleArn": ARN, "containerDefinitions": [{"name": "web", "image": "httpd"}]},
         "AccessDeniedException", f"iam:PassRole on resource: {ARN} {NOBODY} iam:PassRole action"),
        ("ecs", "delete_cluster", {"cluster": "lab"}, "AccessDeniedException",
         f"ecs:DeleteCluster on resource: arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/lab {NOBODY} "
         "ecs:DeleteCluster action"),
        ("cloudwatch", "set_alarm_state", {"AlarmName": "high", "StateValue": "OK", "StateReason": "x"},
         "AccessDenied",
         f"cloudwatch:SetAlarmState on resource: arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:high {NOBODY} "
         "cloudwatch:SetAlarmState action"),
        ("iam", "list_roles", {}, "AccessDenied",
         f"iam:ListRoles on resource: * {NOBODY} iam:ListRoles action"),
    ],
)  # fmt: skip
def test_it_does_not_do_what_the_role_does_not_allow(program, service, call, values, code, tail):
    with pytest.raises(ClientError) as refused:
        getattr(program.client(service), call)(**values)
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        code,
        f"User: {program.who} is not authorized to perform: {tail}",
    )


def test_a_secret_of_somebody_else(program):
    with pytest.raises(ClientError, match="AccessDeniedException"):
        program.client("secretsmanager").get_secret_value(SecretId="db-of-others")


def test_a_secret_under_a_key_that_the_role_may_not_use(program, owner):
    key = owner.client("kms").create_key()["KeyMetadata"]["Arn"]
    owner.client("secretsmanager").update_secret(SecretId="db", KmsKeyId=key)
    with pytest.raises(ClientError, match=r"AccessDeniedException.*Access to KMS is not allowed"):
        program.client("secretsmanager").get_secret_value(SecretId="db")
    owner.client("ssm").put_parameter(Name="/app/key", Value="x", Type="SecureString", KeyId=key)
    ssm = program.client("ssm")
    with pytest.raises(ClientError, match=r"AccessDeniedException.*The ciphertext refers to"):
        ssm.get_parameter(Name="/app/key", WithDecryption=True)
    ssm.get_parameter(Name="/app/key")
    owner.client("secretsmanager").update_secret(SecretId="db", KmsKeyId="alias/aws/secretsmanager")
    assert program.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"] == "x"


def test_ec2_has_its_own_words(program):
    with pytest.raises(ClientError) as refused:
        program.client("ec2").describe_vpcs()
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "UnauthorizedOperation",
        f"You are not authorized to perform this operation. User: {program.who} is not authorized to "
        f"perform: ec2:DescribeVpcs on resource: * {NOBODY} ec2:DescribeVpcs action",
    )


def test_it_has_no_say_over_the_clock(program, owner):
    about = {"host": "127.0.0.1"}
    body = b'{"seconds": 60}'
    request = HttpRequest("POST", "/_ecslab/advance", "", about, body)
    headers = signature.sign(request, program.key, REGION, "ecslab", time.time())
    status, _, reply = owner.endpoint.transport("POST", owner.endpoint.url + request.path, headers, body)
    assert (status, json.loads(reply)["message"]) == (403, "Control calls take the sandbox's own key alone.")


def test_the_owner_may_do_everything(owner):
    assert len(owner.client("s3").list_buckets()["Buckets"]) == 1
