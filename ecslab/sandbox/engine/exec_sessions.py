"""The sessions of ECS Exec, as their data channels reach them: what a client does changes the account."""

from ecslab.sandbox.engine.changes import Changes
from ecslab.sandbox.engine.journaled_account import JournaledAccount
from ecslab.sandbox.engine.timekeeper import Timekeeper


class ExecSessions:
    """The sessions of one account, by id. Each method raises LookupError where there is no such one."""

    def __init__(self, account: JournaledAccount, timekeeper: Timekeeper, changes: Changes):
        self._account, self._timekeeper, self._changes = account, timekeeper, changes

    def secrets(self, session_id: str) -> tuple[str, str]:
        """The token that a client shows, and the KMS key that it encrypts with, or ""."""
        with self._account.lock:
            session = self._account.backend.exec_session(session_id)
            return session.token, session.key_id

    def data_key(self, session_id: str, ciphertext: bytes) -> bytes:
        """The data key, which a client sends encrypted; ValueError, in the agent's words, if it cannot be."""
        with self._account.lock:
            return self._account.backend.exec_data_key(session_id, ciphertext)

    def do(
        self, session_id: str, action: str, *, columns: int = 0, rows: int = 0, data: bytes = b""
    ) -> None:
        """Do something in a session: its command and what is typed change the account.

        Args:
            action: `begin`, `type` (data), `resize` (columns, rows) or `end`.

        Raises:
            AwsError: the journal cannot be written, so nothing was done.
        """
        with self._account.lock:
            self._timekeeper.arrive()
            self._account.backend.exec_session(session_id)
            about = {"session": session_id, "do": action, "columns": columns, "rows": rows}
            self._changes.announce("exec", about, data)
            self._account.backend.exec_do(session_id, action, columns, rows, data)

    def shown(self, session_id: str, after: int) -> tuple[str, int, str | None, bool]:
        """What a session has shown after so many characters, how many there are now, why it has ended (None
        while it lasts), and whether nothing will be shown before something is typed.
        """
        with self._account.lock:
            self._timekeeper.arrive()
            session = self._account.backend.exec_session(session_id)
            return *session.read(after), session.why, session.waits
