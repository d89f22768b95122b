"""Which operation a request is; and a refusal is one the client can parse."""

import boto3
import botocore.awsrequest
import pytest

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire.operation import operation
from ecslab.sandbox.wire.refusal import refusal
from ecslab.sandbox.world.errors import AwsError

TARGET = "AmazonEC2ContainerServiceV20141113.RunTask"
JSON = {"x-amz-target": TARGET, "content-type": "application/x-amz-json-1.1"}
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def test_the_operation_of_a_target():
    request = HttpRequest("POST", "/", "", JSON, b"{}")
    assert (str(operation("ecs", request)), operation("ecs", request).changes) == ("ecs:RunTask", True)


def test_the_action_of_a_form():
    request = HttpRequest("POST", "/", "", FORM, b"Action=DescribeVpcs&Version=2016-11-15")
    assert str(operation("ec2", request)) == "ec2:DescribeVpcs"


def test_the_method_where_there_is_no_action():
    assert operation("s3", HttpRequest("PUT", "/bucket")).changes
    assert not operation("s3", HttpRequest("GET", "/bucket")).changes


@pytest.mark.parametrize(
    ("service", "call", "headers"),
    [("ecs", "list_clusters", JSON), ("ec2", "describe_vpcs", FORM), ("iam", "list_roles", FORM),
     ("sts", "get_caller_identity", FORM)],
)  # fmt: skip
def test_boto3_understands_a_refusal(service, call, headers):
    client = boto3.client(service, "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    request = HttpRequest("POST", "/", "", headers, b"")
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
