"""Bytes of memory and disk that may be used together. The numbers are in `limits`."""

from typing import Final

from ecslab.sandbox.runtime import limits

__all__ = ["ENTRY", "Full", "Pool", "weight"]

ENTRY: Final = 64
"""Bytes that a value costs beside its text, or a name in a table."""


def weight(text: str) -> int:
    """Bytes of memory that a text takes, about."""
    return ENTRY + len(text) * (1 if text.isascii() else 4)


class Full(Exception):
    """A pool has not that much left. `whose` says whose it is."""

    def __init__(self, whose: str, limit: int):
        super().__init__(f"{whose} may use {limit / limits.MIB:g} MiB")
        self.whose = whose


class Pool:
    """Bytes that may be used; what is taken from it is taken from the pool above it too."""

    __slots__ = ("__weakref__", "_above", "_closed", "limit", "used", "whose")

    def __init__(self, whose: str, limit: int, above: "Pool | None" = None):
        self.whose, self.limit, self.used = whose, limit, 0
        self._above, self._closed = above, False

    def take(self, amount: int) -> None:
        """Use so many bytes more; Full if this pool or one above it has not so many, and none are used."""
        pool: Pool | None = self
        while pool is not None:
            if pool.used + amount > pool.limit and amount > 0:
                raise Full(pool.whose, pool.limit)
            pool = pool._above
        self._add(amount)

    def give(self, amount: int) -> None:
        """Bring bytes back. Those of a closed pool are back already."""
        if not self._closed:
            self._add(-amount)

    def close(self) -> None:
        """Bring everything back; whoever used it is gone."""
        self.give(self.used)
        self._closed = True

    def _add(self, amount: int) -> None:
        pool: Pool | None = self
        while pool is not None:
            pool.used += amount
            pool = pool._above
