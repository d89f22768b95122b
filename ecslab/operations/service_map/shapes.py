"""What the map of services consists of."""

from __future__ import annotations

from dataclasses import dataclass

from ecslab.connection.answers import Answer

BALANCER, CLOUD_MAP, SERVICE_CONNECT = "Load balancer", "Cloud Map", "Service Connect"


@dataclass(frozen=True)
class Way:
    """A name under which other tasks can ask for a service.

    Attributes:
        kind: `Load balancer`, `Cloud Map` or `Service Connect`.
        server: the service behind it.
        host, port: what a client asks for.
        about: what else matters of it, as `TTL 60 s`; or "".
    """

    kind: str
    server: str
    host: str
    port: int
    about: str = ""


@dataclass(frozen=True)
class Line:
    """One way, as one client has it.

    Attributes:
        client: the service that asks.
        way: how it asks.
        open: whether security groups and, with Service Connect, the client's deployment let it; None where
            the account does not say.
        why: what lets it, or what is in the way.
        answer: what its task was last answered there, if the lab had it ask.
    """

    client: str
    way: Way
    open: bool | None
    why: str
    answer: Answer | None = None


@dataclass(frozen=True)
class ServiceNode:
    """A service of the map: its name, and how many of its tasks are wanted and run."""

    name: str
    desired: int
    running: int


@dataclass(frozen=True)
class ServiceMap:
    """The services of a cluster, and who reaches whom by which name.

    Attributes:
        cluster: its name.
        services: by name.
        lines: by server, client, and kind of way.
    """

    cluster: str
    services: tuple[ServiceNode, ...]
    lines: tuple[Line, ...]
