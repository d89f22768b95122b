"""What a deployment has of Service Connect: the endpoints that it serves, and those that it knows.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

LOOPBACK: Final = "127.255.0."
"""Where a task's proxy listens for its endpoints, one address a name. U: which addresses."""


IDLE: Final = {"tcp": 3600.0, "http": 300.0, "http2": 300.0, "grpc": 300.0}
"""Seconds after which an idle connection is closed, by protocol (API_TimeoutConfiguration)."""
PER_REQUEST: Final = 15.0
"""Seconds within which an answer has to be there; of HTTP alone (likewise)."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """How proxies carry an endpoint's traffic.

    Args:
        protocol: `appProtocol` of the port mapping; `tcp` where it has none.
        idle: seconds after which an idle connection is closed; 0 for never.
        per_request: seconds within which an answer has to be there; 0 for as long as it takes.
    """

    protocol: str = "tcp"
    idle: float = IDLE["tcp"]
    per_request: float = 0.0

    @property
    def longest(self) -> float:
        """Seconds within which an answer has to be there: an idle connection is closed before it is late."""
        return min((limit for limit in (self.idle, self.per_request) if limit), default=math.inf)


PLAIN: Final = Traffic()


@dataclass(frozen=True, slots=True)
class ProxyLog:
    """Where the proxies of a deployment write, and what.

    Args:
        options: of the `awslogs` driver.
        requests: `TEXT` or `JSON`, in which form they write a line for each request; "" for none.
        queries: whether the line has the query of the request.
    """

    options: Mapping[str, str]
    requests: str = ""
    queries: bool = False


@dataclass(frozen=True, slots=True)
class Server:
    """An endpoint that the tasks of a service serve.

    Args:
        port_name: name of the port mapping.
        discovery_name: of the Cloud Map service.
        container_port: where the application listens.
        ingress_port: where the proxy does, which is in the place of the container port unless it is another.
        alias: DNS name, in lower case, and port by which clients call it; None for one without an alias.
        traffic: how proxies carry it.
    """

    port_name: str
    discovery_name: str
    container_port: int
    ingress_port: int
    alias: tuple[str, int] | None
    traffic: Traffic = PLAIN


@dataclass(slots=True, eq=False)
class Connect:
    """A deployment's part of Service Connect.

    Args:
        namespace: ARN.
        servers: none for a client alone.
        resources: ARN of the Cloud Map service by discovery name, once they are made.
        endpoints: ARN of the Cloud Map service by DNS name and port: those that were there when the
            deployment began. Its tasks know no others, however late they start.
        log: of the proxies; None where they write none.
    """

    namespace: str
    servers: tuple[Server, ...] = ()
    log: ProxyLog | None = None
    resources: dict[str, str] = field(default_factory=dict)
    endpoints: dict[tuple[str, int], str] = field(default_factory=dict)

    def address(self, name: str) -> str | None:
        """The loopback address of an endpoint's name; None for a name that is no endpoint's."""
        names = list(dict.fromkeys(name for name, _ in self.endpoints))
        return f"{LOOPBACK}{names.index(name) + 1}" if name in names else None

    def behind(self, port: int) -> int | None:
        """The application's port behind a port on which a task's proxy alone listens."""
        ports = {server.ingress_port: server.container_port for server in self.servers}
        inner = ports.get(port)
        return inner if inner != port else None
