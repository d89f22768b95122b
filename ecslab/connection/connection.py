"""The connection below every lab: clients, names, tags, the record, waiting, and the way to a public IP."""

import contextlib
import copy
import functools
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from ecslab.connection import hooks, refusals
from ecslab.connection.answers import Answers
from ecslab.connection.calls import Calls
from ecslab.connection.cluster_namespaces import ClusterNamespaces
from ecslab.connection.guard import Guard, OpenGate, Watch
from ecslab.connection.http import HttpReply
from ecslab.connection.instance_budget import InstanceBudget
from ecslab.connection.ledger import Ledger
from ecslab.connection.names import Names, prefixed
from ecslab.connection.place import AwsTime, ControlReply, Place
from ecslab.connection.record import Record
from ecslab.connection.step_marks import StepMarks
from ecslab.connection.tags import Tags, made_by, spelling
from ecslab.connection.waiting import wait
from ecslab.errors import StillWaiting

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sts import STSClient

T = TypeVar("T")


class Connection:
    """Where you are, and what every resource needs of it. `ecslab.connect()` gives a `Lab`, which is one.

    Attributes:
        where: "sandbox" or "aws".
        account, region: as AWS spells them.
        prefix: what stands before every name.
        home: the folder that keeps the ledger.
        names: the names of the lesson, prefix included.
        listeners: what hears of the learner's calls, whichever session they are made from; see `hooks`.
        answers: what tasks were answered when this lab had them ask.
        budget: on a real account, what EC2 instances may cost an hour; None in the sandbox.
    """

    def __init__(self, place: Place, home: Path, names: Names, prefix: str, record: Record):
        self.place, self.home, self.names, self.prefix, self.record = place, home, names, prefix, record
        self.where, self.account, self.region = place.where, place.account, place.region
        self.ledger = Ledger.at(home / "lab", self.where, self.account, self.region, prefix)
        self.step_marks, self.answers = StepMarks(), Answers()
        marks = {"step_marks": self.step_marks} if self.where == "sandbox" else {}
        self.guard: Watch = OpenGate()
        self.budget: InstanceBudget | None = None
        namespaces = ClusterNamespaces(place.client, self.ledger, record)
        self.listeners: dict[str, object] = {
            "record": record, "ledger": self.ledger, "cluster_namespaces": namespaces
        }  # fmt: skip
        if self.where == "aws":
            self.guard = self.listeners["guard"] = Guard(place, self.ledger, record)
            self.budget = self.listeners["budget"] = InstanceBudget(place.client, record)
        mine = {name: listener for name, listener in self.listeners.items() if name != "record"}
        hooks.install(place.session.events, **mine, refusals=refusals, **marks)
        self._clients: dict[str, BaseClient] = {}
        self._unrecorded_clients: dict[str, BaseClient] = {}
        self._making = threading.Lock()
        self._recorded, self._fast_forward = True, False

    # Clients ------------------------------------------------------------------------------------------------

    def client(self, service: str) -> Any:
        """The boto3 client for `service`, made on first use and kept."""
        with self._making:  # a widget's feeder asks from its own thread, and boto3 sessions are for one
            if service not in self._clients:
                client = self._clients[service] = self.place.client(service)
                if not self._recorded:
                    hooks.install(client.meta.events, unrecorded=self.record)
            return self._clients[service]

    @property
    def ecs(self) -> "ECSClient":
        """Amazon ECS."""
        return cast("ECSClient", self.client("ecs"))

    @property
    def ecr(self) -> "ECRClient":
        """Amazon ECR."""
        return cast("ECRClient", self.client("ecr"))

    @property
    def ec2(self) -> "EC2Client":
        """Amazon EC2, for VPCs, subnets, security groups and network interfaces."""
        return cast("EC2Client", self.client("ec2"))

    @property
    def elbv2(self) -> "ElasticLoadBalancingv2Client":
        """Elastic Load Balancing: Application and Network Load Balancers."""
        return cast("ElasticLoadBalancingv2Client", self.client("elbv2"))

    @property
    def iam(self) -> "IAMClient":
        """AWS IAM."""
        return cast("IAMClient", self.client("iam"))

    @property
    def logs(self) -> "CloudWatchLogsClient":
        """Amazon CloudWatch Logs."""
        return cast("CloudWatchLogsClient", self.client("logs"))

    @property
    def cloudwatch(self) -> Any:
        """Amazon CloudWatch: metrics and alarms."""
        return self.client("cloudwatch")

    @property
    def autoscaling(self) -> Any:
        """Application Auto Scaling, which scales services of ECS."""
        return self.client("application-autoscaling")

    @property
    def servicediscovery(self) -> Any:
        """AWS Cloud Map."""
        return self.client("servicediscovery")

    @property
    def sts(self) -> "STSClient":
        """AWS STS."""
        return cast("STSClient", self.client("sts"))

    @property
    def secretsmanager(self) -> "SecretsManagerClient":
        """AWS Secrets Manager."""
        return cast("SecretsManagerClient", self.client("secretsmanager"))

    def name(self, name: str) -> str:
        """A name of your own with the lab's prefix in front: "adgu/scratch" → "ana-adgu/scratch"."""
        return prefixed(self.prefix, name)

    def tags(self, kind: str = "ecs") -> Any:
        """The tag that says this lab made it, as one service spells it.

        Args:
            kind: "ecs", "ecr", "ec2", "iam" or "logs".
        """
        return spelling(kind).tags(self.ledger.owner)

    def owns(self, tagged: Tags | None) -> bool:
        """Whether these tags, in any service's spelling, say that this lab made it."""
        return made_by(self.ledger.owner, tagged)

    def calls(
        self, service: str | None = None, last: int | None = None, *, everything: bool = False
    ) -> Calls:
        """Every AWS call that this notebook made, as the CLI and as boto3 spell it.

        It begins after the last `goto`, else after `connect`; what checks and views look at is left out.

        Args:
            service: only those to one service, as boto3 names it ("ecs", "ecr", …).
            last: only so many, the newest.
            everything: with what `goto` called, and what was before it.
        """
        calls = self.record.calls if everything else self.record.of_notebook()
        made = tuple(call for call in calls if service in (None, call.service))
        return Calls(made[-last:] if last else made)

    # Time and the way in ------------------------------------------------------------------------------------

    def wait(
        self, until: Callable[[], T | None], what: str, limit: float = 600, every: float | None = None
    ) -> T:
        """Wait until `until()` returns something, and return it; see `ecslab.wait.wait`.

        Args:
            until: looks, and returns None (or another false value) while there is nothing to see.
            what: what is awaited, as a phrase that follows "waiting for".
            limit: seconds at most, of AWS time.
            every: wall seconds between two looks; 2 on AWS, 0.2 in the sandbox.

        Raises:
            StillWaiting: with what was awaited, and for how long.
        """
        return wait(self, until, what, limit, every or (2.0 if self.where == "aws" else 0.2))

    def patient(self, look: Callable[[], T | None], limit: float = 30) -> T | None:
        """What `look` gives; where reads may come too early, nothing is looked at again for a while."""
        seen = look()
        if seen or not self.place.eventual:
            return seen
        with contextlib.suppress(StillWaiting):
            return self.wait(look, "what was changed just now to be seen", limit)
        return None

    def seen(self, look: Callable[[Self], object]) -> None:
        """Where reads may come too early, wait until they show what was made or changed just now.

        Args:
            look: looks whether they do, with a lab whose calls the record leaves out.
        """
        if self.place.eventual:
            self.patient(functools.partial(look, self.unrecorded()))

    def now(self) -> float:
        """Seconds on the lab's clock, which shows AWS time. Only differences mean something."""
        return self.place.now()

    @property
    def stepped(self) -> bool:
        """Whether time passes only when someone waits for it."""
        return self._fast_forward or self.place.stepped

    def pass_time(self, seconds: float, most: float) -> float:
        """Let time pass, and say how much did; see `Place.pass_time`."""
        return self.jump(most) if self._fast_forward else self.place.pass_time(seconds, most)

    def jump(self, most: float) -> float:
        """Go to the next moment at which something changes, `most` seconds at most; how many passed."""
        return float(self.control("advance", to_next=True, seconds=most)["moved"])

    def aws_time(self) -> AwsTime:
        """AWS time, as it is now, and how fast it passes here."""
        return self.place.aws_time()

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

    def looking(self) -> AbstractContextManager[None]:
        """Within this, on this thread, a sandbox that was stopped stays so; see `Place.looking`."""
        return self.place.looking()

    def control(self, verb: str, **body: object) -> ControlReply:
        """Speak to the sandbox itself: clock, journal, status. Raises SandboxOnly on a real account."""
        return self.place.control(verb, **body)

    # The same place, otherwise ------------------------------------------------------------------------------

    def unrecorded(self) -> Self:
        """The same lab through clients of its own, made once; the record leaves their calls out."""
        view = copy.copy(self)
        view._clients, view._recorded = self._unrecorded_clients, False
        return view

    def fast_forward(self) -> Self:
        """The same lab, whose waits let the sandbox go on from event to event, however it is paced."""
        view = copy.copy(self)
        view._fast_forward = True
        return view
