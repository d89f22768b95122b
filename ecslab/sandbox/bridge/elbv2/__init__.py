"""Elastic Load Balancing: what the rest of the sandbox asks of it, without importing moto's part of it.

moto keeps load balancers, listeners, rules and tags; targets live in `world.load_balancing`, which also says
where requests go. moto's module is imported when somebody first uses a load balancer.
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any, Final

from ecslab.sandbox.bridge.account import Context, current
from ecslab.sandbox.world.load_balancing.load_balancers import HealthObserver, LoadBalancers

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.elbv2.internet_access import Entry

__all__ = ["balancers", "find", "listeners", "open_door"]

_PACKAGE: Final = "ecslab.sandbox.bridge.elbv2"


def balancers() -> LoadBalancers:
    """The account's load balancers, as services use them."""
    service = importlib.import_module(f"{_PACKAGE}.service_targets")
    found: LoadBalancers = service.ServiceSide(listeners())
    return found


def listeners() -> list[HealthObserver]:
    """Who is told of changes of targets' states in the current context; a fresh context has nobody."""
    if not _heard or _heard[0][0] is not current():
        _heard[:] = [(current(), [])]
    return _heard[0][1]


def find(host: str) -> Any:
    """The load balancer with this DNS name or public IP; None if there is none."""
    if f"{_PACKAGE}.backend" not in sys.modules:  # nobody has used one
        return None
    return importlib.import_module(f"{_PACKAGE}.internet_access").find(host)


def open_door(balancer: Any, port: int, peer: str) -> "Entry":
    """What a packet from `peer` on the internet to `balancer` meets."""
    entry = importlib.import_module(f"{_PACKAGE}.internet_access")
    met: Entry = entry.open_door(balancer, port, peer)
    return met


_heard: Final[list[tuple[Context, list[HealthObserver]]]] = []
