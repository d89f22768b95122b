"""Repository policies: AWS's form of them, what it refuses, and whom they let do what."""

import json

import boto3
import pytest
from aws_client import Aws
from botocore.config import Config
from botocore.exceptions import ClientError

from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.ecr import access

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/puller"
REPOSITORY = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/web"
ANY_ROLE = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"}]}  # fmt: skip


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    aws = Aws(in_process.start(tmp_path_factory.mktemp("home"), seed=5))
    aws.ecr.create_repository(repositoryName="web")
    aws.iam.create_role(RoleName="puller", AssumeRolePolicyDocument=json.dumps(ANY_ROLE))
    yield aws
    aws.endpoint.close()


@pytest.fixture(autouse=True)
def without_policies(aws):
    yield
    for repository in in_sandbox(aws).values():
        repository.policy = None
    for name in aws.iam.list_role_policies(RoleName="puller")["PolicyNames"]:
        aws.iam.delete_role_policy(RoleName="puller", PolicyName=name)


def in_sandbox(aws):
    from moto.ecr.models import ecr_backends

    aws.ecr.describe_registry()
    return ecr_backends[ACCOUNT]["us-east-1"].repositories


@pytest.fixture(scope="module")
def puller(aws):
    """ECR as a session of the role."""
    keys = aws.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="me")["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "us-east-1")
    once = Config(retries={"total_max_attempts": 1}, proxies={})
    client = session.client("ecr", endpoint_url=aws.endpoint.url, config=once)
    client.meta.events.register("before-send", aws._carry)
    return client


def statement(effect="Deny", principal=ROOT, action="ecr:BatchGetImage", **more):
    named = principal if principal == "*" else {"AWS": principal}
    return {"Effect": effect, "Principal": named, "Action": action, **more}


def allow_role(aws, *actions):
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}  # fmt: skip
    aws.iam.put_role_policy(RoleName="puller", PolicyName="own", PolicyDocument=json.dumps(document))


def put(aws, *statements, **more):
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return aws.ecr.set_repository_policy(repositoryName="web", policyText=text, **more)


def refused(call, **values) -> str:
    with pytest.raises(ClientError) as caught:
        call(**values)
    error = caught.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def get(client) -> list[str]:
    """The failures of asking for an image that is not there: who may ask is told so."""
    answer = client.batch_get_image(repositoryName="web", imageIds=[{"imageTag": "none"}])
    return [failure["failureCode"] for failure in answer["failures"]]


# AWS's form


def test_the_text_comes_back_as_aws_prints_it(aws):
    both = ["ecr:BatchGetImage", "ecr:PutImage"]
    condition = {"StringLike": {"aws:PrincipalArn": ["a", "b"]}}
    who = {"AWS": [ACCOUNT]}
    statement = {"Action": both, "Condition": condition, "Effect": "Allow", "Principal": who, "Sid": "pull"}
    set_ = put(aws, statement)
    assert (
        set_["policyText"]
        == f"""{{
  "Version" : "2012-10-17",
  "Statement" : [ {{
    "Sid" : "pull",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "{ROOT}"
    }},
    "Action" : [ "ecr:BatchGetImage", "ecr:PutImage" ],
    "Condition" : {{
      "StringLike" : {{
        "aws:PrincipalArn" : [ "a", "b" ]
      }}
    }}
  }} ]
}}"""
    )
    assert aws.ecr.get_repository_policy(repositoryName="web")["policyText"] == set_["policyText"]
    assert aws.ecr.delete_repository_policy(repositoryName="web")["policyText"] == set_["policyText"]


AT = "InvalidParameterException: Invalid parameter at 'PolicyText' failed to satisfy constraint: "
INVALID = {
    "no JSON": "x",
    "no statement": "{}",
    "a list": "[]",
    "a resource": json.dumps({"Statement": [statement(Resource="*")]}),
    "no principal": json.dumps({"Statement": [{"Effect": "Deny", "Action": "ecr:*"}]}),
    "a principal that is no ARN": json.dumps({"Statement": [statement(principal="me")]}),
    "an ARN of something else": json.dumps({"Statement": [statement(principal=REPOSITORY)]}),
    "an unknown effect": json.dumps({"Statement": [statement("Maybe")]}),
}


@pytest.mark.parametrize("name", INVALID)
def test_policies_that_aws_calls_invalid(aws, name):
    message = refused(aws.ecr.set_repository_policy, repositoryName="web", policyText=INVALID[name])
    assert message == f"{AT}'Invalid repository policy provided'"


@pytest.mark.parametrize("kind", ["role", "user"])
def test_a_principal_that_is_nobody(aws, kind):
    nobody = f"arn:aws:iam::{ACCOUNT}:{kind}/nobody"
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement(principal=nobody)]})
    message = refused(aws.ecr.set_repository_policy, repositoryName="web", policyText=text)
    assert message == f"{AT}'Principal not found'"


def test_a_policy_that_locks_its_author_out_has_to_be_forced(aws):
    closed = json.dumps({"Version": "2012-10-17", "Statement": [statement(action="ecr:*")]})
    message = refused(aws.ecr.set_repository_policy, repositoryName="web", policyText=closed)
    assert message.startswith(AT)
    aws.ecr.set_repository_policy(repositoryName="web", policyText=closed, force=True)
    message = refused(aws.ecr.delete_repository_policy, repositoryName="web")
    assert message.startswith("AccessDeniedException: ")


# whom it lets


def test_a_statement_that_denies_the_account_bites_at_once_and_everybody(aws, puller):
    allow_role(aws, "ecr:BatchGetImage")
    assert (get(aws.ecr), get(puller)) == (["ImageNotFound"], ["ImageNotFound"])
    put(aws, statement())
    for client, who in ((aws.ecr, ROOT), (puller, f"arn:aws:sts::{ACCOUNT}:assumed-role/puller/me")):
        assert refused(get, client=client) == (
            f"AccessDeniedException: User: {who} is not authorized to perform: ecr:BatchGetImage on "
            f"resource: {REPOSITORY} with an explicit deny in a resource-based policy"
        )
    aws.ecr.delete_repository_policy(repositoryName="web")
    assert (get(aws.ecr), get(puller)) == (["ImageNotFound"], ["ImageNotFound"])


def test_within_the_account_one_of_the_two_policies_is_enough(aws, puller):
    assert "because no identity-based policy allows the ecr:BatchGetImage action" in refused(
        get, client=puller
    )
    put(aws, statement("Allow", ROOT))
    assert "no identity-based policy" in refused(get, client=puller), (
        "the account leaves it to the role's policy"
    )
    for principal in (ROLE, "*", f"arn:aws:sts::{ACCOUNT}:assumed-role/puller/me"):
        put(aws, statement("Allow", principal))
        assert get(puller) == ["ImageNotFound"]
    put(aws, {"Effect": "Deny", "NotPrincipal": {"AWS": [ROOT]}, "Action": "ecr:PutImage"})
    assert get(aws.ecr) == ["ImageNotFound"]


def test_a_task_is_judged_under_its_execution_role(aws):
    in_sandbox(aws)
    who, action = access.task(ROLE, "f" * 32), "ecr:BatchGetImage"
    assert "no identity-based policy" in str(access.problem(who, action, REPOSITORY))
    put(aws, statement("Allow", ROLE))
    in_sandbox(aws)
    assert access.problem(who, action, REPOSITORY) is None
    put(aws, statement("Allow", ROLE), statement("Deny", ROLE))
    in_sandbox(aws)
    assert "explicit deny in a resource-based policy" in str(access.problem(who, action, REPOSITORY))
    assert access.problem(access.principal(None), action, REPOSITORY) is None


def test_a_call_that_names_no_repository_asks_the_role_alone(aws, puller):
    put(aws, statement(action="ecr:*", principal=ROLE), force=True)
    assert "explicit deny" not in refused(puller.get_authorization_token)
    allow_role(aws, "ecr:GetAuthorizationToken")
    assert puller.get_authorization_token()["authorizationData"]


def test_a_replay_does_not_judge_again(aws, puller):
    allow_role(aws, "ecr:*")
    aws.ecr.create_repository(repositoryName="closed")
    others = {"Effect": "Deny", "NotPrincipal": {"AWS": [ROLE]}, "Action": "ecr:PutImageTagMutability"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [others]})
    aws.ecr.set_repository_policy(repositoryName="closed", policyText=text)
    immutable = {"repositoryName": "closed", "imageTagMutability": "IMMUTABLE"}
    assert refused(aws.ecr.put_image_tag_mutability, **immutable).startswith("AccessDeniedException: ")
    puller.put_image_tag_mutability(**immutable)
    aws.endpoint.transport.sandbox.account.rebuild()
    repository = aws.ecr.describe_repositories(repositoryNames=["closed"])["repositories"][0]
    assert repository["imageTagMutability"] == "IMMUTABLE"
