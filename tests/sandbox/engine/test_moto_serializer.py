"""The memory of moto's serializer changes no answer."""

import importlib

import pytest
from aws_client import Aws

from ecslab.sandbox import in_process
from ecslab.sandbox.engine import moto_serializer

LOOKS = [
    ("ec2", "describe_subnets"), ("ec2", "describe_route_tables"), ("ec2", "describe_security_groups"),
    ("ec2", "describe_network_acls"), ("iam", "list_roles"), ("elbv2", "describe_target_groups"),
]  # fmt: skip


@pytest.fixture
def aws(tmp_path):
    endpoint = in_process.start(tmp_path, mode="stepped", seed=7)
    aws = Aws(endpoint)
    vpc = aws.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    aws.client("elbv2").create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
    yield aws
    endpoint.close()


def test_the_names_remembered_are_those_moto_composes_anew(aws, monkeypatch):
    moto_serializer.prepare()
    picks, keys = importlib.import_module("moto.core.serialize").AttributePicker.__call__.__globals__, set()
    remembered = picks["_names_of"]

    def checked(picker, context):
        names = remembered(picker, context)
        assert names == tuple(dict.fromkeys(picker.get_possible_keys(context))), context.key_path
        keys.add(context.key)
        return names

    monkeypatch.setitem(picks, "_names_of", checked)
    for service, look in [*LOOKS, *LOOKS]:
        getattr(aws.client(service), look)()
    assert {"SubnetId", "Routes", "IpPermissions", "Roles", "TargetGroupArn"} <= keys


def test_what_moto_changes_on_the_way_out_is_changed():
    from moto.core.serialize import AttributePickerContext, XFormedAttributePicker

    moto_serializer.prepare()
    picker = XFormedAttributePicker(response_transformers={"Thing.Colour": str.upper})
    assert XFormedAttributePicker.__call__ is moto_serializer._pick

    def serialized(key, path):
        return picker(AttributePickerContext(obj={"colour": "red"}, key=key, shape=None, key_path=path))

    assert serialized("Colour", "Answer.Thing") == "RED"
    assert serialized("Colour", "Answer.Other") == "red"
    assert serialized("Size", "Answer.Thing") is None
