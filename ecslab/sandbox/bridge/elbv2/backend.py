"""moto's Elastic Load Balancing: load balancers with nodes, listeners whose rules are obeyed, AWS's refusals.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from moto.ec2.models.subnets import Subnet
from moto.elbv2 import urls
from moto.elbv2.models import FakeListener, FakeListenerRule, elbv2_backends
from moto.elbv2.utils import make_arn_for_load_balancer

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.elbv2.load_balancer import LoadBalancer, dns_name
from ecslab.sandbox.bridge.elbv2.refusals import check_ip_type, check_name, check_ranges, refusal
from ecslab.sandbox.bridge.elbv2.rules import groups_named, rule_of
from ecslab.sandbox.bridge.elbv2.target_groups import TCP, TargetsBackend
from ecslab.sandbox.world.load_balancing.listeners import Rule, Spread

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import ActionTypeDef

Conditions = list[dict[str, object]]


class ElbV2Backend(TargetsBackend):
    """One region's load balancers.

    Attributes:
        spreads: whose turn it is, by the ARN of the rule that forwards.
    """

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.spreads: dict[str, Spread] = {}

    @property
    def _url_module(self) -> object:
        return urls

    # load balancers

    def create_load_balancer(
        self, name: str, security_groups: list[str], subnet_ids: list[str],
        subnet_mappings: list[dict[str, str]] | None = None, scheme: str | None = None,
        loadbalancer_type: str | None = None, ip_address_type: str = "ipv4",
        tags: list[dict[str, str]] | None = None,
    ) -> LoadBalancer:  # fmt: skip
        kind, scheme = loadbalancer_type or "application", scheme or "internet-facing"
        check_name(name)
        check_ip_type(ip_address_type)
        mapped = (mapping["SubnetId"] for mapping in subnet_mappings or ())
        subnets = self._subnets([*subnet_ids, *mapped], kind)
        groups = self._groups(security_groups, subnets[0].vpc_id, kind)
        other: LoadBalancer
        for other in self.load_balancers.values():
            if other.name == name:
                same = (other.scheme, other.type, {subnet.id for subnet in other.subnets}) == (
                    scheme, kind, {subnet.id for subnet in subnets})  # fmt: skip
                if not same:
                    raise refusal("same_balancer_name", name=name)
                return other  # API_CreateLoadBalancer: the same settings make it idempotent
        if scheme != "internal" and not self._has_gateway(subnets[0].vpc_id):
            raise refusal("no_gateway", vpc_id=subnets[0].vpc_id)
        identity = rng.get_random_hex(length=16)
        arn = make_arn_for_load_balancer(self.account_id, identity, name, self.region_name)
        balancer = LoadBalancer(
            self.ec2_backend, name=name, security_groups=groups, subnets=subnets,
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
        if arn not in self.load_balancers:
            raise refusal("no_balancer")
        balancer = self.load_balancers[arn]
        balancer.wear(self._groups(sec_groups, balancer.vpc_id, balancer.type))

    def set_subnets(self, arn: str, subnets: list[str], subnet_mappings: list[dict[str, str]]) -> object:
        if arn not in self.load_balancers:
            raise refusal("no_balancer")
        balancer = self.load_balancers[arn]
        wanted = [*subnets, *(mapping["SubnetId"] for mapping in subnet_mappings)]
        balancer.stand_in(self._subnets(wanted, balancer.type))
        self._associate()
        return balancer.availability_zones

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

    # listeners and rules

    def create_listener(
        self, load_balancer_arn: str, protocol: str, port: str, ssl_policy: str, certificate: str | None,
        actions: "list[ActionTypeDef]", alpn_policy: list[str] | None = None,
        tags: list[dict[str, str]] | None = None,
    ) -> FakeListener:  # fmt: skip
        balancer = self.load_balancers.get(load_balancer_arn)
        if balancer is None:
            raise refusal("no_balancer")
        check_ranges(port=port)  # that one is missing, moto says
        taken = {int(listener.port) for listener in balancer.listeners.values()}
        if port is not None and int(port) in taken:
            raise refusal("same_port", balancer_arn=load_balancer_arn)
        self._may_forward(actions, balancer, protocol)
        listener = super().create_listener(
            load_balancer_arn, protocol, port, ssl_policy, certificate, actions, alpn_policy, tags
        )
        default = listener._default_rule[0]
        default.arn = _rule_arn(listener.arn)  # moto's is an address in memory
        self._associate()
        return listener

    def modify_listener(
        self, arn: str, port: str | None = None, protocol: str | None = None, ssl_policy: str | None = None,
        certificates: list[dict[str, str]] | None = None, actions: "list[ActionTypeDef] | None" = None,
    ) -> FakeListenerRule:  # fmt: skip
        listener = self.describe_listeners(None, [arn])[0]
        balancer = self.load_balancers[listener.load_balancer_arn]
        others = (other for other in balancer.listeners.values() if other is not listener)
        if port is not None and any(int(other.port) == int(port) for other in others):
            raise refusal("same_port", balancer_arn=balancer.arn)
        self._may_forward(actions or [], balancer, protocol or listener.protocol)
        listener = super().modify_listener(arn, port, protocol, ssl_policy, certificates, actions)
        self._associate()
        return listener

    def delete_listener(self, listener_arn: str) -> FakeListener:
        listener = super().delete_listener(listener_arn)
        self._associate()
        return listener

    def create_rule(
        self, listener_arn: str, conditions: Conditions, priority: int,
        actions: "list[ActionTypeDef]", tags: list[dict[str, str]] | None = None,
    ) -> FakeListenerRule:  # fmt: skip
        listener = self.describe_listeners(None, [listener_arn])[0]
        self._may_forward(actions, self.load_balancers[listener.load_balancer_arn], listener.protocol)
        rule = super().create_rule(listener_arn, conditions, priority, actions, tags)
        self._sort(listener)
        self._associate()
        return rule

    def modify_rule(
        self, rule_arn: str, conditions: Conditions, actions: "list[ActionTypeDef]"
    ) -> FakeListenerRule:
        known = self.describe_rules(None, [rule_arn])[0]
        listener = self.describe_listeners(None, [known.listener_arn])[0]
        self._may_forward(actions, self.load_balancers[listener.load_balancer_arn], listener.protocol)
        rule = super().modify_rule(rule_arn, conditions, actions)
        self._associate()
        return rule

    def delete_rule(self, arn: str) -> None:
        super().delete_rule(arn)
        self.spreads.pop(arn, None)
        self._associate()

    def set_rule_priorities(self, rule_priorities: list[dict[str, str]]) -> object:
        if not all({"RuleArn", "Priority"} <= entry.keys() for entry in rule_priorities):
            raise refusal("missing", name="rulePriorities")
        changed = super().set_rule_priorities(rule_priorities)
        for listener_arn in {rule.listener_arn for rule in changed}:
            self._sort(self.describe_listeners(None, [listener_arn])[0])
        return changed

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

    def rules(self, listener: FakeListener) -> Iterator[Rule]:
        """A listener's rules, as the world reads them."""
        return (rule_of(rule) for rule in listener.rules.values())

    def spread(self, rule_arn: str) -> Spread:
        return self.spreads.setdefault(rule_arn, Spread())

    def _sort(self, listener: FakeListener) -> None:
        by_priority = sorted(listener._non_default_rules.items(), key=lambda item: int(item[1].priority))
        listener._non_default_rules = dict(by_priority)

    def _may_forward(self, actions: "list[ActionTypeDef]", balancer: LoadBalancer, protocol: str) -> None:
        for action in actions:
            if action["Type"].startswith("authenticate-"):
                raise refusal("no_sign_in", kind=action["Type"])
        for arn in groups_named(actions):
            group = self.target_groups.get(arn)
            if group is None:
                continue  # moto refuses it
            if any(other != balancer.arn for other in group.load_balancer_arns):
                raise refusal("second_balancer", arn=arn)
            if protocol and (protocol in TCP) != (group.protocol in TCP):
                raise refusal("protocols_differ", listener=protocol, group=group.protocol)

    def _associate(self) -> None:
        """Tell each target group which load balancer sends to it; moto only ever adds."""
        used: dict[str, list[LoadBalancer]] = {arn: [] for arn in self.target_groups}
        for balancer in self.load_balancers.values():
            named = {arn for listener in balancer.listeners.values() for rule in listener.rules.values()
                     for arn in groups_named(action.data for action in rule.actions)}  # fmt: skip
            for arn in named & used.keys():
                used[arn].append(balancer)
        for arn, balancers in used.items():
            self.target_groups[arn].load_balancer_arns = [balancer.arn for balancer in balancers]
            zones = [zone for balancer in balancers for zone in balancer.zones] if balancers else None
            open_at = max((balancer.active_at for balancer in balancers), default=0.0)
            self.pools[arn].serve(zones, open_at)


def backend_of(region: str) -> ElbV2Backend:
    backend: ElbV2Backend = elbv2_backends[current_account().id][region]
    return backend


def _rule_arn(listener_arn: str) -> str:
    return f"{listener_arn.replace(':listener/', ':listener-rule/')}/{rng.get_random_hex(16)}"
