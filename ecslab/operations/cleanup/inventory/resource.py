"""One resource of the account, as a plan and a receipt show it."""

from dataclasses import dataclass

from ecslab.operations import prices


@dataclass(frozen=True)
class Resource:
    """One resource of the account.

    Attributes:
        kind, name: as they are shown.
        id: what the call that removes it takes.
        cluster: of a task or a service, the ARN of its cluster.
        interface: of a task, its network interface.
        hourly: dollars an hour while it is there; 0 for what costs nothing.
        status: of a task, its `lastStatus`; of others what is worth knowing before they go.
        ours: whether the lab made it.
        kept: of what is ours, why it stays for now; "" where it can go.
    """

    kind: str
    name: str
    id: str
    cluster: str = ""
    interface: str = ""
    hourly: float = 0.0
    status: str = ""
    ours: bool = True
    kept: str = ""

    @property
    def cost(self) -> str:
        """What it costs while it is there, in words; "" for nothing."""
        if self.hourly >= 0.001:
            return f"{prices.dollars(self.hourly)} an hour"
        month = self.hourly * prices.MONTH_HOURS
        return f"{prices.dollars(month)} a month" if month >= 0.00005 else ""
