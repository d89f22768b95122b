"""The network as a street of houses, and the three hops from a task to its public address."""

from typing import Final, Protocol

from ecslab.figures.svg import SOFT, Drawing, Figure


class Hops(Protocol):
    """What `ecslab.verify.hops` finds: from the task to its network interface to its addresses."""

    @property
    def task_id(self) -> str: ...
    @property
    def eni_id(self) -> str: ...
    @property
    def private_ip(self) -> str: ...
    @property
    def public_ip(self) -> str | None: ...


OUT: Final = "1. The pull goes out: through the gate to ECR."
IN: Final = "2. The visitor comes in: gate, door list, house."


def house() -> Figure:
    """VPC, subnets, route table, internet gateway and security group, as a neighbourhood with a gate."""
    d = Drawing(860, 500)
    d.box(24, 24, 194, 452, "The internet", tone="quiet", align="start", top=True, pad=20)
    d.box(40, 66, 162, 62, "Amazon ECR", "keeps your image", tone="store")
    d.paragraph(40, 156, 162, OUT)
    d.box(40, 246, 162, 62, "Visitor", "a browser", tone="container")
    d.paragraph(40, 336, 162, IN)
    d.box(290, 24, 546, 452, "VPC: the neighbourhood", tone="net", align="start", top=True, pad=18)
    d.box(308, 66, 112, 284, "Internet gateway", "the gate", tone="ecs")
    d.box(440, 66, 378, 284, "Public subnet: a street with a way to the gate",
          align="start", top=True, pad=16)  # fmt: skip
    d.box(456, 122, 346, 34, body="Route table: 0.0.0.0/0 → gateway", tone="quiet")
    d.box(456, 238, 146, 96, "Security group", "the door list: port 80, anyone", tone="good")
    d.box(634, 172, 168, 162, "Task: the house",
          "private IP\n172.31.16.20\npublic IP\n203.0.113.7", tone="task")  # fmt: skip
    d.box(440, 366, 378, 94, "Private subnet: a street without",
          "Nobody comes in. The pull needs a NAT gateway or VPC endpoints.",
          align="start", pad=16)  # fmt: skip
    d.arrow((634, 200), (422, 200))
    d.text(472, 192, "the pull goes out")
    d.arrow((308, 200), (246, 200), (246, 97), (204, 97))
    d.arrow((202, 286), (306, 286))
    d.arrow((420, 286), (454, 286))
    d.arrow((602, 286), (632, 286))
    return d.figure(
        "A house in a street: the network of a task",
        "The VPC is the neighbourhood, a subnet is a street in it, the internet gateway is the gate. A "
        "subnet whose route table leads to the gate is public, one without is private. The task is a house "
        "with a private and, if you ask, a public IP address; its security group is the list at the door. "
        f"{OUT} {IN} In a private subnet nobody comes in, and the pull needs a NAT gateway or VPC endpoints.",
    )


def hops(hops: Hops) -> Figure:
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
