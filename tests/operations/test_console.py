"""Every click of the documents leads to an operation, a parameter and a command that there are."""

import re
import shlex

import boto3
import pytest
from botocore import xform_name

import ecslab
from ecslab import console

ALL = [
    pytest.param(document, row, id=f"{document}-{place:02d}")
    for document in ("000", "002", "003", "004")
    for place, row in enumerate(console.clicks(document))
]
SHORTHANDS = {"authorize-security-group-ingress": {"protocol", "port", "cidr"}}
"""Options that the CLI makes from a parameter of another form."""


@pytest.fixture(scope="module")
def model():
    session = boto3.Session(region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    clients = {name: session.client(name) for name in ("ecs", "ec2", "iam", "sts")}

    def operation(call):
        service, _, name = call.partition(":")
        return clients[service].meta.service_model.operation_model(name)

    return operation


@pytest.mark.parametrize(("document", "row"), ALL)
def test_its_operations_and_its_field_are_in_the_model(model, document, row):
    shapes = [model(call).input_shape for call in row.calls]
    for name in row.field.split(".") if row.field else ():
        shape = shapes[0] if shapes[0].type_name == "structure" else shapes[0].member
        assert name in shape.members
        shapes = [shape.members[name]]


@pytest.mark.parametrize(("document", "row"), [case for case in ALL if not case.values[1].field])
def test_its_commands_are_its_calls_and_lack_nothing(model, document, row):
    commands = [shlex.split(line) for line in row.cli.splitlines()]
    assert [f"{words[1]}:{words[2]}" for words in commands] == [
        f"{call.partition(':')[0]}:{xform_name(call.partition(':')[2], '-')}" for call in row.calls
    ]
    for call, words in zip(row.calls, commands, strict=True):
        assert words[0] == "aws"
        shape = model(call).input_shape
        known = {xform_name(name, "-"): name for name in shape.members}
        options = {word[2:] for word in words if word.startswith("--")}
        assert options - known.keys() <= SHORTHANDS.get(words[2], set())
        assert {xform_name(name, "-") for name in shape.required_members} <= options


@pytest.mark.parametrize(("document", "row"), [case for case in ALL if case.values[1].field])
def test_a_field_is_an_option_of_the_command(model, document, row):
    options = {xform_name(name, "-") for name in model(row.calls[0]).input_shape.members}
    options |= SHORTHANDS.get(xform_name(row.calls[0].partition(":")[2], "-"), set())
    named = re.findall(r"--([a-z-]+)", row.cli)
    assert named
    assert set(named) <= options


def test_what_the_clicks_send_in_order():
    assert console.clicks("003").sent == (
        "ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ec2:CreateSecurityGroup",
        "ec2:AuthorizeSecurityGroupIngress", "ecs:RunTask", "ecs:StopTask", "ecs:DeregisterTaskDefinition",
        "ecs:DeleteCluster",
    )  # fmt: skip


def repr_html(document):
    return console.clicks(document)._repr_html_()


def test_a_table_of_them_shows_itself():
    table = console.clicks("004")
    title, head, first, *_ = repr(table).splitlines()
    assert title == "Document 004, ECS overview & usage guide"
    assert re.split(r" {2,}", head) == ["The document says", "In today's console", "API", "AWS CLI"]
    assert re.split(r" {2,}", first) == [
        "Sign in to AWS Console", "Sign in", "sts GetCallerIdentity", "aws sts get-caller-identity"
    ]  # fmt: skip
    assert "<code>sts GetCallerIdentity</code>" in table._repr_html_()
    assert "<code>aws ec2 create-internet-gateway</code><br><code>" in repr_html("002")
    assert "Definition</code><br><code>containerDefinitions.<wbr>name</code>" in repr_html("002")
    assert "; then aws ec2 create-internet-gateway; then " in repr(console.clicks("002"))
    assert [row.says for row in table[-2:]] == ["Create Service under ECS Cluster", "then Deploy"]


def test_a_document_without_clicks():
    with pytest.raises(ecslab.EcslabError, match="there are no clicks of document '001'"):
        console.clicks("001")
