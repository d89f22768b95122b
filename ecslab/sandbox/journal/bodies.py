"""Bodies that a session brings, piece by piece, until its journal names them. They are kept in memory."""

import hashlib


class Bodies:
    """What was accepted so far.

    Args:
        limit: bytes of all bodies together.
    """

    def __init__(self, limit: int):
        self._limit = limit
        self._bodies: dict[str, bytearray] = {}

    def take(self, digest: str, at: int, piece: bytes) -> int:
        """Put a piece behind what is there; how much that makes. A body begun anew (at 0) is begun anew.

        Raises:
            ValueError: the piece leaves a gap, or it is too much.
        """
        if at == 0:
            self._bodies[digest] = bytearray()
        body = self._bodies.get(digest)
        if body is None or at != len(body):
            had = 0 if body is None else len(body)
            raise ValueError(f"a piece from byte {at} does not follow {had} bytes")
        if sum(map(len, self._bodies.values())) + len(piece) > self._limit:
            self.clear()
            raise ValueError(f"a session may bring {self._limit >> 20} MB at most")
        body += piece
        return len(body)

    def body(self, digest: str) -> bytes:
        """A whole body. Raises ValueError if it is not there, or not what its digest says."""
        body = bytes(self._bodies.get(digest, b""))
        if hashlib.sha256(body).hexdigest() != digest:
            raise ValueError(f"body {digest[:12]}… is missing from it, or damaged")
        return body

    def clear(self) -> None:
        """Let go of all."""
        self._bodies.clear()
