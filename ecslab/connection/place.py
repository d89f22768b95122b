"""Where a lab is: the sandbox or a real account.

The only three differences between the two are behind `Place`: the endpoint, how a public IP is reached, and
how one waits.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ecslab.connection.http import HttpReply
from ecslab.connection.streams import MessageStream

if TYPE_CHECKING:
    from boto3 import Session
    from botocore.client import BaseClient


class ControlReply(dict[str, Any]):
    """What the sandbox answers to a control call: JSON, of another shape for each verb."""


@dataclass(frozen=True)
class AwsTime:
    """AWS time as a place has it.

    Attributes:
        now: epoch seconds.
        speed: how many seconds of it are one of the learner's, 0 where it stands still; None where there is
            nothing to say of it: on AWS, and where time passes only when someone waits.
        hurries: whether a long wait may go faster by itself.
    """

    now: float
    speed: float | None = None
    hurries: bool = False


class Place(Protocol):
    """What `Lab` needs to know of where it is."""

    where: str  # "sandbox" or "aws"
    account: str
    region: str
    caller: str
    session: "Session"  # its events carry the record and the ledger
    # what else listens to a session whose calls go to this place, as `hooks.install` takes it
    listeners: Mapping[str, object]

    @property
    def endpoint_url(self) -> str | None:
        """Where every service answers; None where each has an address of its own."""

    def client(self, service: str) -> "BaseClient":
        """A boto3 client for `service` ("ecs", "ecr", …)."""

    def url(self, public_ip: str, port: int) -> str:
        """A link to a public IP that works from here, ending in `/`."""

    def http(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> HttpReply:
        """One HTTP request that is not an AWS call."""

    def stream(self, url: str) -> MessageStream:
        """The stream of messages at a `ws` or `wss` URL.

        Raises:
            Unreachable: there is none.
        """

    def registry_url(self, host: str) -> str:
        """Where the distribution API of the registry `host` is reached, without a slash at the end."""

    def control(self, verb: str, **body: object) -> ControlReply:
        """A control call to the sandbox."""

    def now(self) -> float:
        """Seconds on the clock by which waiting is measured: virtual in the sandbox."""

    def aws_time(self) -> AwsTime:
        """AWS time, as it is now."""

    def hurry(self, times: float) -> None:
        """Keep for `aws_time` that a wait lets time pass so many times faster than it does by itself."""

    def pass_time(self, seconds: float, most: float) -> float:
        """Let time pass, and say how much did, on the clock of `now`.

        Args:
            seconds: wall seconds, where time passes by itself; else it goes to the next event.
            most: not further than this, on the clock of `now`.
        """

    def looking(self) -> AbstractContextManager[None]:
        """Within this, on this thread, a sandbox that was stopped stays so: calls raise Unreachable."""

    @property
    def eventual(self) -> bool:
        """Whether calls that read may come too early: what was changed just now is seen a moment later."""

    @property
    def stepped(self) -> bool:
        """Whether time passes only when someone waits for it."""

    def close(self) -> None:
        """Let go of what this process holds. What was made stays."""
