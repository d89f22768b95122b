"""moto's target groups with targets that are really asked.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
"""

from collections.abc import Mapping
from typing import Any, Final

from moto.elbv2.exceptions import TargetGroupNotFoundError, TargetNotRunning
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeTargetGroup

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.elbv2 import attribute_table, target_access, target_checks
from ecslab.sandbox.bridge.elbv2.listener_checks import TCP
from ecslab.sandbox.bridge.elbv2.refusals import check_ranges, refusal
from ecslab.sandbox.world.load_balancing.target_group import Target, TargetGroup
from ecslab.sandbox.world.load_balancing.target_health import NOT_REGISTERED, STOPPED, Health

_SETTINGS: Final = (
    "protocol", "protocol_version", "port", "vpc_id", "target_type", "ip_address_type",
    "health_check_protocol", "health_check_port", "health_check_path", "health_check_interval_seconds",
    "health_check_timeout_seconds", "health_check_enabled", "healthy_threshold_count",
    "unhealthy_threshold_count", "matcher",
)  # fmt: skip
_DELAY: Final = "deregistration_delay.timeout_seconds"
_OVERRIDE: Final = {
    "State": "no_override", "Reason": "AdministrativeOverride.NoOverride",
    "Description": "No override is currently active on target",
}  # fmt: skip


class TargetHealth(FakeHealthStatus):  # type: ignore[misc]  # moto ships no types
    """One line of DescribeTargetHealth."""

    def __init__(self, ip: str, port: int, az: str, check_port: str, health: Health):
        super().__init__(ip, str(port), check_port, *health)
        self.az = az

    @property
    def administrative_override(self) -> dict[str, str] | None:
        """Recorded of a target in use, and none of one that is not."""
        return None if self.status == "unused" else _OVERRIDE

    @property
    def target(self) -> dict[str, object]:
        zone = {"AvailabilityZone": self.az} if self.az else {}
        return {"Id": self.instance_id, "Port": int(self.port), **zone}


class TargetsBackend(ELBv2Backend):  # type: ignore[misc]
    """One region's target groups.

    Attributes:
        pools: the targets of each target group, by ARN.
    """

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.target_groups: dict[str, FakeTargetGroup]
        self.pools: dict[str, TargetGroup] = {}

    def create_target_group(self, name: str, **kwargs: Any) -> FakeTargetGroup:
        _check_ranges(kwargs)
        _check_port(kwargs.get("healthcheck_port"))
        _check_carried(kwargs)
        _check_enabled(kwargs.get("healthcheck_enabled"), kwargs.get("target_type") or "instance")
        tags = kwargs.pop("tags", None)
        made = self._made(name, kwargs)
        for other in self.target_groups.values():
            if other.name == name:
                if _settings(other) != _settings(made):
                    raise refusal("same_group_name", name=name)
                return other  # recorded: the same settings make it idempotent
        self.target_groups[made.arn] = made
        self.tagging_service.tag_resource(made.arn, tags)
        self.pools[made.arn] = TargetGroup(
            current_account().clock, lambda target, check: target_access.ask(self, made, target, check),
            lambda ip, port, health: _tell(made.arn, ip, port, health), target_access.check_of(made),
            _delay(made), lambda target, check: target_access.ask_again(self, made, target, check),
        )  # fmt: skip
        return made

    def _made(self, name: str, asked: dict[str, Any]) -> FakeTargetGroup:
        """What moto would keep, kept by nobody yet."""
        if asked.get("protocol") in TCP and asked.get("healthcheck_protocol") in ("HTTP", "HTTPS"):
            asked["matcher"] = asked.get("matcher") or {"HttpCode": "200-399"}
            asked["healthcheck_path"] = asked.get("healthcheck_path") or "/"
            asked["healthcheck_timeout_seconds"] = asked.get("healthcheck_timeout_seconds") or 6
        groups, self.target_groups = self.target_groups, {}
        try:
            made = super().create_target_group(name, **asked)
        finally:
            self.target_groups = groups
        made.attributes = attribute_table.group_defaults(made.protocol, made.target_type)
        return made

    def modify_target_group(
        self, arn: str, health_check_proto: str | None = None, health_check_port: str | None = None,
        *args: object, **kwargs: object,
    ) -> FakeTargetGroup:  # fmt: skip
        _check_port(health_check_port)
        _check_enabled(kwargs.get("health_check_enabled"), str(self.target_group(arn)[0].target_type))
        group = super().modify_target_group(
            arn, health_check_proto, health_check_port, *args, **kwargs
        )
        self.pools[arn].rechecked(target_access.check_of(group))
        return group

    def modify_target_group_attributes(self, target_group_arn: str, attributes: dict[str, str]) -> None:
        group, pool = self.target_group(target_group_arn)
        kind = "network" if group.protocol in TCP else "application"
        attribute_table.check("target_group", kind, group.attributes, attributes, group.protocol)
        motos = {key: value for key, value in attributes.items() if key != _DELAY}  # moto's ends at 3599
        super().modify_target_group_attributes(target_group_arn, motos)
        group.attributes.update(attributes)
        pool.delay = _delay(group)

    def delete_target_group(self, target_group_arn: str) -> FakeTargetGroup | None:
        """One that is not there is deleted as well (recorded, where API_DeleteTargetGroup says nothing)."""
        if target_group_arn not in self.target_groups:
            return None
        if self._any_listener_using(target_group_arn):
            raise refusal("group_in_use", arn=target_group_arn)
        group = super().delete_target_group(target_group_arn)
        self.pools.pop(target_group_arn).close()
        return group

    def describe_target_groups(
        self, load_balancer_arn: str | None, target_group_arns: list[str], names: list[str] | None
    ) -> object:
        if load_balancer_arn:
            self.describe_load_balancers([load_balancer_arn], None)
        return super().describe_target_groups(load_balancer_arn, target_group_arns, names)

    # targets

    def register_targets(self, target_group_arn: str, instances: list[dict[str, str]]) -> None:
        group, pool = self.target_group(target_group_arn)
        for target in instances:
            check_ranges(port=target.get("Port"))
            if self._instance_state(target["Id"]) not in (None, "running"):
                raise TargetNotRunning(target["Id"])
        zones = [target_checks.zone_of(self.ec2_backend, group, target) for target in instances]
        for target, az in zip(instances, zones, strict=True):
            pool.register(target["Id"], int(target.get("Port") or group.port), az)

    def deregister_targets(self, target_group_arn: str, instances: list[dict[str, str]]) -> None:
        """A target that is not registered is no error (API_DeregisterTargets)."""
        group, pool = self.target_group(target_group_arn)
        for target in instances:
            pool.deregister(target["Id"], int(target.get("Port") or group.port))

    def describe_target_health(
        self, target_group_arn: str, targets: list[dict[str, str]]
    ) -> list[TargetHealth]:
        group, pool = self.target_group(target_group_arn)
        wanted = [(target["Id"], int(target.get("Port") or group.port)) for target in targets or ()]
        shown: list[Target] = [
            pool.find(*address) or Target(*address, "", NOT_REGISTERED) for address in wanted
        ] or list(pool)
        return [self._shown(target, group, pool) for target in shown]

    def _shown(self, target: Target, group: FakeTargetGroup, pool: TargetGroup) -> TargetHealth:
        az = target.az if group.target_type == "ip" else ""
        health = STOPPED if self._instance_state(target.ip) == "stopped" else target.health
        return TargetHealth(target.ip, target.port, az, str(pool.check.port or target.port), health)

    def _instance_state(self, target_id: str) -> str | None:
        """The state of the instance that a target is; None if it is an address."""
        instance = self.ec2_backend.get_instance_by_id(target_id) if target_id.startswith("i-") else None
        return instance and str(instance.state)

    def notify_terminate_instances(self, instance_ids: list[str]) -> None:
        for pool in self.pools.values():
            for target in [target for target in pool if target.ip in instance_ids]:
                pool.deregister(target.ip, target.port)

    def target_group(self, arn: str) -> tuple[FakeTargetGroup, TargetGroup]:
        """A target group as moto keeps it, and its targets."""
        if arn not in self.target_groups:
            raise TargetGroupNotFoundError()
        return self.target_groups[arn], self.pools[arn]


def _tell(arn: str, ip: str, port: int, health: Health) -> None:
    load_balancing = current_account().load_balancing
    for listener in list(load_balancing.listeners) if load_balancing else ():
        listener(arn, ip, port, health.state, health.description or "")


def _check_port(port: object) -> None:
    """Of health checks; None stands for the target's own."""
    text = str(port)
    is_port = text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65_536
    if port not in (None, "", "traffic-port") and not is_port:
        raise refusal("bad_check_port", port=port)


def _check_enabled(enabled: object, kind: str) -> None:
    """Only of functions can checks be switched off (API_CreateTargetGroup)."""
    if str(enabled).lower() == "false":
        raise refusal("checks_off", kind=kind)


def _settings(group: FakeTargetGroup) -> list[str]:
    """What makes it the same as one that is asked for again; its tags do not (recorded)."""
    return [str(getattr(group, name, None)) for name in _SETTINGS]


def _check_ranges(asked: Mapping[str, Any]) -> None:
    check_ranges(
        port=asked.get("port"), healthCheckIntervalSeconds=asked.get("healthcheck_interval_seconds"),
        healthCheckTimeoutSeconds=asked.get("healthcheck_timeout_seconds"),
        healthyThresholdCount=asked.get("healthy_threshold_count"),
        unhealthyThresholdCount=asked.get("unhealthy_threshold_count"),
    )  # fmt: skip


def _check_carried(asked: Mapping[str, Any]) -> None:
    kind, protocol = asked.get("target_type"), str(asked.get("protocol"))
    if kind in ("lambda", "alb"):
        raise refusal("not_carried", what=f"targets of type {kind}")
    if protocol == "GENEVE" or "QUIC" in protocol:
        raise refusal("not_carried", what=f"target groups of protocol {protocol}")
    if asked.get("ip_address_type") == "ipv6":
        raise refusal("not_carried", what="targets with IPv6 addresses")


def _delay(group: FakeTargetGroup) -> float:
    return float(group.attributes[_DELAY])
