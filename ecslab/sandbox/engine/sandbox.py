"""The sandbox: one account, one clock, one lock, and a journal that brings it all back.

Every way in (the AWS API, the gateway, control calls) ends here. A request first moves time, then is
answered; one that changed something is in the journal before its answer is given.
"""

import re
import secrets
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from ecslab.sandbox.engine import replay_watch, snapshots
from ecslab.sandbox.engine.backend import Backend
from ecslab.sandbox.engine.data_channels import DataChannels
from ecslab.sandbox.engine.pace import DEFAULT_SPEED, WATCHED_FOR, Mode, Pace, checked_speed
from ecslab.sandbox.engine.replay import Replay
from ecslab.sandbox.engine.snapshots import About, Restored, Snapshots
from ecslab.sandbox.gateway.gateway import Gateway, NotIn, Refused
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.journal.bodies import Bodies
from ecslab.sandbox.journal.journal import REPLAYING, Journal
from ecslab.sandbox.journal.kept_headers import kept
from ecslab.sandbox.journal.record import FORMAT, Record
from ecslab.sandbox.wire import credentials
from ecslab.sandbox.wire.codecs import translation
from ecslab.sandbox.wire.moto_routes import FAILURES
from ecslab.sandbox.wire.operation import operation
from ecslab.sandbox.wire.signature import Key, Signer
from ecslab.sandbox.world import behaviour
from ecslab.sandbox.world.errors import AwsError, BrokenOff
from ecslab.sandbox.world.time.clock import Clock
from ecslab.sandbox.world.time.durations import DEFAULT, Durations, Model
from ecslab.sandbox.world.time.timeline import Timeline

_STEP: Final = re.compile(r"[\w.-]{1,64}( [\w.:-]{1,64})?", re.ASCII)
MOST_FAILURES: Final = 3  # attempts to replay a journal, or an empty one after it
ARRIVAL: Final = 1.0
"""Wall seconds for which a request works off what was due before it; then time goes on more slowly."""
ADVANCE: Final = 20.0
"""Wall seconds for which one call may let time pass by hand."""
BEHIND: Final = (
    "The containers do more than this machine can follow, so the sandbox's clock goes more slowly than it "
    "was told to. Stop what runs for ever, or lower the clock's speed."
)
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

    backend: Backend
    lock: Final = threading.RLock()  # of all sandboxes of a process: moto's dictionaries are theirs together

    def __init__(
        self, home: Path, *, seed: str | int | None = None, mode: Mode | None = None,
        speed: float | None = None, timing: Model = DEFAULT, wall: Callable[[], float] = time.time,
        in_memory: bool = False, eventual: bool | None = None,
        give_up: Callable[[replay_watch.Progress], None] | None = None,
    ):  # fmt: skip
        if speed is not None:
            checked_speed(speed)  # before a journal begins with it
        self.home, self.wall, self.started = home, wall, wall()
        self.began = time.monotonic()
        self.asked = time.monotonic()  # when somebody last asked for anything but the status
        self.folder = None if in_memory else home / "sandbox"
        self.credentials = credentials.load(self.folder) if self.folder else credentials.Credentials.fresh()
        self.notices: deque[str] = deque(maxlen=20)
        self.on_shutdown: Callable[[], None] = lambda: None
        self.gateway = Gateway(self.visit, self.credentials.gateway_secret)
        self.addresses: dict[str, str | int] = {}
        self.api_url = ""
        self.channels = DataChannels(self)
        self.incoming = Bodies(_SESSION_MOST)
        self._replay: Replay | None = None
        self._timing, self._eventual = timing, bool(eventual)
        self._give_up = give_up
        self._snapshots = Snapshots(self.folder, self.credentials, wall)
        self._lost = False  # whether something happened that the journal has no room for
        self.journal = Journal(self.folder)
        if self.journal.damage:
            self.notices.append(self.journal.damage)
        if not len(self.journal):
            self._write_start(seed, mode or "paced", speed or DEFAULT_SPEED)
        with self.lock:
            self._begin()
            self._take_up(mode, speed, eventual)

    # Requests -----------------------------------------------------------------------------------------------

    def call(self, request: HttpRequest, signer: Signer) -> HttpResponse:
        """Answer a call to the AWS API whose signature has been checked."""
        if signer.service in translation.SERVICES:
            request = translation.plain(request)
        asked = operation(signer.service, request)
        about = {"service": asked.service, "operation": asked.name, "region": signer.region}
        if _STEP.fullmatch(step := request.headers.get("x-ecslab-step", "")):
            about["step"] = step  # what the caller did this for, so that it can be taken back as one
        response = self._answered(
            request, asked.changes, about, lambda: self.backend.call(request, signer, asked)
        )
        return self.channels.named_here(response) if asked.name == "ExecuteCommand" else response

    def registry(self, request: HttpRequest) -> HttpResponse:
        """Answer a request to the container registry."""
        changes = request.method not in ("GET", "HEAD")
        with self.lock:
            region = self.backend.token_region(request) if changes else credentials.REGION
        about = {"service": "registry", "operation": request.method, "region": region}
        return self._answered(
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
            self.arrive()
            door = self.backend.door(host, port)
            if door.answer is None:
                raise NotIn(host, port, door.stopped_by, door.text)
            about = {"host": host, "port": port, "method": request.method, "path": request.path,
                     "query": request.query, "headers": request.headers, "peer": request.peer}  # fmt: skip
            try:
                self._keep_before("visit", about, request.body)
            except AwsError as unwritable:
                raise Refused(unwritable.status, "Nobody was asked", unwritable.message) from None
            self.backend.reseed("visit", len(self.journal))
            return door.answer(request)

    def exec_session(
        self, session_id: str, do: str, *, columns: int = 0, rows: int = 0, data: bytes = b""
    ) -> None:
        """Do something in a session of ECS Exec: its command and what is typed change the account.

        Args:
            do: `begin`, `type` (data), `resize` (columns, rows) or `end`.

        Raises:
            LookupError: there is no such session.
            AwsError: the journal cannot be written, so nothing was done.
        """
        with self.lock:
            self.arrive()
            self.backend.exec_session(session_id)
            about = {"session": session_id, "do": do, "columns": columns, "rows": rows}
            self._keep_before("exec", about, data)
            self.backend.reseed("exec", len(self.journal))
            self.backend.exec_do(session_id, do, columns, rows, data)

    def exec_shown(self, session_id: str, after: int) -> tuple[str, int, str | None, bool]:
        """What a session has shown after so many characters, how many there are now, why it has ended (None
        while it lasts), and whether nothing will be shown before something is typed.

        Raises:
            LookupError: there is no such session.
        """
        with self.lock:
            self.arrive()
            session = self.backend.exec_session(session_id)
            return *session.read(after), session.why, session.waits

    def inject(self, kind: str, values: Mapping[str, object]) -> dict[str, object]:
        """Make something go wrong; the journal keeps it, so that it does so again in every replay.

        Raises:
            ValueError: no such fault, or values it does not take.
        """
        self.backend.reseed("fault", len(self.journal) + 1)
        answer = self.backend.inject(kind, values)
        self._keep(Record(self.clock.now, "fault", {"fault": kind, "values": values}))
        return answer

    def be_eventual(self, on: bool) -> None:
        """Let changes be seen late from now on, or at once; after a reset it is as it was at the start."""
        if on != self.backend.eventual:
            self.inject("eventual", {"on": on})

    def key(self, access_key: str) -> Key | None:
        """The key pair of an access key id; None if this sandbox never issued it."""
        own = self.credentials
        if access_key == own.access_key:
            return Key(own.access_key, own.secret_key)
        if not access_key.startswith("ASIA"):
            return None
        with self.lock:
            return self.backend.issued_key(access_key)

    # Time ---------------------------------------------------------------------------------------------------

    def arrive(self) -> None:
        """Move time to this moment, and work off what was due. Call it with the lock held."""
        self.began = time.monotonic()
        self.asked = time.monotonic()
        idle = self.pace.note_request()
        until = self.pace.target(self.clock.now)
        self.run(until, seconds=ARRIVAL)
        if self.clock.now < until and not idle:
            self._fall_behind()
        if idle:
            self.notices.append(
                f"Nobody asked the sandbox anything for {_spoken(idle)}, so its clock stood meanwhile."
            )
            self.go_on()
        self._watch()

    def _watch(self) -> None:
        """Let time go slowly while there is a first task to watch, but not where timestamps are wall time."""
        age = self.backend.first_start()
        first_task = age is not None and age < WATCHED_FOR and self.clock.durations.model == "drawn"
        self.pace.watch(self.clock.now, first_task)

    def _fall_behind(self) -> None:
        """Let time go on from here: this machine is too slow for what the containers do in it."""
        if BEHIND not in self.notices:
            self.notices.append(BEHIND)
        self.go_on()

    def run(
        self, until: float, most: int = 10_000, *, to_change: bool = False, seconds: float = ADVANCE
    ) -> int:
        """Run the world to virtual second `until`, or (`to_change`) to where something changed before that;
        the number of events that happened.

        What happens is a function of the journal and of how far time came, so the latter is kept too; that is
        why `seconds`, the wall time after which it stops early, decides nothing in a replay.
        """
        before, late = self.clock.now, time.monotonic() + seconds
        happened = self.clock.run(until, most, to_change=to_change, enough=lambda: time.monotonic() > late)
        if happened or (self.pace.mode == "stepped" and self.clock.now > before):
            self._note("time", {})
        self._snapshots.happened(happened)
        if happened:
            self._keep_snapshot()
        return happened

    def _keep_snapshot(self, at_stop: bool = False) -> None:
        """Keep one if it is due; all that went on is in the journal."""
        if not self._lost:
            self._snapshots.keep_if_due(self.journal, self.backend, self._about, at_stop)

    def _about(self) -> About:
        notices = self._replay.notices if self._replay else []
        pace = self.pace.setting(self.clock.now)
        return {"mutations": self.mutations, "notices": list(notices), "pace": pace}

    def go_on(self) -> None:
        """Let time go on from here; the journal keeps how virtual and wall time are related from now."""
        self.pace.go_on(self.clock.now)
        self._note("pace", self.pace.setting(self.clock.now))

    # The account's life -------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Make the account from the journal. One that cannot be replayed is set aside, and an empty begins.

        Raises:
            OSError: the disk cannot be read or written; the journal is left as it is.
        """
        before = replay_watch.left_behind(self.folder)
        if before and before.seconds >= replay_watch.STUCK and before.position <= len(self.journal):
            self._set_aside(before.position, f"it did not return in {before.seconds:.0f} seconds")
        failures: list[str] = []
        while True:
            try:
                with replay_watch.watched(self.folder, lambda: self._replayed, self._give_up):
                    self.rebuild()
                return
            except (OSError, MemoryError):
                raise
            except Exception as failure:
                traceback.print_exc()
                if repr(failure) in failures:  # twice the same: it will be so at every start
                    self._set_aside(self._replayed, repr(failure))
                failures.append(repr(failure))
                if len(failures) > MOST_FAILURES:
                    raise
                self._drop()

    def _set_aside(self, position: int, why: str) -> None:
        records = len(self.journal)
        aside = self.journal.set_aside()
        if self.folder is not None:
            (self.folder / REPLAYING).unlink(missing_ok=True)
        self._write_start(None, "paced", DEFAULT_SPEED)
        self.notices.append(
            f"The sandbox's journal cannot be replayed: at record {position} of {records}, {why}. It was set "
            f"aside and lies in {aside}; the sandbox began anew, empty. A saved session can be loaded."
        )

    def _drop(self) -> None:
        """Let go of an account that was not finished."""
        if hasattr(self, "backend"):
            self.backend.close()
            del self.backend
        if hasattr(self, "pace"):
            del self.pace

    def rebuild(self, now: float = 0.0, most_events: int | None = None) -> None:
        """Make the account anew from the journal, and let time pass to virtual second `now`.

        Args:
            most_events: how many may happen in it; ValueError if there are more.
        """
        before = getattr(self, "pace", None)
        replay = self._shortened(most_events) or self._replayed_from(None, most_events)
        self.mutations, self._lost = replay.mutations, False
        self.notices.extend(replay.notices)
        while self.clock.now < now:
            self.clock.run(until=now)
        if before:
            self.pace.take_up(self.clock.now, before.setting(self.clock.now))
        if len(self.journal) > 1:
            self.go_on()

    def _shortened(self, most_events: int | None) -> Replay | None:
        """A replay of what follows the latest snapshot; None if there is none to go on from.

        This version wrote it, so all that followed can be made again. If not, the journal may be good still.
        """
        restored = self._snapshots.restored(self.journal)
        if restored is None:
            return None
        try:
            replay = self._replayed_from(restored, most_events)
            if replay.notices == restored.about["notices"]:
                return replay
        except Exception:
            traceback.print_exc()
        self._snapshots.forget()
        self.channels = DataChannels(self)
        return None

    def _replayed_from(self, restored: Restored | None, most_events: int | None) -> Replay:
        """Let the journal happen again: all of it, or what follows the records that a snapshot stands for."""
        start = self.journal[0].start
        self.seed = start["seed"]
        if hasattr(self, "backend"):
            self.backend.close()
        if restored is None:
            timeline = Timeline(start["wall"], start["speed"] if start["mode"] == "paced" else 1.0)
            durations = Durations(start.get("timing", "fixed"), self.seed)
            self.clock = Clock(timeline=timeline, durations=durations)
        else:
            self.clock = restored.clock
        records, mutations = (restored.records, restored.about["mutations"]) if restored else (0, 0)
        self.pace = Pace(self.clock.timeline, start["mode"], start["speed"], self.wall)
        self.backend = Backend(
            self.clock, self.folder, self.seed, start.get("behaviour", behaviour.FIRST), self.wall,
            start.get("eventual", False) and not restored, restored.account if restored else None,
        )  # fmt: skip
        replay = self._replay = Replay(
            self.clock, self.pace, self.backend, self.credentials.access_key, most_events,
            after=records, mutations=mutations,
        )  # fmt: skip
        if restored:
            self.pace.be(restored.about["pace"])
            replay.notices.extend(restored.about["notices"])
        replay.run(self.journal.after(replay.position))
        self._snapshots.began(replay.happened + snapshots.REQUEST * (replay.mutations - mutations))
        return replay

    @property
    def _replayed(self) -> int:
        return self._replay.position if self._replay else 1

    def start_over(self, seed: str | int | None, began: float | None = None) -> None:
        """Forget everything; a new account, under the same seed unless another is given.

        It begins at epoch second `began`, or now.
        """
        pace, self._eventual = self.pace, self.journal[0].start.get("eventual", False)
        self.journal.clear()
        self._snapshots.forget()
        self._write_start(self.seed if seed is None else seed, pace.mode, pace.speed, began)
        self.rebuild()

    def close(self) -> None:
        """Keep how far time came, and let go of the files."""
        with self.lock:
            self._note("time", {})
            self._keep_snapshot(at_stop=True)
            self.journal.close()

    def _take_up(self, mode: Mode | None, speed: float | None, eventual: bool | None) -> None:
        """Go on in the mode and at the speed asked for, and let changes be seen late or at once."""
        if eventual is not None:
            self.be_eventual(eventual)
        if speed in (None, self.pace.speed) and mode in (None, self.pace.mode):
            return
        self.pace.set_speed(self.clock.now, speed or self.pace.speed)
        self.pace.set_mode(self.clock.now, mode or self.pace.mode)
        self.go_on()

    # The journal --------------------------------------------------------------------------------------------

    def _answered(
        self, request: HttpRequest, changes: bool, about: dict[str, str], call: Callable[[], HttpResponse]
    ) -> HttpResponse:
        with self.lock:
            self.arrive()
            if not changes:
                return call()
            self.backend.reseed("request", self.mutations)
            sizes = self.backend.sizes()
            try:
                response = call()
            except AwsError as refusal:
                self._undo(sizes, about, broken=isinstance(refusal, BrokenOff))
                raise
            if response.status >= 400:
                self._undo(sizes, about)
            else:
                wire = {"method": request.method, "path": request.path, "query": request.query}
                details = {**about, **wire, "headers": kept(request.headers)}
                self._keep(Record(self.clock.now, "request", details, request.body))
                self.mutations += 1
                self._snapshots.happened(snapshots.REQUEST)
                self._watch()
            return response

    def _undo(self, before: Mapping[str, int], about: Mapping[str, str], *, broken: bool = False) -> None:
        """Take back what a refused request did until it was refused, if it did anything.

        Args:
            before: how much everything held before it.
            broken: it failed, and nobody knows how far it came.
        """
        after = self.backend.sizes()
        changed = [name for name, size in before.items() if after.get(name, 0) != size]
        if broken or changed:
            notices = list(self.notices)
            self.rebuild(self.clock.now)
            self.notices.clear()  # what could not be made again was said at the start
            self.notices.extend(notices)
        if changed and not broken:
            what = sorted({f"{name.partition('.')[0]}.{name.rpartition('.')[2]}" for name in changed})
            FAILURES.info("%s:%s: refused, and had changed %s", about["service"], about["operation"], what)

    def _keep(self, record: Record) -> None:
        try:
            self.journal.append(record)
        except OSError as problem:
            self.rebuild()
            raise self._unwritable(problem) from None

    def _keep_before(self, kind: str, about: Mapping[str, object], body: bytes) -> None:
        """Keep what is about to happen; where that cannot be written it must not happen: AwsError.

        Nobody waits for it on the disk, so a power cut may lose it, with all that came of it.
        """
        try:
            self.journal.append(Record(self.clock.now, kind, about, body), durable=False)
        except OSError as problem:
            raise self._unwritable(problem) from None

    def _unwritable(self, problem: OSError) -> AwsError:
        return AwsError(
            "ServiceUnavailable",
            f"The sandbox cannot write to {self.folder} ({problem.strerror}), so this call had no effect. "
            "Make room on the disk and call again.",
            503,
        )

    def _note(self, kind: str, about: Mapping[str, object]) -> None:
        """Keep how time goes; on a full disk it is lost, which costs at most some virtual time."""
        try:
            self.journal.append(Record(self.clock.now, kind, about), durable=False)
        except OSError:
            self._lost = True

    def _write_start(
        self, seed: str | int | None, mode: Mode, speed: float, began: float | None = None
    ) -> None:
        seed = secrets.token_hex(8) if seed is None else str(seed)
        wall = self.wall() if began is None else began
        about = {"seed": seed, "wall": wall, "mode": mode, "speed": speed, "format": FORMAT,
                 "behaviour": behaviour.LATEST, "timing": self._timing}  # fmt: skip
        about |= {"eventual": True} if self._eventual else {}
        self.journal.append(Record(0.0, "start", about))


def _spoken(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 90 else f"{minutes / 60:.0f} hours"
