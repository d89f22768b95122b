"""The guard of a real account: nothing is changed or deleted that this lab did not make.

It hears of every call of the lab's clients, the learner's own and those of the AWS CLI in the notebook
included, once botocore has accepted the parameters and before anything is sent. A call that reads passes.
A call that changes something passes if everything it touches was made by this lab (`guarded_calls` says what
that is, `ownership` whose it is), and if it goes to the account and the Region that were confirmed.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from ecslab.aws_api.operations import changes
from ecslab.connection.guarded_calls import BY_CALL, Reference
from ecslab.connection.marked import unmarks
from ecslab.connection.missing import error_code, error_message
from ecslab.connection.ownership import CannotTell, Ownership, Resource
from ecslab.errors import NotOurs

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest
    from botocore.client import BaseClient
    from botocore.model import OperationModel

    from ecslab.connection.ledger import Context, Ledger
    from ecslab.connection.place import Place
    from ecslab.connection.record import Record

KEPT: Final = 5.0
"""Seconds for which it is remembered that something is ours, as while the parts of a layer are sent."""
_SCOPE: Final = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/[^/]+/aws4_request")
_GLOBAL: Final = frozenset({"iam", "sts"})  # signed for one Region, whichever the lab is in
_AWS: Final = re.compile(r".*\.(amazonaws\.com(\.cn)?|api\.aws)")
_OWN_CLIENT: Final = "to change what is not this lab's, use a boto3 client of your own"


_UNMARKED: Final = (
    "{call}: it would take off the tag `ecslab`, or write another's into it.\n"
    "  expected: that tag as it is: by it clean-up finds what is this lab's, and what it costs\n"
    "  next:     the same call without that tag"
)


class Watch(Protocol):
    """What a connection asks before it takes a name for its own."""

    def claim(self, kind: str, name: str, cluster: str = "default", vpc: str = "") -> None:
        """Raise NotOurs if something of that name is there, and is not this lab's."""

    def cleaning_up_for(self, owner: str) -> contextlib.AbstractContextManager[None]:
        """Within this, what carries that owner's tag may be removed, too."""


class OpenGate:
    """The sandbox's: all of it is the learner's."""

    def claim(self, kind: str, name: str, cluster: str = "default", vpc: str = "") -> None:
        """Any name will do."""

    def cleaning_up_for(self, owner: str) -> contextlib.AbstractContextManager[None]:  # noqa: ARG002 — as Watch
        """Nothing is guarded."""
        return contextlib.nullcontext()


class Guard:
    """A real account's.

    Args:
        place: whose clients it reads with; they are not recorded while it does.
        ledger: what the lab has made, and what its tag says.
        record: which leaves out what the guard asks.
        clock: seconds, for what is remembered.
    """

    def __init__(
        self, place: Place, ledger: Ledger, record: Record, clock: Callable[[], float] = time.monotonic
    ):
        self._place, self._ledger, self._record, self._clock = place, ledger, record, clock
        self._ownership = Ownership(self._client, ledger)
        self._clients: dict[str, BaseClient] = {}
        self._ours_until: dict[Reference, float] = {}
        credentials = place.session.get_credentials()  # whose account was confirmed
        self._known_keys = {credentials.get_frozen_credentials().access_key} if credentials else set()
        self._acting_for = threading.local()

    # What lessons and clean-up ask ----------------------------------------------------------------------

    def claim(self, kind: str, name: str, cluster: str = "default", vpc: str = "") -> None:
        """Raise NotOurs if something of that name is there, and is not this lab's."""
        self._must_be_ours(f"the name {name} cannot be taken", Reference(kind, name, cluster, vpc))

    @contextlib.contextmanager
    def cleaning_up_for(self, owner: str) -> Iterator[None]:
        """Within this, and in this thread, what carries that owner's tag counts as ours, too."""
        before = self._owners()
        self._acting_for.owners = before | {owner}
        self._ours_until.clear()
        try:
            yield
        finally:
            self._acting_for.owners = before
            self._ours_until.clear()

    # What botocore calls; see `hooks` -------------------------------------------------------------------

    def note(self, params: dict[str, object], context: Context, **_: object) -> None:
        """Keep the parameters for `judge`, which is shown only what botocore made of them."""
        context["ecslab_params"] = params

    def judge(self, model: OperationModel, context: Context, **_: object) -> None:
        """Raise NotOurs unless the call changes nothing, or only what this lab made."""
        params = context.pop("ecslab_params", None)
        service, operation = model.service_model.service_name, model.name
        if "ecslab_judged" in context or not changes(service, operation):
            return
        row, call = BY_CALL.get((service, operation)), f"{operation} was not sent"
        if row is None or not isinstance(params, dict):
            raise NotOurs(
                f"{call}: this lab cannot tell whose it is what {service} {operation} changes.\n"
                "  expected: a call that changes what this lab made, of a kind that it makes\n"
                f"  next:     {_OWN_CLIENT}: boto3.client({service!r})"
            )
        if params.get("registryId") not in (None, self._ledger.account):
            raise NotOurs(_elsewhere(call, f"registry {params['registryId']}", self._place))
        if unmarks(service, operation, params, self._owners()):
            raise NotOurs(_UNMARKED.format(call=call))
        references = [*row.changed(params), *row.made(params)]
        if not references and not row.touches_nothing:
            raise NotOurs(f"{call}: it names nothing that could be this lab's.\n  next: {_OWN_CLIENT}")
        deletes = operation.startswith(("Delete", "Terminate"))
        for reference in dict.fromkeys(references):
            self._must_be_ours(call, reference, anew=deletes)
        if deletes:  # what is there next under the name is another one
            self._ours_until.clear()
        context["ecslab_judged"] = True

    def check_signature(self, request: AWSPreparedRequest, event_name: str, **_: object) -> None:
        """Raise NotOurs unless the call goes where the lab is: account, Region, and endpoint."""
        service, operation = self._called(event_name)
        if not changes(service, operation):
            return
        call = f"{operation} was not sent"
        signed = _SCOPE.search(_text(request.headers.get("Authorization")))
        if not signed:
            raise NotOurs(f"{call}: it carries no signature that shows whose it is.\n  next: {_OWN_CLIENT}")
        if service not in _GLOBAL and signed["region"] != self._place.region:
            raise NotOurs(_elsewhere(call, signed["region"], self._place))
        if (service, operation) in BY_CALL and not self._same_endpoint(service, request.url or ""):
            raise NotOurs(_elsewhere(call, f"{urlsplit(request.url).netloc}", self._place))
        if signed["key"] not in self._known_keys:
            self._must_be_this_account(call, signed["key"])

    @staticmethod
    def _called(event_name: str) -> tuple[str, str]:
        _, service_id, operation = event_name.split(".")
        return _SERVICES.get(service_id, service_id), operation

    # How it finds out -----------------------------------------------------------------------------------

    def _must_be_ours(self, call: str, reference: Reference, anew: bool = False) -> None:
        if not anew and self._ours_until.get(reference, 0.0) > self._clock():
            return
        try:
            with self._record.away():
                owned = self._ownership.find(reference)
                stranger = next((each for each in owned if not self._is_ours(each)), None)
        except CannotTell as reason:
            raise NotOurs(f"{call}: {reason}.\n  next: {_OWN_CLIENT}") from None
        except ClientError as error:
            raise NotOurs(
                f"{call}: whose {reference.kind} {reference.id} is could not be found out.\n"
                f"  AWS said: {error_code(error)}: {error_message(error)}\n"
                "  next:     ask whoever runs the account for the action named above"
            ) from error
        if stranger:
            raise NotOurs(_somebody_elses(call, stranger, self._ledger.owner))
        if owned:  # a name that is free now may be somebody's in a moment
            self._ours_until[reference] = self._clock() + KEPT

    def _is_ours(self, resource: Resource) -> bool:
        return self._ownership.ours(resource, self._owners())

    def _owners(self) -> frozenset[str]:
        return getattr(self._acting_for, "owners", frozenset({self._ledger.owner}))

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._place.client(service)
        return self._clients[service]

    def _same_endpoint(self, service: str, url: str) -> bool:
        asked, own = urlsplit(url).netloc, urlsplit(self._client(service).meta.endpoint_url).netloc
        return asked == own or bool(_AWS.fullmatch(asked) and _AWS.fullmatch(own))

    def _must_be_this_account(self, call: str, key: str) -> None:
        """Ask AWS whose the credentials are, once for each access key."""
        credentials = self._place.session.get_credentials()
        if credentials is None or credentials.get_frozen_credentials().access_key != key:
            raise NotOurs(
                f"{call}: it is signed with other credentials than the lab's own.\n"
                f"  expected: those of {self._place.caller}\n"
                "  next:     connect again with them: connect('aws', profile='…')"
            )
        with self._record.away():
            account = self._client("sts").get_caller_identity()["Account"]
        if account != self._place.account:
            raise NotOurs(_elsewhere(call, f"account {account}", self._place))
        self._known_keys.add(key)


_SERVICES: Final = {
    "elastic-load-balancing-v2": "elbv2", "secrets-manager": "secretsmanager", "cloudwatch-logs": "logs",
    "application-auto-scaling": "application-autoscaling", "auto-scaling": "autoscaling",
}  # fmt: skip
"""What botocore calls a service in its events, where boto3 has another name."""


def _text(header: object) -> str:
    return header.decode("latin-1") if isinstance(header, bytes) else str(header or "")


def _elsewhere(call: str, destination: str, place: Place) -> str:
    return (
        f"{call}: it would have gone to another place than this lab's.\n"
        f"  seen:     {destination}\n"
        f"  expected: account {place.account}, {place.region}, which was confirmed\n"
        "  next:     connect again: connect('aws', profile='…', region='…')"
    )


def _somebody_elses(call: str, resource: Resource, owner: str) -> str:
    whose = f"the lab {resource.owner!r}" if resource.owner else "somebody else: it has no tag `ecslab`"
    since = f", since {resource.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if resource.since else ""
    return (
        f"{call}: {resource.reference.kind} {resource.reference.id} is not this lab's.\n"
        f"  seen:     made by {whose}{since}\n"
        f"  expected: what carries this lab's tag, ecslab = {owner}\n"
        f"  next:     take names of your own: connect('aws', prefix='ana'); {_OWN_CLIENT}"
    )
