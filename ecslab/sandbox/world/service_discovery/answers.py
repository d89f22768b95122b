"""What Cloud Map answers about a service: to questions of DNS, and to DiscoverInstances.

https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsConfig.html
https://docs.aws.amazon.com/cloud-map/latest/api/API_DiscoverInstances.html
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

from ecslab.sandbox.world.service_discovery.registry import (
    IPV4,
    PORT,
    UNHEALTHY,
    DiscoveryService,
    Instance,
)

MOST: Final = 8
"""Records that answer one question at most: healthy ones, or unhealthy ones if none is healthy."""
WEIGHT: Final = "1 1"
"""Priority and weight in an SRV record: always 1 and 1 (API_DnsRecord)."""


def chosen(service: DiscoveryService, moment: float) -> list[Instance]:
    """The instances that answer a question of DNS at this virtual second, in any order that lasts as long.

    U: how Route 53 chooses among more than eight, and in which order they come.
    """
    instances = list(service.instances.values())
    able = [instance for instance in instances if instance.health != UNHEALTHY] or instances
    able.sort(key=lambda instance: _lot(instance, moment))
    return able[: 1 if service.routing == "WEIGHTED" else MOST]


def addresses(service: DiscoveryService, moment: float) -> tuple[str, ...]:
    """Its A records."""
    if "A" not in service.records:
        return ()
    return tuple(each.attributes[IPV4] for each in chosen(service, moment) if IPV4 in each.attributes)


def targets(service: DiscoveryService, moment: float) -> tuple[str, ...]:
    """Its SRV records: priority, weight, port, and a name that has the instance's address."""
    if "SRV" not in service.records:
        return ()
    return tuple(srv(service, each) for each in chosen(service, moment) if PORT in each.attributes)


def srv(service: DiscoveryService, instance: Instance) -> str:
    """The SRV record of an instance."""
    return f"{WEIGHT} {instance.attributes[PORT]} {instance.id}.{service.domain}"


def discovered(
    service: DiscoveryService,
    query: Mapping[str, str],
    optional: Mapping[str, str],
    health: str = "HEALTHY_OR_ELSE_ALL",
) -> list[Instance]:
    """The instances that DiscoverInstances answers.

    Args:
        query: attributes that an instance must have.
        optional: attributes that it must have too, if any instance has them.
        health: HEALTHY, UNHEALTHY, ALL or HEALTHY_OR_ELSE_ALL. U: one without a check counts as healthy.
    """
    fitting = [each for each in service.instances.values() if query.items() <= each.attributes.items()]
    fitting = [each for each in fitting if optional.items() <= each.attributes.items()] or fitting
    if health == "ALL":
        return fitting
    if health == UNHEALTHY:
        return [each for each in fitting if each.health == UNHEALTHY]
    healthy = [each for each in fitting if each.health != UNHEALTHY]
    return healthy if health == "HEALTHY" else healthy or fitting


def _lot(instance: Instance, moment: float) -> bytes:
    return blake2b(f"{instance.id}\0{moment}".encode(), digest_size=8).digest()
