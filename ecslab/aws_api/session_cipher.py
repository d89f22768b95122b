"""How a session is encrypted under a key of KMS: AES-GCM, with one half of a data key for each direction.

https://github.com/aws/session-manager-plugin, `src/encryption`; amazon-ssm-agent, `agent/session/crypto`.
"""

import os
from typing import Final, Literal

from ecslab.aws_api.data_channel import Malformed

DATA_KEY: Final = 64
"""Bytes of a data key."""
SAYS: Final = "This session is encrypted using AWS KMS."
_NONCE: Final = 12


def context(session_id: str, target: str) -> dict[str, str]:
    """KMS's encryption context of a session's data key."""
    return {"aws:ssm:SessionId": session_id, "aws:ssm:TargetId": target}


class SessionCipher:
    """One end's cipher.

    Args:
        data_key: its 64 bytes. The agent encrypts with the first half, the client with the second.
        end: whose.

    Raises:
        Malformed: the data key has another length.
    """

    def __init__(self, data_key: bytes, end: Literal["agent", "client"]):
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # it takes a while, and few need it

        if len(data_key) != DATA_KEY:
            raise Malformed(f"a data key has {DATA_KEY} bytes, not {len(data_key)}")
        halves = AESGCM(data_key[: DATA_KEY // 2]), AESGCM(data_key[DATA_KEY // 2 :])
        self._out, self._in = halves if end == "agent" else halves[::-1]

    def encrypt(self, data: bytes) -> bytes:
        """The nonce, and behind it what it encrypts to."""
        nonce = os.urandom(_NONCE)
        return nonce + self._out.encrypt(nonce, data, None)

    def decrypt(self, data: bytes) -> bytes:
        """What the other end encrypted; Malformed if it did not."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._in.decrypt(data[:_NONCE], data[_NONCE:], None)
        except (InvalidTag, ValueError):
            raise Malformed("it is not encrypted with the session's key") from None
