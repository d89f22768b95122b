"""Periods of a metric in few bytes: numbers of one kind beside each other, their bytes sorted by place."""

import itertools
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ecslab.sandbox.world.metrics.metric import Statistics

__all__ = ["Block", "pack", "unpack"]

_WIDTH: Final = 8  # bytes of a number
_UNKNOWN: Final = -1.0  # values of a period that nobody can tell; U: none are more than there are numbers


@dataclass(frozen=True, slots=True)
class Block:
    """Packed periods, from the one numbered `first` to `last`; not every number between needs to be there."""

    first: int
    last: int
    size: int
    data: bytes


def pack(periods: Mapping[int, Statistics]) -> Block:
    """Pack periods, of which there is at least one, by their numbers."""
    ordered = sorted(periods)
    held = [periods[number] for number in ordered]
    columns = [
        [float(number - ordered[0]) for number in ordered],
        [each.sample_count for each in held],
        [each.sum for each in held],
        [each.minimum for each in held],
        [each.maximum for each in held],
        [_UNKNOWN if each.values is None else float(len(each.values)) for each in held],
        [value for each in held for value in each.values or ()],
        [count for each in held for count in (each.values or {}).values()],
    ]
    numbers = array("d", itertools.chain.from_iterable(columns)).tobytes()
    shuffled = b"".join(numbers[place::_WIDTH] for place in range(_WIDTH))
    return Block(ordered[0], ordered[-1], len(ordered), zlib.compress(shuffled, 6))


def unpack(block: Block, unit: str) -> dict[int, Statistics]:
    """The periods of a block by their numbers, in order."""
    shuffled = zlib.decompress(block.data)
    numbers, length = bytearray(len(shuffled)), len(shuffled) // _WIDTH
    for place in range(_WIDTH):
        numbers[place::_WIDTH] = shuffled[place * length : (place + 1) * length]
    flat = array("d", bytes(numbers))
    size = block.size
    columns = [flat[size * column : size * (column + 1)] for column in range(6)]
    values = _values(columns[5], flat[6 * size :])
    return {
        block.first + int(offset): Statistics(count, total, least, most, unit, each)
        for offset, count, total, least, most, each in zip(*columns[:5], values, strict=True)
    }


def _values(sizes: Sequence[float], flat: Sequence[float]) -> Iterator[dict[float, float] | None]:
    half, at = len(flat) // 2, 0
    for size in sizes:
        if size == _UNKNOWN:
            yield None
            continue
        end = at + int(size)
        yield dict(zip(flat[at:end], flat[half + at : half + end], strict=True))
        at = end
