"""Is the back an endpoint of Service Connect, and does the front's deployment know it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.stages.stage_10 import pair
from ecslab.display.verdict import Verdict, not_yet
from ecslab.operations.guestbook.front import APP_BACK, APP_FRONT
from ecslab.operations.guestbook.pair import mesh_namespace
from ecslab.resources import cloud_map as discovery
from ecslab.resources import task_definition
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

ALIAS, PORT = "back", 80


def connected(lab: Connection) -> Verdict:
    """The back serves `back:80` in the namespace, and the front's newest deployment began after that."""
    return judged(lab, lab.name(APP_BACK), lab.name(APP_FRONT), ALIAS, PORT)


def judged(lab: Connection, server_name: str, client_name: str, alias: str, port: int) -> Verdict:
    """Whether one service serves an endpoint, and another one's newest deployment knows it."""
    mesh = mesh_namespace(lab)
    namespace = discovery.find_namespace(lab, mesh)
    if not namespace:
        return not_yet(f"There is no namespace `{mesh}` in Cloud Map.")
    server, client = service_reader.find(lab, server_name), service_reader.find(lab, client_name)
    if not server:
        return not_yet(f"There is no service `{server_name}`.")
    if trouble := _not_served(server, {mesh, namespace["Arn"]}, alias, port):
        return trouble
    if not client:
        return not_yet(f"There is no service `{client_name}`.")
    connect = pair.connect_of(client)
    if not connect:
        return verdicts.not_yet("10.not-a-client", client=client_name, mesh=mesh)
    other = connect.get("namespace")
    if other not in (mesh, namespace["Arn"]):
        return verdicts.wrong("10.other-namespace", name=client_name, other=other, mesh=mesh)
    return _known(lab, server, client, alias, port)


def _not_served(server: ServiceTypeDef, namespaces: set[str], alias: str, port: int) -> Verdict | None:
    """What keeps the endpoint from being there as the lesson has it."""
    name, connect = server["serviceName"], pair.connect_of(server)
    if not connect:
        return not_yet(f"`{name}` has no Service Connect.")
    if connect.get("namespace") not in namespaces:
        return verdicts.wrong("10.other-namespace", name=name, other=connect.get("namespace"),
                              mesh=min(namespaces, key=len))  # fmt: skip
    served = connect.get("services", [])
    if not served:
        return verdicts.wrong("10.client-only", name=name)
    aliases = [each for entry in served for each in entry.get("clientAliases", [])]
    if not aliases:
        return verdicts.wrong("10.no-alias", name=name, alias=alias)
    shown = [(each.get("dnsName", ""), each["port"]) for each in aliases]
    if alias not in [dns_name for dns_name, _ in shown]:
        other = shown[0][0] or "none of its own"
        return verdicts.wrong("10.other-alias", name=name, shown=other, alias=alias)
    if (alias, port) not in shown:
        return verdicts.wrong("10.other-port", name=name, alias=alias, shown=shown[0][1], port=port)
    return None


def _known(
    lab: Connection, server: ServiceTypeDef, client: ServiceTypeDef, alias: str, port: int
) -> Verdict:
    """Whether the client's deployment is younger than the endpoint, and its program asks there."""
    name, newest = client["serviceName"], service_reader.primary(client)
    resources = [each for deployment in server["deployments"]
                 for each in deployment.get("serviceConnectResources", [])]  # fmt: skip
    made = [lab.servicediscovery.get_service(Id=each["discoveryArn"])["Service"]["CreateDate"]
            for each in resources]  # fmt: skip
    if newest and made and newest["createdAt"] < min(made):
        return verdicts.wrong("10.too-old", client=name, server=server["serviceName"])
    definition = task_definition.find(lab, client["taskDefinition"])
    container = definition["containerDefinitions"][0] if definition else {}
    asked = [each.get("value", "") for each in container.get("environment", [])]
    url = f"http://{alias}" if port == 80 else f"http://{alias}:{port}"
    if url not in [each.rstrip("/") for each in asked]:
        return verdicts.wrong("10.asks-elsewhere", client=name, url=url)
    if pair.closed_to(lab, server, client):
        return verdicts.wrong("10.closed", server=server["serviceName"], client=name)
    return verdicts.done("10.connect-right", client=name, server=server["serviceName"], url=url)
