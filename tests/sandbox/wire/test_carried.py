"""Only what is connected answers: every other service and operation is refused, in its own protocol."""

import json
import time
from functools import partial

import botocore.session
import pytest
from aws_client import Aws
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.autoscaling import dispatch as autoscaling
from ecslab.sandbox.bridge.ecs import dispatch
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire import signature
from ecslab.sandbox.wire.carried import CARRIED

UNCONNECTED = {
    "cloudformation": "CreateStack", "events": "PutTargets", "scheduler": "CreateSchedule",
    "stepfunctions": "CreateStateMachine", "lambda": "CreateFunction", "dynamodb": "CreateTable",
    "sns": "CreateTopic", "rds": "CreateDBInstance", "autoscaling-plans": "CreateScalingPlan",
    "batch": "SubmitJob",
    "codedeploy": "CreateDeployment", "appmesh": "CreateMesh", "vpc-lattice": "CreateService",
    "eks": "CreateCluster", "efs": "CreateFileSystem",
    "codebuild": "CreateProject", "apigateway": "CreateRestApi",
}  # fmt: skip
LATER = ("cloudformation", "events", "scheduler", "stepfunctions")
UNCARRIED = (
    ("ecr", "PutReplicationConfiguration"), ("ec2", "CreateFleet"), ("iam", "CreateGroup"),
    ("logs", "StartQuery"),
    ("ssm", "SendCommand"), ("secretsmanager", "RotateSecret"), ("s3", "PutBucketAcl"), ("kms", "Sign"),
    ("acm", "ExportCertificate"),
    ("route53", "CreateHealthCheck"), ("elb", "AddTags"), ("sts", "GetFederationToken"),
    ("sqs", "AddPermission"), ("cloudwatch", "PutDashboard"),
    ("application-autoscaling", "GetPredictiveScalingForecast"), ("autoscaling", "CreateLaunchConfiguration"),
    ("servicediscovery", "CreatePublicDnsNamespace"),
)  # fmt: skip


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    return in_process.start(tmp_path_factory.mktemp("home"), seed=1)


@pytest.fixture(scope="module")
def client(endpoint):
    """A client of any service, which checks no parameter."""
    aws = Aws(endpoint)
    aws.session._session.set_default_client_config(Config(inject_host_prefix=False))
    return partial(aws.client, parameter_validation=False)


def arguments(model, operation):
    """What no request can be made without: members that stand in the path, and maps that boto3 looks into."""
    shape = model.operation_model(operation).input_shape
    members = shape.members.items() if shape else ()
    texts = {name: "x" for name, member in members if member.serialization.get("location") == "uri"}
    return texts | {name: {} for name, member in members if member.type_name == "map"}


def call(client, operation):
    return getattr(client, xform_name(operation))(**arguments(client.meta.service_model, operation))


def refusal_of(client, service, operation):
    with pytest.raises(ClientError) as refusal:
        call(client(service), operation)
    response = refusal.value.response
    assert response["Error"]["Code"] and response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return response["Error"]["Message"]


@pytest.mark.parametrize(("service", "operation"), UNCONNECTED.items())
def test_an_unconnected_service_is_refused_in_one_sentence_that_names_what_is_carried(
    client, service, operation
):
    yet = " yet" if service in LATER else ""
    assert refusal_of(client, service, operation) == (
        f"This sandbox does not carry {service}:{operation}{yet}: it carries ECS, ECR, Elastic Load "
        "Balancing v2, Elastic Load Balancing, EC2, IAM, STS, CloudWatch Logs, Secrets Manager, SSM, S3, "
        "SQS, KMS, ACM, Route 53, Resource Groups Tagging API, CloudWatch, Application Auto Scaling, Auto "
        "Scaling and ServiceDiscovery, as far as tasks touch them."
    )


@pytest.mark.parametrize(("service", "operation"), UNCARRIED)
def test_an_operation_is_refused_in_one_sentence_that_names_what_is_carried(client, service, operation):
    carried = next(each for each in CARRIED if each.name == service)
    message = refusal_of(client, service, operation)
    assert message.startswith(f"This sandbox does not carry {service}:{operation}: of {service} it carries ")
    assert carried.why in message or all(name in message for name in carried.operations)


def test_of_scaling_all_is_carried_but_forecasts():
    scaling = next(service for service in CARRIED if service.name == "application-autoscaling")
    assert scaling.operations == autoscaling.OPERATIONS.keys()
    model = botocore.session.get_session().get_service_model(scaling.name)
    assert set(model.operation_names) - scaling.operations == {"GetPredictiveScalingForecast"}


@pytest.mark.parametrize("service", UNCONNECTED)
def test_not_one_operation_of_an_unconnected_service_answers(client, service):
    unconnected = client(service)
    for operation in unconnected.meta.service_model.operation_names:
        with pytest.raises(ClientError, match="This sandbox does not carry"):
            call(unconnected, operation)


def test_the_list_names_what_aws_has():
    session = botocore.session.get_session()
    for service in CARRIED:
        model = session.get_service_model(service.name)
        assert service.operations <= set(model.operation_names)
        assert service.signed_as == model.signing_name
        assert service.version in ("", model.api_version)
        assert service.title == model.service_id


def test_of_ecs_all_is_carried_that_the_sandbox_answers():
    ecs = next(service for service in CARRIED if service.name == "ecs")
    assert ecs.operations == dispatch.OPERATIONS.keys()


@pytest.fixture(scope="module")
def ask(endpoint):
    """The status and text that a request of any form is answered with."""
    key = signature.Key(endpoint.access_key, endpoint.secret_key)

    def send(service, headers, body=b"", query="", method="POST", path="/"):
        plain = HttpRequest(method, path, query, {"host": endpoint.host, **headers}, body)
        signed = signature.sign(plain, key, "us-east-1", service, time.time())
        url = f"{endpoint.url}{path}" + (f"?{query}" if query else "")
        status, _, answer = endpoint.transport(method, url, signed, body)
        return status, answer.decode("utf-8", "replace")

    return send


FORM = {"content-type": "application/x-www-form-urlencoded"}
TARGET = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter"}


@pytest.mark.parametrize(
    ("service", "headers", "body", "query"),
    [
        ("ec2", FORM, b"Action=DescribeVpcs&Action=CreateFleet&Version=2016-11-15", ""),
        ("ec2", FORM, b"Action=CreateFleet&Version=2016-11-15", "Action=DescribeVpcs"),
        ("ssm", TARGET, b"{}", "Action=SendCommand"),
    ],
)
def test_a_request_that_names_two_operations_is_refused(ask, service, headers, body, query):
    status, text = ask(service, headers, body, query)
    assert status == 400 and "names more than one operation" in text


@pytest.mark.parametrize("action", ["describe_vpcs", "setup_class", "__init__", "DescribeVpcs "])
def test_the_names_of_methods_are_no_operations(ask, action):
    status, text = ask("ec2", FORM, f"Action={action}&Version=2016-11-15".encode())
    assert status == 400 and "is not valid for this web service" in text


def test_a_form_without_its_content_type_names_nothing(ask):
    status, _ = ask("ec2", {"content-type": "text/plain"}, b"Action=CreateFleet&Version=2016-11-15")
    assert status == 400


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS", "PATCH", "BREW"])
@pytest.mark.parametrize("service", ["no-such-service", "lambda", "s3", "ec2", "route53"])
def test_odd_requests_get_a_refusal(ask, service, method):
    status, text = ask(service, {}, method=method, path="/a/../b/%00")
    assert 400 <= status < 500 and text


def test_a_refusal_in_cbor_is_read_by_its_clients(client):
    with pytest.raises(ClientError) as refusal:
        client("cloudwatch").list_dashboards()
    assert refusal.value.response["Error"]["Code"] == "UnknownOperationException"


def test_the_answer_of_a_rest_service_is_json(ask):
    _, text = ask("lambda", {}, method="GET", path="/2015-03-31/functions/")
    message = json.loads(text)["message"]
    assert message.startswith("This sandbox does not carry lambda:ListFunctions: it carries ECS")
