"""Bad input, in each protocol: AWS's error shape, one plain sentence, and a healthy server."""

import json
import re
import time
from functools import partial

import pytest
from aws_client import Aws
from botocore import xform_name
from botocore.exceptions import ClientError

from ecslab.sandbox import in_process
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire import signature
from ecslab.sandbox.wire.fields.check import _TABLES

ZONE = {"Name": "lab.internal", "CallerReference": "1"}
TAGGING = {"Bucket": "bucket", "Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}}
NEWER = [
    # service, operation, shape that gets a member, its place on the wire, the other parameters
    ("ecs", "ListClusters", "ListClustersRequest", {}, {}),
    ("ecs", "RegisterTaskDefinition", "ContainerDefinition", {},
     {"family": "a", "containerDefinitions": [{"name": "a", "image": "b", "NewMember": "x"}]}),
    ("ecr", "DescribeRepositories", "DescribeRepositoriesRequest", {}, {}),
    ("logs", "DescribeLogGroups", "DescribeLogGroupsRequest", {}, {}),
    ("ssm", "DescribeParameters", "DescribeParametersRequest", {}, {}),
    ("kms", "CreateKey", "CreateKeyRequest", {}, {}),
    ("sqs", "ListQueues", "ListQueuesRequest", {}, {}),
    ("secretsmanager", "ListSecrets", "ListSecretsRequest", {}, {}),
    ("resourcegroupstaggingapi", "GetResources", "GetResourcesInput", {}, {}),
    ("elbv2", "DescribeLoadBalancers", "DescribeLoadBalancersInput", {}, {}),
    ("iam", "ListRoles", "ListRolesRequest", {}, {}),
    ("sts", "GetCallerIdentity", "GetCallerIdentityRequest", {}, {}),
    ("ec2", "DescribeVpcs", "DescribeVpcsRequest", {}, {}),
    ("ec2", "DescribeVpcs", "Filter", {}, {"Filters": [{"Name": "x", "NewMember": "x"}]}),
    ("s3", "PutObject", "PutObjectRequest", {"location": "header", "locationName": "x-amz-new-member"},
     {"Bucket": "bucket", "Key": "a"}),
    ("s3", "ListObjectsV2", "ListObjectsV2Request", {"location": "querystring", "locationName": "new-member"},
     {"Bucket": "bucket"}),
    ("s3", "PutBucketTagging", "Tagging", {},
     {"Bucket": "bucket", "Tagging": {"TagSet": [], "NewMember": "x"}}),
    ("route53", "CreateHostedZone", "CreateHostedZoneRequest", {}, ZONE),
]  # fmt: skip
NEWER = [case for case in NEWER if case[0] in _TABLES]
KNOWN = [
    ("elbv2", "CreateTargetGroup",
     {"Name": "a", "Protocol": "HTTP", "Port": 80, "Matcher": {"HttpCode": "200"}, "TargetType": "ip",
      "HealthCheckEnabled": True, "Tags": [{"Key": "a", "Value": "b"}], "VpcId": "VPC"}),
    ("elbv2", "DescribeTargetGroups", {"Names": []}),
    ("ec2", "CreateSecurityGroup",
     {"GroupName": "a", "Description": "b",
      "TagSpecifications": [{"ResourceType": "security-group", "Tags": [{"Key": "a", "Value": "b"}]}]}),
    ("iam", "CreateInstanceProfile", {"InstanceProfileName": "a", "Tags": [{"Key": "a", "Value": "b"}]}),
    ("sqs", "CreateQueue", {"QueueName": "a", "Attributes": {"VisibilityTimeout": "5"}, "tags": {"a": "b"}}),
    ("s3", "PutBucketTagging", TAGGING),
    ("s3", "PutObject", {"Bucket": "bucket", "Key": "a", "Body": b"x", "Metadata": {"a": "b"},
                         "ChecksumAlgorithm": "SHA256", "Tagging": "a=b"}),
    ("s3", "DeleteObjects", {"Bucket": "bucket", "Delete": {"Objects": [{"Key": "a"}], "Quiet": True}}),
    ("route53", "CreateHostedZone", ZONE | {"HostedZoneConfig": {"Comment": "x", "PrivateZone": False}}),
    ("kms", "CreateKey", {"Description": "x", "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
]  # fmt: skip


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    endpoint = in_process.start(tmp_path_factory.mktemp("home"), seed=1)
    Aws(endpoint).client("s3").create_bucket(Bucket="bucket")
    return endpoint


@pytest.fixture
def client(endpoint):
    """A client of its own, which checks no parameter."""
    return partial(Aws(endpoint).client, parameter_validation=False)


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


def call(client, operation, parameters):
    return getattr(client, xform_name(operation))(**parameters)


@pytest.mark.parametrize(("service", "operation", "shape", "place", "request_members"), NEWER)
def test_a_member_of_a_newer_botocore_is_refused(client, service, operation, shape, place, request_members):
    newer = client(service)
    members = newer.meta.service_model._service_description["shapes"][shape]["members"]
    members["NewMember"] = {"shape": "NewMember", **place}
    newer.meta.service_model._service_description["shapes"]["NewMember"] = {"type": "string"}
    inner = "NewMember" in json.dumps(request_members, default=str)
    with pytest.raises(ClientError) as refusal:
        call(newer, operation, request_members if inner else request_members | {"NewMember": "x"})
    error = refusal.value.response["Error"]
    assert error["Code"] and refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    unknown = r"'.*[nN]ew-?[mM]ember' is a member that this sandbox does not know\."
    assert re.fullmatch(unknown, error["Message"])
    assert client("sts").get_caller_identity()["Account"] == "123456789012"


@pytest.mark.parametrize(("service", "operation", "members"), KNOWN)
def test_what_the_model_knows_is_taken(client, service, operation, members):
    if "VpcId" in members:
        members = members | {"VpcId": client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]}
    assert call(client(service), operation, members)["ResponseMetadata"]["HTTPStatusCode"] < 300


@pytest.mark.parametrize(
    ("service", "operation", "members", "code"),
    [
        ("ecs", "ListClusters", {"maxResults": "ten"}, "SerializationException"),
        ("ecr", "DescribeRepositories", {"repositoryNames": [["web"]]}, "SerializationException"),
        ("ssm", "PutParameter", {"Name": 5, "Value": "x", "Type": "String"}, "SerializationException"),
        ("logs", "CreateLogGroup", {"logGroupName": ["x"]}, "SerializationException"),
        ("kms", "CreateKey", {"MultiRegion": "yes"}, "SerializationException"),
        ("sqs", "ReceiveMessage", {"QueueUrl": "x", "MaxNumberOfMessages": "1"}, "SerializationException"),
        ("iam", "ListRoles", {"MaxItems": "ten"}, "MalformedInput"),
        ("elbv2", "CreateTargetGroup", {"Name": "a", "Port": "http"}, "MalformedInput"),
        ("ec2", "DescribeVpcs", {"MaxResults": "ten"}, "InvalidParameterValue"),
        ("ec2", "DescribeVpcs", {"DryRun": "perhaps"}, "InvalidParameterValue"),
    ],
)
def test_a_member_of_the_wrong_type_is_refused(client, service, operation, members, code):
    asking = client(service)
    for shape in asking.meta.service_model._service_description["shapes"].values():
        if shape["type"] in ("boolean", "integer", "long"):
            shape["type"] = "string"  # else the client itself would refuse or change it
    with pytest.raises(ClientError) as refusal:
        call(asking, operation, members)
    assert refusal.value.response["Error"]["Code"] == code
    assert client("sts").get_caller_identity()["Account"] == "123456789012"


@pytest.mark.parametrize(
    ("service", "version", "code"),
    [
        ("ec2", "1999-01-01", "NoSuchVersion"), ("ec2", "", "MissingParameter"),
        ("iam", "1999-01-01", "InvalidAction"), ("iam", "", "InvalidAction"),
        ("elasticloadbalancing", "1999-01-01", "InvalidAction"),
    ],
)  # fmt: skip
def test_a_version_that_a_service_does_not_have_is_refused(ask, service, version, code):
    action = {"ec2": "DescribeVpcs", "iam": "ListRoles"}.get(service, "DescribeLoadBalancers")
    body = f"Action={action}" + (f"&Version={version}" if version else "")
    status, text = ask(service, {"content-type": "application/x-www-form-urlencoded"}, body.encode())
    assert status == 400 and f"<Code>{code}</Code>" in text and version in text


@pytest.mark.parametrize(
    ("service", "target"),
    [
        ("ecs", "AmazonEC2ContainerServiceV20991231.ListClusters"), ("ssm", "AmazonSSM_20.GetParameter"),
        ("ecs", "AmazonEC2ContainerServiceV20141113.MakeCluster"), ("ssm", "GetParameter"),
        ("ssm", "AmazonEC2ContainerServiceV20141113.ListClusters"), ("ecr", "AmazonSSM.ListImages"),
        ("kms", "TrentService.CreateKey.ListKeys"), ("iam", "IAM.ListRoles"), ("s3", "S3.GetObject"),
        ("ec2", "EC2.DescribeVpcs"),
    ],
)  # fmt: skip
def test_a_target_that_a_service_does_not_have_is_refused(ask, service, target):
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}
    status, text = ask(service, headers, b"{}")
    assert status == 400 and json.loads(text)["message"].endswith(".")
    assert json.loads(text)["__type"] in ("UnknownOperationException", "InvalidAction")


def test_another_protocol_is_refused(ask):
    cbor = {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"}
    path = "/service/AmazonSSM/operation/DescribeParameters"
    status, text = ask("ssm", cbor, b"\xa0", path=path)
    assert status == 400 and "ssm is spoken to in JSON" in text
    form = {"content-type": "application/x-www-form-urlencoded"}
    status, text = ask("ssm", form, b"Action=DescribeParameters&Version=2014-11-06")
    assert status == 400 and "ssm is spoken to in JSON" in text


@pytest.mark.parametrize("body", [b"<", b"no xml", b'<!DOCTYPE a [<!ENTITY b "c">]><Tagging>&b;</Tagging>'])
def test_a_body_that_is_no_xml_is_refused(ask, body):
    status, text = ask("s3", {}, body, query="tagging=", method="PUT", path="/bucket")
    assert status == 400 and "<Code>MalformedXML</Code>" in text


def test_who_calls_is_said_by_sts_alone(ask):
    body = b"Action=GetCallerIdentity&Version=2016-11-15"
    status, text = ask("ec2", {"content-type": "application/x-www-form-urlencoded"}, body)
    assert status == 400 and "is not valid for this web service" in text
