"""The simulation behind the ports: world, runtime and moto, put together and asked one request at a time.

What it answers depends only on the requests before it, the virtual time and the seed. Whatever reaches moto
is imported within functions: moto reads its settings as it is imported, and takes a second for it.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ecslab.sandbox.engine import moto_import
from ecslab.sandbox.engine.api_calls import ApiCalls
from ecslab.sandbox.engine.doors import Door, door
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.wire.credentials import ACCOUNT, REGION
from ecslab.sandbox.wire.operation import Operation
from ecslab.sandbox.wire.refusal import internal_failure
from ecslab.sandbox.wire.signature import Key, Signer
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.time.clock import Clock

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.account import Account
    from ecslab.sandbox.bridge.ecs.exec.session import ExecSession


class Backend:
    """A fresh account on `clock`; `seed` decides every id in it, and `folder` is where image layers lie.

    `behaviour` is that of the sandbox that wrote its journal (`world.behaviour`). `wall` says what time it is
    for clients, in epoch seconds: what they compare with their own clock is judged by it. `eventual`: changes
    are seen late (`bridge.late_reads`). `account` is one that a snapshot brought back, on this clock.

    moto keeps its state in modules, so whoever calls holds the lock that all sandboxes of a process share.
    """

    def __init__(
        self, clock: Clock, folder: Path | None, seed: str, behaviour: int, wall: Callable[[], float],
        eventual: bool = False, account: "Account | None" = None,
    ):  # fmt: skip
        os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT  # read when moto is imported: the account, whatever the key
        moto_import.prepare()
        from ecslab.sandbox.bridge import account as seam
        from ecslab.sandbox.bridge import determinism, installation
        from ecslab.sandbox.bridge.ecs.instances.agents import Agents
        from ecslab.sandbox.runtime.budget import AccountBudget
        from ecslab.sandbox.runtime.embedded import EmbeddedRuntime

        self.behaviour = behaviour
        self._seam, self._determinism, self._seed = seam, determinism, seed
        clock.on_event = lambda number: self.reseed("event", number)
        if account is None:
            budget = AccountBudget()
            account = seam.Account(
                clock, EmbeddedRuntime(budget, every_image_has_all=behaviour < 3), ACCOUNT, folder=folder,
                seed=seed, behaviour=behaviour, known_networks=seam.KnownNetworks(), budget=budget,
                client_clock=wall if clock.durations.model == "drawn" else None,
            )  # fmt: skip
        self._account = account
        self._account.agents = self._account.agents or Agents(self._account)
        installation.install(self._account)
        self._api_calls = ApiCalls(self._account)
        if eventual:
            self.inject("eventual", {"on": True})

    @property
    def eventual(self) -> bool:
        """Whether changes are seen late at this moment."""
        return self._account.stale_reads is not None

    def enter(self) -> None:
        """Let this account be the one that moto's dictionaries hold, whichever came before."""
        self._seam.enter(self._account)

    @contextlib.contextmanager
    def whole(self) -> "Iterator[tuple[Clock, Account]]":
        """Within this, the account and its clock with all that they hold."""
        with self._seam.whole(self._account) as account:
            yield self._account.clock, account

    def close(self) -> None:
        """Forget the account."""
        self._seam.leave(self._account)

    def first_start(self) -> float | None:
        """For how many seconds the account's first task has been coming up; None if it does not."""
        task = self._account.first_task
        if task is None or task.stopping or task.started_at is not None or task.created_at is None:
            return None
        return self._account.clock.timestamp() - task.created_at

    def reseed(self, kind: str, position: int) -> None:
        """Let what comes next draw its ids from (seed, kind, position)."""
        self.enter()
        self._determinism.reseed(self._seed, kind, position)

    def sizes(self) -> dict[str, int]:
        """How much the account holds of everything, which a refused request has to leave alone."""
        from ecslab.sandbox.bridge import moto_state

        self.enter()
        return moto_state.sizes()

    def call(
        self, request: HttpRequest, signer: Signer, operation: Operation, *, again: bool = False
    ) -> HttpResponse:
        """Answer an API request whose signature has been checked.

        Args:
            again: a replay, where members that are refused today do what they did then.
        """
        if operation.changes and self._account.meters:
            self.enter()
            self._account.meters.catch_up(self._account.timestamp())  # while all is as it was
        try:
            response = self._guarded(lambda: self._api_calls.answer(request, signer, operation, again))
        finally:
            if operation.changes:
                self._account.known_networks = self._seam.KnownNetworks()
        if operation.changes and self._account.visitors and response.status < 400:
            self._account.visitors.refresh()
        return response

    def registry(self, request: HttpRequest, region: str) -> HttpResponse:
        """Answer a request to the container registry, which checks its own token."""
        from ecslab.sandbox.registry import distribution

        return self._guarded(lambda: distribution.answer(request, ACCOUNT, region))

    def registry_refusal(self, head: HttpRequest, region: str) -> HttpResponse | None:
        """What the container registry refuses by a request's head alone, if it does."""
        from ecslab.sandbox.registry import distribution

        self.enter()
        return distribution.refusal(head, ACCOUNT, region)

    def token_region(self, request: HttpRequest) -> str:
        """The Region that the registry's token in a request is for."""
        from ecslab.sandbox.registry import distribution

        self.enter()
        return distribution.token_region(request.headers, ACCOUNT, REGION)

    def admission(self, region: str) -> str:
        """What lets a replayed request into the registry."""
        from ecslab.sandbox.registry import distribution

        self.enter()
        return distribution.admission(ACCOUNT, region)

    def issued_key(self, access_key: str) -> Key | None:
        """The key pair STS gave out under this access key id, if it did."""
        from moto.sts.models import sts_backends

        self.enter()
        role = sts_backends[ACCOUNT]["aws"].get_assumed_role_from_access_key(access_key)
        return role and Key(role.access_key_id, role.secret_access_key, role.session_token)

    def inject(self, kind: str, values: Mapping[str, object]) -> dict[str, object]:
        """Make something go wrong (`bridge.faults`); ValueError for what cannot be."""
        from ecslab.sandbox.bridge import faults

        self.enter()
        return faults.inject(kind, dict(values))

    def visitors(self) -> list[dict[str, object]]:
        """How the visitors of load balancers do (`bridge.load`)."""
        self.enter()
        if self._account.visitors is None:
            return []
        from ecslab.sandbox.bridge.load import control

        return control.status()

    def exec_session(self, session_id: str) -> "ExecSession":
        """The session of ECS Exec with this id; LookupError if there is none."""
        self.enter()
        return self._account.exec_sessions[session_id]

    def exec_data_key(self, session_id: str, ciphertext: bytes) -> bytes:
        """A session's data key, which a client sends encrypted; ValueError, in the agent's words, if not."""
        from ecslab.sandbox.bridge.ecs.exec import session_key

        session = self.exec_session(session_id)
        try:
            return session_key.data_key(session, ciphertext)
        except session_key.KeyRefused as refusal:
            raise ValueError(str(refusal)) from None

    def exec_do(self, session_id: str, do: str, columns: int, rows: int, data: bytes) -> None:
        """Do something in a session (`ExecSessions.do`)."""
        session = self.exec_session(session_id)
        if do == "begin":
            session.begin()
        elif do == "type":
            session.type(data)
        elif do == "resize":
            session.resize(columns, rows)
        elif do == "end":
            session.end()


    def door(self, host: str, port: int) -> Door:
        """What a packet from the internet to a public IP, or to a load balancer's name, meets."""
        self.enter()
        return door(self._account, host, port)

    def _guarded(self, call: Callable[[], HttpResponse]) -> HttpResponse:
        self.enter()
        try:
            return call()
        except AwsError:
            raise
        except Exception as failure:
            raise internal_failure(failure) from None
