"""What no service could read is refused as AWS refuses it, whatever service it is sent to."""

import itertools
import json
import time

import pytest

from ecslab.sandbox import in_process
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire import malformed, signature
from ecslab.sandbox.wire.moto_failure import explain_failure

JSON = "application/x-amz-json-1.1"
FORM = "application/x-www-form-urlencoded"
TARGETS = {
    "ecs": malformed.ECS_TARGET, "ecr": "AmazonEC2ContainerRegistry_V20150921.", "logs": "Logs_20140328.",
    "secretsmanager": "secretsmanager.", "ssm": "AmazonSSM.",
}  # fmt: skip
OPERATIONS = {
    "ecs": ("ListClusters", "RegisterTaskDefinition", "TagResource"),
    "ecr": ("CreateRepository", "DescribeRepositories", "UploadLayerPart"),
    "logs": ("CreateLogGroup", "DescribeLogGroups", "PutLogEvents"),
    "secretsmanager": ("GetSecretValue",), "ssm": ("GetParameter",),
}  # fmt: skip
VERSIONS = {
    "ec2": "2016-11-15", "elasticloadbalancing": "2015-12-01", "iam": "2010-05-08", "sts": "2011-06-15",
}  # fmt: skip
ACTIONS = {
    "ec2": ("AuthorizeSecurityGroupIngress", "DescribeSubnets"),
    "elasticloadbalancing": ("CreateLoadBalancer", "CreateTargetGroup", "DescribeRules", "RegisterTargets"),
    "iam": ("AttachRolePolicy",), "sts": ("AssumeRole",),
}  # fmt: skip
NOT_JSON = [b"{", b"[]", b"null", b'"x"', b"1", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b"a=b",
            b'{"x":"\\ud800"}', b'{"x":' + b"9" * 5000 + b"}"]  # fmt: skip
NULL = "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null"
ALL = [(service, operation) for service in OPERATIONS for operation in OPERATIONS[service]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """A signed request; its status, error code and message, as the service's clients read them."""
    endpoint = in_process.start(tmp_path_factory.mktemp("home"), seed=1)
    key = signature.Key(endpoint.access_key, endpoint.secret_key)

    def send(service, headers, body, method="POST"):
        plain = HttpRequest(method, "/", "", {"host": endpoint.host, **headers}, body)
        signed = signature.sign(plain, key, "us-east-1", service, time.time())
        status, _, answer = endpoint.transport(method, endpoint.url + "/", signed, body)
        return status, *(_of_json(answer) if b"__type" in answer else _of_xml(answer.decode()))

    return send


def _of_json(answer):
    error = json.loads(answer)
    return error["__type"], error["message"]


def _of_xml(answer):
    return tuple(answer.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0] for tag in ("Code", "Message"))


def call(service, operation, content=JSON):
    return {"x-amz-target": TARGETS[service] + operation, "content-type": content}


@pytest.mark.parametrize(("service", "operation"), ALL)
def test_what_is_no_json_object(ask, service, operation):
    for body in NOT_JSON:
        status, code, message = ask(service, call(service, operation), body)
        assert (status, code, bool(message)) == (400, "SerializationException", True), body[:20]


@pytest.mark.parametrize("service", TARGETS)
def test_an_operation_that_there_is_not(ask, service):
    for operation, body in itertools.product(("Nope", "", "é", "a.b"), (b"{}", b'{"name":"x"}')):
        status, code, message = ask(service, call(service, operation), body)
        assert (status, code, bool(message)) == (400, "UnknownOperationException", True), operation


@pytest.mark.parametrize("target", ["", "ListClusters", "ecs.ListClusters", "Other_20141113.ListClusters"])
def test_ecs_listens_to_its_own_target_alone(ask, target):
    assert ask("ecs", {"x-amz-target": target, "content-type": JSON}, b"{}")[:2] == (
        400, "UnknownOperationException",
    )  # fmt: skip
    form = b"Action=ListClusters&Version=2014-11-13"
    assert ask("ecs", {"content-type": FORM}, form)[:2] == (400, "UnknownOperationException")
    assert ask("ecs", {}, b"", method="GET")[:2] == (400, "UnknownOperationException")


@pytest.mark.parametrize("content", ["text/html", "", FORM, "multipart/form-data", "application/xml"])
def test_a_wrong_content_type(ask, content):
    for service in ("ecs", "ecr"):
        assert ask(service, call(service, OPERATIONS[service][0], content), b"{}")[:2] == (
            400, "UnknownOperationException",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("service", "operation", "members", "refusal"),
    [
        ("ecr", "CreateRepository", {}, ("InvalidParameterException", NULL.format("repositoryName"))),
        ("logs", "CreateLogGroup", {}, ("InvalidParameterException", NULL.format("logGroupName"))),
        ("secretsmanager", "GetSecretValue", {}, ("ValidationException", NULL.format("SecretId"))),
        ("logs", "CreateLogGroup", {"logGroupName": []},
         ("SerializationException", "The value at 'logGroupName' is not of its type.")),
        ("ecr", "DescribeRepositories", {"maxResults": float("inf")},
         ("SerializationException", "The value at 'maxResults' is not of its type.")),
        ("ecs", "ListClusters", {"maxResults": "x"},
         ("SerializationException", "STRING_VALUE can not be converted to an Integer")),
    ],
)  # fmt: skip
def test_members_that_are_missing_or_of_another_type(ask, service, operation, members, refusal):
    assert ask(service, call(service, operation), json.dumps(members).encode()) == (400, *refusal)


@pytest.mark.parametrize(
    ("service", "form", "refusal"),
    [
        ("ec2", "Action=DescribeSubnets&MaxResults=abc",
         ("InvalidParameterValue", "Invalid value 'abc' for MaxResults")),
        ("ec2", "Action=AuthorizeSecurityGroupIngress&GroupId=sg-1&IpPermissions.1.FromPort=x",
         ("InvalidParameterValue", "Invalid value 'x' for IpPermissions.1.FromPort")),
        ("ec2", "Action=Nope", ("InvalidAction", "The action Nope is not valid for this web service.")),
        ("iam", "Action=Nope", ("InvalidAction", "Could not find operation Nope for version 2010-05-08")),
        ("iam", "Action=AttachRolePolicy&RoleName=x", ("ValidationError", NULL.format("policyArn"))),
        ("elasticloadbalancing", "Action=DescribeRules&PageSize=x",
         ("MalformedInput", "Invalid value 'x' for PageSize")),
        ("sts", "Action=", ("MissingAction", "The request must contain the parameter Action")),
    ],
)  # fmt: skip
def test_forms_that_miss_something_or_hold_nonsense(ask, service, form, refusal):
    body = f"{form}&Version={VERSIONS[service]}".encode()
    assert ask(service, {"content-type": FORM}, body) == (400, *refusal)


@pytest.mark.parametrize("service", VERSIONS)
def test_any_form_gets_an_answer_of_its_service(ask, service):
    rests = ["", "&MaxResults=abc", "&Filter.x.Name=y&Filter.0.Value=", "&%zz=%ff", "&PageSize=x&Port=-",
             "&GroupId=sg-1&IpPermissions.1.FromPort=x", "&TargetGroupArn=x", "&RoleName=x", "&VpcId.1=",
             "&Name=a&Subnets.member.1=x&Port=x&Protocol=HTTP&VpcId=v"]  # fmt: skip
    bodies = [f"Action={action}&Version={VERSIONS[service]}{rest}".encode()
              for action in (*ACTIONS[service], "Nope", "") for rest in rests]  # fmt: skip
    bodies += [b"", b"\xff\xff", b"Action", b"{}", b"Action=" + b"x" * 10_000]
    for body, content in itertools.product(bodies, (FORM, JSON, "")):
        status, code, message = ask(service, {"content-type": content} if content else {}, body)
        assert status == 200 or (400 <= status < 500 and code and message), (body, content, status, code)


def test_it_answers_as_before_after_all_that(ask):
    assert ask("ecs", call("ecs", "ListClusters"), b"{}")[0] == 200


def test_a_failure_at_a_sound_request_is_the_sandbox_s_own():
    request = HttpRequest("POST", "/", "", call("ecr", "CreateRepository"), b'{"repositoryName":"a"}')
    assert explain_failure(request, "ecr", "CreateRepository") is None
    form = HttpRequest("POST", "/", "", {"content-type": FORM}, b"Action=DescribeVpcs&Version=2016-11-15")
    assert explain_failure(form, "ec2", "DescribeVpcs") is None
    assert explain_failure(form, "no-such-service", "DescribeVpcs") is None
