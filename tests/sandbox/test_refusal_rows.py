"""Rows of `facts/` that are refusals in full: the call is made, and gets the error."""

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from test_fact_rows import ROWS

import ecslab

ABSENT = "$absent"
"""What a row says of a member that every such call has, and this one has not."""
REFUSALS = {name: row for name, row in ROWS.items() if "refused" in row}
WEB = {"name": "web", "image": "httpd"}
SCALED = {
    "ServiceNamespace": "ecs", "ResourceId": "service/blue/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}  # fmt: skip
CPU = {
    "TargetValue": 50,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
}
BASES = {
    "application-autoscaling:RegisterScalableTarget": {**SCALED, "MinCapacity": 1, "MaxCapacity": 2},
    "application-autoscaling:PutScalingPolicy": {
        **SCALED, "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": CPU,
    },
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
    """A lab with the cluster `blue`, the task definition `web`, and two services, one of which scales."""
    home = tmp_path_factory.mktemp("home")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab:
        lab.ecs.create_cluster(clusterName="blue")
        lab.ecs.register_task_definition(**BASES["ecs:RegisterTaskDefinition"])
        for name in ("web", "other"):
            row = {"call": "ecs:CreateService", "input": {"serviceName": name, "desiredCount": 0}}
            lab.ecs.create_service(**request(lab, row))
        register = BASES["application-autoscaling:RegisterScalableTarget"]
        lab.client("application-autoscaling").register_scalable_target(**register)
        yield lab


def request(lab, row):
    """The input of the row's call: what every such call has, and on top what the row says."""
    members = dict(BASES.get(row["call"], {}))
    if row["call"] in ("ecs:RunTask", "ecs:CreateService"):
        subnet = lab.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        members["networkConfiguration"] = {"awsvpcConfiguration": {"subnets": [subnet]}}
    merged = members | row["input"]
    return {name: value for name, value in merged.items() if value != ABSENT}


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
