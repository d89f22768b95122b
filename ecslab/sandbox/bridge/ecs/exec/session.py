"""One session of ECS Exec: from ExecuteCommand over its first client to its end."""

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.ecs.exec import session_log
from ecslab.sandbox.bridge.ecs.exec.sentences import sentence
from ecslab.sandbox.runtime import OpenSession, RunningContainer
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task

if TYPE_CHECKING:
    from ecslab.sandbox.world.time.clock import Event

IDLE: Final = 20 * 60.0
"""Seconds without anything typed or shown after which a session ends (developer guide, ECS Exec)."""
LONGEST: Final = 24 * 3600.0
"""Seconds after which every session ends: the longest that Session Manager can be set to."""
MOST: Final = 2
"""Sessions in one container: the agent has two workers (amazon-ecs-agent, `SessionWorkersLimit`)."""
KEPT: Final = 256 << 10
"""Characters of what was shown that are kept for a client; of more, the oldest are lost."""
_REMEMBERED: Final = 3600.0  # virtual seconds for which a session that has ended can be asked about


class ExecSession:
    """A session.

    Attributes:
        id, token: what a client comes with.
        words: the command.
        logging: the cluster's `executeCommandConfiguration`, as it was when the session was opened.
        why: why it ended, for the client: "" where the command came to its end; None while it lasts.
        ended_at: virtual second of its end.
    """

    __slots__ = (
        "_account", "_active_at", "_idle", "_kept", "_session", "_shown", "_size", "_transcript", "began_at",
        "container", "ended_at", "id", "logging", "opened_at", "task", "token", "why", "words",
    )  # fmt: skip

    def __init__(
        self, id: str, token: str, account: Account, task: Task, container: Container,
        words: tuple[str, ...], logging: Mapping[str, Any],
    ):  # fmt: skip
        self.id, self.token, self.words, self.logging = id, token, words, logging
        self.task, self.container = task, container
        self.why: str | None = None
        self.opened_at = self._active_at = account.clock.now
        self.began_at: float | None = None
        self.ended_at: float | None = None
        self._kept: deque[str] = deque()
        self._size = 0
        self._shown = 0  # characters, lost ones too
        self._account = account
        self._session: OpenSession | None = None
        self._transcript = session_log.Transcript()
        self._idle: Event = account.clock.after(IDLE, self._look)

    @property
    def key_id(self) -> str:
        """The KMS key under which the cluster has its sessions encrypted; "" without one."""
        return str(self.logging.get("kmsKeyId") or "")

    @property
    def waits(self) -> bool:
        """Whether nothing will be shown before something is typed."""
        return self._session is not None and self._session.reading

    def begin(self) -> None:
        """Run the command, now that somebody has come; without effect if it runs already."""
        if self.began_at is not None or self.why is not None:
            return
        self.began_at = self._active_at = self._account.clock.now
        refusal = self._refusal()
        if refusal is not None:
            self.end(refusal)
            return
        session = self._program.open_session(self.words, self._show, self._done)
        if self.why is None:
            self._session = session

    def _refusal(self) -> str | None:
        """Why the agent does not run the command."""
        others = [each for each in self._account.exec_sessions.values() if each.container is self.container]
        running = [each for each in others if each.began_at is not None and each.why is None]
        if len(running) > MOST:
            return sentence("too_many", most=MOST)
        refusal = session_log.refusal(self.task, self.logging)
        if refusal:
            return refusal
        name = self.words[0]
        if self._program.has(name):
            return None
        kind = "no_such_file" if "/" in name else "not_in_path"
        return sentence("not_started", why=sentence(kind, program=name))

    @property
    def _program(self) -> RunningContainer:
        return cast("RunningContainer", self.container.program)  # its end ends its sessions

    def type(self, data: bytes) -> None:
        """Take what is typed; without effect on a session that does not run."""
        if self._session is not None and self.why is None:
            self._active_at = self._account.clock.now
            self._session.type(data)

    def resize(self, columns: int, rows: int) -> None:
        """Take the size of the client's terminal."""
        if self._session is not None and self.why is None:
            self._session.resize(columns, rows)

    def end(self, why: str = "") -> None:
        """End it, and bring what was shown to where the cluster says; without effect the second time."""
        if self.why is not None:
            return
        self.why, self.ended_at = why, self._account.clock.now
        self._idle.cancel()
        session, self._session = self._session, None
        if session is not None:
            session.cancel()
        if self.began_at is not None:
            at = self._account.clock.timestamp()
            session_log.deliver(self.id, self.task, self.container, self.logging, self._transcript, at)

    def read(self, after: int) -> tuple[str, int]:
        """What was shown after so many characters, or as much of it as is kept; and how many there are now.

        It changes nothing, since a replay has no client.
        """
        if after == self._shown:
            return "", after
        text = "".join(self._kept)
        return text[max(0, len(text) - (self._shown - after)) :], self._shown

    def _show(self, text: str) -> None:
        self._active_at = self._account.clock.now
        self._transcript.take(self._account.clock.timestamp(), text)
        self._shown += len(text)
        self._kept.append(text)
        self._size += len(text)
        while self._size > KEPT:
            self._size -= len(self._kept.popleft())

    def _done(self, _code: int) -> None:
        self.end()

    def _look(self) -> None:
        """End what was idle, or open, for too long; else look again when it could be."""
        now = self._account.clock.now
        if now >= self.opened_at + LONGEST:
            self.end(sentence("too_long"))
        elif now >= self._active_at + IDLE:
            self.end(sentence("idle"))
        else:
            until = min(self._active_at + IDLE, self.opened_at + LONGEST)
            self._idle = self._account.clock.after(until - now, self._look)


def forget_old(account: Account) -> None:
    """Forget the sessions that ended long ago."""
    before = account.clock.now - _REMEMBERED
    for id, session in list(account.exec_sessions.items()):
        if session.ended_at is not None and session.ended_at <= before:
            del account.exec_sessions[id]
