"""The sandbox: one account, one clock, one lock, and a journal that brings it all back.

Every way in (the AWS API, the gateway, control calls) ends here. A request first moves time, then is
answered; one that changed something is in the journal before its answer is given.
"""

import re
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ecslab.sandbox.engine import first_replay
from ecslab.sandbox.engine.backend import Backend
from ecslab.sandbox.engine.changes import Changes
from ecslab.sandbox.engine.data_channels import DataChannels, named_here
from ecslab.sandbox.engine.exec_sessions import ExecSessions
from ecslab.sandbox.engine.journal_writer import JournalWriter
from ecslab.sandbox.engine.journaled_account import JournaledAccount
from ecslab.sandbox.engine.pace import DEFAULT_SPEED, Mode, Pace, checked_speed
from ecslab.sandbox.engine.snapshots import Snapshots
from ecslab.sandbox.engine.timekeeper import Timekeeper
from ecslab.sandbox.gateway.gateway import Gateway, NotIn, Refused
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.journal.bodies import Bodies
from ecslab.sandbox.journal.journal import Journal
from ecslab.sandbox.wire import credentials
from ecslab.sandbox.wire.codecs import translation
from ecslab.sandbox.wire.operation import operation
from ecslab.sandbox.wire.signature import Key, Signer
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.time.clock import Clock
from ecslab.sandbox.world.time.durations import DEFAULT, Model

_STEP: Final = re.compile(r"[\w.-]{1,64}( [\w.:-]{1,64})?", re.ASCII)
_SESSION_MOST: Final = 512 << 20  # bytes of all that a session brings


class Sandbox:
    """An account that behaves as AWS does.

    Args:
        home: `ECSLAB_HOME`; state lies in its folder `sandbox`.
        seed: decides every id and duration. A journal that is there keeps its own. By default unguessable.
        timing: where durations come from, in a journal that is not there yet.
        eventual: whether changes are seen late. A journal that is there keeps its own, or notes the change.
        mode: `paced` (time passes) or `stepped` (time stands until someone advances it).
        speed: virtual seconds in one wall second, when paced.
            Without mode or speed, a journal that is there keeps its own.
        wall: what time it is, in epoch seconds.
        in_memory: keep nothing on the disk.
        give_up: called when one record of the journal takes so long that it will hardly end.

    Raises:
        UnknownFormat: a later version of ecslab wrote the journal.
        ValueError: no speed that a sandbox can have.
    """

    lock: Final = JournaledAccount.lock

    def __init__(
        self, home: Path, *, seed: str | int | None = None, mode: Mode | None = None,
        speed: float | None = None, timing: Model = DEFAULT, wall: Callable[[], float] = time.time,
        in_memory: bool = False, eventual: bool | None = None, give_up: first_replay.GiveUp | None = None,
    ):  # fmt: skip
        if speed is not None:
            checked_speed(speed)  # before a journal begins with it
        self.home, self.wall, self.started = home, wall, wall()
        self.began = time.monotonic()
        folder = self.folder = None if in_memory else home / "sandbox"
        self.credentials = credentials.load(folder) if folder else credentials.Credentials.fresh()
        self.notices: deque[str] = deque(maxlen=20)
        self.on_shutdown: Callable[[], None] = lambda: None
        self.gateway = Gateway(self.visit, self.credentials.gateway_secret)
        self.addresses: dict[str, str | int] = {}
        self.api_url = ""
        self.incoming = Bodies(_SESSION_MOST)
        snapshots = Snapshots(folder, self.credentials, wall)
        self.journal = Journal(folder)
        if self.journal.damage:
            self.notices.append(self.journal.damage)
        writer = JournalWriter(self.journal, folder, wall, timing)
        if not len(self.journal):
            writer.begin(seed, mode or "paced", speed or DEFAULT_SPEED, eventual=bool(eventual))
        self.account = JournaledAccount(
            writer, snapshots, folder=folder, access_key=self.credentials.access_key, wall=wall,
            notices=self.notices,
        )  # fmt: skip
        self.timekeeper = Timekeeper(self.account)
        self.changes = Changes(self.account, self.timekeeper)
        self.exec_sessions = ExecSessions(self.account, self.timekeeper, self.changes)
        self.channels = DataChannels(self.exec_sessions)
        with self.lock:
            first_replay.begin(self.account, give_up, eventual=bool(eventual))
            self._take_up(mode, speed, eventual)

    @property
    def clock(self) -> Clock:
        """The account's virtual time; another one after each replay, as are `pace` and `backend`."""
        return self.account.clock

    @property
    def pace(self) -> Pace:
        """How the account's virtual time goes by the wall's."""
        return self.account.pace

    @property
    def backend(self) -> Backend:
        """What answers for the account."""
        return self.account.backend

    # Requests -----------------------------------------------------------------------------------------------

    def call(self, request: HttpRequest, signer: Signer) -> HttpResponse:
        """Answer a call to the AWS API whose signature has been checked."""
        if signer.service in translation.SERVICES:
            request = translation.plain(request)
        asked = operation(signer.service, request)
        about = {"service": asked.service, "operation": asked.name, "region": signer.region}
        if _STEP.fullmatch(step := request.headers.get("x-ecslab-step", "")):
            about["step"] = step  # what the caller did this for, so that it can be taken back as one
        response = self.changes.answered(
            request, asked.changes, about, lambda: self.backend.call(request, signer, asked)
        )
        return named_here(response, self.api_url) if asked.name == "ExecuteCommand" else response

    def registry(self, request: HttpRequest) -> HttpResponse:
        """Answer a request to the container registry."""
        changes = request.method not in ("GET", "HEAD")
        with self.lock:
            region = self.backend.token_region(request) if changes else credentials.REGION
        about = {"service": "registry", "operation": request.method, "region": region}
        return self.changes.answered(
            request, changes, about, lambda: self.backend.registry(request, credentials.REGION)
        )

    def registry_refusal(self, head: HttpRequest) -> HttpResponse | None:
        """What the container registry refuses by a request's head alone, if it does."""
        with self.lock:
            return self.backend.registry_refusal(head, credentials.REGION)

    def visit(self, host: str, port: int, request: HttpRequest) -> HttpResponse:
        """Let a packet from the internet in, and the program behind it answer.

        The embedded programs are quick, and their logs and failures are part of the account, so they answer
        with the lock held: visits happen in the order in which they are kept.

        Raises:
            NotIn: no rule lets it in, or nothing listens.
            Refused: the journal cannot be written, so the program was not asked.
            ConnectionError: the program failed while answering.
        """
        with self.lock:
            self.timekeeper.arrive()
            door = self.backend.door(host, port)
            if door.answer is None:
                raise NotIn(host, port, door.stopped_by, door.text)
            about = {"host": host, "port": port, "method": request.method, "path": request.path,
                     "query": request.query, "headers": request.headers, "peer": request.peer}  # fmt: skip
            try:
                self.changes.announce("visit", about, request.body)
            except AwsError as unwritable:
                raise Refused(unwritable.status, "Nobody was asked", unwritable.message) from None
            return door.answer(request)

    def key(self, access_key: str) -> Key | None:
        """The key pair of an access key id; None if this sandbox never issued it."""
        own = self.credentials
        if access_key == own.access_key:
            return Key(own.access_key, own.secret_key)
        if not access_key.startswith("ASIA"):
            return None
        with self.lock:
            return self.backend.issued_key(access_key)

    # Settings, and the end ----------------------------------------------------------------------------------

    def be_eventual(self, on: bool) -> None:
        """Let changes be seen late from now on, or at once; after a reset it is as it was at the start."""
        if on != self.backend.eventual:
            self.changes.inject("eventual", {"on": on})

    def close(self) -> None:
        """Keep how far time came, and let go of the files."""
        with self.lock:
            self.account.writer.note(self.clock.now, "time", {})
            self.account.keep_snapshot(at_stop=True)
            self.journal.close()

    def _take_up(self, mode: Mode | None, speed: float | None, eventual: bool | None) -> None:
        """Go on in the mode and at the speed asked for, and let changes be seen late or at once."""
        if eventual is not None:
            self.be_eventual(eventual)
        if speed in (None, self.pace.speed) and mode in (None, self.pace.mode):
            return
        self.pace.set_speed(self.clock.now, speed or self.pace.speed)
        self.pace.set_mode(self.clock.now, mode or self.pace.mode)
        self.account.go_on()
