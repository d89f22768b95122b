"""The data channel of Session Manager: binary messages, as its agent and the AWS CLI's plugin write them.

A message is a header of fixed width, the payload's length, and the payload. Numbers are big-endian.
https://github.com/aws/session-manager-plugin, `src/message`; https://github.com/aws/amazon-ssm-agent,
`agent/session/contracts`.
"""

import hashlib
import json
import struct
import uuid
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

INPUT: Final = "input_stream_data"
OUTPUT: Final = "output_stream_data"
ACKNOWLEDGE: Final = "acknowledge"
CHANNEL_CLOSED: Final = "channel_closed"
START_PUBLICATION: Final = "start_publication"
PAUSE_PUBLICATION: Final = "pause_publication"
SCHEMA: Final = 1
PIECE: Final = 1024
"""Bytes of a payload of data at most, by which both sides cut what they send (`StreamDataPayloadSize`)."""
LARGEST: Final = 1 << 16
"""Bytes of a message that is taken; a handshake with an encrypted key has less than 2 KiB."""
_HEADER: Final = struct.Struct(">I32sIQqQ8s8s32sII")
_LENGTH_OF_HEADER: Final = _HEADER.size - 4  # all but the payload's length
_NO_ID: Final = uuid.UUID(int=0)
_STREAMING: Final = frozenset({INPUT, OUTPUT})


class PayloadType(IntEnum):
    """What the payload of a stream's message is."""

    OUTPUT = 1
    ERROR = 2
    SIZE = 3
    PARAMETER = 4
    HANDSHAKE_REQUEST = 5
    HANDSHAKE_RESPONSE = 6
    HANDSHAKE_COMPLETE = 7
    ENC_CHALLENGE_REQUEST = 8
    ENC_CHALLENGE_RESPONSE = 9
    FLAG = 10
    STDERR = 11
    EXIT_CODE = 12


class Flag(IntEnum):
    """What a payload of the type FLAG says, in four bytes."""

    DISCONNECT_TO_PORT = 1
    TERMINATE_SESSION = 2
    CONNECT_TO_PORT_ERROR = 3


class Malformed(ValueError):
    """These bytes are no message of a data channel."""


@dataclass(frozen=True)
class Message:
    """One message.

    Attributes:
        kind: its type, such as `input_stream_data`; at most 32 characters.
        payload: its bytes.
        payload_type: of a stream's message; 0 of others.
        sequence: the number in its stream, from 0.
        flags: bit 0 where a stream begins, bit 1 where it ends; nobody reads them.
        created: epoch milliseconds.
        id: names it in its acknowledgement.
    """

    kind: str
    payload: bytes = b""
    payload_type: int = 0
    sequence: int = 0
    flags: int = 0
    created: int = 0
    id: uuid.UUID = _NO_ID

    def encoded(self) -> bytes:
        """The bytes of the message; of its id the last eight come first."""
        digest = hashlib.sha256(self.payload).digest()
        head = _HEADER.pack(
            _LENGTH_OF_HEADER, self.kind.encode("ascii").ljust(32), SCHEMA, self.created, self.sequence,
            self.flags, self.id.bytes[8:], self.id.bytes[:8], digest, self.payload_type, len(self.payload),
        )  # fmt: skip
        return head + self.payload

    def json(self) -> dict[str, Any]:
        """The payload as a JSON object; Malformed if it is none."""
        try:
            content = json.loads(self.payload)
        except (ValueError, RecursionError):
            raise Malformed("the payload is not JSON") from None
        if not isinstance(content, dict):
            raise Malformed("the payload is no JSON object")
        return content


def decoded(data: bytes) -> Message:
    """The message that these bytes are.

    Raises:
        Malformed: they are none; the message says why.
    """
    if not _HEADER.size <= len(data) <= LARGEST:
        raise Malformed(f"a message has {_HEADER.size} to {LARGEST} bytes, not {len(data)}")
    head, kind, _, created, sequence, flags, low, high, digest, payload_type, length = _HEADER.unpack_from(
        data
    )
    if head != _LENGTH_OF_HEADER:
        raise Malformed(f"the header has {_LENGTH_OF_HEADER} bytes, not {head}")
    payload = data[_HEADER.size :]
    if len(payload) != length:
        raise Malformed(f"the payload has {len(payload)} bytes, and the header says {length}")
    name = _name(kind)
    checked = length and name not in (START_PUBLICATION, PAUSE_PUBLICATION)
    if checked and hashlib.sha256(payload).digest() != digest:
        raise Malformed("the digest is not the payload's")
    if name in _STREAMING and sequence < 0:
        raise Malformed("a sequence number is not negative")
    return Message(name, payload, payload_type, sequence, flags, created, uuid.UUID(bytes=high + low))


def _name(kind: bytes) -> str:
    try:
        name = kind.strip(b"\0").decode("ascii").strip()
    except UnicodeDecodeError:
        raise Malformed("the message's type is not ASCII") from None
    if not name:
        raise Malformed("the message has no type")
    return name


def acknowledgement(of: Message) -> bytes:
    """The payload that acknowledges a message of a stream."""
    content = {
        "AcknowledgedMessageType": of.kind,
        "AcknowledgedMessageId": str(of.id),
        "AcknowledgedMessageSequenceNumber": of.sequence,
        "IsSequentialMessage": True,
    }
    return json.dumps(content).encode()


def pieces(data: bytes) -> list[bytes]:
    """Data in payloads that are not too large."""
    return [data[at : at + PIECE] for at in range(0, len(data), PIECE)]
