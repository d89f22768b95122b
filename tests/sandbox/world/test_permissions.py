"""What IAM's policies allow a role."""

import pytest

from ecslab.sandbox.world.permissions import Decision, decide, decide_at_endpoint, trusts

TASKS = "ecs-tasks.amazonaws.com"


def policy(effect="Allow", action="ecr:*", resource="*", **more):
    return {"Statement": {"Effect": effect, "Action": action, "Resource": resource, **more}}


@pytest.mark.parametrize(
    ("documents", "decision"),
    [
        ([], Decision.NOT_ALLOWED),
        ([policy()], Decision.ALLOWED),
        ([policy(action="ECR:Batch*")], Decision.ALLOWED),
        ([policy(action=["logs:*", "ecr:BatchGet?mage"])], Decision.ALLOWED),
        ([policy(action="ecr:BatchGetImage.")], Decision.NOT_ALLOWED),
        ([policy(), policy("Deny", "ecr:BatchGetImage")], Decision.DENIED),
        ([policy(resource="arn:aws:ecr:*:*:repository/adgu/*")], Decision.ALLOWED),
        ([policy(resource="arn:aws:ecr:*:*:repository/ADGU/*")], Decision.NOT_ALLOWED),
        ([{"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]}], Decision.ALLOWED),
        ([{"Statement": [{"Effect": "Allow", "NotAction": "ecr:*", "Resource": "*"}]}], Decision.NOT_ALLOWED),
        ([{"Statement": [{"Effect": "Deny", "Action": "*", "NotResource": "s3*"}]}], Decision.DENIED),
    ],
)  # fmt: skip
def test_a_denial_wins_and_silence_denies(documents, decision):
    repository = "arn:aws:ecr:us-east-1:123456789012:repository/adgu/web"
    assert decide(documents, "ecr:BatchGetImage", repository) is decision


@pytest.mark.parametrize(
    ("principal", "action", "condition", "trusted"),
    [
        ({"Service": TASKS}, "sts:AssumeRole", {}, True),
        ({"Service": ["ec2.amazonaws.com", TASKS]}, ["sts:AssumeRole"], {}, True),
        ({"Service": "ecs.amazonaws.com"}, "sts:AssumeRole", {}, False),
        ({"AWS": "arn:aws:iam::123456789012:root"}, "sts:AssumeRole", {}, False),
        ("*", "sts:*", {}, True),
        ({"Service": TASKS}, "sts:TagSession", {}, False),
        ({"Service": TASKS}, "sts:AssumeRole", {"StringEquals": {"aws:SourceAccount": "123456789012"}}, True),
        ({"Service": TASKS}, "sts:AssumeRole", {"StringEquals": {"aws:SourceAccount": "1"}}, False),
        ({"Service": TASKS}, "sts:AssumeRole", {"ArnLike": {"aws:SourceArn": "*:eu-west-1:*"}}, False),
        ({"Service": TASKS}, "sts:AssumeRole", {"Bool": {"aws:SecureTransport": "true"}}, True),
    ],
)  # fmt: skip
def test_a_trust_policy_names_who_may_assume_the_role(principal, action, condition, trusted):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition}
    known = {"aws:sourceaccount": "123456789012", "aws:sourcearn": "arn:aws:ecs:us-east-1:123456789012:*"}
    assert trusts({"Statement": [statement]}, TASKS, known) is trusted


def test_an_empty_policy_trusts_nobody():
    assert not trusts({}, TASKS, {})


ROLE, ACCOUNT = "arn:aws:iam::123456789012:role/exec", "123456789012"


@pytest.mark.parametrize(
    ("document", "decision"),
    [
        (policy(Principal="*"), Decision.ALLOWED),
        (policy(Principal={"AWS": ROLE}), Decision.ALLOWED),
        (policy(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), Decision.ALLOWED),
        (policy(Principal={"AWS": "arn:aws:iam::123456789012:role/other"}), Decision.NOT_ALLOWED),
        (policy(Principal="*", resource="arn:aws:ecr:*:*:repository/mine"), Decision.NOT_ALLOWED),
        (policy(Principal="*", action="logs:*"), Decision.NOT_ALLOWED),
        ({"Statement": [*[policy(Principal="*")["Statement"]],
                        policy("Deny", Principal={"AWS": ROLE})["Statement"]]}, Decision.DENIED),
        ({}, Decision.NOT_ALLOWED),
    ],
)  # fmt: skip
def test_the_policy_of_an_endpoint_names_who_does_what_to_what(document, decision):
    web = "arn:aws:ecr:us-east-1:123456789012:repository/adgu/web"
    assert decide_at_endpoint(document, [ROLE], ACCOUNT, "ecr:BatchGetImage", web) is decision
