"""What a block of IPv6 addresses brings with it: rules that let it out, and the subnets it has room for.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-migrate-ipv6-add.html
https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html
"""

from ipaddress import IPv6Network
from typing import Final

from moto.ec2.exceptions import InvalidSubnetConflictError, InvalidSubnetRangeError
from moto.ec2.models import EC2Backend

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ec2.addresses import ipv6_block, is_true

ANYWHERE: Final = "::/0"
SIZES: Final = range(44, 65, 4)
"""Lengths of the prefix that a subnet's block may have."""
_ALLOWED, _DENIED = 101, 32768
"""Numbers of the two entries in the default network ACL."""


def has_own_rules() -> bool:
    """Whether blocks of IPv6 are judged, and open groups and ACLs (`world.behaviour`)."""
    return current_account().behaviour >= 4


def open_default_acl(backend: EC2Backend, vpc_id: str) -> None:
    """Let IPv6 pass where IPv4 does: in the default network ACL, unless somebody changed it."""
    acl = next(acl for acl in backend.network_acls.values() if acl.vpc_id == vpc_id and is_true(acl.default))
    for egress in (False, True):
        entries = [entry for entry in acl.network_acl_entries if is_true(entry.egress) == egress]
        if [int(entry.rule_number) for entry in entries] != [100, 32767]:
            continue
        for number, action in ((_ALLOWED, "allow"), (_DENIED, "deny")):
            backend.create_network_acl_entry(
                acl.id, number, "-1", action, egress, None, None, None, None, None, ipv6_cidr_block=ANYWHERE
            )


def open_groups(backend: EC2Backend, vpc_id: str) -> None:
    """Let IPv6 out of security groups whose only rule lets all of IPv4 out (U: of all of a VPC's)."""
    for group in backend.groups[vpc_id].values():
        blocks = [rule.ip_range.get("CidrIp") for rule in group.egress_rules if rule.ip_protocol == "-1"]
        if blocks == ["0.0.0.0/0"] and len(group.egress_rules) == 1:
            everything = [{"CidrIpv6": ANYWHERE}]
            backend.authorize_security_group_egress(group.id, "-1", "", "", everything, vpc_id=vpc_id)


def check_subnet(backend: EC2Backend, vpc_id: str, block: str) -> None:
    """Refuse a subnet's block that its VPC does not have, or that another subnet has. U: in IPv4's words."""
    try:
        wanted = IPv6Network(block, strict=False)
    except ValueError:
        raise InvalidSubnetRangeError(block) from None
    held = [
        IPv6Network(association["cidr_block"])
        for association in backend.get_vpc(vpc_id).get_cidr_block_association_set(ipv6=True)
        if association["cidr_block_state"]["state"] == "associated"
    ]
    if wanted.prefixlen not in SIZES or not any(wanted.subnet_of(network) for network in held):
        raise InvalidSubnetRangeError(block)
    for subnet in backend.describe_subnets(filters={"vpc-id": [vpc_id]}):
        other = ipv6_block(subnet)
        if other and other.overlaps(wanted):
            raise InvalidSubnetConflictError(block)
