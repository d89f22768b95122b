"""From VPCs, subnets and security groups to what the network picker offers: no widget here."""

from collections.abc import Sequence

from ecslab.resources.network import GroupFacts, SubnetFacts, Vpc

HTTP = "http"
"""Stands for the lesson's own security group, which is made when the choice is used."""
Row = dict[str, str]


def vpc_rows(vpcs: Sequence[Vpc]) -> list[Row]:
    """The VPCs by name: `default VPC, 172.31.0.0/16`."""
    return [{"id": vpc.id, "label": f"{_vpc_name(vpc)}, {vpc.cidr}"} for vpc in vpcs]


def _vpc_name(vpc: Vpc) -> str:
    return vpc.name or ("default VPC" if vpc.default else vpc.id)


def subnet_rows(subnets: Sequence[SubnetFacts]) -> list[Row]:
    """A line a subnet: zone, addresses, public or private and why, addresses that are free."""
    return [
        {
            "id": subnet.id,
            "name": subnet.name,
            "az": subnet.az,
            "cidr": subnet.cidr,
            "kind": "public" if subnet.public else "private",
            "way": _way(subnet),
            "free": f"{subnet.free:,}",
        }
        for subnet in subnets
    ]


def _way(subnet: SubnetFacts) -> str:
    """Where the subnet's route to everywhere leads, in words."""
    if subnet.public:
        return "internet gateway"
    if not subnet.way_out:
        return "no way out"
    return "NAT gateway" if subnet.way_out.startswith("nat-") else subnet.way_out


def group_rows(groups: Sequence[GroupFacts], own: str) -> list[Row]:
    """The lesson's group `own` first, there already or not, then the others and what they admit."""
    made = any(group.name == own for group in groups)
    first = {"id": HTTP, "label": f"{own}: HTTP from anywhere{'' if made else ' (will be made)'}"}
    return [first, *({"id": g.id, "label": f"{g.name}: {_door(g)}"} for g in groups if g.name != own)]


def _door(group: GroupFacts) -> str:
    if not group.open_to:
        return "port 80 is closed"
    return f"port 80 from {', '.join(group.open_to)}"


def usual_subnet(subnets: Sequence[SubnetFacts]) -> str:
    """The id of the public subnet in zone b, else of the first public one, else of the first."""
    public = [subnet for subnet in subnets if subnet.public] or list(subnets)
    return next((s.id for s in public if s.az.endswith("b")), public[0].id if public else "")
