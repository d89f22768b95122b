"""Task lifecycle: every legal move, and nothing else.

Rule 1: a task's status changes only through `next_status`.
Rule 2: this module knows no clock, no containers and no other module.
Rule 3: a task that never ran leaves by DEPROVISIONING; one whose containers ran is deactivated first.

Source: "Amazon ECS task lifecycle" in the developer guide.
"""

from typing import Final

TRANSITIONS: Final[dict[str, dict[str, str]]] = {
    "PROVISIONING": {
        "network_ready": "PENDING",
        "stop_requested": "DEPROVISIONING",
        "start_failed": "DEPROVISIONING",
    },
    "PENDING": {
        "images_pulled": "ACTIVATING",
        "stop_requested": "DEPROVISIONING",
        "start_failed": "DEPROVISIONING",
    },
    "ACTIVATING": {
        "containers_started": "RUNNING",
        "stop_requested": "DEACTIVATING",
        "start_failed": "DEPROVISIONING",
    },
    "RUNNING": {"stop_requested": "DEACTIVATING", "essential_exited": "DEACTIVATING"},
    "DEACTIVATING": {"targets_deregistered": "STOPPING"},
    "STOPPING": {"containers_exited": "DEPROVISIONING"},
    "DEPROVISIONING": {"network_released": "STOPPED"},
    "STOPPED": {},
}
"""status -> event -> next status. STOPPED is terminal."""

FIRST: Final = "PROVISIONING"
LAST: Final = "STOPPED"


class IllegalTransition(Exception):
    """An event arrived that the current status does not allow."""


def next_status(status: str, event: str) -> str:
    """The status that follows `event`; IllegalTransition names what would have been accepted."""
    moves = TRANSITIONS[status]
    if event not in moves:
        allowed = ", ".join(moves) or "nothing (it is terminal)"
        raise IllegalTransition(f"a {status} task cannot take {event!r}; it accepts: {allowed}")
    return moves[event]


def mermaid() -> str:
    """The lifecycle as a mermaid diagram, drawn from the table so that it cannot drift."""
    moves = (f"  {at} --> {to}: {event}" for at, row in TRANSITIONS.items() for event, to in row.items())
    return "\n".join(["stateDiagram-v2", f"  [*] --> {FIRST}", *moves, f"  {LAST} --> [*]"])
