"""Periods of a metric in few bytes: numbers of one kind beside each other, their bytes sorted by place.

How often each value came is held to 16 binary digits, which is enough for percentiles; all else is exact.
"""

import itertools
import math
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ecslab.sandbox.world.metrics.metric import Statistics

__all__ = ["Block", "pack", "unpack"]

_UNKNOWN: Final = -1.0  # values of a period that nobody can tell
_OF_VALUES: Final = math.nan  # the least, or the largest, of the values that are told


@dataclass(frozen=True, slots=True)
class Block:
    """Packed periods, from the one numbered `first` to `last`; not every number between needs to be there.

    `size` is how many there are, and `values` how many values are counted in all of them.
    """

    first: int
    last: int
    size: int
    values: int
    data: bytes


def pack(periods: Mapping[int, Statistics]) -> Block:
    """Pack periods, of which there is at least one, by their numbers."""
    ordered = sorted(periods)
    held = [periods[number] for number in ordered]
    columns = [
        [float(number - ordered[0]) for number in ordered],
        [each.sample_count for each in held],
        [each.sum for each in held],
        [_OF_VALUES if each.values and min(each.values) == each.minimum else each.minimum for each in held],
        [_OF_VALUES if each.values and max(each.values) == each.maximum else each.maximum for each in held],
        [_UNKNOWN if each.values is None else float(len(each.values)) for each in held],
        [value for each in held for value in each.values or ()],
    ]
    counts = array("f", (count for each in held for count in (each.values or {}).values()))
    numbers = array("d", itertools.chain.from_iterable(columns))
    planes = [*_planes(numbers), *_planes(counts)[1:]]
    return Block(ordered[0], ordered[-1], len(ordered), len(counts), zlib.compress(b"".join(planes), 6))


def unpack(block: Block, unit: str) -> dict[int, Statistics]:
    """The periods of a block by their numbers, in order."""
    planes, size = zlib.decompress(block.data), block.size
    length = 6 * size + block.values
    flat = _joined("d", planes[: 8 * length])
    counts = _joined("f", bytes(block.values) + planes[8 * length :])
    columns = [flat[size * column : size * (column + 1)] for column in range(6)]
    values = _values(columns[5], flat[6 * size :], counts)
    return {
        block.first + int(offset): Statistics(
            count, total, _bound(least, each, min), _bound(most, each, max), unit, each
        )
        for offset, count, total, least, most, each in zip(*columns[:5], values, strict=True)
    }


def _bound(
    packed: float, values: Mapping[float, float] | None, of: Callable[[Iterable[float]], float]
) -> float:
    return of(values) if values and math.isnan(packed) else packed


def _planes(numbers: "array[float]") -> list[bytes]:
    """The first bytes of all numbers, then their second ones, and so on: like stands beside like."""
    data, width = numbers.tobytes(), numbers.itemsize
    return [data[place::width] for place in range(width)]


def _joined(kind: Literal["d", "f"], planes: bytes) -> "array[float]":
    numbers = array(kind)
    width = numbers.itemsize
    length, data = len(planes) // width, bytearray(len(planes))
    for place in range(width):
        data[place::width] = planes[place * length : (place + 1) * length]
    numbers.frombytes(bytes(data))
    return numbers


def _values(
    sizes: Sequence[float], flat: Sequence[float], counts: Sequence[float]
) -> Iterator[dict[float, float] | None]:
    at = 0
    for size in sizes:
        if size == _UNKNOWN:
            yield None
            continue
        end = at + int(size)
        yield dict(zip(flat[at:end], counts[at:end], strict=True))
        at = end
