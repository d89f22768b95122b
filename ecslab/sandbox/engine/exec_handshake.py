"""The handshake of a data channel: the client's token, what the agent asks of it, and a key that both have.

https://github.com/aws/amazon-ssm-agent, `agent/session/datachannel`.
"""

import base64
import hmac
import json
import os
from collections.abc import Callable
from typing import Final

from ecslab.aws_api.data_channel import Malformed, Message, PayloadType
from ecslab.aws_api.session_cipher import SAYS, SessionCipher
from ecslab.sandbox.engine.exec_sessions import ExecSessions

AGENT: Final = "3.3.3050.0"  # U: which version Fargate has
_ENCRYPTION: Final = "KMSEncryption"
_LONGEST_ERROR: Final = 1000  # characters of what a client says of its own errors
Reply = tuple[PayloadType, dict[str, object]]


class Handshake:
    """The handshake with one client, from its token on.

    Args:
        clock: monotonic wall seconds.

    Attributes:
        cipher: encrypts the stream from then on; None where it is not encrypted.
        over: whether it is complete, or has failed.
        failure: what the session ends with if it has failed.
    """

    def __init__(self, sessions: ExecSessions, session_id: str, clock: Callable[[], float]):
        self._sessions, self._session_id, self._clock = sessions, session_id, clock
        self._since = clock()
        self.cipher: SessionCipher | None = None
        self._challenge: bytes | None = None  # what the client has to send back, encrypted anew
        self.over, self.failure = False, ""

    def greeting(self, text: str) -> Reply:
        """What the agent asks of a client that shows the session's token; Malformed for any other."""
        try:
            token = json.loads(text)["TokenValue"]
        except (ValueError, LookupError, TypeError, RecursionError):
            raise Malformed("the client's greeting has no token") from None
        expected, key_id = self._sessions.secrets(self._session_id)
        if not isinstance(token, str) or not hmac.compare_digest(token.encode(), expected.encode()):
            raise Malformed("the token is of another session")
        actions: list[object] = [
            {"ActionType": "SessionType", "ActionParameters": {"SessionType": "InteractiveCommands"}}
        ]
        if key_id:
            actions.append({"ActionType": _ENCRYPTION, "ActionParameters": {"KMSKeyId": key_id}})
        return PayloadType.HANDSHAKE_REQUEST, {"AgentVersion": AGENT, "RequestedClientActions": actions}

    def answered(self, message: Message) -> Reply | None:
        """Take the client's answer: the challenge, or that all is complete; None where nothing is said."""
        if self.over or self._challenge is not None:
            return None
        actions = message.json().get("ProcessedClientActions")
        _, key_id = self._sessions.secrets(self._session_id)
        try:
            for action in actions if isinstance(actions, list) else []:
                self._check(action)
            if key_id and self.cipher is None:
                raise ValueError(f"{_ENCRYPTION} was not processed on client")
        except ValueError as problem:  # Malformed is one
            self._fail(str(problem))
            return None
        if self.cipher is None:
            return self._complete()
        self._challenge = os.urandom(64)
        challenge = base64.b64encode(self.cipher.encrypt(self._challenge)).decode()
        return PayloadType.ENC_CHALLENGE_REQUEST, {"Challenge": challenge}

    def proven(self, message: Message) -> Reply | None:
        """Go on if the client has sent back what it was sent: then both have the key."""
        if self._challenge is None or self.over or self.cipher is None:
            return None
        if self.cipher.decrypt(_bytes(message.json().get("Challenge"))) != self._challenge:
            self._fail("Encryption challenge does not match!")
            return None
        return self._complete()

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
            key = self._sessions.data_key(self._session_id, _bytes(encrypted))
            self.cipher = SessionCipher(key, "agent")

    def _fail(self, why: str) -> None:
        """Let the session end, as the agent does where the handshake fails."""
        self.failure = f"----------ERROR-------\nEncountered error while initiating handshake. {why}"
        self.over = True

    def _complete(self) -> Reply:
        self.over = True
        return PayloadType.HANDSHAKE_COMPLETE, {
            "HandshakeTimeToComplete": int((self._clock() - self._since) * 1e9),
            "CustomerMessage": SAYS if self.cipher else "",
        }


def _bytes(text: object) -> bytes:
    """What is base64; Malformed if it is not."""
    try:
        return base64.b64decode(text if isinstance(text, str) else "?", validate=True)
    except ValueError:
        raise Malformed("it is not base64") from None
