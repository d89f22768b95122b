"""What the ledger takes from the requests and the responses of create calls, and how it tags them."""

import pytest

from ecslab.connection.resource_kinds import BY_CREATE_CALL, KINDS
from ecslab.connection.tags import owner_in, spelling

TAGGED = [kind for kind in KINDS if kind.taggable]


def test_no_two_rows_share_a_kind_or_a_create_call():
    operations = [(kind.service, operation) for kind in KINDS for operation in kind.create.split()]
    assert len({kind.kind for kind in KINDS}) == len(KINDS)
    assert sorted(BY_CREATE_CALL) == sorted(operations)


@pytest.mark.parametrize(
    ("call", "params", "name"),
    [
        (("ecs", "CreateCluster"), {"clusterName": "blue"}, "blue"),
        (("ecs", "CreateCluster"), {}, "default"),
        (("ecs", "RunTask"), {}, "default"),
        (("ecs", "RunTask"), {"cluster": "arn:aws:ecs:us-east-1:1:cluster/blue"}, "blue"),
        (("logs", "CreateLogGroup"), {"logGroupName": "/ecs/web"}, "/ecs/web"),
        (("ec2", "RunInstances"), {"InstanceType": "t3.micro"}, "t3.micro"),
        (("ec2", "RunInstances"), {"LaunchTemplate": {"LaunchTemplateId": "lt-1"}}, "lt-1"),
        (("ec2", "RunInstances"), {"ImageId": "ami-1"}, "of its image"),
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
        (
            ("ec2", "RunInstances"),
            {"Instances": [{"InstanceId": "i-1"}, {"InstanceId": "i-2"}]},
            ["i-1", "i-2"],
        ),
        (("ecs", "StartTask"), {"tasks": [{"taskArn": "a"}]}, ["a"]),
    ],
)
def test_what_aws_calls_it_is_read_from_the_response(call, response, ids):
    assert BY_CREATE_CALL[call].ids(response) == ids


@pytest.mark.parametrize("kind", TAGGED, ids=lambda kind: kind.kind)
def test_the_labs_tag_is_put_beside_the_learners_own(kind):
    parameter = spelling(kind.service).parameter
    own = [{"ResourceType": each, "Tags": [{"Key": "a", "Value": "b"}]} for each in kind.tag_types]
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


def test_a_launch_is_tagged_with_its_volumes_beside_what_the_learner_tags():
    """Tags for other types stay as they are, and those of one type are added to."""
    other = {"ResourceType": "network-interface", "Tags": [{"Key": "a", "Value": "b"}]}
    params = {"TagSpecifications": [other, {"ResourceType": "volume", "Tags": [{"Key": "c", "Value": "d"}]}]}
    BY_CREATE_CALL["ec2", "RunInstances"].tag(params, "me")
    ours = {"Key": "ecslab", "Value": "me"}
    assert params["TagSpecifications"] == [
        other, {"ResourceType": "volume", "Tags": [{"Key": "c", "Value": "d"}, ours]},
        {"ResourceType": "instance", "Tags": [ours]},
    ]  # fmt: skip


def test_a_groups_tag_goes_to_its_instances_too():
    params = {}
    BY_CREATE_CALL["autoscaling", "CreateAutoScalingGroup"].tag(params, "me")
    assert params == {"Tags": [{"Key": "ecslab", "Value": "me", "PropagateAtLaunch": True}]}


def test_what_machines_act_as_is_written_down_with_them():
    launched = {"LaunchTemplateData": {"IamInstanceProfile": {"Arn": "arn:aws:iam::1:instance-profile/p"}}}
    assert BY_CREATE_CALL["ec2", "CreateLaunchTemplate"].uses(launched) == ["p"]
    assert BY_CREATE_CALL["ssm", "CreateActivation"].uses({"IamRole": "service-role/r"}) == ["r"]
    acts_as = "arn:aws:iam::1:instance-profile/p"
    managed = {
        "infrastructureRoleArn": "arn:aws:iam::1:role/infra",
        "instanceLaunchTemplate": {"ec2InstanceProfileArn": acts_as},
    }
    provider = BY_CREATE_CALL["ecs", "CreateCapacityProvider"]
    assert provider.uses({"managedInstancesProvider": managed}) == ["infra", "p"]
    assert provider.uses({"autoScalingGroupProvider": {}}) == []


@pytest.mark.parametrize("kind", TAGGED, ids=lambda kind: kind.kind)
def test_where_the_learner_gives_no_tags_the_labs_stands_alone(kind):
    params = {}
    kind.tag(params, "me")
    spelled = spelling(kind.service)
    alone = spelled.tags("me")
    if spelled.parameter == "TagSpecifications":
        alone = [{"ResourceType": each, "Tags": alone} for each in kind.tag_types]
    assert params == {spelled.parameter: alone}


def test_what_takes_no_tags_gets_none():
    """A scalable target may be there already, and is then not tagged by registering it."""
    params = {"ResourceId": "service/blue/web"}
    kind = BY_CREATE_CALL["application-autoscaling", "RegisterScalableTarget"]
    kind.tag(params, "me")
    assert params == {"ResourceId": "service/blue/web"} and kind.name(params) == "service/blue/web"
