"""What asks for more than an operation can mean is refused at once, as its service refuses."""

import json
import time

import pytest

from ecslab.sandbox import in_process
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire import signature
from ecslab.sandbox.world.wildcards import pattern

SECONDS = 0.5  # of CPU, for anything that is refused
JSON = {
    "ecs": "AmazonEC2ContainerServiceV20141113.", "ecr": "AmazonEC2ContainerRegistry_V20150921.",
    "logs": "Logs_20140328.", "secretsmanager": "secretsmanager.", "ssm": "AmazonSSM.",
}  # fmt: skip
FORM = {"ec2": "2016-11-15", "elasticloadbalancing": "2015-12-01", "iam": "2010-05-08", "sts": "2011-06-15"}
LONG = "x" * 400_000
BILLION = 10**9


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    return in_process.start(tmp_path_factory.mktemp("home"), seed=1)


@pytest.fixture(scope="module")
def ask(endpoint):
    """A signed request; its status, answer, and seconds of CPU."""
    key = signature.Key(endpoint.access_key, endpoint.secret_key)

    def send(service, headers, body, path="/", method="POST"):
        plain = HttpRequest(method, path, "", {"host": endpoint.host, **headers}, body)
        signed = signature.sign(plain, key, "us-east-1", service, time.time())
        began = time.process_time()
        status, _, answer = endpoint.transport(method, endpoint.url + path, signed, body)
        return status, answer.decode(), time.process_time() - began

    return send


@pytest.fixture(scope="module")
def call(ask):
    """A call by its name, such as `ecs:RunTask`; what it is given is an object, a form, or bytes."""

    def called(name, content):
        service, _, operation = name.partition(":")
        if service in JSON:
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            headers = {"x-amz-target": JSON[service] + operation}
            return ask(service, {**headers, "content-type": "application/x-amz-json-1.1"}, body)
        form = f"Action={operation}&Version={FORM[service]}&{content}".encode()
        return ask(service, {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}, form)

    for name, content in {
        "ecs:CreateCluster": {"clusterName": "default"},
        "ecs:RegisterTaskDefinition": {
            "family": "a", "containerDefinitions": [{"name": "a", "image": "httpd", "memory": 4}]},
        "ecr:CreateRepository": {"repositoryName": "aa"}, "logs:CreateLogGroup": {"logGroupName": "a"},
        "logs:CreateLogStream": {"logGroupName": "a", "logStreamName": "b"},
        "secretsmanager:ListSecrets": {}, "ssm:DescribeParameters": {}, "ec2:DescribeVpcs": "",
        "ec2:DescribeInstances": "",
        "iam:ListRoles": "", "sts:GetCallerIdentity": "", "elasticloadbalancing:DescribeTargetGroups": "",
    }.items():  # fmt: skip
        assert called(name, content)[0] == 200, name
    return called


def fields(template, count):
    return "&".join(template.format(i) for i in range(1, count + 1))


def policy(text):
    return f"RoleName=a&AssumeRolePolicyDocument={text}"


TOO_MUCH = {
    "instances": ("ec2:RunInstances", f"MinCount={BILLION}&MaxCount={BILLION}&ImageId=ami-1",
                  "You have requested more instances (1000000000) than your current instance limit of 20"),
    "addresses": ("ec2:CreateNetworkInterface", f"SubnetId=subnet-1&SecondaryPrivateIpAddressCount={BILLION}",
                  "Value (1000000000) for parameter SecondaryPrivateIpAddressCount is invalid."),
    "4,000 filters": ("ec2:DescribeVpcs", fields("Filter.{0}.Name=tag:a{0}&Filter.{0}.Value.1=x", 4000),
                      "FilterLimitExceeded"),
    "60 filters": ("ec2:DescribeVpcs", fields("Filter.{0}.Name=tag:a{0}&Filter.{0}.Value.1=x", 60),
                   "FilterLimitExceeded"),
    "201 values": ("ec2:DescribeSubnets", "Filter.1.Name=tag:a&" + fields("Filter.1.Value.{0}=x{0}", 201),
                   "The request uses too many filters or too many filter values."),
    "rules": ("ec2:AuthorizeSecurityGroupIngress", "GroupId=sg-1&" + fields(
        "IpPermissions.{0}.IpProtocol=tcp&IpPermissions.{0}.IpRanges.1.CidrIp=10.0.0.0/8", 61),
        "RulesPerSecurityGroupLimitExceeded"),
    "more rules": ("ec2:AuthorizeSecurityGroupIngress", "GroupId=sg-1&" + fields(
        "IpPermissions.{0}.IpProtocol=tcp&IpPermissions.{0}.IpRanges.1.CidrIp=10.0.0.0/8", 3000),
        "has more than 1000 parameters"),
    "tags": ("ec2:CreateTags", "ResourceId.1=vpc-1&" + fields("Tag.{0}.Key=k{0}&Tag.{0}.Value=v", 51),
             "TagLimitExceeded"),
    "empty fields": ("ec2:DescribeVpcs", "&" * 500_000, "has more than 1000 parameters"),
    "ids": ("ec2:DescribeVpcs", fields("VpcId.{0}=vpc-{0}", 4000), "has more than 1000 parameters"),
    "a page of EC2": ("ec2:DescribeSubnets", "MaxResults=100000000000000000000",
                      "Value ( 100000000000000000000 ) for parameter maxResults is invalid."),
    "less than a page": ("ec2:DescribeSubnets", "MaxResults=-1", "Value ( -1 ) for parameter maxResults"),
    "a text of EC2": ("ec2:CreateSecurityGroup", f"GroupName=a&GroupDescription={LONG}",
                      "The value of parameter GroupDescription is too long."),
    "every address": ("ec2:CreateVpc", "CidrBlock=0.0.0.0/0", "InvalidVpc.Range"),
    "a page of roles": ("iam:ListRoles", f"MaxItems={BILLION}",
                        "Value '1000000000' at 'maxItems' failed to satisfy constraint: Member must have "
                        "value less than or equal to 1000"),
    "a role's name": ("iam:GetRole", f"RoleName={LONG}", "Member must have length less than or equal to 64"),
    "a policy's size": ("iam:CreatePolicy", f"PolicyName=a&PolicyDocument={LONG}",
                        "MalformedPolicyDocument"),
    "a policy's depth": ("iam:CreateRole", policy('{"Statement":' + "[" * 900 + "]" * 900 + "}"),
                         "This policy contains invalid Json"),
    "a policy that never ends": ("iam:CreateRole", policy("[" * 50_000), "MalformedPolicyDocument"),
    "a policy for a session": ("sts:AssumeRole", "RoleArn=arn:aws:iam::123456789012:role/a&"
                               "RoleSessionName=ab&Policy=" + "[" * 50_000, "MalformedPolicyDocument"),
    "a session's length": ("sts:AssumeRole", f"RoleArn=arn:aws:iam::123456789012:role/a&RoleSessionName=ab&"
                           f"DurationSeconds={BILLION}", "less than or equal to 43200"),
    "targets": ("elasticloadbalancing:RegisterTargets",
                fields("Targets.member.{0}.Id=i", 8000), "has more than 1000 parameters"),
    "a page of balancers": ("elasticloadbalancing:DescribeLoadBalancers", f"PageSize={BILLION}",
                            "less than or equal to 400"),
    "tasks": ("ecs:RunTask", {"taskDefinition": "a", "count": BILLION}, "InvalidParameterException"),
    "a service's tasks": ("ecs:CreateService", {"serviceName": "a", "taskDefinition": "a",
                                                "desiredCount": BILLION}, "InvalidParameterException"),
    "a page of tasks": ("ecs:ListTasks", {"maxResults": BILLION}, "InvalidParameterException"),
    "tasks to look at": ("ecs:DescribeTasks", {"tasks": ["a"] * 20_000}, "InvalidParameterException"),
    "containers": ("ecs:RegisterTaskDefinition", {"family": "a", "containerDefinitions": [
        {"name": f"c{i}", "image": "httpd", "memory": 4} for i in range(4000)]}, "at most 10 items"),
    "a cluster's name": ("ecs:CreateCluster", {"clusterName": LONG}, "ClusterName must match"),
    "a page of repositories": ("ecr:DescribeRepositories", {"maxResults": BILLION}, "or equal to 1000"),
    "a repository's name": ("ecr:CreateRepository", {"repositoryName": "a-" * 100_000}, "repositoryName"),
    "a repository's tags": ("ecr:CreateRepository", {"repositoryName": "many", "tags": [
        {"Key": f"k{i}", "Value": "v"} for i in range(5000)]}, "length less than or equal to 50"),
    "images": ("ecr:BatchGetImage", {"repositoryName": "aa", "imageIds": [
        {"imageTag": f"t{i}"} for i in range(20_000)]}, "less than or equal to 100"),
    "a page of log groups": ("logs:DescribeLogGroups", {"limit": BILLION}, "less than or equal to 50"),
    "a filter of logs": ("logs:FilterLogEvents", {"logGroupName": "a", "filterPattern": "(a+)+$" * 2000},
                         "less than or equal to 1024"),
    "events": ("logs:PutLogEvents", {"logGroupName": "a", "logStreamName": "b", "logEvents": [
        {"timestamp": 1, "message": "x"}] * 12_000}, "less than or equal to 10000"),
    "a secret": ("secretsmanager:CreateSecret", {"Name": "a", "SecretString": LONG},
                 "less than or equal to 65536"),
    "a password": ("secretsmanager:GetRandomPassword", {"PasswordLength": BILLION}, "than or equal to 4096"),
    "secrets": ("secretsmanager:ListSecrets", {"Filters": [{"Key": "name", "Values": ["("]}] * 2000},
                           "less than or equal to 10"),
    "parameters": ("ssm:GetParameters", {"Names": ["/a"] * 20_000}, "less than or equal to 10"),
    "a page of parameters": ("ssm:DescribeParameters", {"MaxResults": BILLION}, "less than or equal to 50"),
}  # fmt: skip


@pytest.mark.parametrize("what", TOO_MUCH)
def test_too_much_is_refused_at_once(call, what):
    name, content, words = TOO_MUCH[what]
    status, answer, seconds = call(name, content)
    assert (status, words in answer) == (400, True), answer[:300]
    assert len(answer) < 1500
    assert seconds < SECONDS


ODD_TOKENS = ["zz", "-1", "\u0000\u00ff", "bm90IG9uZQ==", "9" * 2000, "{}", "a" * 1500]
PAGES = {
    "ecs:ListClusters": "nextToken", "ecs:ListTasks": "nextToken", "ecs:ListTaskDefinitions": "nextToken",
    "ecr:DescribeRepositories": "nextToken", "secretsmanager:ListSecrets": "NextToken",
    "ssm:DescribeParameters": "NextToken", "ec2:DescribeVpcs": "NextToken", "iam:ListRoles": "Marker",
    "ec2:DescribeSecurityGroups": "NextToken", "ec2:DescribeInstances": "NextToken",
    "elasticloadbalancing:DescribeLoadBalancers": "Marker",
    "elasticloadbalancing:DescribeTargetGroups": "Marker",
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_token_that_was_never_given_is_refused(call, name):
    for token in ODD_TOKENS:
        content = {PAGES[name]: token} if name.partition(":")[0] in JSON else f"{PAGES[name]}={token}"
        status, answer, seconds = call(name, content)
        assert 400 <= status < 500, (token[:20], answer[:200])
        assert seconds < SECONDS


DEEP_JSON = [b"[" * 90_000, b'{"a":' * 90_000, b'{"a":' + b"[" * 900 + b"]" * 900 + b"}"]
DEEP_FORMS = ["a" + ".a" * 5000 + "=1", "Filter.1" + ".1" * 5000 + "=1", "Filter.1000000000.Name=a",
              "Tags.member.1" + ".member.1" * 2000 + "=1", "Filter.-1.Name=&Filter..Value.=",
              "%00=%00&=&=="]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["ecs:RegisterTaskDefinition", "ecs:RunTask", "ecr:PutImage", "ecr:SetRepositoryPolicy",
     "logs:PutLogEvents", "logs:CreateLogGroup", "secretsmanager:CreateSecret", "ssm:PutParameter"],
)  # fmt: skip
def test_deeply_nested_json_is_refused(call, name):
    for body in DEEP_JSON:
        status, answer, seconds = call(name, body)
        assert (status, json.loads(answer)["__type"].endswith("Exception")) == (400, True)
        assert seconds < SECONDS


@pytest.mark.parametrize(
    "name", ["ec2:DescribeVpcs", "ec2:CreateVpc", "elasticloadbalancing:CreateRule", "iam:CreateRole",
             "elasticloadbalancing:DescribeRules", "sts:AssumeRole"],
)  # fmt: skip
def test_deep_and_odd_names_in_forms_are_no_failure(call, name):
    for form in DEEP_FORMS:
        status, answer, seconds = call(name, form)
        assert status < 500, answer[:200]
        assert seconds < SECONDS


@pytest.mark.parametrize("member", ["policyText", "lifecyclePolicyText"])
def test_nesting_within_a_text_is_refused_too(call, member):
    operation = "ecr:SetRepositoryPolicy" if member == "policyText" else "ecr:PutLifecyclePolicy"
    for text in ("[" * 9000, '{"a":' * 2000, '{"rules":' + "[" * 900 + "]" * 900 + "}"):
        status, answer, seconds = call(operation, {"repositoryName": "aa", member: text})
        assert 400 <= status < 500, answer[:200]
        assert seconds < SECONDS


def test_xml_is_read_to_any_depth(ask):
    body = b"<a>" * 20_000 + b"</a>" * 20_000
    for path in ("/bucket", "/bucket?tagging"):
        status, _, seconds = ask("s3", {"content-type": "application/xml"}, body, path, "PUT")
        assert status < 500
        assert seconds < 1


@pytest.mark.parametrize("wildcards", ["*a" * 40 + "b", "*" * 500 + "b", "*a?" * 40 + "b", "a*" * 60 + "!"])
def test_a_pattern_of_wildcards_takes_no_longer_than_a_look(wildcards):
    began = time.process_time()
    assert not pattern(wildcards, True).fullmatch("a" * 2000)
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize(
    ("wildcards", "text", "fits"),
    [("*", "", True), ("a*", "a", True), ("a*b", "ab", True), ("a*b", "aXbXb", True), ("a*b*c", "abbc", True),
     ("*ab*ab", "ab", False), ("*ab*ab", "abab", True), ("a?c", "abc", True), ("a?c", "ac", False),
     ("*a?b*", "xxaab", True), ("**a", "ba", True), ("s3:Get*Object", "s3:GetObject", True), ("", "", True),
     ("a.c", "abc", False)],
)  # fmt: skip
def test_what_a_pattern_fits(wildcards, text, fits):
    assert bool(pattern(wildcards, False).fullmatch(text)) == fits


def test_it_answers_as_before_after_all_that(call):
    assert call("ecs:ListClusters", {})[0] == 200
    assert call("ec2:DescribeVpcs", "Filter.1.Name=tag:a&" + fields("Filter.1.Value.{0}=x", 200))[0] == 200
