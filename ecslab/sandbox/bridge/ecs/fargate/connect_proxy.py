"""The proxy of Service Connect in a task: it answers for the endpoints that the task's deployment knows."""

from dataclasses import replace

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.ec2.task_network import Eni
from ecslab.sandbox.bridge.ecs.fargate.connections import connect
from ecslab.sandbox.bridge.servicediscovery.state import service_named
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.world.service_connect.proxy import NOBODY, UNREACHED, Proxy
from ecslab.sandbox.world.service_discovery.registry import IPV4, PORT, UNHEALTHY
from ecslab.sandbox.world.task.task import Task

_LOCAL = "127.0.0.1"
_TEXT = {"content-type": "text/plain", "server": "envoy"}


def request(
    account: Account, task: Task, interface: Eni, endpoint: str, asked: HttpRequest
) -> HttpResponse:
    """What the proxy of a task answers to a request for an endpoint.

    Args:
        endpoint: ARN of its Cloud Map service.
    """
    proxy, now = account.proxies.setdefault(task.id, Proxy()), account.clock.now
    service = service_named(task.region, endpoint)
    instances = service.instances.values() if service else ()
    able = [each for each in instances if each.health != UNHEALTHY and {IPV4, PORT} <= each.attributes.keys()]
    hosts = [f"{each.attributes[IPV4]}:{each.attributes[PORT]}" for each in able]
    attempts = proxy.attempts(endpoint, hosts, now)
    for host in attempts:
        address, _, port = host.rpartition(":")
        try:
            answer = connect(account, interface, address, int(port))
        except (TimeoutError, ConnectionRefusedError):
            proxy.failed(host, now)
        else:
            return answer(replace(asked, peer=_LOCAL))
    return HttpResponse(503, _TEXT, UNREACHED if attempts else NOBODY)
