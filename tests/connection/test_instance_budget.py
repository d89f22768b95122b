"""On a real account no call that may start instances is sent before its price is agreed to."""

import pytest

from ecslab import capacity, cluster, instance_group, terminal
from ecslab.connection.guarded_calls import BY_CALL
from ecslab.connection.instance_budget import may_start
from ecslab.errors import BadArgument, NotConfirmed
from tests.connection import machine_calls as calls
from tests.connection.scripted_account import lab_on


@pytest.fixture
def mine(lab, tmp_path):
    own_lab = lab_on(lab.place.endpoint, tmp_path / "mine")
    cluster.create(own_lab)
    calls.profile(own_lab.iam)
    calls.template(own_lab.ec2, own_lab.names.cluster)  # of t3.micro
    return own_lab


def run(lab, **request):
    request = (
        ({} if "LaunchTemplate" in request else {"InstanceType": "t3.medium"}) | {"MaxCount": 2} | request
    )
    return lab.ec2.run_instances(ImageId=calls.image(lab.client("ssm")), MinCount=1, **request)["Instances"]


def group(lab, name="machines", most=4, **request):
    request = {
        "LaunchTemplate": {"LaunchTemplateName": "machines"},
        "MinSize": 0,
        "DesiredCapacity": 0,
    } | request
    lab.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name, MaxSize=most, VPCZoneIdentifier=instance_group.subnets(lab), **request
    )


def instances(lab):
    reservations = lab.ec2.describe_instances()["Reservations"]
    return [
        each for part in reservations for each in part["Instances"] if each["State"]["Name"] != "terminated"
    ]


def managed(lab):
    lab.ecs.create_capacity_provider(
        name="managed", cluster=lab.names.cluster,
        managedInstancesProvider={
            "infrastructureRoleArn": f"arn:aws:iam::{lab.account}:role/machines",
            "instanceLaunchTemplate": {
                "ec2InstanceProfileArn": f"arn:aws:iam::{lab.account}:instance-profile/machines",
                "networkConfiguration": {"subnets": instance_group.subnets(lab).split(",")},
            },
        },
    )  # fmt: skip


ON_MACHINES = {"capacityProviderStrategy": [{"capacityProvider": "machines", "weight": 1}]}
STARTS = {
    "an instance": (lambda lab: run(lab), r"up to 2 × t3.medium, about \$0.0832 an hour"),
    "of a template": (
        lambda lab: run(lab, LaunchTemplate={"LaunchTemplateName": "machines"}),
        r"up to 2 × t3.micro, about \$0.0208 an hour",
    ),
    "of no known price": (
        lambda lab: run(lab, InstanceType="u7in-32tb.224xlarge"), "whose price is not known here",
    ),
    "a group": (group, r"up to 4 × t3.micro, about \$0.0416 an hour \(us-east-1, 2026-02\)"),
    "a group of a template that is not there": (
        lambda lab: group(lab, LaunchTemplate={"LaunchTemplateName": "none"}), "unknown type",
    ),
    "the lesson's group": (instance_group.create, r"up to 4 × t3.medium"),
    "managed instances": (managed, "as many instances as its tasks need, which are billed by the hour"),
    "a task": (
        lambda lab: lab.ecs.run_task(cluster=lab.names.cluster, taskDefinition="any", **ON_MACHINES),
        "as many instances as its tasks need",
    ),
    "a service": (
        lambda lab: lab.ecs.create_service(
            cluster=lab.names.cluster, serviceName="any", taskDefinition="any", **ON_MACHINES
        ),
        "as many instances as its tasks need",
    ),
    "the lesson's page": (capacity.page, r"what this notebook makes costs up to \$0.4141 an hour"),
    "the puzzle": (capacity.puzzle, r"what the puzzle makes costs up to \$0.1497 an hour"),
}  # fmt: skip


@pytest.mark.parametrize("what", STARTS)
def test_nothing_starts_and_nothing_is_made_without_an_agreement(mine, what):
    start, says = STARTS[what]
    before = [(entry.kind, entry.name) for entry in mine.ledger.entries()]
    with pytest.raises(NotConfirmed, match=says) as refused:
        start(mine)
    assert len(str(refused.value).splitlines()) == 3 and "budget" in str(refused.value)
    mine.control("advance", seconds=600)
    assert instances(mine) == [] and mine.ecs.list_services(cluster=mine.names.cluster)["serviceArns"] == []
    new_entries = [(entry.kind, entry.name) for entry in mine.ledger.entries()][len(before) :]
    assert new_entries in ([], [("role", "adguInstanceRole"), ("instance profile", "adguInstanceRole"),
                         ("launch template", "adgu-ec2")])  # fmt: skip
    assert not mine.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]


def test_an_agreement_covers_what_it_says_and_no_more(mine):
    capacity.agree(mine, budget=0.2)  # $0.10 an hour, for two hours
    group(mine)  # 4 × $0.0104
    run(mine, MaxCount=1)  # $0.0416
    with pytest.raises(NotConfirmed, match=r"\$0.1000 an hour is agreed to, of which \$0.0832 is taken"):
        run(mine, MaxCount=1)
    scaling = mine.client("autoscaling")
    scaling.set_desired_capacity(AutoScalingGroupName="machines", DesiredCapacity=3)
    with pytest.raises(NotConfirmed, match=r"up to 8 × t3\.micro"):
        scaling.update_auto_scaling_group(AutoScalingGroupName="machines", MaxSize=8)
    none = {"MaxSize": 0, "MinSize": 0, "DesiredCapacity": 0}
    scaling.update_auto_scaling_group(AutoScalingGroupName="machines", **none)
    capacity.agree(mine, budget=0.1)
    run(mine, MaxCount=1)
    assert len(instances(mine)) == 2


def test_an_agreement_ends_with_the_lab_and_no_stopped_instance_is_started_without(mine, tmp_path):
    capacity.agree(mine, budget=0.2)
    [stopped] = [each["InstanceId"] for each in run(mine, MaxCount=1)]
    mine.ec2.stop_instances(InstanceIds=[stopped])
    mine.control("advance", seconds=120)
    again = lab_on(mine.place.endpoint, tmp_path / "mine")
    with pytest.raises(NotConfirmed, match=r"it may start t3\.medium, about"):
        again.ec2.start_instances(InstanceIds=[stopped])
    again.ec2.terminate_instances(InstanceIds=[stopped])


def test_the_terminal_asks_as_well(mine):
    result = terminal.run(mine, "aws ec2 run-instances --image-id resolve:ssm:/x --instance-type t3.medium")
    assert "no budget is agreed to" in f"{result!r}" and instances(mine) == []


@pytest.mark.parametrize("budget", [0, -1, "1", True, float("nan"), float("inf"), [1]])
def test_a_budget_is_an_amount_of_money(mine, lab, budget):
    calls = [(capacity.agree, mine), (capacity.page, mine), (capacity.puzzle, mine), (capacity.agree, lab)]
    for call, where in calls:
        with pytest.raises(BadArgument, match="expected: US dollars") as refused:
            call(where, budget)
        assert len(str(refused.value).splitlines()) == 3


def test_in_the_sandbox_nobody_asks(lab):
    cluster.create(lab)
    capacity.agree(lab, budget=1)
    assert lab.budget is None and run(lab)


def test_what_changes_instances_is_known_to_start_some_or_none():
    """A call that the guard lets through and that launches is among those that ask."""
    sized = {"MinSize": 1, "MaxSize": 1, "DesiredCapacity": 1}
    launching = {operation for _, operation in BY_CALL if may_start(operation, sized)}
    assert launching == {
        "RunInstances", "StartInstances", "CreateAutoScalingGroup", "UpdateAutoScalingGroup",
        "SetDesiredCapacity", "PutScheduledUpdateGroupAction", "CreateCapacityProvider",
    }  # fmt: skip
    assert not may_start("UpdateAutoScalingGroup", dict.fromkeys(sized, 0))
    assert not may_start("RunTask", {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]})
