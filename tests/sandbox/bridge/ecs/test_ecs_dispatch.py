"""What a raw request meets: JSON, types, enumerations, operations that are not carried."""

import json

import pytest
from ecs_wire import CALLER

from ecslab.sandbox.bridge.ecs import dispatch
from ecslab.sandbox.bridge.ecs.input_validation import model

NOT_CARRIED = sorted(set(model().operation_names) - dispatch.OPERATIONS.keys() - dispatch.OF_THE_AGENT)


def test_what_is_carried_exists():
    assert dispatch.OPERATIONS.keys() <= set(model().operation_names)


def test_an_answer_s_headers(ecs):
    status, headers, body = dispatch.respond(dispatch.TARGET + "ListClusters", b"", CALLER)
    assert (status, json.loads(body)) == (200, {"clusterArns": []})
    assert headers["Content-Type"] == "application/x-amz-json-1.1"
    assert len(headers["x-amzn-RequestId"]) == 36


def test_a_refusal_s_shape(ecs):
    body = b'{"cluster": "nix"}'
    status, _, answer = dispatch.respond(dispatch.TARGET + "DeleteCluster", body, CALLER)
    assert status == 400
    assert json.loads(answer) == {"__type": "ClusterNotFoundException", "message": "Cluster not found."}


@pytest.mark.parametrize("operation", NOT_CARRIED)
def test_what_is_not_carried_says_so(ecs, operation):
    with ecs.refuses("UnsupportedFeatureException", f"This sandbox does not carry {operation} yet."):
        ecs(operation)


@pytest.mark.parametrize("operation", sorted(dispatch.OF_THE_AGENT))
def test_what_the_agent_calls_says_so(ecs, operation):
    why = f"This sandbox does not carry {operation}: the container agent alone calls it, "
    why += "and agents are part of the sandbox."
    with ecs.refuses("UnsupportedFeatureException", why):
        ecs(operation)


def test_an_unknown_definition_comes_before_what_is_not_carried(ecs):
    with ecs.refuses("ClientException", "TaskDefinition not found."):
        ecs("StartTask", taskDefinition="nowhere", cluster="nowhere")


def test_an_unknown_operation(ecs):
    with ecs.refuses("UnknownOperationException", "ECS has no operation MakeCluster."):
        ecs("MakeCluster")


WRONG = [
    ("CreateCluster", {"clusterName": 5}, "NUMBER_VALUE can not be converted to a String"),
    ("CreateCluster", {"clusterName": False}, "FALSE_VALUE can not be converted to a String"),
    ("CreateCluster", {"clusterName": ["a"]}, "Start of list found where not expected"),
    ("CreateCluster", {"clusterName": {}}, "Start of structure or map found where not expected."),
    ("ListClusters", {"maxResults": "5"}, "STRING_VALUE can not be converted to an Integer"),
    ("ListClusters", {"maxResults": True}, "TRUE_VALUE can not be converted to an Integer"),
    ("DescribeClusters", {"clusters": "lab"}, "Unexpected field type"),
    ("CreateCluster", {"tags": ["a"]}, "Unexpected field type"),
    ("DescribeClusters", {"clusters": [None]}, "NULL_VALUE can not be converted to a String"),
]


@pytest.mark.parametrize(("operation", "members", "message"), WRONG)
def test_wrong_types(ecs, operation, members, message):
    with ecs.refuses("SerializationException", message):
        ecs(operation, **members)


@pytest.mark.parametrize("body", [b"[]", b"5", b"{", b"\xff"])
def test_bodies_that_are_no_object(body):
    status, _, answer = dispatch.respond(dispatch.TARGET + "ListClusters", body, CALLER)
    assert (status, json.loads(answer)["__type"]) == (400, "SerializationException")


def test_a_required_member(ecs):
    with ecs.refuses("InvalidParameterException", "Cluster should not be null or empty."):
        ecs("DeleteCluster")


ENUMERATIONS = [
    ("ListTaskDefinitions", {"status": "lost"},
     "status should be one of [ACTIVE,INACTIVE,DELETE_IN_PROGRESS]"),
    ("RunTask", {"taskDefinition": "web", "launchType": "Fargate"},
     "launch type should be one of [EC2,FARGATE,EXTERNAL,FMI,MANAGED_INSTANCES]"),
    ("CreateService", {"serviceName": "web", "schedulingStrategy": "CRON"},
     "Scheduling strategy should be one of [REPLICA,DAEMON]"),
    ("DescribeServices", {"services": ["web"], "include": ["ALL"]}, "include should be one of [TAGS]"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "members", "message"), ENUMERATIONS)
def test_a_word_outside_an_enumeration(ecs, operation, members, message):
    with ecs.refuses("InvalidParameterException", message):
        ecs(operation, **members)


def test_a_word_outside_an_enumeration_of_a_definition(ecs):
    containers = [{"name": "web", "image": "httpd"}]
    with ecs.refuses("ClientException", "networkMode should be one of [bridge,host,awsvpc,none]"):
        ecs("RegisterTaskDefinition", family="web", containerDefinitions=containers, networkMode="vpc")
