"""What a deployment has of Service Connect: the endpoints that it serves, and those that it knows.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html
"""

from dataclasses import dataclass, field
from typing import Final

LOOPBACK: Final = "127.255.0."
"""Where a task's proxy listens for its endpoints, one address a name. U: which addresses."""


@dataclass(frozen=True, slots=True)
class Server:
    """An endpoint that the tasks of a service serve.

    Args:
        port_name: name of the port mapping.
        discovery_name: of the Cloud Map service.
        container_port: where the application listens.
        ingress_port: where the proxy does, which is in the place of the container port unless it is another.
        alias: DNS name, in lower case, and port by which clients call it; None for one without an alias.
    """

    port_name: str
    discovery_name: str
    container_port: int
    ingress_port: int
    alias: tuple[str, int] | None


@dataclass(slots=True, eq=False)
class Connect:
    """A deployment's part of Service Connect.

    Args:
        namespace: ARN.
        servers: none for a client alone.
        resources: ARN of the Cloud Map service by discovery name, once they are made.
        endpoints: ARN of the Cloud Map service by DNS name and port: those that were there when the
            deployment began. Its tasks know no others, however late they start.
    """

    namespace: str
    servers: tuple[Server, ...] = ()
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
