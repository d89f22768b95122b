"""Roles as ECS judges them, and AWS's managed policies."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.iam.models import iam_backends
from moto_account import account

from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.bridge.iam.backend import IamBackend
from ecslab.sandbox.bridge.moto_state import forget_backends

AWS = "arn:aws:iam::aws:policy"
EXECUTION = f"{AWS}/service-role/AmazonECSTaskExecutionRolePolicy"
ROLE = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"
TASK = "0f3c0f3c0f3c0f3c0f3c0f3c0f3c0f3c"
NOT_ASSUMED = (
    f"ECS was unable to assume the role '{ROLE}' that was provided for this task. Please verify that the "
    "role being passed has the proper trust relationship and permissions and that your IAM user has "
    "permissions to pass this role."
)


@pytest.fixture
def client(monkeypatch):
    with account(monkeypatch, {iam_backends: IamBackend}):
        yield boto3.client("iam", "us-east-1")


def create_role(client, service="ecs-tasks.amazonaws.com"):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client.create_role(RoleName="ecsTaskExecutionRole", AssumeRolePolicyDocument=trust)


def test_a_role_that_does_not_exist_cannot_be_assumed(client):
    assert roles.role_problem(ROLE) == NOT_ASSUMED


def test_a_role_that_trusts_another_service_cannot_be_assumed(client):
    create_role(client, "ec2.amazonaws.com")
    assert roles.role_problem(ROLE) == NOT_ASSUMED


def test_a_role_without_policies_may_be_assumed_but_do_nothing(client):
    create_role(client)
    assert roles.role_problem(ROLE) is None
    assert roles.role_problem(ROLE, "ecr:GetAuthorizationToken", "*", TASK) == (
        f"User: arn:aws:sts::123456789012:assumed-role/ecsTaskExecutionRole/{TASK} is not authorized to "
        "perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the "
        "ecr:GetAuthorizationToken action"
    )


def test_the_managed_policy_allows_pulling_and_logging_and_no_more(client):
    create_role(client)
    client.attach_role_policy(RoleName="ecsTaskExecutionRole", PolicyArn=EXECUTION)
    for action in ("ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage",
                   "ecr:GetDownloadUrlForLayer", "logs:CreateLogStream", "logs:PutLogEvents"):  # fmt: skip
        assert roles.role_problem(ROLE, action) is None
    assert "logs:CreateLogGroup" in (roles.role_problem(ROLE, "logs:CreateLogGroup") or "")


def test_an_inline_policy_counts_and_a_denial_wins(client):
    create_role(client)
    client.attach_role_policy(RoleName="ecsTaskExecutionRole", PolicyArn=EXECUTION)
    statement = {"Effect": "Deny", "Action": "ecr:*", "Resource": "*"}
    denied = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client.put_role_policy(RoleName="ecsTaskExecutionRole", PolicyName="no", PolicyDocument=denied)
    problem = roles.role_problem(ROLE, "ecr:BatchGetImage", "*", TASK)
    assert problem is not None
    assert problem.endswith(
        "perform: ecr:BatchGetImage on resource: * with an explicit deny in an identity-based policy"
    )
    assert roles.role_problem(ROLE, "logs:CreateLogStream") is None


@pytest.mark.parametrize(
    "path",
    ["service-role/AmazonECSTaskExecutionRolePolicy", "service-role/AmazonEC2ContainerServiceforEC2Role",
     "AmazonECS_FullAccess", "AdministratorAccess", "aws-service-role/AmazonECSServiceRolePolicy"],
)  # fmt: skip
def test_every_managed_policy_is_there_when_named(client, path):
    policy = client.get_policy(PolicyArn=f"{AWS}/{path}")["Policy"]
    assert policy["PolicyName"] == path.rpartition("/")[2]
    version = client.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
    assert version["PolicyVersion"]["Document"]["Statement"]


def test_a_managed_policy_has_one_id_however_it_is_first_seen(client):
    ids = set()
    for first in (lambda: None, lambda: client.list_policies(Scope="AWS", MaxItems=1)):
        forget_backends()
        first()
        ids.add(client.get_policy(PolicyArn=EXECUTION)["Policy"]["PolicyId"])
    assert len(ids) == 1


def test_all_managed_policies_are_listed_when_asked_for(client):
    pages = client.get_paginator("list_policies").paginate(Scope="AWS")
    arns = [policy["Arn"] for page in pages for policy in page["Policies"]]
    assert len(arns) == len(set(arns)) > 1000
    assert EXECUTION in arns
    assert client.list_policies(Scope="Local")["Policies"] == []


def test_a_policy_that_aws_does_not_have_is_refused(client):
    create_role(client)
    misspelt = f"{AWS}/AmazonECSTaskExecutionRolePolicy"  # without service-role/
    with pytest.raises(ClientError) as caught:
        client.attach_role_policy(RoleName="ecsTaskExecutionRole", PolicyArn=misspelt)
    error = caught.value.response["Error"]
    assert error["Code"] == "NoSuchEntity"
    assert error["Message"] == f"Policy {misspelt} does not exist or is not attachable."


def test_attaching_twice_is_one_attachment(client):
    create_role(client)
    for _ in range(2):
        client.attach_role_policy(RoleName="ecsTaskExecutionRole", PolicyArn=EXECUTION)
    assert client.get_policy(PolicyArn=EXECUTION)["Policy"]["AttachmentCount"] == 1
    with pytest.raises(ClientError, match="must detach all policies first"):
        client.delete_role(RoleName="ecsTaskExecutionRole")


def test_a_missing_role_is_named_as_iam_does(client):
    with pytest.raises(ClientError, match=r"The role with name nobody cannot be found\.$"):
        client.get_role(RoleName="nobody")


def test_the_service_linked_role_is_made_once(client):
    for _ in range(2):
        roles.ensure_service_linked_role()
    (role,) = client.list_roles()["Roles"]
    assert role["Arn"] == (
        "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
    )
    attached = client.list_attached_role_policies(RoleName="AWSServiceRoleForECS")["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["AmazonECSServiceRolePolicy"]
