"""Do security groups let one service's tasks speak to another's? Read from describe calls, without a packet.

A packet needs a rule that lets it out of one of its own groups, and one that lets it into one of the other's.
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.resources.network import network_reader, rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_ec2.type_defs import SecurityGroupTypeDef


@dataclass(frozen=True)
class Side:
    """One side of a conversation.

    Attributes:
        name: what it is called in a sentence.
        groups: its security groups; None: it has none, and no rule is in its way.
        subnets: the ids of its subnets.
    """

    name: str
    groups: tuple[str, ...] | None
    subnets: tuple[str, ...]


class Gates:
    """The security groups and subnets of one look, each read once."""

    def __init__(self, lab: Connection) -> None:
        self._lab = lab
        self._groups: dict[str, SecurityGroupTypeDef] = {}
        self._networks: dict[str, IPv4Network] = {}

    def obstacle(self, client: Side, server: Side, port: int) -> str:
        """What is in the way of TCP from one side to the other, in words; "" if nothing is."""
        if client.groups is not None and not self._admits(client, server, port, out=True):
            return f"no group of {client.name} lets port {port} out"
        if server.groups is not None and not self._admits(server, client, port, out=False):
            return f"no group of {server.name} lets {client.name} in on port {port}"
        return ""

    def _admits(self, side: Side, other: Side, port: int, *, out: bool) -> bool:
        networks = [self._network(subnet) for subnet in other.subnets]
        for group in map(self._group, side.groups or ()):
            for source in rules.sources(group["IpPermissionsEgress" if out else "IpPermissions"], port):
                if source.startswith("sg-"):
                    if source in (other.groups or ()):
                        return True
                elif networks and all(each.subnet_of(IPv4Network(source)) for each in networks):
                    return True
        return False

    def default_group(self, subnets: Sequence[str]) -> tuple[str, ...]:
        """The default security group of the VPC in which the subnets are."""
        vpc = network_reader.vpc_of(self._lab, subnets)
        if not vpc:
            return ()
        wanted = [network_reader.where("vpc-id", vpc), network_reader.where("group-name", "default")]
        answer = self._lab.ec2.describe_security_groups(Filters=wanted)["SecurityGroups"]
        return tuple(group["GroupId"] for group in answer)

    def _group(self, group_id: str) -> SecurityGroupTypeDef:
        if group_id not in self._groups:
            groups = network_reader.security_groups(self._lab, [group_id])
            self._groups[group_id] = groups[0] if groups else {"IpPermissions": [], "IpPermissionsEgress": []}
        return self._groups[group_id]

    def _network(self, subnet_id: str) -> IPv4Network:
        if subnet_id not in self._networks:
            (subnet,) = network_reader.subnets(self._lab, [subnet_id]) or [{"CidrBlock": "0.0.0.0/0"}]
            self._networks[subnet_id] = IPv4Network(ip_network(subnet["CidrBlock"]))
        return self._networks[subnet_id]
