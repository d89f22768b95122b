"""What the ledger takes from the requests and the responses of create calls, and how it tags them."""

import pytest

from ecslab.connection.resource_kinds import BY_CREATE_CALL, KINDS
from ecslab.connection.tags import owner_in, spelling

TAGGED = [kind for kind in KINDS if kind.taggable]


def test_no_two_rows_share_a_kind_or_a_create_call():
    assert len({kind.kind for kind in KINDS}) == len(BY_CREATE_CALL) == len(KINDS)


@pytest.mark.parametrize(
    ("call", "params", "name"),
    [
        (("ecs", "CreateCluster"), {"clusterName": "blue"}, "blue"),
        (("ecs", "CreateCluster"), {}, "default"),
        (("ecs", "RunTask"), {}, "default"),
        (("ecs", "RunTask"), {"cluster": "arn:aws:ecs:us-east-1:1:cluster/blue"}, "blue"),
        (("logs", "CreateLogGroup"), {"logGroupName": "/ecs/web"}, "/ecs/web"),
        (("iam", "CreateRole"), {}, None),
        (("iam", "CreateRole"), {"RoleName": 7}, None),
    ],
)
def test_the_name_is_read_from_the_request(call, params, name):
    assert BY_CREATE_CALL[call].name(params) == name


@pytest.mark.parametrize(
    ("call", "response", "ids"),
    [
        (("ecs", "RunTask"), {"tasks": [{"taskArn": "a"}, {"taskArn": "b"}]}, ["a", "b"]),
        (("ecs", "RunTask"), {"tasks": []}, []),
        (("elbv2", "CreateTargetGroup"), {"TargetGroups": [{"TargetGroupArn": "a"}]}, ["a"]),
        (("ec2", "CreateSecurityGroup"), {"GroupId": "sg-1"}, ["sg-1"]),
        (("logs", "CreateLogGroup"), {}, []),
    ],
)
def test_what_aws_calls_it_is_read_from_the_response(call, response, ids):
    assert BY_CREATE_CALL[call].ids(response) == ids


@pytest.mark.parametrize("kind", TAGGED, ids=lambda kind: kind.kind)
def test_the_labs_tag_is_put_beside_the_learners_own(kind):
    parameter = spelling(kind.service).parameter
    own = [{"ResourceType": "security-group", "Tags": [{"Key": "a", "Value": "b"}]}]
    if parameter != "TagSpecifications":
        own = {"a": "b"} if kind.service == "logs" else [{"Key": "a", "Value": "b"}]
    params = {parameter: own}
    kind.tag(params, "me")
    tags = params[parameter]
    tags = tags[0]["Tags"] if parameter == "TagSpecifications" else tags
    assert owner_in(tags) == "me" and len(tags) == 2
    again = {parameter: params[parameter]}
    kind.tag(again, "me")
    assert again == params


@pytest.mark.parametrize("kind", TAGGED, ids=lambda kind: kind.kind)
def test_where_the_learner_gives_no_tags_the_labs_stands_alone(kind):
    params = {}
    kind.tag(params, "me")
    spelled = spelling(kind.service)
    alone = spelled.tags("me")
    if spelled.parameter == "TagSpecifications":
        alone = [{"ResourceType": "security-group", "Tags": alone}]
    assert params == {spelled.parameter: alone}


def test_what_takes_no_tags_gets_none():
    """A scalable target may be there already, and is then not tagged by registering it."""
    params = {"ResourceId": "service/blue/web"}
    kind = BY_CREATE_CALL["application-autoscaling", "RegisterScalableTarget"]
    kind.tag(params, "me")
    assert params == {"ResourceId": "service/blue/web"} and kind.name(params) == "service/blue/web"
