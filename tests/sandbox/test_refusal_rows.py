"""Rows of `facts/` that are refusals in full: the call is made, and gets the error."""

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from test_fact_rows import ROWS

import ecslab

REFUSALS = {name: row for name, row in ROWS.items() if "refused" in row}
WEB = {"name": "web", "image": "httpd"}
BASES = {
    "ecs:RegisterTaskDefinition": {
        "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256",
        "memory": "512", "containerDefinitions": [WEB],
    },
    "ecs:RunTask": {"cluster": "blue", "taskDefinition": "web", "launchType": "FARGATE"},
    "ecs:CreateService": {
        "cluster": "blue", "serviceName": "shop", "taskDefinition": "web", "desiredCount": 1,
        "launchType": "FARGATE",
    },
}  # fmt: skip
"""A call that is refused only for what a row puts into it; RunTask and CreateService get a network, too."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A lab with the cluster `blue` and the task definition `web`."""
    home = tmp_path_factory.mktemp("home")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab:
        lab.ecs.create_cluster(clusterName="blue")
        lab.ecs.register_task_definition(**BASES["ecs:RegisterTaskDefinition"])
        yield lab


def request(lab, row):
    """The input of the row's call: what every such call has, and on top what the row says."""
    members = dict(BASES.get(row["call"], {}))
    if row["call"] in ("ecs:RunTask", "ecs:CreateService"):
        subnet = lab.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        members["networkConfiguration"] = {"awsvpcConfiguration": {"subnets": [subnet]}}
    return members | row["input"]


@pytest.mark.parametrize("name", REFUSALS)
def test_the_call_is_refused_in_these_words(lab, name):
    row = REFUSALS[name]
    service, _, operation = row["call"].partition(":")
    call = getattr(lab.client(service), xform_name(operation))
    with pytest.raises(ClientError) as refusal:
        call(**request(lab, row))
    error = refusal.value.response["Error"]
    assert f"{error['Code']}: {error['Message']}" == row["refused"]


@pytest.mark.parametrize("call", BASES)
def test_without_it_the_call_is_accepted(lab, call):
    service, _, operation = call.partition(":")
    getattr(lab.client(service), xform_name(operation))(**request(lab, {"call": call, "input": {}}))
