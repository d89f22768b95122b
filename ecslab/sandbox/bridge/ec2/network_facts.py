"""What moto knows of a network, in the words of the world's rules."""

from dataclasses import replace
from ipaddress import IPv4Network
from typing import Final

from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.network_acls import NetworkAclEntry
from moto.ec2.models.route_tables import Route as MotoRoute
from moto.ec2.models.route_tables import RouteTable as MotoRouteTable
from moto.ec2.models.security_groups import SecurityGroup as MotoSecurityGroup
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.subnets import Subnet

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ec2.vpcs import main_table
from ecslab.sandbox.world.network import vpc
from ecslab.sandbox.world.network.packets import is_public

RESOLVER: Final = 2
"""Which address of a VPC's block its resolver has."""
_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "all": "-1"}


def facts_of(backend: EC2Backend, interface: NetworkInterface) -> vpc.Facts:
    """All that decides what reaches and leaves an interface; its neighbours differ from it by addresses."""
    known = current_account().known_networks
    if known is None:
        return _facts_of(backend, interface)
    groups = tuple([group.id for group in interface.group_set])
    place = backend.region_name, interface.subnet.id, groups
    if place not in known.facts:
        known.facts[place] = _facts_of(backend, interface)
    return replace(
        known.facts[place], eni_id=interface.id, private_ip=interface.private_ip_address,
        public_ip=interface.public_ip, ipv6=next(iter(interface.ipv6_addresses), None),
    )  # fmt: skip


def _facts_of(backend: EC2Backend, interface: NetworkInterface) -> vpc.Facts:
    subnet = interface.subnet
    return vpc.Facts(
        eni_id=interface.id,
        subnet_id=subnet.id,
        private_ip=interface.private_ip_address,
        public_ip=interface.public_ip,
        route_table=route_table(backend, subnet),
        acl=_acl(backend, subnet.id),
        groups=tuple(security_group(backend, group) for group in interface.group_set),
        endpoints=_endpoints(backend, subnet.vpc_id),
        nats=_nats(backend, subnet.vpc_id),
        resolves=answers_names(backend, subnet.vpc_id),
        resolver=resolver(backend, subnet.vpc_id),
        ipv6=next(iter(interface.ipv6_addresses), None),
    )


def route_table(backend: EC2Backend, subnet: Subnet) -> vpc.RouteTable:
    """The table a subnet names, else the main one of its VPC."""
    for table in backend.route_tables.values():
        if subnet.id in table._associations.values():
            return _table(table)
    return _table(main_table(backend, subnet.vpc_id))


def security_group(backend: EC2Backend, group: MotoSecurityGroup) -> vpc.SecurityGroup:
    return vpc.SecurityGroup(
        group.id,
        group.name,
        tuple(_rule(backend, rule) for rule in group.ingress_rules),
        tuple(_rule(backend, rule) for rule in group.egress_rules),
    )


def _table(table: MotoRouteTable) -> vpc.RouteTable:
    routes = (_route(table, route) for route in table.routes if _destination(route))
    return vpc.RouteTable(table.id, tuple(routes))


def _destination(route: MotoRoute) -> str:
    return str(route.destination_cidr_block or route.destination_ipv6_cidr_block or "")


def _route(table: MotoRouteTable, route: MotoRoute) -> vpc.Route:
    target = (
        route.gateway_id or route.nat_gateway_id or route.network_interface_id or route.transit_gateway_id
        or route.vpc_peering_connection_id or route.instance_id or route.egress_only_internet_gateway_id
        or "nothing"
    )  # fmt: skip
    active = target != "nothing"
    if target.startswith("igw-"):
        of_gateway = getattr(route.gateway, "vpc", None)
        active = of_gateway is not None and of_gateway.id == table.vpc_id
    elif target.startswith("eigw-"):
        gateway = table.ec2_backend.egress_only_internet_gateways.get(target)
        active = gateway is not None and gateway.vpc_id == table.vpc_id
    return vpc.Route(_destination(route), target, active)


def _rule(backend: EC2Backend, rule: SecurityGroupRule) -> vpc.Rule:
    cidrs = [rule.ip_range[key] for key in ("CidrIp", "CidrIpv6") if rule.ip_range.get(key)]
    if rule.prefix_list_id:
        known = backend.managed_prefix_lists.get(rule.prefix_list_id)
        cidrs += [entry["Cidr"] for entry in known.entries.get(known.version, [])] if known else []
    groups = [rule.source_group["GroupId"]] if rule.source_group.get("GroupId") else []
    return vpc.Rule(_protocol(rule.ip_protocol), rule.from_port, rule.to_port, tuple(cidrs), tuple(groups))


def _acl(backend: EC2Backend, subnet_id: str) -> vpc.Acl:
    acl = next(
        acl
        for acl in backend.network_acls.values()
        if any(association.subnet_id == subnet_id for association in acl.associations)
    )
    return vpc.Acl(acl.id, tuple(map(_entry, acl.network_acl_entries)))


def _entry(entry: NetworkAclEntry) -> vpc.AclEntry:
    low, high = (int(port) if port not in (None, "") else None
                 for port in (entry.port_range_from, entry.port_range_to))  # fmt: skip
    outbound = str(entry.egress).lower() == "true"
    number, allow = int(entry.rule_number), entry.rule_action == "allow"
    block = entry.cidr_block or entry.ipv6_cidr_block
    return vpc.AclEntry(number, allow, outbound, _protocol(entry.protocol), low, high, block)


def _endpoints(backend: EC2Backend, vpc_id: str) -> tuple[vpc.Endpoint, ...]:
    endpoints = []
    for endpoint in backend.vpc_end_points.values():
        if endpoint.vpc_id != vpc_id or endpoint.state != "available":
            continue
        prefix = f"com.amazonaws.{backend.region_name}."
        named = [backend.get_security_group_from_id(group) for group in endpoint.security_group_ids]
        groups = named or [_default_group(backend, vpc_id)]
        endpoints.append(
            vpc.Endpoint(
                endpoint.id,
                endpoint.service_name.removeprefix(prefix),
                str(endpoint.vpc_endpoint_type).lower() == "interface",
                tuple(security_group(backend, group) for group in groups),
                endpoint.private_dns_enabled is not False,
                tuple(endpoint.route_table_ids or ()),
                str(endpoint.policy_document or ""),
            )
        )
    return tuple(endpoints)


def _default_group(backend: EC2Backend, vpc_id: str) -> MotoSecurityGroup:
    return next(group for group in backend.groups[vpc_id].values() if group.is_default)


def resolver(backend: EC2Backend, vpc_id: str) -> str:
    """The address of a VPC's resolver."""
    return str(IPv4Network(backend.get_vpc(vpc_id).cidr_block).network_address + RESOLVER)


def answers_names(backend: EC2Backend, vpc_id: str) -> bool:
    """Whether a VPC's resolver answers: `enableDnsSupport`."""
    return str(backend.get_vpc(vpc_id).enable_dns_support).lower() == "true"


def gives_names(backend: EC2Backend, vpc_id: str) -> bool:
    """Whether a VPC's addresses have names: `enableDnsHostnames`."""
    return str(backend.get_vpc(vpc_id).enable_dns_hostnames).lower() == "true"


def _nats(backend: EC2Backend, vpc_id: str) -> tuple[vpc.Nat, ...]:
    return tuple(
        vpc.Nat(nat.id, nat.subnet_id, _acl(backend, nat.subnet_id), _public_ip(nat))
        for nat in backend.nat_gateways.values()
        if nat.vpc_id == vpc_id
        and nat.state == "available"
        and nat.connectivity_type != "private"
        and is_public(route_table(backend, backend.get_subnet(nat.subnet_id)))
    )


def _public_ip(nat: NatGateway) -> str | None:
    held = (address.get("publicIp") for address in nat.address_set)
    return next((str(address) for address in held if address), None)


def _protocol(protocol: object) -> str:
    return _PROTOCOLS.get(str(protocol).lower(), str(protocol).lower())
