"""Reads leave no trace in the journal; all else does; a refusal is one the client can parse."""

import boto3
import botocore.awsrequest
import botocore.session
import pytest

from ecslab.sandbox.server.http import Incoming
from ecslab.sandbox.server.operation import operation, refusal
from ecslab.sandbox.world.errors import AwsError

TARGET = "AmazonEC2ContainerServiceV20141113.RunTask"
JSON = {"x-amz-target": TARGET, "content-type": "application/x-amz-json-1.1"}
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


@pytest.mark.parametrize(
    ("name", "mutates"),
    [("RunTask", True), ("ListTasks", False), ("DescribeTasks", False), ("GetAuthorizationToken", True),
     ("BatchGetImage", False), ("BatchDeleteImage", True), ("GetSessionToken", True), ("PutImage", True),
     ("BatchCheckLayerAvailability", False), ("TestMetricFilter", False), ("TagResource", True)],
)  # fmt: skip
def test_what_changes_something(name, mutates):
    request = Incoming("POST", "/", "", {"x-amz-target": f"Service.{name}"}, b"{}")
    assert (operation("ecs", request).name, operation("ecs", request).mutates) == (name, mutates)


@pytest.mark.parametrize("service", ["ecs", "ecr", "ec2", "iam", "logs", "sts"])
def test_no_create_or_delete_is_taken_for_a_read(service):
    model = botocore.session.get_session().get_service_model(service)
    verbs = ("Create", "Delete", "Put", "Run", "Start", "Stop", "Update", "Attach", "Modify", "Assume")
    for name in model.operation_names:
        request = Incoming("POST", "/", f"Action={name}", {}, b"")
        if name.startswith(verbs) and name != "StartLiveTail":
            assert operation(service, request).mutates, name


def test_the_action_of_a_form():
    request = Incoming("POST", "/", "", FORM, b"Action=DescribeVpcs&Version=2016-11-15")
    assert str(operation("ec2", request)) == "ec2:DescribeVpcs"


def test_the_method_where_there_is_no_action():
    assert operation("s3", Incoming("PUT", "/bucket", "", {}, b"")).mutates
    assert not operation("s3", Incoming("GET", "/bucket", "", {}, b"")).mutates


@pytest.mark.parametrize(
    ("service", "call", "headers"),
    [("ecs", "list_clusters", JSON), ("ec2", "describe_vpcs", FORM), ("iam", "list_roles", FORM),
     ("sts", "get_caller_identity", FORM)],
)  # fmt: skip
def test_boto3_understands_a_refusal(service, call, headers):
    client = boto3.client(service, "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    request = Incoming("POST", "/", "", headers, b"")
    status, answer, body = refusal(AwsError("SomeCode", "Wrong <it> is", 403), request, service)

    def reply(**_):
        class Raw:
            def stream(self, **_):
                yield body

        return botocore.awsrequest.AWSResponse("http://x", status, answer, Raw())

    client.meta.events.register("before-send", reply)
    with pytest.raises(client.exceptions.ClientError) as refused:
        getattr(client, call)()
    assert refused.value.response["Error"]["Code"] == "SomeCode"
    assert refused.value.response["Error"]["Message"] == "Wrong <it> is"
