"""Many names at a time, as many as one describe call takes."""

from collections.abc import Iterable, Iterator


def batches(items: Iterable[str], size: int = 100) -> Iterator[list[str]]:
    """The items in lists of `size` at most."""
    everything = list(items)
    for start in range(0, len(everything), size):
        yield everything[start : start + size]
