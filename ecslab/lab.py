"""`ecslab.connect()` and the `Lab` it gives: where am I, clients, names, tags, waiting, and the record."""

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from . import _out_of_order
from ._aws_errors import refuse_plainly
from ._course_methods import CourseMethods
from ._http import HttpReply
from ._together import Together
from .calls import Calls
from .ledger import Ledger
from .names import Names, names, prefixed
from .place import Place
from .record import Record
from .tags import owner_in, tags
from .wait import wait

T = TypeVar("T")
_PLACES = ("sandbox", "aws")


def connect(
    where: str | None = None,
    *,
    home: str | os.PathLike[str] | None = None,
    profile: str | None = None,
    region: str | None = None,
    confirm: str | None = None,
    prefix: str = "",
    clock: str | None = None,
    speed: float | None = None,
    in_process: bool = False,
    seed: int | None = None,
) -> "Lab":
    """Open the lab. Running it again gives another `Lab` on the same place, with everything still there.

    Args:
        where: "sandbox" (the default, or what ECSLAB_WHERE says) or "aws" for a real account.
        home: the folder for the sandbox's state and the lab's ledger; else ECSLAB_HOME, else the user's own.
        profile: on a real account, a profile of the AWS configuration.
        region: on a real account, the Region; else the profile's.
        confirm: on a real account, its id, where nobody can answer the question.
        prefix: put before every name, so that several learners can share one account.
        clock: in the sandbox, "paced" (time passes by itself) or "stepped" (only while someone waits).
        speed: in the sandbox, virtual seconds for each second of wall time.
        in_process: have the sandbox in this process alone, without a server; for tests.
        seed: in the sandbox, what its ids are drawn from.

    Raises:
        ValueError: `where` is neither.
        EcslabError: one of its kinds, with the next step: no credentials, no Region, not confirmed, …
    """
    where = where or os.environ.get("ECSLAB_WHERE") or "sandbox"
    if where not in _PLACES:
        raise ValueError(f"where is {where!r}; it can be 'sandbox' or 'aws'")
    known = names(prefix)  # a bad prefix is refused before anything is started
    folder = home_folder(home)
    record = Record()
    _out_of_order.listen()
    place: Place
    if where == "aws":
        from ._aws_place import AwsPlace

        place = AwsPlace(profile, region, confirm, record)
    else:
        from ._sandbox_place import open_sandbox

        place = open_sandbox(folder, clock=clock, speed=speed, seed=seed, in_process=in_process)
        record.listen(place.session.events)
    lab = Lab(place, folder, known, prefix, record)
    if where == "aws":
        lab.remind()
    return lab


def home_folder(home: str | os.PathLike[str] | None = None) -> Path:
    """The folder all state is in: `home`, else ECSLAB_HOME, else the user's data folder."""
    if home or os.environ.get("ECSLAB_HOME"):
        return Path(home or os.environ["ECSLAB_HOME"]).expanduser()
    import platformdirs

    return platformdirs.user_data_path("ecslab")


class Lab(CourseMethods):
    """Where you are, and everything a stage needs. Made by `ecslab.connect()`; a context manager.

    Attributes:
        where: "sandbox" or "aws".
        account, region: as AWS spells them.
        prefix: what stands before every name.
        home: the folder that keeps the ledger.
        names: the names of the lesson, prefix included.
    """

    def __init__(self, place: Place, home: Path, known: Names, prefix: str, record: Record):
        self.place, self.home, self.names, self.prefix, self.record = place, home, known, prefix, record
        self.where, self.account, self.region = place.where, place.account, place.region
        self.ledger = Ledger.at(home / "lab", self.where, self.account, self.region, prefix)
        self.ledger.listen(place.session.events)
        refuse_plainly(place.session.events)
        self.together = Together()
        if self.where == "sandbox":
            self.together.listen(place.session.events)
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()
        self._reminder: Any = None

    def __enter__(self) -> "Lab":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        there = "the sandbox" if self.where == "sandbox" else "a real AWS account"
        front = f", prefix {self.prefix}" if self.prefix else ""
        return f"Lab in {there}: account {self.account}, {self.region}{front}"

    # Clients ------------------------------------------------------------------------------------------------

    def client(self, service: str) -> Any:
        """The boto3 client for `service`, made on first use and kept."""
        with self._making:  # a widget's feeder asks from its own thread, and boto3 sessions are for one
            if service not in self._clients:
                self._clients[service] = self.place.client(service)
            return self._clients[service]

    @property
    def ecs(self) -> Any:
        """Amazon ECS."""
        return self.client("ecs")

    @property
    def ecr(self) -> Any:
        """Amazon ECR."""
        return self.client("ecr")

    @property
    def ec2(self) -> Any:
        """Amazon EC2, for VPCs, subnets, security groups and network interfaces."""
        return self.client("ec2")

    @property
    def elbv2(self) -> Any:
        """Elastic Load Balancing: Application and Network Load Balancers."""
        return self.client("elbv2")

    @property
    def iam(self) -> Any:
        """AWS IAM."""
        return self.client("iam")

    @property
    def logs(self) -> Any:
        """Amazon CloudWatch Logs."""
        return self.client("logs")

    @property
    def sts(self) -> Any:
        """AWS STS."""
        return self.client("sts")

    def name(self, name: str) -> str:
        """A name of your own with the lab's prefix in front: "adgu/scratch" → "ana-adgu/scratch"."""
        return prefixed(self.prefix, name)

    def tags(self, kind: str = "ecs") -> Any:
        """The tag that says this lab made it, as one service spells it.

        Args:
            kind: "ecs", "ecr", "ec2", "iam" or "logs".
        """
        return tags(kind, self.ledger.owner)

    def owns(self, tagged: Any) -> bool:
        """Whether these tags, in any service's spelling, say that this lab made it."""
        return owner_in(tagged) == self.ledger.owner

    def calls(self, service: str | None = None, last: int | None = None) -> Calls:
        """Every AWS call made so far, as the CLI and as boto3 spell it.

        Args:
            service: only those to one service, as boto3 names it ("ecs", "ecr", …).
            last: only so many, the newest.
        """
        made = tuple(call for call in self.record.calls if service in (None, call.service))
        return Calls(made[-last:] if last else made)

    # Time and the way in ------------------------------------------------------------------------------------

    def wait(
        self, until: Callable[[], T | None], what: str, limit: float = 600, every: float | None = None
    ) -> T:
        """Wait until `until()` returns something, and return it; see `ecslab.wait.wait`.

        Args:
            until: looks, and returns None (or another false value) while there is nothing to see.
            what: what is awaited, as a phrase that follows "waiting for".
            limit: seconds at most; virtual seconds in the sandbox.
            every: wall seconds between two looks; 2 on AWS, 0.2 in the sandbox.

        Raises:
            StillWaiting: with what was awaited, and for how long.
        """
        return wait(self.place, until, what, limit, every or (2.0 if self.where == "aws" else 0.2))

    def now(self) -> float:
        """Seconds on the lab's clock: virtual in the sandbox. Only differences mean something."""
        return self.place.now()

    def url(self, public_ip: str, port: int = 80) -> str:
        """A link to a task's public IP that opens from here; in the sandbox it leads through the gateway."""
        return self.place.url(public_ip, port)

    def http(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> HttpReply:
        """One plain HTTP request, to a task's page or to a registry. Raises Unreachable without an answer."""
        return self.place.http(method, url, headers, body)

    def registry_url(self, host: str) -> str:
        """Where the registry `host` (as in an image's name) answers the distribution API, `/v2` included."""
        return self.place.registry_url(host)

    def control(self, verb: str, **body: Any) -> dict[str, Any]:
        """Speak to the sandbox itself: clock, journal, status. Raises SandboxOnly on a real account."""
        return self.place.control(verb, **body)

    # The end ------------------------------------------------------------------------------------------------

    def cleanup(self) -> Any:
        """Remove what this lab made, and give the receipt; see `ecslab.cleanup.run`."""
        from .cleanup import run

        return run(self)

    def save(self, file: str | os.PathLike[str] = "my-lab.ecslab") -> Any:
        """Write everything made in the sandbox, and how far you came, into one file.

        Raises:
            CannotBeDone: it cannot be written there. A file of that name is then as it was.
        """
        from .session import save

        return save(self, file)

    def load(self, file: str | os.PathLike[str] = "my-lab.ecslab") -> Any:
        """Put what `save` wrote in place of what is in the sandbox now, which is kept in a file beforehand.

        Raises:
            CannotBeDone: it is no session, or it cannot be replayed. The sandbox is then as it was.
        """
        from .session import load

        return load(self, file)

    def close(self) -> None:
        """Let go of the connection. What was made stays, and on a real account running tasks are named."""
        if self._reminder:
            self._reminder.close()
        self.place.close()

    def remind(self) -> None:
        """Say now, and again at the end, which of the lab's tasks still run and what they cost."""
        from ._running import Reminder

        self._reminder = self._reminder or Reminder(self)
