"""What the rest of the sandbox asks of load balancers: services, and visitors from the internet."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from moto.elbv2.exceptions import ELBClientError

from ecslab.sandbox.bridge.elbv2 import internet_access, target_checks
from ecslab.sandbox.bridge.elbv2.backend import ElbV2Backend, backend_of
from ecslab.sandbox.bridge.elbv2.internet_access import Entry
from ecslab.sandbox.bridge.elbv2.load_balancer import LoadBalancer
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.load_balancing.target_group import TargetGroup
from ecslab.sandbox.world.load_balancing.target_health import NOT_REGISTERED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_ecs.type_defs import LoadBalancerTypeDef, TaskDefinitionTypeDef

    from ecslab.sandbox.world.network.vpc import Facts

MOST_GROUPS: Final = 5

HealthObserver = Callable[[str, str, int, str, str], None]
"""Called with (target group ARN, IP, port, state, reason) after a target's state has changed; `reason` is the
sentence that service events quote, empty for a healthy target. State `unused` with the reason of
`NOT_REGISTERED` tells that a target has drained and is gone."""


VisitObserver = Callable[[str, str | None, int, bool], None]
"""Called with (load balancer ARN, target group ARN if one was sent the request, HTTP status, whether a target
answered) after each request; status 0 for a connection that broke off."""


class LoadBalancing:
    """An account's load balancers, as services and visitors use them.

    Attributes:
        listeners: who is told of changes of targets' states.
        visit_listeners: who is told of each request.
    """

    def __init__(self) -> None:
        self.listeners: list[HealthObserver] = []
        self.visit_listeners: list[VisitObserver] = []

    def visited(self, balancer_arn: str, group_arn: str | None, status: int, by_target: bool) -> None:
        """Tell whoever counts of a request that came; a `VisitObserver` has the values."""
        for listener in self.visit_listeners:
            listener(balancer_arn, group_arn, status, by_target)

    def find(self, host: str) -> LoadBalancer | None:
        """The load balancer with this DNS name or public IP, in any Region."""
        return internet_access.find(host)

    def open_door(self, load_balancer: LoadBalancer, port: int, peer: str) -> Entry:
        """What a packet from `peer` on the internet to this load balancer meets."""
        return internet_access.open_door(load_balancer, port, peer)

    def open_inner_door(self, vpc_id: str, address: str, port: int, visitor: "Facts") -> Entry:
        """What a packet to a load balancer's private address meets; LookupError if none has it."""
        return internet_access.open_inner_door(vpc_id, address, port, visitor)

    def addresses(self, load_balancer: LoadBalancer) -> tuple[str, ...]:
        """What its name leads to."""
        return internet_access.addresses(load_balancer)

    def check(
        self,
        region: str,
        load_balancers: "Sequence[LoadBalancerTypeDef]",
        definition: "TaskDefinitionTypeDef",
        fargate: bool,
    ) -> None:
        """Refuse `loadBalancers` for a service of this task definition, as CreateService does."""
        named = [entry for entry in load_balancers if entry.get("targetGroupArn")]
        if len(named) > MOST_GROUPS:
            raise invalid(f"load balancers can have at most {MOST_GROUPS} items.")  # U
        for entry in load_balancers:
            if entry.get("targetGroupArn") and entry.get("loadBalancerName"):
                raise invalid("loadBalancerName and targetGroupArn cannot both be specified")
            if entry.get("loadBalancerName"):
                raise _classic(fargate)
            if not entry.get("targetGroupArn"):
                raise invalid("load balancer name or target group arn must be specified.")  # U
            _check_port(entry, definition)
            mode = definition.get("networkMode", "bridge")
            _check_group(backend_of(region), entry["targetGroupArn"], mode)

    def register(self, target_group_arn: str, target_id: str, port: int, az: str) -> None:
        """Add a target, or take back one that drains.

        Args:
            target_id: an IP address, or the id of an EC2 instance.

        Raises:
            LookupError: there is no such target group.
            AwsError: it cannot have this target.
        """
        pool = _pool(target_group_arn)
        if pool is None:
            raise LookupError("One or more target groups not found")
        if target_id.startswith("i-"):
            backend = backend_of(target_group_arn.split(":")[3])
            try:
                group = backend.target_groups[target_group_arn]
                target_checks.zone_of(backend.ec2_backend, group, {"Id": target_id})
            except ELBClientError as refusal:
                raise AwsError(str(refusal.code), str(refusal.message)) from None
        pool.register(target_id, port, az)

    def deregister(self, target_group_arn: str, ip: str, port: int) -> float:
        """Let a target drain; for how many seconds. 0 for a target that is not registered."""
        pool = _pool(target_group_arn)
        return pool.deregister(ip, port) if pool else 0.0

    def health(self, target_group_arn: str, ip: str, port: int) -> tuple[str, str]:
        """State and reason, as a `HealthObserver` is told them."""
        pool = _pool(target_group_arn)
        target = pool.find(ip, port) if pool else None
        health = target.health if target else NOT_REGISTERED
        return health.state, health.description or ""

    def request_count(self, target_group_arn: str) -> int:
        """Requests this target group has been sent since it was made."""
        pool = _pool(target_group_arn)
        return pool.request_count if pool else 0


def _classic(fargate: bool) -> AwsError:
    if fargate:
        return invalid("Classic Load Balancers are not supported with Fargate.")
    return AwsError("UnsupportedFeatureException", "This sandbox does not carry Classic Load Balancers yet.")


def _check_port(entry: "LoadBalancerTypeDef", definition: "TaskDefinitionTypeDef") -> None:
    name, port = entry.get("containerName"), entry.get("containerPort")
    containers = {container["name"]: container for container in definition["containerDefinitions"]}
    if name is None or name not in containers:
        raise invalid(f"The container {name} does not exist in the task definition.")
    mapped = [mapping.get("containerPort") for mapping in containers[name].get("portMappings", ())]
    if port not in mapped:
        raise invalid(f"The container {name} did not have a container port {port} defined.")


def _check_group(backend: ElbV2Backend, arn: str, mode: str) -> None:
    """Refuse a target group that is not there, not in use, or of a type that this mode has not."""
    group = backend.target_groups.get(arn)
    if group is None:
        raise invalid("The specified target group does not exist.")  # U
    if group.target_type != ("ip" if mode == "awsvpc" else "instance"):  # U of other modes than awsvpc
        raise invalid(
            f"The provided target group {arn} has target type {group.target_type}, which is incompatible "
            f"with the {mode} network mode specified in the task definition."
        )
    if not group.load_balancer_arns:
        raise invalid(
            f"The target group with targetGroupArn {arn} does not have an associated load balancer."
        )


def _pool(arn: str) -> TargetGroup | None:
    """The targets of a group in any region; its ARN names the region."""
    parts = arn.split(":")
    return backend_of(parts[3]).pools.get(arn) if len(parts) > 3 and parts[3] else None
