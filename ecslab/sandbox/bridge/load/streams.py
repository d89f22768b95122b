"""A stream of visitors: to which listener it goes, and what of it is told so far."""

from dataclasses import dataclass, field

from moto.elbv2.models import FakeListener, elbv2_backends

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.elbv2.backend import ElbV2Backend, backend_of
from ecslab.sandbox.bridge.elbv2.load_balancer import LoadBalancer
from ecslab.sandbox.world.load.traffic import Period, Traffic
from ecslab.sandbox.world.time.clock import Event


@dataclass(slots=True, eq=False)
class Stream:
    """Visitors of one listener.

    Attributes:
        balancer_arn, port: which listener.
        path: what they ask for.
        minute: the periods of the minute that is not over yet.
        left_over: parts of requests that were not told yet, by metric.
        overrun: when a task's memory will be full, if in this period.
    """

    balancer_arn: str
    port: int
    path: str
    traffic: Traffic
    minute: list[Period] = field(default_factory=list)
    left_over: dict[str, float] = field(default_factory=dict)
    overrun: Event | None = None

    @property
    def region(self) -> str:
        return self.balancer_arn.split(":")[3]

    @property
    def network(self) -> bool:
        """Whether it is a Network Load Balancer, which counts flows and knows no HTTP."""
        return "/net/" in self.balancer_arn

    @property
    def backend(self) -> ElbV2Backend:
        return backend_of(self.region)

    @property
    def balancer(self) -> LoadBalancer | None:
        """The load balancer, unless it was deleted."""
        balancer = self.backend.load_balancers.get(self.balancer_arn)
        return balancer if isinstance(balancer, LoadBalancer) else None

    def listener(self) -> FakeListener | None:
        """The listener, unless it was deleted."""
        balancer = self.balancer
        return listener_on(balancer, self.port) if balancer else None


def find_balancer(named: str) -> LoadBalancer:
    """The load balancer of this ARN, DNS name or name, in any Region.

    Raises:
        ValueError: there is none.
    """
    if not isinstance(named, str):
        raise ValueError(f"load_balancer must be an ARN, a DNS name or a name, got {named!r}")
    for backend in elbv2_backends[current_account().id].values():
        for balancer in backend.load_balancers.values():
            known = (balancer.arn, balancer.dns_name.lower(), balancer.name)
            if isinstance(balancer, LoadBalancer) and (named in known or named.lower() == known[1]):
                return balancer
    raise ValueError(f"there is no load balancer {named}; it may have been deleted")


def listener_on(balancer: LoadBalancer, port: int) -> FakeListener | None:
    """The listener of a load balancer on a port, if there is one."""
    return next((each for each in balancer.listeners.values() if int(each.port) == port), None)
