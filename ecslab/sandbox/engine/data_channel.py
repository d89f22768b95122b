"""The far end of a data channel: what Session Manager and its agent say to a client of ECS Exec.

Nothing here reads from a socket: whoever carries the messages hands each to `received`, asks `due` now and
then, and sends what either answers.
https://github.com/aws/amazon-ssm-agent, `agent/session/datachannel`.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Final

from ecslab.aws_api import data_channel as wire
from ecslab.aws_api.data_channel import Malformed, Message, PayloadType
from ecslab.sandbox.engine.exec_handshake import Handshake, Reply
from ecslab.sandbox.engine.exec_sessions import ExecSessions
from ecslab.sandbox.engine.message_stream import Incoming, Outgoing, encoded
from ecslab.sandbox.world.errors import AwsError

BUSY: Final = 0.05
"""Wall seconds between two looks at a session whose command is at work."""
QUIET: Final = 0.5
"""The same where nothing is shown before something is typed; its clock may end it."""
FAULTS: Final = 10
"""Messages that are none, before a client is sent away."""
_LARGEST_SIDE: Final = 65_535


class DataChannel:
    """One client's channel to a session.

    Args:
        taken: the sessions that a client is connected to.
        read: how many characters of a session clients were sent.
        clock: monotonic wall seconds.

    Attributes:
        known: whether the client has shown the session's token.
        over: whether nothing more is said.
        interval: wall seconds until `due` should be asked.
    """

    def __init__(
        self, sessions: ExecSessions, session_id: str, taken: set[str], read: dict[str, int],
        clock: Callable[[], float] = time.monotonic,
    ):  # fmt: skip
        self._sessions, self.session_id, self._taken, self._read = sessions, session_id, taken, read
        self.known = self.over = False
        self.interval = QUIET
        self._handshake = Handshake(sessions, session_id, clock)
        self._incoming, self._outgoing = Incoming(), Outgoing(clock)
        self._ready = self._paused = False  # the session has begun; the client wants nothing now
        self._faults = 0

    def received(self, data: str | bytes) -> list[bytes]:
        """Take one message of the client's; what is to be sent."""
        answers: list[bytes] = []
        if self.over:
            return answers
        try:
            for answer in self._answers(data):
                answers.append(answer)  # noqa: PERF402  (what was answered before a fault is sent)
            answers += self.due()
        except Malformed:
            self._faults += 1
            self.over = not self.known or self._faults > FAULTS
        except (LookupError, AwsError):  # the account was reset meanwhile, or its journal is on a full disk
            self.over = True
        return answers

    def due(self) -> list[bytes]:
        """What is to be sent, though the client said nothing."""
        if self.over or not self._ready:
            return []
        try:
            return [*self._outgoing.resent(), *self._shown()]
        except LookupError:
            self.over = True
            return []

    def left(self) -> None:
        """Learn that the client is gone. The session goes on until it is idle for too long."""
        self.over = True
        if self.known:
            self._taken.discard(self.session_id)
            self.known = False

    # The client ---------------------------------------------------------------------------------------------

    def _answers(self, data: str | bytes) -> Iterator[bytes]:
        if isinstance(data, bytes):
            if not self.known:
                raise Malformed("a client begins with its token")
            yield from self._handled(wire.decoded(data))
        elif not self.known:
            request = self._handshake.greeting(data)
            if self.session_id in self._taken:
                raise Malformed("somebody is connected")
            self._taken.add(self.session_id)
            self.known = True
            yield self._outgoing.message(*request)

    def _handled(self, message: Message) -> Iterator[bytes]:
        if message.kind == wire.INPUT:
            self._paused = False
            if self._incoming.accepts(message):
                yield encoded(wire.ACKNOWLEDGE, wire.acknowledgement(message))
                for following in self._incoming.due(message):
                    yield from self._taken_in(following)
        elif message.kind == wire.ACKNOWLEDGE:
            self._outgoing.acknowledged(message.json().get("AcknowledgedMessageSequenceNumber"))
        elif message.kind == wire.CHANNEL_CLOSED:
            self._do("end")
        elif message.kind in (wire.PAUSE_PUBLICATION, wire.START_PUBLICATION):
            self._paused = message.kind == wire.PAUSE_PUBLICATION

    def _taken_in(self, message: Message) -> Iterator[bytes]:
        kind = message.payload_type
        if kind == PayloadType.HANDSHAKE_RESPONSE:
            yield from self._shaken(self._handshake.answered(message))
        elif kind == PayloadType.ENC_CHALLENGE_RESPONSE:
            yield from self._shaken(self._handshake.proven(message))
        elif not self._ready:
            return
        elif kind == PayloadType.OUTPUT:
            cipher = self._handshake.cipher
            self._do("type", data=cipher.decrypt(message.payload) if cipher else message.payload)
        elif kind == PayloadType.SIZE:
            size = message.json()
            self._do("resize", columns=_side(size.get("cols")), rows=_side(size.get("rows")))
        elif kind == PayloadType.FLAG and message.payload == wire.Flag.TERMINATE_SESSION.to_bytes(4, "big"):
            self._do("end")

    def _shaken(self, reply: Reply | None) -> Iterator[bytes]:
        """Say what the handshake goes on with; once it is over, let the command run or end the session."""
        if reply:
            yield self._outgoing.message(*reply)
        if self._handshake.over and not self._ready:
            self._ready = True
            self._do("end" if self._handshake.failure else "begin")

    def _do(self, action: str, *, columns: int = 0, rows: int = 0, data: bytes = b"") -> None:
        self._sessions.do(self.session_id, action, columns=columns, rows=rows, data=data)

    # The session --------------------------------------------------------------------------------------------

    def _shown(self) -> Iterator[bytes]:
        if self._paused or self._outgoing.is_full:
            self.interval = QUIET
            return
        after = self._read.get(self.session_id, 0)
        text, self._read[self.session_id], why, waits = self._sessions.shown(self.session_id, after)
        self.interval = QUIET if waits else BUSY
        cipher = self._handshake.cipher
        for piece in wire.pieces(text.encode()):
            yield self._outgoing.message(PayloadType.OUTPUT, cipher.encrypt(piece) if cipher else piece)
        if why is not None:
            yield encoded(wire.CHANNEL_CLOSED, self._closed(self._handshake.failure or why))
            self.over = True
            self._read.pop(self.session_id, None)

    def _closed(self, why: str) -> bytes:
        content = {
            "MessageId": str(uuid.uuid4()), "CreatedDate": str(int(time.time() * 1000)), "DestinationId": "",
            "SessionId": self.session_id, "MessageType": wire.CHANNEL_CLOSED, "SchemaVersion": wire.SCHEMA,
            "Output": why,
        }  # fmt: skip
        return json.dumps(content).encode()


def _side(value: object) -> int:
    return min(max(value, 0), _LARGEST_SIDE) if isinstance(value, int) else 0
