"""The lifecycle of a task."""

from typing import Final

from ecslab.figures.svg import Drawing, Figure

STATUSES: Final = (
    ("PROVISIONING", "a network interface (ENI) is made and attached"),
    ("PENDING", "a place is found; a pull that hangs shows here"),
    ("ACTIVATING", "the image is pulled, containers are started"),
    ("RUNNING", "the program runs"),
    ("DEACTIVATING", "a load balancer lets go of it"),
    ("STOPPING", "SIGTERM, then SIGKILL after stopTimeout"),
    ("DEPROVISIONING", "the network interface is taken away"),
    ("STOPPED", "final; stoppedReason says why"),
)
"""Every `lastStatus` of a Fargate task in order, and what happens meanwhile.

Source: Amazon ECS task lifecycle, developer guide.
"""


def lifecycle() -> Figure:
    """The statuses of a task from PROVISIONING to STOPPED, and the short way when it cannot start."""
    d = Drawing(860, 388)
    for n, (status, meaning) in enumerate(STATUSES):
        x, y = 24 + (n % 4) * 209, (24 if n < 4 else 240)
        tone = {"RUNNING": "good", "STOPPED": "quiet"}.get(status, "task" if n < 3 else "ecs")
        d.box(x, y, 185, 124, status, meaning, tone=tone)
        if n % 4 < 3:
            d.arrow((x + 185, y + 62), (x + 208, y + 62))
    d.arrow((790, 148), (790, 180), (70, 180), (70, 238))
    d.text(345, 172, "stop asked for, or an essential container has ended")
    d.arrow((325, 148), (325, 210), (534, 210), (534, 238), ink="#c62828", dashed=True)
    d.text(546, 215, "it cannot start (pull refused, …)", ink="#c62828")
    words = "; ".join(f"{status}: {meaning}" for status, meaning in STATUSES)
    return d.figure(
        "The life of a Fargate task",
        f"In order. {words}. A task that cannot start goes from PENDING to DEPROVISIONING and has no "
        "startedAt.",
    )
