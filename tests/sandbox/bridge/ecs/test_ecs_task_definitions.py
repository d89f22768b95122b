"""Task definitions as a client meets them: revisions, states, lists."""

import pytest
from ecs_wire import ACCOUNT, ARN, CALLER

from ecslab.sandbox.bridge.ecs import task_definitions

FAMILY = "adgu-web-server-task"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/adgu/web:latest"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ecsTaskExecutionRole"
LOGS = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "/ecs/x", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"},
}
CONTAINER = {
    "name": "adgu-container", "image": IMAGE, "portMappings": [{"containerPort": 80}],
    "logConfiguration": LOGS,
}  # fmt: skip
REQUEST = {
    "family": FAMILY, "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256",
    "memory": "512", "executionRoleArn": ROLE, "containerDefinitions": [CONTAINER],
}  # fmt: skip


def register(ecs, **changes):
    return ecs("RegisterTaskDefinition", **{**REQUEST, **changes})["taskDefinition"]


def test_what_registering_answers(ecs):
    definition = register(ecs)
    attributes = {attribute["name"] for attribute in definition.pop("requiresAttributes")}
    assert definition == {
        "taskDefinitionArn": f"{ARN}task-definition/{FAMILY}:1", "family": FAMILY, "revision": 1,
        "status": "ACTIVE", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
        "compatibilities": ["EC2", "MANAGED_INSTANCES", "FARGATE"], "cpu": "256", "memory": "512",
        "executionRoleArn": ROLE, "volumes": [], "placementConstraints": [], "registeredAt": 0.0,
        "registeredBy": CALLER.arn,
        "containerDefinitions": [{
            "name": "adgu-container", "image": IMAGE, "cpu": 0, "essential": True, "environment": [],
            "mountPoints": [], "volumesFrom": [], "systemControls": [],
            "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
            "logConfiguration": {**LOGS, "secretOptions": []},
        }],
    }  # fmt: skip
    assert attributes >= {
        "com.amazonaws.ecs.capability.logging-driver.awslogs", "ecs.capability.execution-role-awslogs",
        "com.amazonaws.ecs.capability.ecr-auth", "ecs.capability.execution-role-ecr-pull",
        "ecs.capability.task-eni", "com.amazonaws.ecs.capability.docker-remote-api.1.18",
        "com.amazonaws.ecs.capability.docker-remote-api.1.19",
    }  # fmt: skip


def test_revisions_go_on_after_deregistering(ecs):
    assert [register(ecs)["revision"], register(ecs)["revision"]] == [1, 2]
    ecs("DeregisterTaskDefinition", taskDefinition=f"{FAMILY}:2")
    assert register(ecs)["revision"] == 3


def test_a_refused_registration_uses_no_revision(ecs):
    with ecs.refuses("ClientException", "Container list cannot be empty."):
        register(ecs, containerDefinitions=[])
    assert ecs("ListTaskDefinitionFamilies")["families"] == []
    assert register(ecs)["revision"] == 1


@pytest.mark.parametrize("name", [FAMILY, f"{FAMILY}:2", f"{ARN}task-definition/{FAMILY}:2"])
def test_describe_by_family_revision_or_arn(ecs, name):
    register(ecs)
    latest = register(ecs)
    assert ecs("DescribeTaskDefinition", taskDefinition=name)["taskDefinition"] == latest


ELSEWHERE = f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task-definition/{FAMILY}:1"


@pytest.mark.parametrize("name", ["nix", f"{FAMILY}:2", ELSEWHERE])
def test_describe_of_an_unknown_one(ecs, name):
    register(ecs)
    with ecs.refuses("ClientException", "Unable to describe task definition."):
        ecs("DescribeTaskDefinition", taskDefinition=name)
    with ecs.refuses("ClientException", "TaskDefinition not found."):
        task_definitions.resolve(CALLER, name)


@pytest.mark.parametrize("operation", ["DescribeTaskDefinition", "DeregisterTaskDefinition"])
def test_a_revision_is_a_number(ecs, operation):
    with ecs.refuses("InvalidParameterException", "Invalid revision number. Number: latest"):
        ecs(operation, taskDefinition="nix:latest")


def test_a_deregistered_one_is_inactive_describable_and_cannot_run(ecs):
    register(ecs)
    gone = ecs("DeregisterTaskDefinition", taskDefinition=f"{FAMILY}:1")["taskDefinition"]
    assert gone["status"] == "INACTIVE"
    assert "deregisteredAt" not in gone
    later = {**gone, "deregisteredAt": 0.0}
    assert ecs("DescribeTaskDefinition", taskDefinition=f"{FAMILY}:1")["taskDefinition"] == later
    assert ecs("DeregisterTaskDefinition", taskDefinition=f"{FAMILY}:1")["taskDefinition"] == later
    with ecs.refuses("ClientException", "TaskDefinition is inactive"):
        task_definitions.resolve(CALLER, f"{FAMILY}:1")
    with ecs.refuses("ClientException", "Unable to describe task definition."):
        ecs("DescribeTaskDefinition", taskDefinition=FAMILY)


def test_a_family_means_its_latest_active_revision(ecs):
    register(ecs)
    register(ecs)
    ecs("DeregisterTaskDefinition", taskDefinition=f"{FAMILY}:2")
    assert task_definitions.resolve(CALLER, FAMILY)["revision"] == 1


def test_deregistering_needs_a_revision(ecs):
    register(ecs)
    for name in (FAMILY, "nix"):
        with ecs.refuses("InvalidParameterException", "Revision is missing"):
            ecs("DeregisterTaskDefinition", taskDefinition=name)


def test_deregistering_twice_and_what_is_not_there(ecs):
    register(ecs)
    for _ in range(2):
        answer = ecs("DeregisterTaskDefinition", taskDefinition=f"{FAMILY}:1")
        assert answer["taskDefinition"]["status"] == "INACTIVE"
    with ecs.refuses("ClientException", "Unable to describe task definition."):
        ecs("DeregisterTaskDefinition", taskDefinition=f"{FAMILY}:7")
    ecs("DeleteTaskDefinitions", taskDefinitions=[f"{FAMILY}:1"])
    with ecs.refuses(
        "ClientException",
        "The task definition could not be deregistered because it is in the process of being deleted.",
    ):
        ecs("DeregisterTaskDefinition", taskDefinition=f"{FAMILY}:1")


def test_tags_are_shown_when_asked_for(ecs):
    tags = [{"key": "stage", "value": "test"}]
    assert ecs("RegisterTaskDefinition", **REQUEST, tags=tags)["tags"] == tags
    assert "tags" not in ecs("RegisterTaskDefinition", **REQUEST)
    assert ecs("DescribeTaskDefinition", taskDefinition=FAMILY)["tags"] == []
    ecs("DeregisterTaskDefinition", taskDefinition=f"{FAMILY}:2")
    assert ecs("DescribeTaskDefinition", taskDefinition=FAMILY, include=["TAGS"])["tags"] == tags


@pytest.mark.parametrize("name", ["nix", FAMILY])
def test_what_can_be_included(ecs, name):
    register(ecs)
    message = "BOGUS is not a valid value for include. The value must be one of [[TAGS]]"
    with ecs.refuses("ClientException", message):
        ecs("DescribeTaskDefinition", taskDefinition=name, include=["BOGUS"])


def arns(ecs, **filters):
    answer = ecs("ListTaskDefinitions", **filters)["taskDefinitionArns"]
    return [arn.rsplit("/", 1)[-1] for arn in answer]


def test_lists(ecs):
    for family in ("b", "a", "a", "ab"):
        register(ecs, family=family)
    ecs("DeregisterTaskDefinition", taskDefinition="a:1")
    ecs("DeregisterTaskDefinition", taskDefinition="b:1")
    assert arns(ecs) == ["a:2", "ab:1"]
    assert arns(ecs, sort="DESC") == ["ab:1", "a:2"]
    assert arns(ecs, familyPrefix="a", status="INACTIVE") == ["a:1"]
    assert ecs("ListTaskDefinitionFamilies")["families"] == ["a", "ab", "b"]
    assert ecs("ListTaskDefinitionFamilies", status="ACTIVE", familyPrefix="a")["families"] == ["a", "ab"]
    assert ecs("ListTaskDefinitionFamilies", status="INACTIVE")["families"] == ["b"]


def test_deleting_takes_inactive_revisions_only(ecs):
    register(ecs)
    register(ecs)
    ecs("DeregisterTaskDefinition", taskDefinition=f"{FAMILY}:1")
    answer = ecs("DeleteTaskDefinitions", taskDefinitions=[f"{FAMILY}:{n}" for n in (1, 2, 3)] + [FAMILY])
    [deleted] = answer["taskDefinitions"]
    assert deleted["status"] == "DELETE_IN_PROGRESS"
    assert "deleteRequestedAt" not in deleted
    assert answer["failures"] == [
        {"arn": f"{FAMILY}:2", "reason": "The specified task definition is still in ACTIVE status. Please "
                                         "deregister the target and try again."},
        {"arn": f"{FAMILY}:3", "reason": "The specified task definition does not exist. Specify a valid "
                                         "account, family, revision and try again."},
        {"arn": FAMILY, "reason": "The specified task definition identifier is invalid. Specify a valid name "
                                  "or ARN and try again."},
    ]  # fmt: skip
    assert arns(ecs, status="DELETE_IN_PROGRESS") == [f"{FAMILY}:1"]
    ecs.clock.run(until=task_definitions.DELETION)
    assert arns(ecs, status="DELETE_IN_PROGRESS") == []
    with ecs.refuses("ClientException", "Unable to describe task definition."):
        ecs("DescribeTaskDefinition", taskDefinition=f"{FAMILY}:1")


def test_a_deleted_family_keeps_its_count(ecs):
    register(ecs)
    ecs("DeregisterTaskDefinition", taskDefinition=f"{FAMILY}:1")
    ecs("DeleteTaskDefinitions", taskDefinitions=[f"{FAMILY}:1"])
    ecs.clock.run(until=task_definitions.DELETION)
    assert ecs("ListTaskDefinitionFamilies")["families"] == []
    assert register(ecs)["revision"] == 2


def test_at_most_ten_are_deleted_at_once(ecs):
    with ecs.refuses("InvalidParameterException", "Size of TaskDefinition references list cannot exceed 10"):
        ecs("DeleteTaskDefinitions", taskDefinitions=["a:1"] * 11)


def test_members_that_ecs_does_not_know_are_passed_over(ecs):
    assert "nonsense" not in register(ecs, nonsense=1)
