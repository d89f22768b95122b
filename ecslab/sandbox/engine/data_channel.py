"""The far end of a data channel: what Session Manager and its agent say to a client of ECS Exec.

Nothing here reads from a socket: whoever carries the messages hands each to `received`, asks `due` now and
then, and sends what either answers.
https://github.com/aws/amazon-ssm-agent, `agent/session/datachannel`.
"""

import base64
import hmac
import json
import os
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Final

from ecslab.aws_api import data_channel as wire
from ecslab.aws_api.data_channel import Malformed, Message, PayloadType
from ecslab.aws_api.session_cipher import SAYS, SessionCipher
from ecslab.sandbox.engine.exec_sessions import ExecSessions
from ecslab.sandbox.world.errors import AwsError

AGENT: Final = "3.3.3050.0"  # U: which version Fargate has
BUSY: Final = 0.05
"""Wall seconds between two looks at a session whose command is at work."""
QUIET: Final = 0.5
"""The same where nothing is shown before something is typed; its clock may end it."""
RESENT: Final = 1.0
"""Wall seconds after which the oldest message that nobody acknowledged is sent again."""
UNACKNOWLEDGED: Final = 256
"""Messages that wait for the client; while there are so many, nothing more is fetched."""
AHEAD: Final = 64
"""Messages that are kept though one before them is missing; the client sends others again."""
FAULTS: Final = 10
"""Messages that are none, before a client is sent away."""
_ENCRYPTION: Final = "KMSEncryption"
_LONGEST_ERROR: Final = 1000  # characters of what a client says of its own errors
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
        self._sessions, self.session_id, self._taken, self._clock = sessions, session_id, taken, clock
        self._read = read
        self.known = self.over = False
        self.interval = QUIET
        self._ready = self._paused = False  # the handshake is complete; the client wants nothing now
        self._expected = self._next = self._faults = 0
        self._cipher: SessionCipher | None = None
        self._challenge: bytes | None = None  # what the client has to send back, encrypted anew
        self._failed = ""
        self._ahead: dict[int, Message] = {}
        self._sent: OrderedDict[int, tuple[float, bytes]] = OrderedDict()
        self._since = clock()

    def received(self, data: str | bytes) -> list[bytes]:
        """Take one message of the client's; what is to be sent."""
        answers: list[bytes] = []
        if self.over:
            return answers
        try:
            for answer in self._heard(data):
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
            return [*self._resent(), *self._shown()]
        except LookupError:
            self.over = True
            return []

    def left(self) -> None:
        """Learn that the client is gone. The session goes on until it is idle for too long."""
        self.over = True
        if self.known:
            self._taken.discard(self.session_id)
            self.known = False

    def _heard(self, data: str | bytes) -> Iterator[bytes]:
        if isinstance(data, bytes):
            if not self.known:
                raise Malformed("a client begins with its token")
            yield from self._handled(wire.decoded(data))
        elif not self.known:
            yield from self._greeted(data)

    # The client ---------------------------------------------------------------------------------------------

    def _greeted(self, text: str) -> Iterator[bytes]:
        """Check the token, and begin the handshake."""
        try:
            token = json.loads(text)["TokenValue"]
        except (ValueError, LookupError, TypeError, RecursionError):
            raise Malformed("the client's greeting has no token") from None
        expected, key_id = self._sessions.secrets(self.session_id)
        mine = isinstance(token, str) and hmac.compare_digest(token.encode(), expected.encode())
        if not mine or self.session_id in self._taken:
            raise Malformed("the token is of another session, or somebody is connected")
        self._taken.add(self.session_id)
        self.known = True
        actions: list[object] = [
            {"ActionType": "SessionType", "ActionParameters": {"SessionType": "InteractiveCommands"}}
        ]
        if key_id:
            actions.append({"ActionType": _ENCRYPTION, "ActionParameters": {"KMSKeyId": key_id}})
        yield self._stream(
            PayloadType.HANDSHAKE_REQUEST, {"AgentVersion": AGENT, "RequestedClientActions": actions}
        )

    def _handled(self, message: Message) -> Iterator[bytes]:
        if message.kind == wire.INPUT:
            yield from self._input(message)
        elif message.kind == wire.ACKNOWLEDGE:
            sequence = message.json().get("AcknowledgedMessageSequenceNumber")
            if isinstance(sequence, int):
                self._sent.pop(sequence, None)
        elif message.kind == wire.CHANNEL_CLOSED:
            self._do("end")
        elif message.kind in (wire.PAUSE_PUBLICATION, wire.START_PUBLICATION):
            self._paused = message.kind == wire.PAUSE_PUBLICATION

    def _input(self, message: Message) -> Iterator[bytes]:
        """Take the message that is expected, and those that follow it and came before; as the agent does,
        acknowledge none that was taken already.
        """
        self._paused = False
        if message.sequence < self._expected:
            return
        if message.sequence > self._expected:
            if len(self._ahead) < AHEAD or message.sequence in self._ahead:
                self._ahead[message.sequence] = message
                yield self._message(wire.ACKNOWLEDGE, wire.acknowledgement(message))
            return
        yield self._message(wire.ACKNOWLEDGE, wire.acknowledgement(message))
        following: Message | None = message
        while following is not None:
            self._expected += 1
            yield from self._taken_in(following)
            following = self._ahead.pop(self._expected, None)

    def _taken_in(self, message: Message) -> Iterator[bytes]:
        kind = message.payload_type
        if kind == PayloadType.HANDSHAKE_RESPONSE:
            yield from self._shaken(message)
        elif kind == PayloadType.ENC_CHALLENGE_RESPONSE:
            yield from self._proven(message)
        elif not self._ready:
            return
        elif kind == PayloadType.OUTPUT:
            data = self._cipher.decrypt(message.payload) if self._cipher else message.payload
            self._do("type", data=data)
        elif kind == PayloadType.SIZE:
            size = message.json()
            self._do("resize", columns=_side(size.get("cols")), rows=_side(size.get("rows")))
        elif kind == PayloadType.FLAG and message.payload == wire.Flag.TERMINATE_SESSION.to_bytes(4, "big"):
            self._do("end")

    def _shaken(self, message: Message) -> Iterator[bytes]:
        """Complete the handshake, and let the command run; or end the session, as the agent does."""
        if self._ready or self._challenge is not None:
            return
        actions = message.json().get("ProcessedClientActions")
        done = actions if isinstance(actions, list) else []
        _, key_id = self._sessions.secrets(self.session_id)
        try:
            for action in done:
                self._check(action)
            if key_id and self._cipher is None:
                raise ValueError(f"{_ENCRYPTION} was not processed on client")
        except ValueError as problem:  # Malformed is one
            self._fail(str(problem))
            return
        if self._cipher is None:
            yield from self._complete()
        else:
            self._challenge = os.urandom(64)
            challenge = base64.b64encode(self._cipher.encrypt(self._challenge)).decode()
            yield self._stream(PayloadType.ENC_CHALLENGE_REQUEST, {"Challenge": challenge})

    def _check(self, action: object) -> None:
        """Take what the client did of what was asked for; ValueError, in the agent's words, if it failed."""
        if not isinstance(action, dict):
            raise Malformed("the client answered what is no action")
        kind, status = action.get("ActionType"), action.get("ActionStatus")
        if status != 1:
            error = str(action.get("Error"))[:_LONGEST_ERROR]
            raise ValueError(f"{kind} failed on client with status {status} error: {error}")
        if kind == _ENCRYPTION:
            result = action.get("ActionResult")
            encrypted = result.get("KMSCipherTextKey") if isinstance(result, dict) else None
            key = self._sessions.data_key(self.session_id, _bytes(encrypted))
            self._cipher = SessionCipher(key, "agent")

    def _proven(self, message: Message) -> Iterator[bytes]:
        """Go on if the client has sent back what it was sent: then both have the key."""
        if self._challenge is None or self._ready or self._cipher is None:
            return
        if self._cipher.decrypt(_bytes(message.json().get("Challenge"))) != self._challenge:
            self._fail("Encryption challenge does not match!")
            return
        yield from self._complete()

    def _fail(self, why: str) -> None:
        """End the session, as the agent does where the handshake fails."""
        self._failed = f"----------ERROR-------\nEncountered error while initiating handshake. {why}"
        self._ready = True
        self._do("end")

    def _complete(self) -> Iterator[bytes]:
        spent = int((self._clock() - self._since) * 1e9)
        complete: dict[str, object] = {
            "HandshakeTimeToComplete": spent,
            "CustomerMessage": SAYS if self._cipher else "",
        }
        yield self._stream(PayloadType.HANDSHAKE_COMPLETE, complete)
        self._ready = True
        self._do("begin")

    def _do(self, action: str, *, columns: int = 0, rows: int = 0, data: bytes = b"") -> None:
        self._sessions.do(self.session_id, action, columns=columns, rows=rows, data=data)

    # The session --------------------------------------------------------------------------------------------

    def _shown(self) -> Iterator[bytes]:
        if self._paused or len(self._sent) >= UNACKNOWLEDGED:
            self.interval = QUIET
            return
        after = self._read.get(self.session_id, 0)
        text, self._read[self.session_id], why, waits = self._sessions.shown(self.session_id, after)
        self.interval = QUIET if waits else BUSY
        for piece in wire.pieces(text.encode()):
            yield self._stream(PayloadType.OUTPUT, self._cipher.encrypt(piece) if self._cipher else piece)
        if why is not None:
            yield self._message(wire.CHANNEL_CLOSED, _json(self._closed(self._failed or why)))
            self.over = True
            self._read.pop(self.session_id, None)

    def _closed(self, why: str) -> dict[str, object]:
        return {
            "MessageId": str(uuid.uuid4()), "CreatedDate": str(int(time.time() * 1000)), "DestinationId": "",
            "SessionId": self.session_id, "MessageType": wire.CHANNEL_CLOSED, "SchemaVersion": wire.SCHEMA,
            "Output": why,
        }  # fmt: skip

    def _resent(self) -> Iterator[bytes]:
        for sequence, (at, data) in self._sent.items():
            if self._clock() - at >= RESENT:
                self._sent[sequence] = self._clock(), data
                yield data
            return

    def _stream(self, kind: PayloadType, content: bytes | dict[str, object]) -> bytes:
        """A message of the stream of output, which is kept until it is acknowledged."""
        payload = content if isinstance(content, bytes) else _json(content)
        data = self._message(wire.OUTPUT, payload, kind, self._next)
        self._sent[self._next] = self._clock(), data
        self._next += 1
        return data

    @staticmethod
    def _message(kind: str, payload: bytes, payload_type: int = 0, sequence: int = 0) -> bytes:
        created = int(time.time() * 1000)
        return Message(kind, payload, payload_type, sequence, 0, created, uuid.uuid4()).encoded()


def _json(content: dict[str, object]) -> bytes:
    return json.dumps(content).encode()


def _bytes(text: object) -> bytes:
    """What is base64; Malformed if it is not."""
    try:
        return base64.b64decode(text if isinstance(text, str) else "?", validate=True)
    except ValueError:
        raise Malformed("it is not base64") from None


def _side(value: object) -> int:
    return min(max(value, 0), _LARGEST_SIDE) if isinstance(value, int) else 0
