"""CBOR as Smithy's RPC v2 protocol writes it (RFC 8949): no tags but that of timestamps."""

import struct
from datetime import UTC, datetime
from typing import Final

__all__ = ["dumps", "loads"]

_DEEPEST: Final = 32  # levels; AWS's models have a dozen
_FLOATS: Final = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}
_SIMPLE: Final[dict[int, bool | None]] = {20: False, 21: True, 22: None, 23: None}
_ENDLESS: Final = 31
_BREAK: Final = 0xFF
_EPOCH: Final = 1  # the tag of a timestamp: seconds since 1970


def loads(data: bytes) -> object:
    """What the bytes stand for; timestamps are epoch seconds.

    Raises:
        ValueError: they are no CBOR, or of a kind that no request has.
    """
    reader = _Reader(data)
    try:
        value = reader.value(0)
    except (IndexError, struct.error, UnicodeDecodeError, OverflowError, TypeError) as problem:
        raise ValueError(f"no CBOR: {problem!r}") from None
    if reader.at != len(data):
        raise ValueError("more bytes than one value")
    return value


def dumps(value: object) -> bytes:
    """The value as CBOR; timestamps are datetimes."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, str):
        text = value.encode()
        return _head(3, len(text)) + text
    if isinstance(value, datetime):
        return _head(6, _EPOCH) + dumps(value.astimezone(UTC).timestamp())
    if isinstance(value, dict):
        return _head(5, len(value)) + b"".join(dumps(key) + dumps(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return _head(4, len(value)) + b"".join(map(dumps, value))
    raise TypeError(f"CBOR has no {type(value)}")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def value(self, depth: int) -> object:
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
        initial = self._take(1)[0]
        major, minor = initial >> 5, initial & 0x1F
        if major == 7:
            return self._simple(minor)
        if minor == _ENDLESS:
            return self._endless(major, depth)
        size = self._size(minor)
        if major == 0:
            return size
        if major == 1:
            return -1 - size
        if major in (2, 3):
            return self._text(major, size)
        if major == 4:
            return [self.value(depth + 1) for _ in self._times(size)]
        if major == 5:
            return {self._key(depth): self.value(depth + 1) for _ in self._times(size)}
        if size != _EPOCH:
            raise ValueError(f"tag {size}")
        return self.value(depth + 1)

    def _simple(self, minor: int) -> object:
        if minor in _FLOATS:
            form, width = _FLOATS[minor]
            return struct.unpack(form, self._take(width))[0]
        if minor not in _SIMPLE:
            raise ValueError(f"simple value {minor}")
        return _SIMPLE[minor]

    def _endless(self, major: int, depth: int) -> object:
        """A list, a map or a text without a length."""
        if major == 4:
            items = []
            while not self._ended():
                items.append(self.value(depth + 1))
            return items
        if major == 5:
            pairs = {}
            while not self._ended():
                key = self._key(depth)
                pairs[key] = self.value(depth + 1)
            return pairs
        if major not in (2, 3):
            raise ValueError(f"major type {major} without a length")
        parts = []
        while not self._ended():
            part = self.value(depth + 1)
            if not isinstance(part, bytes if major == 2 else str):
                raise ValueError("a text of something else")
            parts.append(part.encode() if isinstance(part, str) else part)
        whole = b"".join(parts)
        return whole.decode() if major == 3 else whole

    def _ended(self) -> bool:
        if self.data[self.at] != _BREAK:
            return False
        self.at += 1
        return True

    def _key(self, depth: int) -> str:
        key = self.value(depth + 1)
        if not isinstance(key, str):
            raise ValueError("a key that is no text")
        return key

    def _text(self, major: int, size: int) -> str | bytes:
        taken = self._take(size)
        return taken.decode() if major == 3 else taken

    def _times(self, size: int) -> range:
        if size > len(self.data) - self.at:  # each item takes a byte at least
            raise ValueError("more items than bytes")
        return range(size)

    def _size(self, minor: int) -> int:
        if minor < 24:
            return minor
        if minor > 27:
            raise ValueError(f"length {minor}")
        return int.from_bytes(self._take(1 << (minor - 24)), "big")

    def _take(self, size: int) -> bytes:
        taken = self.data[self.at : self.at + size]
        if len(taken) != size:
            raise ValueError("it ends too early")
        self.at += size
        return bytes(taken)


def _head(major: int, size: int) -> bytes:
    if size < 24:
        return bytes([major << 5 | size])
    width = next(power for power in range(4) if size < 1 << (8 << power))
    return bytes([major << 5 | (24 + width)]) + size.to_bytes(1 << width, "big")
