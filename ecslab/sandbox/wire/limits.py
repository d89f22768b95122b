"""How much of a request the sandbox takes: its head, its body by service, and how long either may take.

A head is judged before its body is read, so that nobody without the sandbox's key can make it keep anything.
"""

from dataclasses import dataclass
from typing import Final

HEAD: Final = 64 << 10  # bytes of request line and headers; a signed request has 2,000
_KIB, _MIB = 1 << 10, 1 << 20
_SIGNED: Final = {
    "ecr": 30 * _MIB,  # a layer part is at most 20 MiB, and base64 makes it a third longer
    "ecslab": 16 * _MIB,  # a piece of a session's body
    "s3": 64 * _MIB,
    "lambda": 64 * _MIB,
    "ecs": _MIB,  # a task definition is at most 64 KiB
    "logs": 3 * _MIB,  # PutLogEvents takes 1 MiB of text, which JSON may write twice as long
}
OTHER_SERVICES: Final = 2 * _MIB
LAYER: Final = 1 << 30  # docker push sends a layer as one body
MANIFEST: Final = 4 * _MIB  # ECR's own limit
VISIT: Final = 2 * _MIB  # what a visitor may send to a container
NO_BODY: Final = 64 * _KIB  # of requests that have no use for one


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client may take, in seconds, and how many may be connected to one port.

    Attributes:
        head: from the connection, or the answer before, to the end of a request's head; idle connections
            are closed after it too.
        body: for a body, beside a second for each `slowest` bytes of it.
        answer: in which a client takes each piece of what it asked for.
        slowest: bytes in a second.
        connections: at most; one more takes the place of the one that has been waiting longest, a stranger
            before others.
    """

    head: float = 60.0
    body: float = 20.0
    answer: float = 60.0
    slowest: int = 256 << 10
    connections: int = 200


def signed_body(service: str) -> int:
    """Bytes that the body of a request to this service (its signing name) may have."""
    return _SIGNED.get(service, OTHER_SERVICES)
