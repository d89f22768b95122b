"""Where a lab is: the sandbox or a real account.

The only three differences between the two are behind `Place`: the endpoint, how a public IP is reached, and
how one waits.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from ecslab.connection.http import HttpReply


class Place(Protocol):
    """What `Lab` needs to know of where it is."""

    where: str  # "sandbox" or "aws"
    account: str
    region: str
    caller: str
    # boto3's session; its event system carries the record and the ledger
    session: Any

    def lead(self, events: Any) -> None:
        """Have the calls of a session with these events go where this place's own calls go."""

    def client(self, service: str) -> Any:
        """A boto3 client for `service` ("ecs", "ecr", …)."""

    def url(self, public_ip: str, port: int) -> str:
        """A link to a public IP that works from here, ending in `/`."""

    def http(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> HttpReply:
        """One HTTP request that is not an AWS call."""

    def registry_url(self, host: str) -> str:
        """Where the distribution API of the registry `host` is reached, without a slash at the end."""

    def control(self, verb: str, **body: Any) -> dict[str, Any]:
        """A control call to the sandbox."""

    def now(self) -> float:
        """Seconds on the clock by which waiting is measured: virtual in the sandbox."""

    def pass_time(self, seconds: float, most: float) -> float:
        """Let time pass, and say how much did, on the clock of `now`.

        Args:
            seconds: wall seconds, where time passes by itself; else it goes to the next event.
            most: not further than this, where it goes by events.
        """

    @property
    def stepped(self) -> bool:
        """Whether time passes only when someone waits for it."""

    def close(self) -> None:
        """Let go of what this process holds. What was made stays."""
