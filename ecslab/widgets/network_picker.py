"""A picker for the network of a task: VPC, subnet, security group, public IP."""

from dataclasses import replace
from typing import Final

import traitlets
from botocore.exceptions import BotoCoreError, ClientError

from ecslab.connection.connection import Connection
from ecslab.errors import EcslabError, NotThere
from ecslab.resources import network
from ecslab.widgets.network_rows import HTTP, group_rows, subnet_rows, usual_subnet, vpc_rows
from ecslab.widgets.view import View, module

FINE: Final = "Nothing stands in the way: the image can be pulled, and visitors can come in on port 80."
_REFUSALS: Final = (BotoCoreError, ClientError, EcslabError, OSError)


class NetworkPicker(View):
    """Choose where a task is put, and read what would go wrong.

    It begins with the lesson's choice: the default VPC, its public subnet in zone b, the group that admits
    HTTP, a public IP.

    Args:
        lab: whose networks are offered.

    Attributes:
        vpc, subnet: their ids.
        group: the id of a security group; "http" for the lesson's own.
        public_ip: whether the task gets a public address.
        warnings: what will go wrong, in words; empty if nothing will.

    Setting one of them to what is not offered raises `traitlets.TraitError`, which names what is.
    """

    _esm = module("network_picker.js")
    vpcs = traitlets.List(traitlets.Dict()).tag(sync=True)
    subnets = traitlets.List(traitlets.Dict()).tag(sync=True)
    groups = traitlets.List(traitlets.Dict()).tag(sync=True)
    vpc = traitlets.Unicode().tag(sync=True)
    subnet = traitlets.Unicode().tag(sync=True)
    group = traitlets.Unicode(HTTP).tag(sync=True)
    public_ip = traitlets.Bool(True).tag(sync=True)
    warnings = traitlets.List(traitlets.Unicode()).tag(sync=True)
    fine = traitlets.Unicode(FINE).tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)
    asked = traitlets.Int(0).tag(sync=True)

    def __init__(self, lab: Connection) -> None:
        super().__init__()
        self._lab, self._offering = lab, False
        self._offer()
        self.observe(self._follow, names=["vpc", "subnet", "group", "public_ip", "asked"])

    @property
    def choice(self) -> network.Choice:
        """What `task.run` takes. Makes the lesson's security group if it is chosen and not there yet.

        Raises:
            NotThere: this Region has no VPC, or the chosen one has no subnet.
        """
        if not self.subnet:
            raise NotThere(
                f"there is no subnet to choose in {self._lab.region}.\n"
                "  next: make a VPC with lab.ec2.create_default_vpc(), then press 'Look again' in the picker"
            )
        group = network.http_group(self._lab, self.vpc) if self.group == HTTP else self.group
        return replace(self._sketch(), security_group_ids=(group,))

    def text(self) -> str:
        """The choice, and what would go wrong, a line each."""
        subnet = next((row for row in self.subnets if row["id"] == self.subnet), None)
        lines = [
            "Network of the task",
            f"VPC: {_label(self.vpcs, self.vpc)}",
            "Subnet: " + (f"{subnet['az']}, {subnet['cidr']}, {subnet['kind']}" if subnet else "none"),
            f"Security group: {_label(self.groups, self.group)}",
            f"Public IP: {'yes' if self.public_ip else 'no'}",
        ]
        news = [f"Warning: {warning}" for warning in self.warnings] or [self.fine]
        return "\n".join(lines + ([self.error] if self.error else news))

    @traitlets.validate("vpc", "subnet", "group")  # type: ignore[untyped-decorator]
    def _is_offered(self, proposal: traitlets.Bunch) -> str:
        name, value = proposal["trait"].name, str(proposal["value"])
        offered = [row["id"] for row in getattr(self, f"{name}s")]
        if value and value not in offered:
            raise traitlets.TraitError(f"{name} {value!r} is not offered; it can be: {', '.join(offered)}")
        return value

    def _follow(self, change: traitlets.Bunch) -> None:
        """Bring everything into line with what was just changed."""
        if not self._offering:
            self._offer(anew=change["name"] == "vpc")

    def _offer(self, anew: bool = False) -> None:
        """Look at the account: what there is to choose from, and what is wrong with the choice.

        Args:
            anew: choose subnet and group as for a VPC just opened, not as they were.
        """
        self._offering = True
        try:
            with self.hold_sync():
                self._offer_vpcs()
                self._offer_inside("" if anew else self.subnet, HTTP if anew else self.group)
                self.warnings = self._problems()
                self.error = "" if self.vpcs else f"There is no VPC in {self._lab.region}."
        except _REFUSALS as refusal:
            self.error = f"The networks cannot be seen at the moment: {refusal}"
        finally:
            self._offering = False

    def _offer_vpcs(self) -> None:
        vpcs = network.vpcs(self._lab)
        self.vpcs = vpc_rows(vpcs)
        if self.vpc not in [vpc.id for vpc in vpcs]:
            self.vpc = vpcs[0].id if vpcs else ""

    def _offer_inside(self, subnet: str, group: str) -> None:
        """The chosen VPC's subnets and groups; `subnet` and `group` stay chosen if they are among them."""
        subnets = network.subnets(self._lab, self.vpc) if self.vpc else []
        groups = network.security_groups(self._lab, self.vpc) if self.vpc else []
        self.subnets = subnet_rows(subnets)
        self.groups = group_rows(groups, self._lab.names.security_group)
        self.subnet = subnet if subnet in [row["id"] for row in self.subnets] else usual_subnet(subnets)
        self.group = group if group in [row["id"] for row in self.groups] else HTTP

    def _sketch(self) -> network.Choice:
        """The choice without its group."""
        return network.Choice(self.vpc, (self.subnet,) if self.subnet else (), (), self.public_ip)

    def _problems(self) -> list[str]:
        if not self.subnet:
            return []
        group = self.group
        if group == HTTP:
            group = (network.find_http_group(self._lab, self.vpc) or {}).get("GroupId", "")
        if group:
            return network.problems(self._lab, replace(self._sketch(), security_group_ids=(group,)))
        # the last problem of a choice without groups is that it has none, and this one will have one
        return network.problems(self._lab, self._sketch())[:-1]


def _label(rows: list[dict[str, str]], chosen: str) -> str:
    return next((row["label"] for row in rows if row["id"] == chosen), "none")
