"""What stage 10 makes beside the two services, by its names, and how all of it goes."""

from __future__ import annotations

from typing import Final

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.display.tables import Table
from ecslab.operations import prices
from ecslab.operations.guestbook.front import APP, APP_BACK, APP_FRONT
from ecslab.resources import cloud_map, load_balancer, service, task_definition

NAMESPACES: Final = ("{}.internal", "{}-mesh")
"""The namespace with DNS, and the one without, after the lab's prefix."""
PORTER: Final = "adgu-app-porter"
GUEST: Final = "adgu-app-guest"
"""The two services of the exercises."""
PROXY: Final = (256, 64)
"""CPU units and MiB that AWS advises to add to a task for the proxy of Service Connect, at least.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html
"""
CHANNELS: Final = tuple(
    f"ssmmessages:{action}"
    for action in ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
)
"""What the agent of ECS Exec in a container has to be allowed, by the task role.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
"""


def dns_namespace(lab: Connection) -> str:
    """The name of the private DNS namespace: `adgu.internal`."""
    return NAMESPACES[0].format(lab.name("adgu"))


def mesh_namespace(lab: Connection) -> str:
    """The name of the HTTP namespace: `adgu-mesh`."""
    return NAMESPACES[1].format(lab.name("adgu"))


def price_of_ways(lab: Connection) -> Table:
    """What each of the three ways costs beside the tasks themselves (us-east-1), for those that run now."""
    tasks = sum(len(service.tasks(lab, lab.name(name))) for name in (APP_FRONT, APP_BACK))
    proxies = tasks * prices.task_hour(*PROXY, public_ip=False)
    rows = (
        ("internal load balancer", prices.balancer_hour(internal=True), "and what it carries"),
        ("Cloud Map: a private DNS zone", prices.HOSTED_ZONE_HOUR, "and what is asked of it"),
        (f"Service Connect: {tasks} proxies", proxies, f"{PROXY[0]} CPU units, {PROXY[1]} MiB each"),
    )
    shown = tuple(
        (what, prices.dollars(hour), f"${hour * prices.MONTH_HOURS:.2f}", note) for what, hour, note in rows
    )
    title = f"us-east-1, US dollars, prices of {prices.AS_OF}; other Regions differ."
    return Table(title, ("what", "an hour", "a month", ""), shown)


def delete_pair(lab: Connection) -> int:
    """Delete the services of this notebook, and what leads to them; how many services there were.

    The load balancer with its target group goes, and both namespaces with the names in them. The revisions of
    the front, in which addresses stand, become INACTIVE. Security groups and roles stay: they cost nothing.
    """
    names = [lab.name(name) for name in (APP_FRONT, GUEST, PORTER, APP_BACK)]
    active = [name for name in names if service.find(lab, name)]
    for name in active:  # all at once: each takes its time to drain
        or_none_if_missing(lab.ecs.delete_service, cluster=lab.names.cluster, service=name, force=True)
    for name in names:
        lab.seen(lambda quiet, name=name: service.find(quiet, name) is None)  # type: ignore[misc]
        service.delete(lab, name)
    load_balancer.delete(lab, lab.name(APP), lab.name(APP))
    for namespace in (dns_namespace(lab), mesh_namespace(lab)):
        cloud_map.delete_namespace(lab, namespace)
    for family in (APP_FRONT, GUEST, PORTER):
        task_definition.deregister(lab, lab.name(family))
    return len(active)
