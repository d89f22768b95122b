"""The proxy of Service Connect in a task: it answers for the endpoints that the task's deployment knows."""

from dataclasses import replace

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.ec2.task_network import Eni
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.fargate import connect_log
from ecslab.sandbox.bridge.ecs.fargate.connections import connect
from ecslab.sandbox.bridge.load.connect_metrics import Exchange, connect_meters_of
from ecslab.sandbox.bridge.servicediscovery.state import service_named
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.world.service_connect.proxy import LATE, NOBODY, UNREACHED, Proxy
from ecslab.sandbox.world.service_discovery.registry import IPV4, PORT, UNHEALTHY, DiscoveryService
from ecslab.sandbox.world.task.task import Task

_LOCAL = "127.0.0.1"
_TEXT = {"content-type": "text/plain", "server": "envoy"}
_PLAIN_REQUEST = 0.01
"""Seconds that a program of this sandbox takes for a request while nobody else asks it. U"""


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
    hosts = {f"{each.attributes[IPV4]}:{each.attributes[PORT]}": each.id for each in able}
    attempts, answered = proxy.attempts(endpoint, list(hosts), now), None
    for host in attempts:
        address, _, port = host.rpartition(":")
        try:
            answer = connect(account, interface, address, int(port))
        except (TimeoutError, ConnectionRefusedError):
            proxy.failed(host, now)
        else:
            answered = answer(replace(asked, peer=_LOCAL))
            break
    if service is None or answered is None:
        refused = HttpResponse(503, _TEXT, UNREACHED if attempts else NOBODY)
        connect_log.write(task, connect_log.Line(asked, refused, flags="UF" if attempts else "UH"))
        return refused
    server = state.of(task.region).tasks.get(hosts[host])
    if server is not None:  # whose own proxy has it first
        connect_log.write(server, connect_log.Line(asked, answered, f"{_LOCAL}:{host.rpartition(':')[2]}"))
    return _carried(account, task, service, host, asked, answered)


def _carried(
    account: Account, task: Task, service: DiscoveryService, host: str, asked: HttpRequest,
    answered: HttpResponse,
) -> HttpResponse:
    """What the task that calls gets of an answer: itself, or nothing but a word if it comes too late."""
    address, _, port = host.rpartition(":")
    visitors, traffic = account.visitors, service.traffic
    seconds = max(visitors.response(address, int(port)) if visitors else 0.0, _PLAIN_REQUEST)
    caller = account.services.tasks.get(task.id) if account.services else None
    if caller is not None:
        exchange = Exchange(
            task.region, service.name, service.owner, caller.service.arn, task.id, host, answered.status,
            _size(asked), len(answered.body), seconds,
        )  # fmt: skip
        connect_meters_of(account).exchanged(exchange, traffic)
    late = seconds > traffic.longest
    told = HttpResponse(504, _TEXT, LATE) if late else answered
    taken = min(seconds, traffic.longest)
    connect_log.write(task, connect_log.Line(asked, told, host, taken, "UT" if late else "-"))
    return told


def _size(asked: HttpRequest) -> int:
    """Bytes of a request as it stands on the wire."""
    head = f"{asked.method} {asked.target} HTTP/1.1\r\n"
    lines = "".join(f"{name}: {value}\r\n" for name, value in asked.headers.items())
    return len(head) + len(lines) + 2 + len(asked.body)
