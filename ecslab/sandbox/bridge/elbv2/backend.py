"""moto's Elastic Load Balancing: load balancers with nodes, listeners whose rules are obeyed, AWS's refusals.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html
"""

from collections.abc import Mapping
from types import ModuleType

from moto.ec2.models.subnets import Subnet
from moto.elbv2.models import AvailabilityZone, elbv2_backends
from moto.elbv2.utils import make_arn_for_load_balancer

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ec2.task_network import is_inside
from ecslab.sandbox.bridge.elbv2 import attribute_table
from ecslab.sandbox.bridge.elbv2.listeners import ListenersBackend
from ecslab.sandbox.bridge.elbv2.load_balancer import FixedAddress, LoadBalancer, dns_name
from ecslab.sandbox.bridge.elbv2.refusals import check_blocks, check_ip_type, check_kind, check_name, refusal


class ElbV2Backend(ListenersBackend):
    """One region's load balancers."""

    @property
    def _url_module(self) -> ModuleType:
        from ecslab.sandbox.bridge.elbv2 import responses

        return responses

    # load balancers

    def create_load_balancer(
        self, name: str, security_groups: list[str], subnet_ids: list[str],
        subnet_mappings: list[dict[str, str]] | None = None, scheme: str | None = None,
        loadbalancer_type: str | None = None, ip_address_type: str = "ipv4",
        tags: list[dict[str, str]] | None = None,
    ) -> LoadBalancer:  # fmt: skip
        kind, scheme = loadbalancer_type or "application", scheme or "internet-facing"
        check_kind(kind)
        check_name(name)
        check_ip_type(ip_address_type, kind)
        mappings = subnet_mappings or [{"SubnetId": subnet_id} for subnet_id in subnet_ids]
        subnets = self._subnets([mapping["SubnetId"] for mapping in mappings], kind)
        groups = self._groups(security_groups, subnets[0].vpc_id, kind)
        check_blocks(ip_address_type, subnets)
        fixed = self._fixed_addresses(mappings, kind, scheme)
        other: LoadBalancer
        for other in self.load_balancers.values():
            if other.name == name:
                asked = (scheme, kind, ip_address_type, {subnet.id for subnet in subnets}, set(groups), fixed)
                if other.settings != asked:
                    raise refusal("same_balancer_name", name=name)
                return other  # API_CreateLoadBalancer: the same settings make it idempotent
        if scheme != "internal" and not self._has_gateway(subnets[0].vpc_id):
            raise refusal("no_gateway", vpc_id=subnets[0].vpc_id)
        identity = rng.get_random_hex(length=16)
        arn = make_arn_for_load_balancer(self.account_id, identity, name, self.region_name)
        balancer = LoadBalancer(
            self.ec2_backend, fixed, name=name, security_groups=groups, subnets=subnets,
            vpc_id=subnets[0].vpc_id, arn=arn.replace("/app/", "/net/") if kind == "network" else arn,
            dns_name=dns_name(name, kind, self.region_name, identity, scheme == "internal"),
            scheme=scheme, loadbalancer_type=kind, ip_address_type=ip_address_type,
        )  # fmt: skip
        self.load_balancers[balancer.arn] = balancer
        self.tagging_service.tag_resource(balancer.arn, tags)
        return balancer

    def describe_load_balancers(self, arns: list[str] | None, names: list[str] | None) -> list[LoadBalancer]:
        """moto finds the one before for a name it does not know."""
        known = list(self.load_balancers.values())
        if not arns and not names:
            return known
        if not {balancer.arn for balancer in known}.issuperset(arns or ()):
            raise refusal("no_balancer")
        if not {balancer.name for balancer in known}.issuperset(names or ()):
            raise refusal("no_balancer")
        wanted = {*(arns or ()), *(names or ())}
        return [balancer for balancer in known if not wanted.isdisjoint((balancer.arn, balancer.name))]

    def delete_load_balancer(self, arn: str) -> None:
        balancer = self.load_balancers.get(arn)
        if balancer is None:
            return
        if balancer.attrs.get("deletion_protection.enabled") == "true":
            raise refusal("protected", arn=arn)
        super().delete_load_balancer(arn)
        balancer.close()
        self._associate()

    def set_security_groups(self, arn: str, sec_groups: list[str]) -> None:
        balancer = self._balancer(arn)
        balancer.wear(self._groups(sec_groups, balancer.vpc_id, balancer.type))

    def set_subnets(
        self, arn: str, subnets: list[str], subnet_mappings: list[dict[str, str]]
    ) -> list[AvailabilityZone]:
        balancer = self._balancer(arn)
        mappings = subnet_mappings or [{"SubnetId": subnet_id} for subnet_id in subnets]
        wanted = self._subnets([mapping["SubnetId"] for mapping in mappings], balancer.type)
        check_blocks(balancer.ip_address_type, wanted)
        balancer.fixed = self._fixed_addresses(mappings, balancer.type, balancer.scheme)
        balancer.stand_in(wanted)
        self._associate()
        return balancer.availability_zones

    def set_ip_address_type(self, arn: str, ip_type: str) -> None:
        balancer = self._balancer(arn)
        check_ip_type(ip_type, balancer.type)
        check_blocks(ip_type, balancer.subnets)
        balancer.ip_address_type = ip_type

    def modify_load_balancer_attributes(self, arn: str, attrs: Mapping[str, str]) -> dict[str, str]:
        balancer = self._balancer(arn)
        attribute_table.check("load_balancer", balancer.type, balancer.attrs, attrs, "")
        balancer.attrs.update(attrs)
        return balancer.attrs

    def _balancer(self, arn: str) -> LoadBalancer:
        if arn not in self.load_balancers:
            raise refusal("no_balancer")
        balancer: LoadBalancer = self.load_balancers[arn]
        return balancer

    def _fixed_addresses(
        self, mappings: list[dict[str, str]], kind: str, scheme: str
    ) -> dict[str, FixedAddress]:
        """The addresses that somebody chose, by subnet."""
        fixed = {}
        for mapping in mappings:
            allocation, private = mapping.get("AllocationId"), mapping.get("PrivateIPv4Address")
            if allocation and kind != "network":
                raise refusal("elastic_ip_type")
            if private and (kind != "network" or scheme != "internal"):
                raise refusal("private_ip_scheme")
            elastic = self._elastic_ip(allocation) if allocation else None
            subnet = self.ec2_backend.get_subnet(mapping["SubnetId"])
            if private and (not is_inside(private, subnet) or private in subnet._subnet_ips):
                raise refusal("no_address", ip=private, subnet_id=subnet.id)
            if elastic or private:
                fixed[mapping["SubnetId"]] = FixedAddress(allocation, elastic, private)
        return fixed

    def _elastic_ip(self, allocation: str) -> str:
        for address in self.ec2_backend.addresses:
            if address.allocation_id == allocation:
                return str(address.public_ip)
        raise refusal("no_allocation")

    def _subnets(self, subnet_ids: list[str], kind: str) -> list[Subnet]:
        known = {subnet.id: subnet for subnet in self.ec2_backend.describe_subnets()}
        for subnet_id in subnet_ids:
            if subnet_id not in known:
                raise refusal("no_subnet", subnet_id=subnet_id)
        subnets = [known[subnet_id] for subnet_id in subnet_ids]
        zones = {subnet.availability_zone for subnet in subnets}
        if len({subnet.vpc_id for subnet in subnets}) > 1:
            raise refusal("two_vpcs")
        if len(zones) < len(subnets):
            raise refusal("twice_in_zone")
        if len(zones) < (1 if kind == "network" else 2):
            raise refusal("one_zone")
        return subnets

    def _groups(self, group_ids: list[str], vpc_id: str, kind: str) -> list[str]:
        if not group_ids:
            of_vpc = self.ec2_backend.groups[vpc_id].values()
            return [] if kind == "network" else [group.id for group in of_vpc if group.is_default]
        groups = [self.ec2_backend.get_security_group_from_id(group_id) for group_id in group_ids]
        if any(group is None or group.vpc_id != vpc_id for group in groups):
            raise refusal("bad_groups")
        return list(group_ids)

    def _has_gateway(self, vpc_id: str) -> bool:
        gateways = self.ec2_backend.internet_gateways.values()
        return any(gateway.vpc and gateway.vpc.id == vpc_id for gateway in gateways)

    # tags

    def add_tags(self, resource_arns: list[str], tags: list[dict[str, str]]) -> None:
        for arn in resource_arns:  # first, so that a call that is refused has changed nothing
            self._get_resource_by_arn(arn)
        super().add_tags(resource_arns, tags)

    def remove_tags(self, resource_arns: list[str], tag_keys: list[str]) -> None:
        for arn in resource_arns:
            self._get_resource_by_arn(arn)
        super().remove_tags(resource_arns, tag_keys)

    def _get_resource_by_arn(self, arn: str) -> object:
        """moto finds no default rule."""
        for balancer in self.load_balancers.values():
            for listener in balancer.listeners.values():
                for rule in listener.rules.values():
                    if rule.arn == arn:
                        return rule
        return super()._get_resource_by_arn(arn)


def backend_of(region: str) -> ElbV2Backend:
    backend: ElbV2Backend = elbv2_backends[current_account().id][region]
    return backend
