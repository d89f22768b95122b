"""Tags on clusters and revisions."""

import pytest
from ecs_wire import ARN

CLUSTER = ARN + "cluster/lab"
REVISION = ARN + "task-definition/web:1"


@pytest.fixture
def account(ecs):
    ecs("CreateCluster", clusterName="lab", tags=[{"key": "a", "value": "1"}])
    container = {"name": "web", "image": "httpd", "memory": 64}
    ecs("RegisterTaskDefinition", family="web", containerDefinitions=[container])
    return ecs


@pytest.mark.parametrize("arn", [CLUSTER, REVISION])
def test_tags_come_and_go(account, arn):
    account("TagResource", resourceArn=arn, tags=[{"key": "a", "value": "2"}, {"key": "b", "value": ""}])
    assert account("ListTagsForResource", resourceArn=arn)["tags"] == [
        {"key": "a", "value": "2"},
        {"key": "b", "value": ""},
    ]
    account("UntagResource", resourceArn=arn, tagKeys=["a", "nix"])
    assert account("ListTagsForResource", resourceArn=arn)["tags"] == [{"key": "b", "value": ""}]


WRONG = [
    ([{"key": "", "value": "x"}], "Tag keys must have a length of 1 to 128 characters."),
    ([{"key": "aws:x", "value": "x"}],
     "Tag keys and values cannot start with aws:, which is reserved for AWS use."),
    ([{"key": "k", "value": "x" * 257}], "Tag values must have a length of at most 256 characters."),
    ([{"key": str(n), "value": "x"} for n in range(50)], "The maximum number of tags on a resource is 50."),
]  # fmt: skip


@pytest.mark.parametrize(("tags", "message"), WRONG)
def test_tags_that_are_refused_change_nothing(account, tags, message):
    with account.refuses("InvalidParameterException", message):
        account("TagResource", resourceArn=CLUSTER, tags=tags)
    assert account("ListTagsForResource", resourceArn=CLUSTER)["tags"] == [{"key": "a", "value": "1"}]


ABSENT = [
    ("nonsense", "InvalidParameterException", "The ARN provided is invalid."),
    (ARN + "cluster/nix", "InvalidParameterException", "The specified cluster does not exist."),
    (ARN + "task-definition/nix:1", "ClientException", "Unable to describe task definition."),
    (ARN + "task/lab/" + "0" * 32, "InvalidParameterException", "The specified task does not exist."),
    (ARN + "service/lab/nix", "InvalidParameterException", "The specified service does not exist."),
    (ARN + "task-set/lab/a/b", "ResourceNotFoundException", "The specified resource could not be found."),
]


def test_an_inactive_cluster_is_not_tagged(account):
    account("DeleteCluster", cluster="lab")
    message = "The specified cluster is inactive. Specify an active cluster and try again."
    with account.refuses("InvalidParameterException", message):
        account("TagResource", resourceArn=CLUSTER, tags=[{"key": "a", "value": "2"}])


@pytest.mark.parametrize(("arn", "code", "message"), ABSENT)
def test_what_is_not_there(account, arn, code, message):
    with account.refuses(code, message):
        account("ListTagsForResource", resourceArn=arn)
