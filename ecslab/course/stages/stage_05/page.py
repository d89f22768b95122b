"""What stage 05 sees of the page: it answers at the task's public IP, or what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.display.verdict import Outcome, Verdict, done, not_yet
from ecslab.errors import Unreachable
from ecslab.resources.network import network_reader
from ecslab.resources.network import rules as network_rules
from ecslab.resources.task import reachability, task_reader
from ecslab.resources.task.network_interface import interface_of, public_ip_of
from ecslab.resources.task.task_reader import task_family

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import NetworkInterfaceTypeDef
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef


def answers(lab: Connection) -> Verdict:
    """A visitor from outside gets the page."""
    family, name = lab.names.family, lab.names.cluster
    ours = [task for task in task_reader.of_cluster(lab, name) if task_family(task) == family]
    alive = [task for task in ours if task["lastStatus"] == "RUNNING"]
    if not alive:
        return not_yet(f"No task of `{family}` is RUNNING in `{name}`: stage 04 runs one.")
    interfaces = [interface for task in alive if (interface := interface_of(lab, task))]
    public = [interface for interface in interfaces if public_ip_of(interface)]
    if not public:
        return verdicts.wrong("05.no-public-ip")
    visits = [visit(lab, interface) for interface in public]
    return next((seen for seen in visits if seen.outcome is Outcome.DONE), visits[0])


def visit(lab: Connection, interface: NetworkInterfaceTypeDef) -> Verdict:
    """What a visitor meets at the task's own address; behind a load balancer, at the load balancer's."""
    url = lab.url(str(public_ip_of(interface)))
    try:
        status = lab.http("GET", url).status
    except Unreachable:
        status = None
    if status is not None and 200 <= status < 300:
        return done(f"Your page answers at {public_ip_of(interface)}, the task's public IP.")
    if closed := _closed(lab, interface):
        return closed
    if status is None or status in (502, 504):
        return verdicts.wrong("05.not-listening")
    return verdicts.wrong("05.other-status", status=status)


def _closed(lab: Connection, interface: NetworkInterfaceTypeDef) -> Verdict | None:
    """Which rule of the network keeps a visitor out, if one does."""
    groups = network_reader.security_groups(lab, [group["GroupId"] for group in interface["Groups"]])
    sources = [source for group in groups for source in network_rules.admitted_ranges(group, 80)]
    names = ", ".join(f"`{group['GroupName']}`" for group in groups)
    if "0.0.0.0/0" not in sources:
        admitted = [source for group in groups for source in network_rules.admitted(group, 80)]
        if balancers := reachability.balancers_with(lab, admitted):
            return _behind(lab, balancers[0])
        if sources:
            return verdicts.wrong("05.other-sources", names=names, sources=", ".join(sources))
        if any(group["GroupName"] == "default" for group in groups):
            return verdicts.wrong("05.default-group")
        return verdicts.wrong("05.port-80-closed", names=names)
    if not _has_way_in(lab, interface):
        return verdicts.wrong("05.no-route", subnet_id=interface["SubnetId"])
    if entry := _acl_refusal(lab, interface):
        return verdicts.wrong("05.acl-refuses", entry=entry)
    return None


def _behind(lab: Connection, balancer: LoadBalancerTypeDef) -> Verdict:
    """The task's group admits this load balancer alone: then the page has to answer there."""
    name = balancer["LoadBalancerName"]
    try:
        status = lab.http("GET", lab.url(balancer["DNSName"])).status
    except Unreachable:
        status = None
    if status is not None and 200 <= status < 300:
        return done(f"Your page answers at the load balancer `{name}`, which alone may ask the tasks.")
    return verdicts.not_yet("05.behind-balancer", name=name)


def _has_way_in(lab: Connection, interface: NetworkInterfaceTypeDef) -> bool:
    tables = network_reader.route_tables(lab, interface["VpcId"])
    own = [t for t in tables if any(a.get("SubnetId") == interface["SubnetId"] for a in t["Associations"])]
    main = [t for t in tables if any(a.get("Main") for a in t["Associations"])]
    return any(
        str(route.get("GatewayId", "")).startswith("igw-") and route.get("State") != "blackhole"
        for table in (own or main)
        for route in table["Routes"]
    )


def _acl_refusal(lab: Connection, interface: NetworkInterfaceTypeDef) -> str | None:
    """The id of the subnet's network ACL, if the first of its rules for TCP port 80 inbound denies."""
    for acl in network_reader.network_acls(lab, interface["SubnetId"]):
        if network_rules.acl_refuses(acl, egress=False, ports=(80, 80)):
            return acl["NetworkAclId"]
    return None
