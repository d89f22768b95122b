"""What Service Connect tells CloudWatch of the requests that its proxies carry.

By `DiscoveryName` it is the traffic that comes to the tasks of an endpoint, and ServiceName is the service
that serves it; by `TargetDiscoveryName` it is what other services sent there, and ServiceName is the caller.
Left out are TLS, gRPC, and what reaches a proxy from outside the namespace, as a load balancer's requests.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.cloudwatch.backend import cloudwatch_of
from ecslab.sandbox.world.metrics.metric import Metric, Statistics, dimensions_of
from ecslab.sandbox.world.service_connect.configuration import Traffic
from ecslab.sandbox.world.service_connect.connections import Connections

NAMESPACE: Final = "AWS/ECS"
MINUTE: Final = 60
_HTTP: Final = frozenset({"http", "http2"})
Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that a proxy carried to a task, and its answer.

    Attributes:
        region: where both are.
        name: the endpoint's discovery name.
        server, caller: ARNs of the services that serve it and that call.
        task_id: of the task that calls.
        host: `address:port` of the task that was asked.
        status: what it answered.
        sent, received: bytes of the request and of the answer.
        seconds: until the answer was there.
    """

    region: str
    name: str
    server: str
    caller: str
    task_id: str
    host: str
    status: int
    sent: int
    received: int
    seconds: float


@dataclass(slots=True, eq=False)
class Endpoint:
    """What is counted of one endpoint until a minute is over.

    Attributes:
        region: of it and of its metrics.
        inbound: dimensions of what comes to its tasks.
        connections: to its tasks.
        requests: of the minute, to each task, by the dimensions of what was sent there.
    """

    region: str
    inbound: tuple[Dimensions, ...]
    connections: Connections = field(default_factory=Connections)
    requests: dict[Dimensions, dict[str, int]] = field(default_factory=dict)


class ConnectMeters:
    """An account's meters of endpoints, by the service that serves one and its discovery name."""

    def __init__(self, account: Account):
        self._account = account
        self.endpoints: dict[tuple[str, str], Endpoint] = {}
        self._since = 0.0
        self._regions: set[str] = set()

    def exchanged(self, exchange: Exchange, traffic: Traffic) -> None:
        """Count a request that was answered by a task."""
        now = self._now()
        self.catch_up(now)
        key, minute = (exchange.server, exchange.name), now // MINUTE * MINUTE
        endpoint = self.endpoints.get(key)
        if endpoint is None:
            inbound = _both("DiscoveryName", exchange.name, exchange.server)
            endpoint = self.endpoints[key] = Endpoint(exchange.region, inbound)
            self._listen(exchange.region)
        opened = endpoint.connections.use((exchange.task_id, exchange.host), traffic.idle, now)
        targeted = _both("TargetDiscoveryName", exchange.name, exchange.caller)
        store = cloudwatch_of(self._account, exchange.region).store
        for name, dimensions, statistics in _told(exchange, traffic, endpoint.inbound, targeted, opened):
            store.record(Metric(NAMESPACE, name, dimensions), minute, MINUTE, statistics)
        for where in targeted if traffic.protocol in _HTTP else ():
            asked = endpoint.requests.setdefault(where, {})
            asked[exchange.host] = asked.get(exchange.host, 0) + 1

    def task_ended(self, task_id: str, address: str) -> None:
        """Note that a task's network interface is gone, and its connections with it."""
        self.catch_up(self._now())
        for endpoint in self.endpoints.values():
            endpoint.connections.end(task_id, address)

    def catch_up(self, until: float) -> None:
        """Record the minutes that are over by this epoch second."""
        start, end = self._since, math.floor(until / MINUTE) * MINUTE
        if end <= start:
            return
        self._since = float(end)
        for key, endpoint in list(self.endpoints.items()):
            self._record(endpoint, start, end)
            endpoint.connections.forget(end)
            if not endpoint.connections.until:
                del self.endpoints[key]

    def _record(self, endpoint: Endpoint, start: float, end: float) -> None:
        store = cloudwatch_of(self._account, endpoint.region).store
        for first, last, count in endpoint.connections.spans(start, end, MINUTE):
            told = Statistics(1, count, count, count, "Count")
            for where in endpoint.inbound:
                store.record_run(Metric(NAMESPACE, "ActiveConnectionCount", where), first, last, MINUTE, told)
        for where, asked in endpoint.requests.items():
            told = Statistics.of(map(float, asked.values()), "Count")
            store.record(Metric(NAMESPACE, "RequestCountPerTarget", where), start, MINUTE, told)
        endpoint.requests.clear()

    def _listen(self, region: str) -> None:
        if region not in self._regions:
            self._regions.add(region)
            cloudwatch_of(self._account, region).store.sources.append(self.catch_up)

    def _now(self) -> float:
        return round(self._account.timestamp(), 3)


def connect_meters_of(account: Account) -> ConnectMeters:
    """The account's, made for the first request that a proxy carries."""
    if account.connect_meters is None:
        account.connect_meters = ConnectMeters(account)
    return account.connect_meters


def _both(dimension: str, name: str, service: str) -> tuple[Dimensions, Dimensions]:
    """A discovery name alone, and with cluster and service, told by the service's ARN."""
    _, cluster, of_service = service.rsplit("/", 2)
    whole = {dimension: name, "ClusterName": cluster, "ServiceName": of_service}
    return dimensions_of(**{dimension: name}), dimensions_of(**whole)


def _told(
    exchange: Exchange, traffic: Traffic, inbound: tuple[Dimensions, ...], targeted: tuple[Dimensions, ...],
    opened: bool,
) -> Iterator[tuple[str, Dimensions, Statistics]]:
    """Name, dimensions and value of all that one exchange counts for."""
    for where in inbound:
        yield "ProcessedBytes", where, Statistics.of([exchange.sent], "Bytes")
        if opened:
            yield "NewConnectionCount", where, _once()
        if traffic.protocol != "tcp":
            yield "RequestCount", where, _once()
    both = exchange.sent + exchange.received
    for where in targeted:
        yield "TargetProcessedBytes", where, Statistics.of([both], "Bytes")
        if traffic.protocol in _HTTP:
            yield f"HTTPCode_Target_{exchange.status // 100}XX_Count", where, _once()
            took = round(exchange.seconds * 1000, 3)
            yield "TargetResponseTime", where, Statistics.of([took], "Milliseconds")


def _once() -> Statistics:
    return Statistics(1, 1, 1, 1, "Count")
