"""Services that talk: who reaches whom, by which name, and what was answered. Stage 10.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/interconnecting-services.html
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from ecslab import figures
from ecslab.connection.answers import Answer
from ecslab.connection.connection import Connection
from ecslab.errors import NotThere
from ecslab.operations.service_map.gates import Gates, Side
from ecslab.operations.service_map.shapes import Line, ServiceMap, ServiceNode, Way
from ecslab.operations.service_map.way_reader import OpenWay, WayReader
from ecslab.resources import cluster as cluster_resource
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

    from ecslab.figures import Figure

__all__ = ["Answer", "Line", "ServiceMap", "ServiceNode", "Way", "draw", "look", "note"]


def draw(lab: Connection, cluster: str | None = None, services: Collection[str] = ()) -> Figure:
    """The services of a cluster, who reaches whom by which name, and the last answer on each line.

    Args:
        cluster: the lesson's unless given.
        services: the names of those to draw; all of them unless given.

    Raises:
        NotThere: there is no such cluster.
    """
    return figures.service_map(look(lab, cluster, services))


def look(lab: Connection, cluster: str | None = None, services: Collection[str] = ()) -> ServiceMap:
    """Who of a cluster's services reaches whom, by calls that read; works on a real account.

    Of what can be in the way it reads the security groups, and with Service Connect whether the client's
    deployment is newer than the endpoint. Routes and network ACLs it does not read.

    Args:
        cluster: the lesson's unless given.
        services: the names of those to look at; all of them unless given.

    Raises:
        NotThere: there is no such cluster.
    """
    name = cluster or lab.names.cluster
    if not cluster_resource.find(lab, name):
        raise NotThere(f"there is no cluster {name}")
    active = sorted(service_reader.with_tags(lab, name), key=lambda each: each["serviceName"])
    shown = [each for each in active if not services or each["serviceName"] in services]
    reader, gates = WayReader(lab, name), Gates(lab)
    lines = [
        _line(lab, reader, gates, client, server, way)
        for server in shown
        for way in reader.of(server)
        for client in shown
        if client is not server and _may_know(reader, client, way)
    ]
    order = {service["serviceName"]: number for number, service in enumerate(shown)}
    lines.sort(key=lambda line: (order[line.way.server], order[line.client]))
    return ServiceMap(name, tuple(map(_node, shown)), tuple(lines))


def note(lab: Connection, client: str, url: str, status: int | str) -> Answer:
    """Write down what a task of a service was answered, for the map's line between the two.

    `ecslab.terminal.ask` asks and writes it down; this is for what was seen in another way.

    Args:
        client: the name of the service whose task asked.
        url: what it asked for, as `http://back.corp.local/`.
        status: the status of HTTP; or in words why there was no answer.

    Raises:
        ValueError: the URL names no host.
    """
    good = isinstance(status, int) and status < 500
    answer = Answer(client, url, str(status), good)
    lab.answers.note(answer)
    return answer


def _node(service: ServiceTypeDef) -> ServiceNode:
    return ServiceNode(service["serviceName"], service["desiredCount"], service["runningCount"])


def _may_know(reader: WayReader, client: ServiceTypeDef, way: OpenWay) -> bool:
    """Whether the name can mean anything to the client: Service Connect's are for its namespace alone."""
    joined = reader.joined(client)
    return not way.namespace or bool(joined and joined[0] == way.namespace)


def _line(
    lab: Connection,
    reader: WayReader,
    gates: Gates,
    client: ServiceTypeDef,
    server: ServiceTypeDef,
    way: OpenWay,
) -> Line:
    answer = lab.answers.last(client["serviceName"], way.way.host, way.way.port)
    joined = reader.joined(client)
    if way.since and joined and joined[1] < way.since:
        why = f"deployed before {server['serviceName']}, so its tasks do not know this name"
        return Line(client["serviceName"], way.way, False, why, answer)
    asking, asked = _side(gates, client), _side(gates, server)
    if asking is None or asked is None:
        why = "not known: tasks share the network of their instances"
        return Line(client["serviceName"], way.way, None, why, answer)
    obstacle = _obstacle(gates, asking, asked, way)
    return Line(client["serviceName"], way.way, not obstacle, obstacle or "security groups let it", answer)


def _obstacle(gates: Gates, client: Side, server: Side, way: OpenWay) -> str:
    if way.balancer is None:
        return gates.obstacle(client, server, way.container_port)
    return gates.obstacle(client, way.balancer, way.way.port) or gates.obstacle(
        way.balancer, server, way.container_port
    )


def _side(gates: Gates, service: ServiceTypeDef) -> Side | None:
    """A service's side; None where its tasks share the network of their instances."""
    network = service_reader.network_of(service)
    if not network["subnets"]:
        return None
    groups = tuple(network.get("securityGroups", [])) or gates.default_group(network["subnets"])
    return Side(service["serviceName"], groups, tuple(network["subnets"]))
