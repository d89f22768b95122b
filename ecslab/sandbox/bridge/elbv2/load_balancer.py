"""One load balancer: its nodes (an interface in each subnet), and how far its making has come."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from moto.ec2.models import EC2Backend
from moto.ec2.models.subnets import Subnet
from moto.elbv2.models import AvailabilityZone, FakeLoadBalancer

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ec2.interfaces import BalancerInterface
from ecslab.sandbox.bridge.elbv2 import attribute_table
from ecslab.sandbox.world.texts import tables

_TABLES: Final = tables(__file__)
_SOMEWHERE: Final = "Z2P70J7EXAMPLE"  # the hosted zone of names in other regions: moto's


class FixedAddress(NamedTuple):
    """What somebody chose for a node: an Elastic IP with its allocation, or a private address."""

    allocation_id: str | None = None
    public_ip: str | None = None
    private_ip: str | None = None


class Zone(AvailabilityZone):  # type: ignore[misc]
    """A load balancer's subnet, with the addresses that were chosen for it."""

    def __init__(self, subnet: Subnet, fixed: FixedAddress | None):
        super().__init__(subnet)
        given = {} if fixed is None else {
            "IpAddress": fixed.public_ip, "AllocationId": fixed.allocation_id,
            "PrivateIPv4Address": fixed.private_ip,
        }  # fmt: skip
        self.load_balancer_addresses = [given] if given else []


class LoadBalancer(FakeLoadBalancer):  # type: ignore[misc]  # moto ships no types
    """moto's record, whose state follows the clock (moto's is active once it was looked at).

    Attributes:
        nodes: its interfaces, by subnet.
        fixed: the addresses that somebody chose, by subnet.
        active_at: virtual second at which it begins to serve.
    """

    def __init__(self, ec2: EC2Backend, fixed: Mapping[str, FixedAddress], **about: object):
        super().__init__(state="provisioning", **about)
        self.ec2, self.fixed = ec2, fixed
        self.attrs = attribute_table.defaults("load_balancer", self.type)
        self.nodes: dict[str, BalancerInterface] = {}
        clock = current_account().clock
        lasts = clock.durations.of("balancer_active", self.arn)
        self.active_at = clock.now + lasts
        clock.after(lasts, lambda: None)  # whoever waits from event to event wakes then
        zones: dict[str, str] = _TABLES["zones"].get(self.type, {})
        self.canonical_hosted_zone_id = zones.get(ec2.region_name, _SOMEWHERE)
        self.stand_in(self.subnets)

    def activate(self) -> None:
        """moto calls this when somebody looks; here time alone makes it active."""

    @property
    def load_balancer_state(self) -> dict[str, str]:
        return {"Code": "active" if self.active else "provisioning"}

    @property
    def settings(self) -> tuple[object, ...]:
        """What makes it the same as one that is asked for again."""
        subnets = {subnet.id for subnet in self.subnets}
        return (
            self.scheme, self.type, self.ip_address_type, subnets, set(self.security_groups), self.fixed
        )  # fmt: skip

    @property
    def availability_zones(self) -> list[AvailabilityZone]:
        return [Zone(subnet, self.fixed.get(subnet.id)) for subnet in self.subnets]

    @property
    def active(self) -> bool:
        return current_account().clock.now >= self.active_at

    @property
    def internal(self) -> bool:
        return bool(self.scheme == "internal")

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(subnet.availability_zone for subnet in self.subnets)

    def node_for(self, az: str) -> BalancerInterface:
        """The node that asks targets in this zone."""
        near = (node for node in self.nodes.values() if node.subnet.availability_zone == az)
        return next(near, next(iter(self.nodes.values())))

    def stand_in(self, subnets: Sequence[Subnet]) -> None:
        """Have a node in each of these subnets, and in no other."""
        wanted = {subnet.id: subnet for subnet in subnets}
        for subnet_id in self.nodes.keys() - wanted.keys():
            self.ec2.forget_interface(self.nodes.pop(subnet_id).id)
        for subnet_id, subnet in wanted.items():
            if subnet_id not in self.nodes:
                self.nodes[subnet_id] = self._node(subnet)
        self.subnets = list(subnets)

    def wear(self, groups: Iterable[str]) -> None:
        """Put its nodes in these security groups."""
        self.security_groups = list(groups)
        for node in self.nodes.values():
            node.regroup(self.security_groups)

    def close(self) -> None:
        self.stand_in([])

    def _node(self, subnet: Subnet) -> BalancerInterface:
        about = f"ELB {self.arn.rpartition(':loadbalancer/')[2]}"
        fixed = self.fixed.get(subnet.id, FixedAddress())
        public = fixed.public_ip or not self.internal
        node = BalancerInterface(self.ec2, subnet, self.security_groups, public, about, fixed.private_ip)
        node.regroup(self.security_groups)  # a network load balancer may have none
        node.interface_type = "network_load_balancer" if self.type == "network" else "interface"
        self.ec2.enis[node.id] = node
        return node


def dns_name(name: str, kind: str, region: str, identity: str, internal: bool) -> str:
    """The name a load balancer is reached by; `identity` is the end of its ARN."""
    if kind == "network":
        return f"{name}-{identity}.elb.{region}.amazonaws.com"
    digits = rng.randrange(10**8, 2 * 10**9)
    return f"{'internal-' if internal else ''}{name}-{digits}.{region}.elb.amazonaws.com"
