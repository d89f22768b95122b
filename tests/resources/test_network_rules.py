"""Routes, security groups and network ACLs, read from what EC2 shows."""

import pytest

from ecslab.resources.network import rules

OWN = {
    "RouteTableId": "rtb-own",
    "Associations": [{"Main": False, "SubnetId": "subnet-1"}],
    "Routes": [
        {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
        {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"},
    ],
}
MAIN = {
    "RouteTableId": "rtb-main",
    "Associations": [{"Main": True}],
    "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}],
}


def group(**rule):
    return {"IpPermissions": [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **rule}]}


def entry(number, action, ports=None, egress=False, cidr="0.0.0.0/0", protocol="6"):
    span = {"PortRange": {"From": ports[0], "To": ports[1]}} if ports else {}
    common = {"RuleNumber": number, "RuleAction": action, "Egress": egress, "CidrBlock": cidr}
    return {**common, "Protocol": protocol, **span}


def test_a_subnet_goes_by_its_own_table_and_else_by_the_main_one():
    assert rules.way_out([OWN, MAIN], "subnet-1") == "nat-1"
    assert rules.way_out([MAIN, OWN], "subnet-2") == "igw-1"
    assert rules.table_id([MAIN, OWN], "subnet-2") == "rtb-main"


def test_a_route_into_a_black_hole_leads_nowhere():
    gone = {**MAIN, "Routes": [{**MAIN["Routes"][0], "State": "blackhole"}]}
    assert rules.way_out([gone], "subnet-1") == ""


@pytest.mark.parametrize(
    ("rule", "sources"),
    [
        ({"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, ["0.0.0.0/0"]),
        ({"IpRanges": [{"CidrIp": "198.51.100.0/24"}]}, ["198.51.100.0/24"]),
        ({"IpProtocol": "-1", "FromPort": None, "UserIdGroupPairs": [{"GroupId": "sg-1"}]}, ["sg-1"]),
        ({"FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, []),
        ({"IpProtocol": "udp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, []),
        ({"FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, ["0.0.0.0/0"]),
    ],
)
def test_who_a_group_admits_to_port_80(rule, sources):
    assert rules.admitted(group(**rule), 80) == sources


@pytest.mark.parametrize(
    ("entries", "refused_by"),
    [
        ([entry(100, "allow", protocol="-1")], None),
        ([entry(100, "allow", protocol="-1"), entry(90, "deny", (80, 80))], "90"),
        ([entry(90, "deny", (443, 443)), entry(100, "allow", (0, 65535))], None),
        ([entry(100, "allow", (80, 80), egress=True)], "*"),
        ([], "*"),
    ],
)
def test_the_lowest_rule_of_an_acl_that_touches_the_port_decides(entries, refused_by):
    assert rules.acl_refuses({"Entries": entries}, egress=False, ports=(80, 80)) == refused_by


def test_a_port_is_admitted_within_a_range_or_by_every_protocol():
    def rule(protocol, first, last):
        permission = {"IpProtocol": protocol, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        return {
            "IpPermissions": [permission | ({} if first is None else {"FromPort": first, "ToPort": last})]
        }

    assert rules.admitted_ranges(rule("tcp", 1, 100), 80) == ["0.0.0.0/0"]
    assert rules.admitted_ranges(rule("-1", None, None), 80) == ["0.0.0.0/0"]
    assert rules.admitted_ranges(rule("tcp", 81, 100), 80) == []
    assert rules.admitted_ranges(rule("udp", 80, 80), 80) == []
