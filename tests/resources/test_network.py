"""What a network choice can do: public or private by the routes, the lesson's choice, warnings in words."""

import pytest

from ecslab import network
from ecslab.errors import NotThere
from ecslab.resources.network import Choice


@pytest.fixture
def workshop(lab):
    return next(vpc for vpc in network.vpcs(lab) if vpc.name == "workshop")


def subnet_of(lab, vpc, public):
    return next(subnet for subnet in network.subnets(lab, vpc.id) if subnet.public == public)


@pytest.mark.portable
def test_the_default_vpc_comes_first_and_its_subnets_are_public(lab):
    first, *others = network.vpcs(lab)
    assert first.default and not any(vpc.default for vpc in others)
    assert all(subnet.public and subnet.free > 0 for subnet in network.subnets(lab, first.id))


@pytest.mark.portable
def test_the_lessons_choice_has_no_problems(lab):
    choice = network.default_choice(lab)
    assert choice.assign_public_ip
    assert network.problems(lab, choice) == []
    assert network.default_choice(lab) == choice


@pytest.mark.portable
def test_the_group_for_http_is_made_once_and_opened_again_if_it_was_closed(lab):
    vpc = network.vpcs(lab)[0]
    group = network.http_group(lab, vpc.id)
    rules = lab.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    lab.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=rules)
    choice = Choice(vpc.id, (network.subnets(lab, vpc.id)[0].id,), (group,))
    assert "does not admit port 80" in lab.patient(lambda: network.problems(lab, choice))[0]
    assert network.http_group(lab, vpc.id) == group
    assert network.problems(lab, choice) == []


def test_a_group_of_that_name_that_somebody_else_made_is_not_changed(lab, somebody_else):
    vpc = network.vpcs(lab)[0]
    ec2, name = somebody_else("ec2"), lab.names.security_group
    theirs = ec2.create_security_group(GroupName=name, Description="theirs", VpcId=vpc.id)["GroupId"]
    assert network.http_group(lab, vpc.id) == theirs
    assert lab.ec2.describe_security_groups(GroupIds=[theirs])["SecurityGroups"][0]["IpPermissions"] == []


def test_the_lesson_takes_zone_b(lab):
    _, subnet = network.default_subnet(lab)
    assert subnet.az.endswith("b")


def test_public_and_private_are_worked_out_from_the_routes(lab, workshop):
    named = {subnet.name: subnet for subnet in network.subnets(lab, workshop.id)}
    assert named["workshop-public-a"].public and not named["workshop-private-a"].public
    assert named["workshop-private-a"].way_out == ""


def test_a_private_subnet_cannot_pull(lab, workshop):
    subnet = subnet_of(lab, workshop, public=False)
    choice = Choice(workshop.id, (subnet.id,), (network.http_group(lab, workshop.id),), False)
    assert network.problems(lab, choice) == [
        f"{subnet.id} ({subnet.name}) is private and has no NAT gateway: the image cannot be pulled, and the "
        "task gives up after some five minutes. (VPC endpoints would do as well; it lacks ecr.api, ecr.dkr, "
        "s3, logs.)"
    ]


def test_a_public_ip_is_of_no_use_in_a_private_subnet(lab, workshop):
    subnet = subnet_of(lab, workshop, public=False)
    choice = Choice(workshop.id, (subnet.id,), (network.http_group(lab, workshop.id),), True)
    assert any("a public IP is of no use there" in problem for problem in network.problems(lab, choice))


def test_without_a_public_ip_a_public_subnet_cannot_pull_either(lab):
    choice = network.default_choice(lab)
    without = Choice(choice.vpc_id, choice.subnet_ids, choice.security_group_ids, assign_public_ip=False)
    (problem,) = network.problems(lab, without)
    assert "without a public IP nothing gets out through its internet gateway" in problem


def test_no_group_means_the_default_group_which_admits_nobody(lab):
    choice = network.default_choice(lab)
    (problem,) = network.problems(lab, Choice(choice.vpc_id, choice.subnet_ids))
    assert "default group, which admits only its own members" in problem


def test_a_group_that_admits_some_is_named_with_whom(lab):
    choice = network.default_choice(lab)
    group_id = lab.ec2.create_security_group(GroupName="office", Description="x", VpcId=choice.vpc_id)[
        "GroupId"
    ]
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
    lab.ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[rule])
    (problem,) = network.problems(lab, Choice(choice.vpc_id, choice.subnet_ids, (group_id,)))
    assert (
        problem
        == f"Security group {group_id} (office) admits port 80 only from 192.0.2.0/24, and nobody else."
    )


def test_what_is_not_there_and_what_is_elsewhere_is_named(lab, workshop):
    choice = network.default_choice(lab)
    gone = Choice(choice.vpc_id, ("subnet-0123456789abcdef0",), ("sg-0123456789abcdef0",))
    assert network.problems(lab, gone) == [
        f"subnet-0123456789abcdef0 is no subnet of {choice.vpc_id}: ECS will refuse the choice.",
        "Security group sg-0123456789abcdef0 does not exist: ECS will refuse the choice.",
    ]
    stray = network.http_group(lab, workshop.id)
    messages = network.problems(lab, Choice(choice.vpc_id, choice.subnet_ids, (stray,)))
    assert messages == [f"Security group {stray} belongs to another VPC: ECS will refuse the choice."]


def test_a_group_that_lets_nothing_out_stops_the_pull(lab):
    choice = network.default_choice(lab)
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    lab.ec2.revoke_security_group_egress(GroupId=choice.security_group_ids[0], IpPermissions=everything)
    (problem,) = network.problems(lab, choice)
    assert "lets nothing out to port 443" in problem


def test_no_default_vpc_names_the_two_ways_on(lab, monkeypatch):
    others = [vpc for vpc in network.vpcs(lab) if not vpc.default]
    monkeypatch.setattr(network.choice, "vpcs", lambda _: others)
    with pytest.raises(
        NotThere, match=r"next: choose another VPC in the picker, or make one: .*create_default"
    ):
        network.default_choice(lab)


def test_a_default_vpc_without_a_way_out_says_so(lab):
    vpc = network.vpcs(lab)[0]
    here = [{"Name": "vpc-id", "Values": [vpc.id]}]
    for table in lab.ec2.describe_route_tables(Filters=here)["RouteTables"]:
        lab.ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")
    with pytest.raises(NotThere, match="has no public subnet"):
        network.default_choice(lab)


def test_the_choice_as_runtask_takes_it():
    choice = Choice("vpc-1", ("subnet-1",), (), assign_public_ip=False)
    vpc = choice.configuration()["awsvpcConfiguration"]
    assert vpc == {"subnets": ["subnet-1"], "assignPublicIp": "DISABLED"}
