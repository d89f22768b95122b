"""What a command makes of a kind that the lab does not know is in the ledger, and clean-up names it."""

import json

import pytest

import ecslab
from ecslab import terminal
from ecslab.terminal import other_kinds


@pytest.fixture
def others(lab):
    """What a clean-up names, and a command run first."""

    def named(*commands):
        for command in commands:
            result = terminal.run(lab, f"aws {command}")
            assert result.code == 0, result.err
        return [(each.kind, each.name) for each in ecslab.cleanup.run(lab).others]

    return named


def test_it_is_in_the_ledger_before_it_is_made_and_with_its_id_after(lab):
    outcomes = []
    events = terminal.aws_cli._driver(lab).session.get_component("event_emitter")
    events.register(
        "before-send.ec2.CreateVpc", lambda **_: outcomes.append(lab.ledger.entries()[-1].outcome)
    )
    vpc = terminal.run(lab, "aws ec2 create-vpc --cidr-block 10.9.0.0/16").json["Vpc"]["VpcId"]
    entry = lab.ledger.entries()[-1]
    assert outcomes == ["intended"]
    assert (entry.kind, entry.name, entry.ids, entry.outcome) == ("ec2 vpc", "", (vpc,), "made")
    assert not lab.ledger.knows("ec2 vpc", vpc, "")  # nothing is removed for it


def test_clean_up_names_it_until_it_is_gone_and_leaves_it(lab, others):
    [(kind, vpc)] = others("ec2 create-vpc --cidr-block 10.9.0.0/16")
    assert kind == "ec2 vpc" and vpc.startswith("vpc-")
    assert lab.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    receipt, plan = ecslab.cleanup.run(lab), ecslab.cleanup.plan(lab)
    assert receipt.clean and vpc in repr(receipt) and vpc in receipt._repr_html_()
    assert f"{vpc}: made in the terminal, and yours to remove" in repr(plan)
    lab.ec2.delete_vpc(VpcId=vpc)
    assert others() == []


def test_by_name_where_that_is_what_it_has(lab, others):
    statement = {"Effect": "Allow", "Action": "ecs:ListClusters", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    [(kind, name)] = others(f"iam create-policy --policy-name mine --policy-document '{document}'")
    assert kind == "iam policy" and name.startswith("mine (arn:aws:iam::")
    lab.iam.delete_policy(PolicyArn=name[6:-1])
    arn = f"arn:aws:iam::{lab.account}:user/ann"
    assert others("iam create-user --user-name ann") == [("iam user", f"ann ({arn})")]
    lab.iam.delete_user(UserName="ann")
    command = "ssm put-parameter --name colour --value blue --type String"
    assert others(command) == [("ssm parameter", "colour")]
    lab.client("ssm").delete_parameter(Name="colour")
    assert others() == []


def test_what_was_refused_is_not_named(lab, others):
    assert terminal.run(lab, "aws ec2 create-vpc --cidr-block nonsense").code
    assert others() == []


def test_a_sandbox_that_was_emptied_has_none_of_it(lab, others):
    assert others("ec2 create-vpc --cidr-block 10.9.0.0/16")
    lab.control("reset")
    assert others() == []


@pytest.mark.parametrize("kind", ["ecs dream", "dream service", "ec2  ", "iam account summary"])
def test_where_nothing_tells_it_counts_as_there(lab, others, kind):
    lab.ledger.note_intention({}, "CreateDream", kind=kind, name="")
    assert others() == [(kind, "(without a name)")]


def test_no_access_key_is_written_down(lab):
    model = lab.client("iam").meta.service_model.operation_model("CreateAccessKey")
    assert other_kinds.kind_of(model) == "iam access key"
    assert other_kinds.name_in({"UserName": "ann"}, model) == "ann"
    answer = {"AccessKey": {"UserName": "ann", "AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "secret"}}
    assert other_kinds.ids_in(answer, model) == []


def test_what_kinds_are_called_and_where_their_ids_are(lab):
    answers = {
        ("ec2", "AllocateAddress"): {"PublicIp": "203.0.113.1", "AllocationId": "eipalloc-1"},
        ("ec2", "RunInstances"): {"Instances": [{"InstanceId": "i-1", "VpcId": "v"}, {"InstanceId": "i-2"}]},
        ("ec2", "CreateNatGateway"): {"NatGateway": {"SubnetId": "subnet-1", "NatGatewayId": "nat-1"}},
        ("ec2", "CreateDefaultVpc"): {"Vpc": {"DhcpOptionsId": "dopt-1", "VpcId": "vpc-1"}},
        ("ecs", "StartTask"): {"tasks": [{"clusterArn": "c", "taskArn": "t", "taskDefinitionArn": "d"}]},
    }  # fmt: skip
    ids_by_kind = {}
    for (service, operation), answer in answers.items():
        model = lab.client(service).meta.service_model.operation_model(operation)
        ids_by_kind[other_kinds.kind_of(model)] = other_kinds.ids_in(json.loads(json.dumps(answer)), model)
    assert ids_by_kind == {
        "ec2 address": ["eipalloc-1"], "ec2 instances": ["i-1", "i-2"], "ec2 nat gateway": ["nat-1"],
        "ec2 default vpc": ["vpc-1"], "ecs task": ["t"],
    }  # fmt: skip
