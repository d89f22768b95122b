"""moto's listeners and rules, which are obeyed, and refused as AWS refuses them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from moto.elbv2.models import FakeListener, FakeListenerRule

from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.elbv2 import attribute_table, listener_checks, rule_checks
from ecslab.sandbox.bridge.elbv2.load_balancer import LoadBalancer
from ecslab.sandbox.bridge.elbv2.refusals import check_ranges, refusal
from ecslab.sandbox.bridge.elbv2.rule_answers import action_shown
from ecslab.sandbox.bridge.elbv2.rules import groups_named, rule_of
from ecslab.sandbox.bridge.elbv2.target_groups import TargetsBackend
from ecslab.sandbox.world.load_balancing.listeners import Rule, Spread

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import ActionTypeDef, CertificateTypeDef

Conditions = list[dict[str, object]]


class ListenersBackend(TargetsBackend):
    """One region's listeners and rules.

    Attributes:
        spreads: whose turn it is, by the ARN of the rule that forwards.
    """

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.spreads: dict[str, Spread] = {}

    def create_listener(
        self, load_balancer_arn: str, protocol: str | None, port: str | None, ssl_policy: str | None,
        certificate: str | None, actions: "list[ActionTypeDef]", alpn_policy: list[str] | None = None,
        tags: list[dict[str, str]] | None = None, *, certificates: "Sequence[CertificateTypeDef]" = (),
    ) -> FakeListener:  # fmt: skip
        balancer = self.load_balancers.get(load_balancer_arn)
        if balancer is None:
            raise refusal("no_balancer")
        check_ranges(port=port)  # that one is missing, moto says
        listener_checks.check_protocol(balancer, protocol)
        policy = protocol and listener_checks.check_security(
            protocol, ssl_policy, certificates, self.region_name
        )
        listener_checks.check_alpn(balancer, alpn_policy)
        rule_checks.check_actions(actions, balancer.type)
        certificate = certificates[0]["CertificateArn"] if certificates else None
        for other in balancer.listeners.values():
            if port is not None and int(other.port) == int(port):
                asked = (protocol, policy, certificate, alpn_policy or [], [*map(action_shown, actions)])
                if _settings(other) == asked:
                    return other  # API_CreateListener: the same settings make it idempotent
                raise refusal("same_port", balancer_arn=load_balancer_arn)
        self._check_groups(actions, balancer, protocol)
        listener = super().create_listener(
            load_balancer_arn, protocol, port, policy, certificate, actions, alpn_policy, tags
        )
        listener.attributes = attribute_table.defaults("listener", balancer.type)
        default = listener._default_rule[0]
        default.arn = _rule_arn(listener.arn)  # moto's is an address in memory
        self._associate()
        return listener

    def modify_listener(
        self, arn: str, port: str | None = None, protocol: str | None = None, ssl_policy: str | None = None,
        certificates: "Sequence[CertificateTypeDef]" = (), actions: "Sequence[ActionTypeDef]" = (),
        *, alpn_policy: list[str] | None = None,
    ) -> FakeListener:  # fmt: skip
        listener = self.describe_listeners(None, [arn])[0]
        balancer = self.load_balancers[listener.load_balancer_arn]
        others = (other for other in balancer.listeners.values() if other is not listener)
        check_ranges(port=port)
        listener_checks.check_protocol(balancer, protocol)
        becomes = protocol or listener.protocol
        shown, policy = list(certificates), None
        if becomes in listener_checks.SECURE:  # what is not asked for stays
            shown = shown or [{"CertificateArn": own} for own in listener.certificates[:1]]
            policy = listener.ssl_policy
        policy = listener_checks.check_security(becomes, ssl_policy or policy, shown, self.region_name)
        listener_checks.check_alpn(balancer, alpn_policy)
        rule_checks.check_actions(actions, balancer.type)
        if port is not None and any(int(other.port) == int(port) for other in others):
            raise refusal("same_port", balancer_arn=balancer.arn)
        self._check_groups(actions or [action.data for action in listener.default_actions], balancer, becomes)
        # moto knows fewer protocols than there are, and looks for certificates among its own alone
        listener = super().modify_listener(arn, port, None, policy, [], list(actions))
        listener.protocol, listener.ssl_policy = becomes, policy
        if certificates:
            listener.certificates = [certificates[0]["CertificateArn"], *listener.certificates[1:]]
        if becomes not in listener_checks.SECURE:
            listener.certificates = []
        listener.certificate = next(iter(listener.certificates), None)
        if alpn_policy is not None:
            listener.alpn_policy = alpn_policy
        self._associate()
        return listener

    def modify_listener_attributes(self, listener_arn: str, attrs: list[dict[str, str]]) -> dict[str, str]:
        listener = self.describe_listeners(None, [listener_arn])[0]
        kind = self.load_balancers[listener.load_balancer_arn].type
        own: dict[str, str] = listener.attributes
        given = attribute_table.read(attrs)
        attribute_table.check("listener", kind, own, given, listener.protocol)
        own.update(given)
        return own

    def delete_listener(self, listener_arn: str) -> FakeListener:
        listener = super().delete_listener(listener_arn)
        self._associate()
        return listener

    def create_rule(
        self, listener_arn: str, conditions: Conditions, priority: int,
        actions: "list[ActionTypeDef]", tags: list[dict[str, str]] | None = None,
    ) -> FakeListenerRule:  # fmt: skip
        listener = self.describe_listeners(None, [listener_arn])[0]
        balancer = self.load_balancers[listener.load_balancer_arn]
        rule_checks.check_conditions(conditions)
        rule_checks.check_actions(actions, balancer.type)
        if any(str(rule.priority) == str(priority) for rule in listener._non_default_rules.values()):
            raise refusal("priority_used", priority=priority)
        self._check_groups(actions, balancer, listener.protocol)
        rule = super().create_rule(listener_arn, conditions, priority, actions, tags)
        self._sort(listener)
        self._associate()
        return rule

    def modify_rule(
        self, rule_arn: str, conditions: Conditions, actions: "list[ActionTypeDef]"
    ) -> FakeListenerRule:
        known = self.describe_rules(None, [rule_arn])[0]
        listener = self.describe_listeners(None, [known.listener_arn])[0]
        balancer = self.load_balancers[listener.load_balancer_arn]
        if conditions:
            rule_checks.check_conditions(conditions)
        rule_checks.check_actions(actions, balancer.type)
        self._check_groups(actions, balancer, listener.protocol)
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

    def rules(self, listener: FakeListener) -> Iterator[Rule]:
        """A listener's rules, as the world reads them."""
        return (rule_of(rule) for rule in listener.rules.values())

    def spread(self, rule_arn: str) -> Spread:
        return self.spreads.setdefault(rule_arn, Spread())

    def _sort(self, listener: FakeListener) -> None:
        by_priority = sorted(listener._non_default_rules.items(), key=lambda item: int(item[1].priority))
        listener._non_default_rules = dict(by_priority)

    def add_listener_certificates(self, arn: str, certificates: "list[CertificateTypeDef]") -> list[str]:
        listener = self.describe_listeners(None, [arn])[0]
        if listener.protocol not in listener_checks.SECURE:
            raise refusal("needless_certificate", protocol=listener.protocol)
        listener_checks.check_certificates(certificates, self.region_name)
        added: list[str] = super().add_listener_certificates(arn, certificates)
        return added

    def remove_listener_certificates(self, arn: str, certificates: "list[CertificateTypeDef]") -> None:
        listener = self.describe_listeners(None, [arn])[0]
        if any(each["CertificateArn"] == listener.certificate for each in certificates):
            raise refusal("certificate_default")
        super().remove_listener_certificates(arn, certificates)

    def _check_groups(
        self, actions: "Sequence[ActionTypeDef]", balancer: LoadBalancer, protocol: str | None
    ) -> None:
        """Those that there are; moto refuses the others."""
        named = [self.target_groups[arn] for arn in groups_named(actions) if arn in self.target_groups]
        listener_checks.check_groups(named, balancer, protocol)

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


def _settings(listener: FakeListener) -> tuple[object, ...]:
    """What makes two listeners of a port the same."""
    actions = [action_shown(action.data) for action in listener.default_actions]
    return (
        listener.protocol, listener.ssl_policy, listener.certificate, listener.alpn_policy, actions
    )  # fmt: skip


def _rule_arn(listener_arn: str) -> str:
    return f"{listener_arn.replace(':listener/', ':listener-rule/')}/{rng.get_random_hex(16)}"
