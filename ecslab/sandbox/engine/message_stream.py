"""Messages of a data channel in their order: those a client sends, and those it has to acknowledge.

https://github.com/aws/amazon-ssm-agent, `agent/session/datachannel`.
"""

import json
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Final

from ecslab.aws_api import data_channel as wire
from ecslab.aws_api.data_channel import Message, PayloadType

RESENT: Final = 1.0
"""Wall seconds after which the oldest message that nobody acknowledged is sent again."""
UNACKNOWLEDGED: Final = 256
"""Messages that wait for the client; while there are so many, nothing more is fetched."""
AHEAD: Final = 64
"""Messages that are kept though one before them is missing; the client sends others again."""


class Incoming:
    """What a client sends, in the order of its numbers."""

    def __init__(self) -> None:
        self._expected = 0
        self._ahead: dict[int, Message] = {}

    def accepts(self, message: Message) -> bool:
        """Whether to acknowledge it: as the agent does, none that was taken already."""
        if message.sequence > self._expected:
            if len(self._ahead) >= AHEAD and message.sequence not in self._ahead:
                return False
            self._ahead[message.sequence] = message
        return message.sequence >= self._expected

    def due(self, message: Message) -> Iterator[Message]:
        """What is to be taken now: the message if it is expected, and those after it that came before."""
        following = message if message.sequence == self._expected else None
        while following is not None:
            self._expected += 1
            yield following
            following = self._ahead.pop(self._expected, None)


class Outgoing:
    """What is sent to a client, kept until it is acknowledged.

    Args:
        clock: monotonic wall seconds.
    """

    def __init__(self, clock: Callable[[], float]):
        self._clock = clock
        self._next = 0
        self._sent: OrderedDict[int, tuple[float, bytes]] = OrderedDict()

    @property
    def is_full(self) -> bool:
        """Whether the client has enough to acknowledge."""
        return len(self._sent) >= UNACKNOWLEDGED

    def message(self, kind: PayloadType, content: bytes | dict[str, object]) -> bytes:
        """The next message of the stream."""
        payload = content if isinstance(content, bytes) else json.dumps(content).encode()
        data = encoded(wire.OUTPUT, payload, kind, self._next)
        self._sent[self._next] = self._clock(), data
        self._next += 1
        return data

    def acknowledged(self, sequence: object) -> None:
        """Forget the message of this number, if it is one."""
        if isinstance(sequence, int):
            self._sent.pop(sequence, None)

    def resent(self) -> Iterator[bytes]:
        """The oldest message, if nobody has acknowledged it for long."""
        for sequence, (at, data) in self._sent.items():
            if self._clock() - at >= RESENT:
                self._sent[sequence] = self._clock(), data
                yield data
            return


def encoded(kind: str, payload: bytes, payload_type: int = 0, sequence: int = 0) -> bytes:
    """A message of this moment, as it is sent."""
    created = int(time.time() * 1000)
    return Message(kind, payload, payload_type, sequence, 0, created, uuid.uuid4()).encoded()
