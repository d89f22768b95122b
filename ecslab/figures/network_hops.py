"""The three hops from a task to its public address."""

from typing import TYPE_CHECKING

from ecslab.figures.svg import SOFT, Drawing, Figure

if TYPE_CHECKING:
    from ecslab.operations.verify import Hops


def hops(hops: "Hops") -> Figure:
    """Three hops: the task names its network interface, EC2 knows the interface's addresses.

    Args:
        hops: what `ecslab.verify.hops` gave; a `public_ip` of None is drawn as missing.
    """
    d = Drawing(860, 372)
    d.box(24, 24, 380, 72, "Task", hops.task_id, tone="task", mono=True)
    d.box(24, 140, 380, 92, "Network interface (ENI)", f"{hops.eni_id}\nprivate IP {hops.private_ip}",
          tone="net", mono=True)  # fmt: skip
    if hops.public_ip:
        d.box(24, 276, 380, 72, "Public IP", hops.public_ip, tone="good", mono=True)
    else:
        d.box(24, 276, 380, 72, "Public IP", "none: nobody outside can reach it", tone="bad")
    for top, bottom in ((96, 138), (232, 274)):
        d.arrow((214, top), (214, bottom))
    address = f"http://{hops.public_ip}/" if hops.public_ip else "(there is none)"
    notes = (
        (48, "Ask ECS for the task:", "describe_tasks → attachments → details", "networkInterfaceId"),
        (164, "Ask EC2 for the interface:", "describe_network_interfaces", "Association.PublicIp"),
        (300, "The address a visitor types:", address, "not https: nothing listens on port 443"),
    )  # fmt: skip
    for y, what, call, field in notes:
        d.text(430, y, what, bold=True)
        d.text(430, y + 22, call, mono=True, ink=SOFT)
        d.text(430, y + 44, field, mono=y < 300, ink=SOFT)
    return d.figure(
        "Three hops from the task to its address",
        f"Task {hops.task_id} has the network interface {hops.eni_id} with the private address "
        f"{hops.private_ip}. EC2 knows the interface's public address: {hops.public_ip or 'it has none'}.",
    )
