"""Which packets pass, and which rule is named when one does not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.world.network.packets import Packet, egress, inbound, is_public, seen_as, within
from ecslab.sandbox.world.network.vpc import (
    Acl,
    AclEntry,
    Endpoint,
    Facts,
    Nat,
    Route,
    RouteTable,
    Rule,
    SecurityGroup,
)

OPEN_ACL = Acl("acl-1", (AclEntry(100, True, True), AclEntry(100, True, False),
                         AclEntry(32767, False, True), AclEntry(32767, False, False)))  # fmt: skip
LOCAL = Route("10.0.0.0/16", "local")
PUBLIC = RouteTable("rtb-1", (LOCAL, Route("0.0.0.0/0", "igw-1")))
PRIVATE = RouteTable("rtb-2", (LOCAL,))
ALL_OUT = Rule("-1", None, None, ("0.0.0.0/0",))
HTTP = SecurityGroup("sg-1", "web", (Rule("tcp", 80, 80, ("0.0.0.0/0",)),), (ALL_OUT,))
DEFAULT = SecurityGroup("sg-2", "default", (Rule("-1", None, None, (), ("sg-2",)),), (ALL_OUT,))
FACTS = Facts("eni-1", "subnet-1", "10.0.0.10", "203.0.113.5", PUBLIC, OPEN_ACL, (HTTP,))
NAT = Nat("nat-1", "subnet-2", OPEN_ACL, "203.0.113.9")
BROWSER = Packet("198.51.100.7", 80)


def acl(*entries: AclEntry) -> Acl:
    return Acl("acl-9", entries)


def test_a_public_task_with_an_open_port_answers():
    assert inbound(BROWSER, FACTS, listening={80}).passed


@pytest.mark.parametrize(
    ("facts", "stopped_by", "text"),
    [
        (replace(FACTS, public_ip=None), "no-public-ip",
         "The task's network interface eni-1 has no public IP, so nothing on the internet can reach it."),
        (replace(FACTS, route_table=PRIVATE), "route",
         "Subnet subnet-1 is private: its route table rtb-2 has no route to an internet gateway for "
         "198.51.100.7."),
        (replace(FACTS, acl=acl(AclEntry(90, False, False), *OPEN_ACL.entries)), "network-acl",
         "Network ACL acl-9 of subnet subnet-1 (rule 90) denies TCP port 80 from 198.51.100.7."),
        (replace(FACTS, acl=acl()), "network-acl",
         "Network ACL acl-9 of subnet subnet-1 (rule *) denies TCP port 80 from 198.51.100.7."),
        (replace(FACTS, acl=acl(AclEntry(100, True, False))), "network-acl",
         "Network ACL acl-9 of subnet subnet-1 (rule *) lets the request in, but denies the answer out to "
         "198.51.100.7 (ports 1024-65535)."),
        (replace(FACTS, groups=(DEFAULT,)), "security-group",
         "Security group sg-2 (default) has no inbound rule that allows TCP port 80 from 198.51.100.7."),
    ],
)  # fmt: skip
def test_the_rule_that_refuses_is_named(facts, stopped_by, text):
    verdict = inbound(BROWSER, facts, listening={80})
    assert (verdict.passed, verdict.stopped_by, verdict.text) == (False, stopped_by, text)


def test_nothing_listens():
    verdict = inbound(replace(BROWSER, port=80), FACTS, listening={8080, 3000})
    assert verdict.stopped_by == "nothing-listening"
    assert verdict.text.endswith("nothing in it listens on port 80; it listens on port 3000, 8080.")
    assert inbound(BROWSER, FACTS, listening=()).text.endswith("it listens on no port.")


def test_the_earlier_obstacle_is_named_first():
    all_wrong = replace(FACTS, public_ip=None, route_table=PRIVATE, acl=acl(), groups=(DEFAULT,))
    order = []
    repairs = {"public_ip": "203.0.113.5", "route_table": PUBLIC, "acl": OPEN_ACL, "groups": (HTTP,)}
    for repair in (*({name: value} for name, value in repairs.items()), {}):
        order.append(inbound(BROWSER, all_wrong, listening=()).stopped_by)
        all_wrong = replace(all_wrong, **repair)
    assert order == ["no-public-ip", "route", "network-acl", "security-group", "nothing-listening"]


def test_a_neighbour_in_the_vpc_needs_neither_public_ip_nor_gateway():
    neighbour = Packet("10.0.3.4", 80, source_groups=("sg-2",))
    facts = replace(FACTS, public_ip=None, route_table=PRIVATE, groups=(DEFAULT,))
    assert inbound(neighbour, facts).passed
    assert inbound(replace(neighbour, source_groups=()), facts).stopped_by == "security-group"


@pytest.mark.parametrize(
    ("facts", "stopped_by", "text"),
    [
        (replace(FACTS, route_table=PRIVATE), "route",
         "Subnet subnet-1 is private: its route table rtb-2 has no route to an internet gateway or a NAT "
         "gateway, so ecr.api cannot be reached."),
        (replace(FACTS, public_ip=None), "no-public-ip",
         "Subnet subnet-1 reaches the internet through igw-1, but the task's network interface eni-1 has no "
         "public IP, so no answer from ecr.api can come back."),
        (replace(FACTS, route_table=RouteTable("rtb-3", (LOCAL, Route("0.0.0.0/0", "nat-1")))), "route",
         "The route of route table rtb-3 to nat-1 leads nowhere, so ecr.api cannot be reached."),
        (replace(FACTS, acl=acl(AclEntry(100, True, False))), "network-acl",
         "Network ACL acl-9 of subnet subnet-1 (rule *) denies TCP port 443 out to ecr.api."),
        (replace(FACTS, acl=acl(AclEntry(100, True, True))), "network-acl",
         "Network ACL acl-9 of subnet subnet-1 (rule *) denies the answers from ecr.api."),
        (replace(FACTS, groups=(replace(HTTP, outbound=()),)), "security-group",
         "Security group sg-1 (web) has no outbound rule that allows TCP port 443 to ecr.api."),
    ],
)  # fmt: skip
def test_what_keeps_a_task_from_its_registry(facts, stopped_by, text):
    verdict = egress(facts, "ecr.api")
    assert (verdict.passed, verdict.stopped_by, verdict.text) == (False, stopped_by, text)


def test_a_private_subnet_reaches_out_through_nat_or_endpoints():
    behind_nat = replace(FACTS, public_ip=None, nats=(NAT,),
                         route_table=RouteTable("rtb-3", (LOCAL, Route("0.0.0.0/0", "nat-1"))))  # fmt: skip
    assert egress(behind_nat, "ecr.api").passed
    assert egress(behind_nat).passed
    guarded = SecurityGroup("sg-3", "endpoints", (Rule("tcp", 443, 443, ("10.0.0.0/16",)),))
    endpoints = (
        Endpoint("vpce-1", "ecr.api", True, (guarded,)),
        Endpoint("vpce-2", "s3", False, route_tables=("rtb-2",)),
        Endpoint("vpce-3", "logs", True, (DEFAULT,)),
        Endpoint("vpce-4", "ssm", True, (guarded,), private_dns=False),
    )
    sealed = replace(FACTS, public_ip=None, route_table=PRIVATE, endpoints=endpoints)
    assert egress(sealed, "ecr.api").passed
    assert egress(sealed, "s3").passed
    assert egress(sealed, "ssm").stopped_by == "route"
    assert egress(sealed).stopped_by == "route"
    alone = egress(sealed, "ecr.dkr", internet=False)
    assert alone.text == "The VPC of subnet subnet-1 has no endpoint for ecr.dkr."
    assert egress(sealed, "logs").text == (
        "VPC endpoint vpce-3: Security group sg-2 (default) has no inbound rule that allows TCP port 443 "
        "from the task (10.0.0.10)."
    )


BEHIND_NAT = replace(FACTS, public_ip=None, nats=(NAT,),
                     route_table=RouteTable("rtb-3", (LOCAL, Route("0.0.0.0/0", "nat-1"))))  # fmt: skip
LETS_BACK = AclEntry(110, True, False, "tcp", 1024, 65535)


@pytest.mark.parametrize(
    ("entries", "text"),
    [
        ((), "(rule *) denies TCP port 443 from 10.0.0.10."),
        ((AclEntry(100, True, False, "tcp", 443, 443),),
         "(rule *) lets the request in, but denies the answer out to 10.0.0.10 (ports 1024-65535)."),
        ((AclEntry(100, True, False, "tcp", 443, 443), AclEntry(100, True, True, "tcp", 1024, 65535)),
         "(rule *) denies TCP port 443 out to ecr.api."),
        ((AclEntry(100, True, False, "tcp", 443, 443), AclEntry(100, True, True)),
         "(rule *) denies the answers from ecr.api."),
    ],
)  # fmt: skip
def test_the_acl_of_the_nat_gateways_subnet_looks_too(entries, text):
    facts = replace(BEHIND_NAT, nats=(replace(NAT, acl=acl(*entries)),))
    verdict = egress(facts, "ecr.api")
    assert verdict.stopped_by == "network-acl"
    assert verdict.text == f"Network ACL acl-9 of subnet subnet-2 {text}"
    opened = replace(NAT, acl=acl(*entries, AclEntry(1, True, True), AclEntry(1, True, False)))
    assert egress(replace(facts, nats=(opened,)), "ecr.api").passed


def test_no_acl_looks_between_a_nat_gateway_and_its_own_subnet():
    only_out = acl(AclEntry(100, True, True, "tcp", 443, 443), LETS_BACK)
    facts = replace(BEHIND_NAT, acl=only_out, nats=(replace(NAT, subnet_id="subnet-1", acl=only_out),))
    assert egress(facts).passed


def test_a_vpc_without_a_resolver_finds_nobody_by_name():
    gateway = Endpoint("vpce-1", "s3", False, route_tables=("rtb-1",))
    deaf = replace(FACTS, resolves=False, endpoints=(gateway,))
    for service, what in (("s3", "s3"), (None, "the internet")):
        verdict = egress(deaf, service)
        assert verdict.stopped_by == "name-resolution"
        assert verdict.text == (
            f"The VPC of subnet subnet-1 has enableDnsSupport off, so the name of {what} is not found."
        )
    assert egress(deaf, to="198.51.100.9", port=80).passed


def test_within_a_vpc_both_sides_decide():
    target = replace(FACTS, eni_id="eni-2", private_ip="10.0.1.9", subnet_id="subnet-2", groups=(DEFAULT,))
    assert within(FACTS, target, 80).text == (
        "Security group sg-2 (default) has no inbound rule that allows TCP port 80 from 10.0.0.10."
    )
    mute = replace(FACTS, groups=(replace(DEFAULT, outbound=()),))
    assert within(mute, target, 80).text == (
        "Security group sg-2 (default) has no outbound rule that allows TCP port 80 to 10.0.1.9."
    )
    member = replace(FACTS, groups=(DEFAULT,))
    assert within(member, target, 80).passed
    closed = replace(member, acl=acl())
    assert within(closed, target, 80).text == (
        "Network ACL acl-9 of subnet subnet-1 (rule *) denies TCP port 80 out to 10.0.1.9."
    )
    assert within(closed, replace(target, subnet_id="subnet-1", acl=acl()), 80).passed
    assert within(member, target, 80, listening=()).stopped_by == "nothing-listening"


def test_the_internet_sees_the_nat_gateway():
    assert seen_as(BEHIND_NAT) == "203.0.113.9"
    assert seen_as(FACTS) == "203.0.113.5"


def test_a_relayed_packet_asks_for_no_route():
    private = replace(FACTS, public_ip=None, route_table=PRIVATE)
    assert inbound(BROWSER, private).stopped_by == "no-public-ip"
    assert inbound(replace(BROWSER, relayed=True), private).passed


def test_the_most_specific_route_wins():
    table = RouteTable("rtb-4", (Route("0.0.0.0/0", "igw-1"), Route("198.51.100.0/24", "nat-1")))
    assert inbound(BROWSER, replace(FACTS, route_table=table)).stopped_by == "route"
    assert is_public(table)
    assert not is_public(RouteTable("rtb-5", (LOCAL, Route("0.0.0.0/0", "igw-1", active=False))))


addresses = st.ip_addresses(v=4).map(str).filter(lambda address: not address.startswith("10.0."))
ports = st.integers(1, 65535)
rules = st.builds(lambda protocol, low, span: Rule(protocol, low, min(65535, low + span), ("0.0.0.0/0",)),
                  st.sampled_from(["tcp", "udp"]), ports, st.integers(0, 5000))  # fmt: skip


@given(st.lists(rules, max_size=6), ports, addresses)
def test_a_group_lets_in_exactly_the_ports_it_names(allowed, port, source):
    facts = replace(FACTS, groups=(replace(HTTP, inbound=tuple(allowed)),))
    expected = any(r.protocol == "tcp" and r.from_port <= port <= r.to_port for r in allowed)
    assert inbound(Packet(source, port), facts).passed == expected


@given(st.lists(rules, max_size=4), st.lists(rules, max_size=4), ports, addresses)
def test_one_more_rule_never_shuts_anything_out(some, more, port, source):
    def passed(allowed):
        groups = (replace(HTTP, inbound=tuple(allowed)),)
        return inbound(Packet(source, port), replace(FACTS, groups=groups)).passed

    assert passed(some) <= passed(some + more)


@given(addresses, ports, st.booleans(), st.booleans())
def test_a_refusal_says_why_and_a_pass_says_nothing(source, port, public, routed):
    table = PUBLIC if routed else PRIVATE
    facts = replace(FACTS, public_ip="203.0.113.5" if public else None, route_table=table)
    verdict = inbound(Packet(source, port), facts, listening={80})
    assert verdict.passed == (public and routed and port == 80)
    assert bool(verdict.text) == (verdict.stopped_by is not None) == (not verdict.passed)


@given(st.permutations([AclEntry(10, False, False, cidr="198.51.100.0/24"), AclEntry(20, True, False),
                        AclEntry(100, True, True)]))  # fmt: skip
def test_the_lowest_numbered_entry_decides_whatever_the_order(entries):
    facts = replace(FACTS, acl=acl(*entries))
    assert inbound(BROWSER, facts).stopped_by == "network-acl"
    assert inbound(Packet("203.0.114.1", 80), facts).passed
