"""Making an account anew from its journal: the same requests, at the same times, under the same seeds."""

import contextlib
import traceback
from collections.abc import Iterable

from ecslab.sandbox.engine.backend import Backend
from ecslab.sandbox.engine.pace import Pace
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.journal.record import Call, Record
from ecslab.sandbox.wire.operation import Operation
from ecslab.sandbox.wire.signature import Signer
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.time.clock import Clock


class Replay:
    """Lets everything in a journal happen again, on a backend that is fresh.

    `mutations` counts the calls that were made again; `notices` says which of them could not be; `position`
    is the record that is worked on, from 1; `happened` counts events.

    Args:
        after: how many records have happened already.
        mutations: how many calls were among them.
    """

    def __init__(
        self, clock: Clock, pace: Pace, backend: Backend, access_key: str, most_events: int | None = None,
        *, after: int = 0, mutations: int = 0,
    ):  # fmt: skip
        self._clock, self._pace, self._backend, self._access_key = clock, pace, backend, access_key
        self._events_left = most_events
        self.mutations, self.position, self.happened = mutations, after, 0
        self.notices: list[str] = []
        self._failures = 0

    def run(self, records: Iterable[Record]) -> None:
        """Replay them all.

        Raises:
            ValueError: more events happen than may, if there is a limit.
        """
        for position, record in enumerate(records, self.position + 1):
            self.position = position
            self._pass_time(record.now)
            if record.kind == "pace":
                self._pace.take_up(record.now, record.pace)
            elif record.kind == "fault":
                self._backend.reseed("fault", position)
                with contextlib.suppress(ValueError):
                    self._backend.inject(record.fault["fault"], record.fault["values"])
            elif record.kind == "visit":
                self._visit(record, position)
            elif record.kind == "exec":
                self._exec(record, position)
            elif record.kind == "request":
                self._request(record)

    def _pass_time(self, until: float) -> None:
        """Let happen what is due, as before every request: also what the one before it made due at once."""
        while self._clock.now < until or self._is_due(until):
            try:
                happened = self._clock.run(until=until)
            except Exception as failure:  # it failed then too, for one request, and time went on
                traceback.print_exc()
                happened = 1
                self._failures += 1
                if self._failures == 1:
                    self.notices.append(
                        f"Something in the sandbox fails, as it did before: {failure!r}. The log has it all."
                    )
            self.happened += happened
            if self._events_left is not None:
                self._events_left -= happened
                if self._events_left < 0:
                    raise ValueError("more happens in it than a sandbox works off in a minute or two")

    def _is_due(self, until: float) -> bool:
        due = self._clock.next_at()
        return due is not None and due <= until

    def _visit(self, record: Record, position: int) -> None:
        visit = record.visit
        door = self._backend.door(visit["host"], visit["port"])
        if door.answer is None:
            return
        self._backend.reseed("visit", position)
        request = HttpRequest(
            visit["method"], visit["path"], visit["query"], visit["headers"], record.body, visit["peer"]
        )
        with contextlib.suppress(ConnectionError):
            door.answer(request)

    def _exec(self, record: Record, position: int) -> None:
        done = record.exec
        self._backend.reseed("exec", position)
        with contextlib.suppress(LookupError):  # a sandbox of another version opened it
            self._backend.exec_do(done["session"], done["do"], done["columns"], done["rows"], record.body)

    def _request(self, record: Record) -> None:
        call, headers = record.call, dict(record.call["headers"])
        if call["service"] == "registry":  # it was let in then; tokens are not kept
            headers.setdefault("authorization", self._backend.admission(call["region"]))
        request = HttpRequest(call["method"], call["path"], call["query"], headers, record.body)
        self._backend.reseed("request", self.mutations)
        self.mutations += 1
        try:
            status = self._answered(call, request)
            why = f"answered {status}" if status >= 400 else ""
        except AwsError as error:
            why = error.message
        if why:  # a sandbox of another version accepted it
            self.notices.append(
                f"{call['service']} {call['operation']} could not be made again ({why}). Everything else "
                "was found again; lab.check() shows what is missing."
            )

    def _answered(self, call: Call, request: HttpRequest) -> int:
        """The HTTP status of the call when it is made again."""
        if call["service"] == "registry":
            return self._backend.registry(request, call["region"]).status
        signer = Signer(self._access_key, call["region"], call["service"])
        asked = Operation(call["service"], call["operation"])
        return self._backend.call(request, signer, asked, again=True).status
