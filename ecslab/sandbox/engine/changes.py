"""One change of the account at a time: its ids are drawn, it is kept in the journal, or it leaves nothing."""

from collections.abc import Callable, Mapping

from ecslab.sandbox.engine import snapshots
from ecslab.sandbox.engine.journaled_account import JournaledAccount
from ecslab.sandbox.engine.timekeeper import Timekeeper
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.journal.kept_headers import kept_headers
from ecslab.sandbox.journal.record import Record
from ecslab.sandbox.wire.moto_routes import FAILURES
from ecslab.sandbox.world.errors import AwsError, BrokenOff


class Changes:
    """What changes an account, in the order in which it is kept."""

    def __init__(self, account: JournaledAccount, timekeeper: Timekeeper):
        self._account, self._timekeeper = account, timekeeper

    def answered(
        self, request: HttpRequest, changes: bool, about: Mapping[str, str], call: Callable[[], HttpResponse]
    ) -> HttpResponse:
        """Answer a request at this moment. One that changes something is in the journal before its answer is
        given; a refused one leaves nothing.

        Args:
            changes: whether it may change the account.
            about: service, operation and Region, for the journal.
            call: what answers.
        """
        account = self._account
        with account.lock:
            self._timekeeper.arrive()
            if not changes:
                return call()
            account.backend.reseed("request", account.mutations)
            sizes = account.backend.sizes()
            try:
                response = call()
            except AwsError as refusal:
                self._undo(sizes, about, broken=isinstance(refusal, BrokenOff))
                raise
            if response.status >= 400:
                self._undo(sizes, about)
            else:
                wire = {"method": request.method, "path": request.path, "query": request.query}
                details = {**about, **wire, "headers": kept_headers(request.headers)}
                account.keep(Record(account.clock.now, "request", details, request.body))
                account.mutations += 1
                account.snapshots.happened(snapshots.REQUEST)
                self._timekeeper.watch()
            return response

    def announce(self, kind: str, about: Mapping[str, object], body: bytes) -> None:
        """Keep what is about to happen, and let it draw its ids; AwsError where it cannot be kept."""
        account = self._account
        account.writer.before(Record(account.clock.now, kind, about, body))
        account.backend.reseed(kind, len(account.journal))

    def inject(self, kind: str, values: Mapping[str, object]) -> dict[str, object]:
        """Make something go wrong; the journal keeps it, so that it does so again in every replay.

        Raises:
            ValueError: no such fault, or values it does not take.
        """
        account = self._account
        account.backend.reseed("fault", len(account.journal) + 1)
        answer = account.backend.inject(kind, values)
        account.keep(Record(account.clock.now, "fault", {"fault": kind, "values": values}))
        return answer

    def _undo(self, before: Mapping[str, int], about: Mapping[str, str], *, broken: bool = False) -> None:
        """Take back what a refused request did until it was refused, if it did anything.

        Args:
            before: how much everything held before it.
            broken: it failed, and nobody knows how far it came.
        """
        account = self._account
        after = account.backend.sizes()
        changed = [name for name, size in before.items() if after.get(name, 0) != size]
        if broken or changed:
            notices = list(account.notices)
            account.rebuild(account.clock.now)
            account.notices.clear()  # what could not be made again was said at the start
            account.notices.extend(notices)
        if changed and not broken:
            parts = sorted({f"{name.partition('.')[0]}.{name.rpartition('.')[2]}" for name in changed})
            FAILURES.info("%s:%s: refused, and had changed %s", about["service"], about["operation"], parts)
