"""A lab on a real account. It says whose account it is and asks once, before anything can change there."""

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

from ecslab.connection import hooks
from ecslab.connection.boto_sessions import Endpoints, account_session
from ecslab.connection.http import HttpReply, fetch
from ecslab.connection.place import AwsTime, ControlReply
from ecslab.connection.record import Record
from ecslab.connection.refusals import plainer
from ecslab.connection.resource_kinds import KINDS
from ecslab.connection.streams import MessageStream, WebSocketStream
from ecslab.display.messages import say
from ecslab.errors import EcslabError, NoCredentials, NoRegion, NotConfirmed, SandboxOnly, Unreachable

if TYPE_CHECKING:
    from boto3 import Session
    from botocore.client import BaseClient
    from mypy_boto3_sts.type_defs import GetCallerIdentityResponseTypeDef

_DOCKER_HUB = "registry-1.docker.io"  # what docker.io means when it is asked over HTTP
_HOW_TO_SIGN_IN = (
    "sign in with `aws configure sso` or `aws configure`, or name a profile: connect('aws', profile='…')"
)
_confirmed: set[tuple[str, ...]] = set()


class AwsPlace:
    """A real account.

    Args:
        profile: a profile of the AWS configuration, or None for the default chain.
        region: a Region, or None for the profile's.
        confirm: the account id, where nobody can answer a question.
        record: where every call is kept, from the first.

    Raises:
        NoCredentials, NoRegion, NotConfirmed, Unreachable, or one of `refusals`.
    """

    where = "aws"
    endpoint_url = None
    stepped = False

    def __init__(self, profile: str | None, region: str | None, confirm: str | None, record: Record):
        self.session = _session(profile, region)
        hooks.install(self.session.events, record=record)
        self.region = self.session.region_name
        self._endpoints = Endpoints(self.session)
        identity = _identity(self.session)
        self.account, self.caller = identity["Account"], identity["Arn"]
        _ask(self.account, self.region, self.caller, confirm, _overrides(self._endpoints))
        self.listeners: Mapping[str, object] = {"account": self}
        hooks.install(self.session.events, **self.listeners)

    def client(self, service: str) -> "BaseClient":
        # the session would ask the environment for its Region anew each time; this lab stays where it is
        return self._endpoints.client(self.session, service, self.region)

    def explain(self, exception: Exception, **_: object) -> None:
        """Say what to do where no answer came; see `hooks`."""
        if isinstance(exception, HTTPClientError):
            raise _no_answer(exception) from None
        if isinstance(exception, (NoCredentialsError, PartialCredentialsError)):
            raise NoCredentials(f"{exception}\n  next: {_HOW_TO_SIGN_IN}") from None

    def url(self, public_ip: str, port: int) -> str:
        return f"http://{public_ip}/" if port == 80 else f"http://{public_ip}:{port}/"

    def http(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> HttpReply:
        return fetch(method, url, headers, body, seconds=15)

    def stream(self, url: str) -> MessageStream:
        return WebSocketStream(url)

    def registry_url(self, host: str) -> str:
        return f"https://{_DOCKER_HUB if host == 'docker.io' else host}/v2"

    def control(self, verb: str, **_: object) -> ControlReply:
        raise SandboxOnly(f"control({verb!r})", "there is nothing to control: AWS's clock is everybody's")

    @property
    def eventual(self) -> bool:
        return True

    def now(self) -> float:
        return time.monotonic()

    def aws_time(self) -> AwsTime:
        return AwsTime(time.time())

    def hurry(self, times: float) -> None:
        """AWS's time goes as it goes."""

    def pass_time(self, seconds: float, most: float) -> float:
        before = self.now()
        time.sleep(min(seconds, most))
        return self.now() - before

    def looking(self) -> AbstractContextManager[None]:
        """Nothing that could be started again."""
        return nullcontext()

    def close(self) -> None:
        """Nothing is held."""


def _session(profile: str | None, region: str | None) -> "Session":
    try:
        session = account_session(profile, region)
    except ProfileNotFound as error:
        raise NoCredentials(
            f"{error}\n  next: `aws configure list-profiles` names those there are; {_HOW_TO_SIGN_IN}"
        ) from None
    if not session.region_name:
        raise NoRegion(
            "no Region is set.\n"
            "  expected: one in the call, the profile, or AWS_DEFAULT_REGION\n"
            "  next:     connect('aws', region='us-east-1')"
        )
    return session


def _identity(session: "Session") -> "GetCallerIdentityResponseTypeDef":
    """Who the credentials belong to: sts GetCallerIdentity, which nobody needs a permission for."""
    try:
        return session.client("sts").get_caller_identity()
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise NoCredentials(
            f"AWS credentials are missing.\n  seen: {error}\n  next: {_HOW_TO_SIGN_IN}"
        ) from None
    except ClientError as error:
        raise plainer(error.response, error.operation_name) or error from None
    except BotoCoreError as error:
        raise _no_answer(error) from None


def _overrides(endpoints: Endpoints) -> Mapping[str, Sequence[str]]:
    """Each endpoint that is not AWS's own, with the services that it answers for."""
    services: dict[str, list[str]] = {}
    for service in sorted({*(kind.service for kind in KINDS), "sts"}):
        if url := endpoints.override(service):
            services.setdefault(url, []).append(service)
    return services


def _ask(
    account: str, region: str, caller: str, confirm: str | None, overrides: Mapping[str, Sequence[str]]
) -> None:
    """Show where one is and ask, once for each account, Region and endpoint in one kernel."""
    say(f"A real AWS account. What the lab makes here costs money until 99 removes it.\n"
        f"  account: {account}\n  region:  {region}\n  caller:  {caller}")  # fmt: skip
    for url, services in overrides.items():
        say(
            f"These calls do not go to AWS, but to {_without_password(url)}: {', '.join(services)}.\n"
            "  seen: an endpoint in the environment (AWS_ENDPOINT_URL…) or in the profile (endpoint_url)"
        )
    if (account, region, *sorted(overrides)) in _confirmed:
        return
    answer = confirm
    if answer is None:
        try:
            answer = input(f"Type the account id {account} to go on, anything else stops here: ")
        except (EOFError, NotImplementedError, RuntimeError):  # RuntimeError: a kernel that cannot ask
            raise NotConfirmed(
                f"nobody was there to confirm account {account}.\n"
                f"  next: connect('aws', confirm='{account}') where nobody can answer"
            ) from None
    if answer.strip() != account:
        raise NotConfirmed(
            f"not connected: the credentials are for account {account}, "
            f"and the answer was {answer.strip()!r}.\n"
            f"  next: connect again and type {account}, or pick another profile: connect('aws', profile='…')"
        )
    _confirmed.add((account, region, *sorted(overrides)))


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _no_answer(error: Exception) -> EcslabError:
    return Unreachable(
        f"AWS could not be reached.\n  seen: {error}\n"
        "  next: check the network, the Region's name, and HTTPS_PROXY; then run the cell again"
    )
