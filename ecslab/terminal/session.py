"""What the Session Manager plugin of the AWS CLI does, in this process: a session in a container, to its end.

A cell has no keyboard, so what is typed is said before: a line is sent whenever the shell prompts.
https://github.com/aws/session-manager-plugin
"""

import base64
import codecs
import json
import re
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from botocore.exceptions import ClientError

from ecslab.aws_api import data_channel as wire
from ecslab.aws_api.data_channel import Malformed, Message, PayloadType
from ecslab.aws_api.session_cipher import DATA_KEY, SessionCipher, context
from ecslab.connection.connection import Connection
from ecslab.connection.streams import MessageStream
from ecslab.connection.waiting import Wait
from ecslab.errors import CannotBeDone

VERSION: Final = "1.2.764.0"
"""Of the plugin whose behaviour this is."""
LONGEST: Final = 120.0
"""Seconds, on the lab's clock, for which a session waits for what is not typed here."""
_QUIET: Final = 0.1  # wall seconds without a message after which nothing more is on its way
_PROMPT: Final = re.compile(r"(?:^|\n)[^\n]*[#$>] $")
_SIZE: Final = {"cols": 300, "rows": 100}
"""The plugin's own, where there is no terminal."""
_ENDED: Final = "\n\nExiting session with sessionId: {id}.\n\n"
_CLOSED: Final = "\n\nSessionId: {id} : {why}\n\n"
_LEFT: Final = (
    "\n(This cell types nothing more, so the session ends here. What is to be typed is said with the "
    'command: ecslab.terminal.run(lab, command, typed=["ls", "exit"]).)\n'
)
_BUSY: Final = f"\n(The command went on for {LONGEST:.0f} s, so the session ends here.)\n"


class Plugin:
    """In the place of `check_call`, by which the CLI starts the plugin.

    Args:
        lab: whose account it speaks to.
        waiting: lets time pass.
        typed: lines to type.
    """

    def __init__(self, lab: Connection, waiting: Wait, typed: Sequence[str]):
        self._lab, self._waiting, self._typed = lab, waiting, typed

    def __call__(self, words: Sequence[str]) -> int:
        """What the program `session-manager-plugin` does with these words; prints what the session shows."""
        if len(words) > 1:  # with none it says that it is installed
            session, target = json.loads(words[1]), json.loads(words[5])["Target"]
            stream = self._lab.place.stream(session["streamUrl"])
            new_key = _DataKeys(self._lab, session["sessionId"], target)
            try:
                _show(f"\nStarting session with SessionId: {session['sessionId']}\n")
                _Session(stream, session, self._waiting, self._typed, new_key).run()
            finally:
                stream.close()
        return 0


class _Session:
    """One session, from its token to its end."""

    def __init__(
        self, stream: MessageStream, session: dict[str, str], waiting: Wait, typed: Sequence[str],
        new_key: Callable[[str], tuple[bytes, bytes]],
    ):  # fmt: skip
        self._stream, self._session, self._waiting = stream, session, waiting
        self._new_key = new_key
        self._cipher: SessionCipher | _Plain = _Plain()
        self._typed = deque(typed)
        self._next = self._expected = 0
        self._text = codecs.getincrementaldecoder("utf-8")("replace")  # a character may be in two messages
        self._tail = ""  # the last of what was shown
        self._over = self._leaving = False

    def run(self) -> None:
        """Show what the session shows, type what is to be typed, until it ends."""
        greeting = {
            "MessageSchemaVersion": "1.0", "RequestId": str(uuid.uuid4()), "ClientId": str(uuid.uuid4()),
            "TokenValue": self._session["tokenValue"], "ClientVersion": VERSION,
        }  # fmt: skip
        waited = self._waiting.waited
        try:
            self._stream.send(json.dumps(greeting))
            while not self._over:
                message = self._received()
                if message is not None:
                    self._handle(message)
                elif self._turn():
                    waited = self._waiting.waited
                elif self._waiting.waited - waited >= LONGEST:
                    self._leave(_BUSY)
                else:
                    self._waiting.let_pass(_QUIET, LONGEST)
        except EOFError:
            self._end(_ENDED.format(id=self._session["sessionId"]))

    def _received(self) -> Message | None:
        data = self._stream.receive(_QUIET)
        try:
            return None if data is None else wire.decoded(data)
        except Malformed:
            return None

    def _turn(self) -> bool:
        """Type the next line if the shell prompts; or leave, if there is none. False where it does not."""
        if self._leaving or not _PROMPT.search(self._tail):
            return False
        if not self._typed:
            self._leave(_LEFT)
            return True
        self._tail = ""
        for piece in wire.pieces(f"{self._typed.popleft()}\r".encode()):
            self._send(PayloadType.OUTPUT, self._cipher.encrypt(piece))
        return True

    def _leave(self, why: str) -> None:
        """End the session, as the plugin does when it is told to."""
        if self._leaving:
            raise EOFError
        self._leaving = True
        _show(why)
        self._send(PayloadType.FLAG, wire.Flag.TERMINATE_SESSION.to_bytes(4, "big"))

    def _handle(self, message: Message) -> None:
        if message.kind == wire.CHANNEL_CLOSED:
            why = str(message.json().get("Output") or "")
            self._end((_CLOSED if why else _ENDED).format(id=self._session["sessionId"], why=why))
        elif message.kind == wire.OUTPUT:
            self._stream.send(self._message(wire.ACKNOWLEDGE, wire.acknowledgement(message)))
            if message.sequence == self._expected:
                self._expected += 1
                self._take(message)

    def _take(self, message: Message) -> None:
        if message.payload_type == PayloadType.HANDSHAKE_REQUEST:
            done = [*map(self._processed, message.json().get("RequestedClientActions", []))]
            errors = [action["Error"] for action in done if action["Error"]]
            response = {"ClientVersion": VERSION, "ProcessedClientActions": done, "Errors": errors}
            self._send(PayloadType.HANDSHAKE_RESPONSE, json.dumps(response).encode())
        elif message.payload_type == PayloadType.ENC_CHALLENGE_REQUEST:
            challenge = self._cipher.decrypt(base64.b64decode(message.json()["Challenge"]))
            answer = base64.b64encode(self._cipher.encrypt(challenge)).decode()
            self._send(PayloadType.ENC_CHALLENGE_RESPONSE, json.dumps({"Challenge": answer}).encode())
        elif message.payload_type == PayloadType.HANDSHAKE_COMPLETE:
            sentence = str(message.json().get("CustomerMessage") or "")
            _show(f"{sentence}\n" if sentence else "")
            self._send(PayloadType.SIZE, json.dumps(_SIZE).encode())
        elif message.payload_type in (PayloadType.OUTPUT, PayloadType.STDERR):
            text = self._text.decode(self._cipher.decrypt(message.payload))
            self._tail = (self._tail + text)[-200:]
            _show(text)

    def _processed(self, action: dict[str, dict[str, str]]) -> dict[str, object]:
        """Do what the agent asks for, and say what came of it: 1, done; 2, failed; 3, not known."""
        kind = action.get("ActionType", "")
        done: dict[str, object] = {"ActionType": kind, "ActionStatus": 1, "ActionResult": None, "Error": ""}
        if kind == "KMSEncryption":
            try:
                plain, encrypted = self._new_key(action["ActionParameters"]["KMSKeyId"])
            except (ClientError, CannotBeDone) as problem:
                why = f"Failed to process action {kind}: Error calling KMS GenerateDataKey API: {problem}"
                return done | {"ActionStatus": 2, "Error": why}
            self._cipher = SessionCipher(plain, "client")
            return done | {"ActionResult": {"KMSCipherTextKey": base64.b64encode(encrypted).decode()}}
        if kind == "SessionType":
            return done
        return done | {"ActionStatus": 3, "Error": f"Unsupported action {kind}"}

    def _end(self, sentence: str) -> None:
        self._over = True
        _show(sentence)

    def _send(self, kind: PayloadType, payload: bytes) -> None:
        self._stream.send(self._message(wire.INPUT, payload, kind, self._next))
        self._next += 1

    @staticmethod
    def _message(kind: str, payload: bytes, payload_type: int = 0, sequence: int = 0) -> bytes:
        created = int(time.time() * 1000)
        return Message(kind, payload, payload_type, sequence, 0, created, uuid.uuid4()).encoded()


class _Plain:
    """The cipher of a session that is not encrypted beyond its connection."""

    def encrypt(self, data: bytes) -> bytes:
        return data

    def decrypt(self, data: bytes) -> bytes:
        return data


class _DataKeys:
    """Data keys of KMS for one session."""

    def __init__(self, lab: Connection, session_id: str, target: str):
        self._lab, self._context = lab, context(session_id, target)

    def __call__(self, key_id: str) -> tuple[bytes, bytes]:
        """A new one under a key, in the clear and encrypted."""
        kms = self._lab.client("kms")
        made = kms.generate_data_key(KeyId=key_id, NumberOfBytes=DATA_KEY, EncryptionContext=self._context)
        return made["Plaintext"], made["CiphertextBlob"]


def _show(text: str) -> None:
    """Print what a terminal would show, as far as lines go."""
    if text:
        print("".join(_plain(text)), end="")  # noqa: T201  (the CLI's output, which is caught)


def _plain(text: str) -> Iterator[str]:
    yield re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r", "").replace("\b \b", "")
