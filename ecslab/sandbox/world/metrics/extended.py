"""Statistics by their names: the five plain ones, percentiles, and the trimmed ones.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
U: how CloudWatch finds a percentile between two values; here it is the smallest that so many do not exceed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from ecslab.sandbox.world.metrics.metric import Statistics

__all__ = ["PLAIN", "is_statistic", "value_of"]

Counts = Mapping[float, float]

PLAIN: Final[Mapping[str, Callable[[Statistics], float]]] = {
    "SampleCount": lambda held: held.sample_count,
    "Average": lambda held: held.sum / held.sample_count,
    "Sum": lambda held: held.sum,
    "Minimum": lambda held: held.minimum,
    "Maximum": lambda held: held.maximum,
}
"""The statistics that every metric has, by AWS's names."""
_NUMBER: Final = r"\d+(?:\.\d{1,10})?"
_SHORT: Final = re.compile(rf"(p|tm|wm|tc|ts)({_NUMBER})", re.IGNORECASE)
_RANGE: Final = re.compile(rf"(TM|WM|TC|TS|PR)\(({_NUMBER}%?)?:({_NUMBER}%?)?\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Extended:
    """`kind` of the values between two bounds, which are values or, with `by_share`, shares of all."""

    kind: str
    low: float | None
    high: float | None
    by_share: bool


def is_statistic(name: str) -> bool:
    """Whether CloudWatch has such a statistic: `Average`, `p99`, `tm(5%:95%)`, `IQM`."""
    return name in PLAIN or _extended(name) is not None


def value_of(held: Statistics, name: str) -> float | None:
    """A period's statistic; None where it cannot be told, or does not exist.

    Percentiles need the values: of a statistic set they are known only where all its values are equal.
    """
    plain = PLAIN.get(name)
    if plain is not None:
        return plain(held)
    asked, counts = _extended(name), held.counted()
    if (
        asked is None or not counts or min(counts) < 0
    ):  # "not available … when any of the values are negative"
        return None
    return _of(asked, counts)


@cache
def _extended(name: str) -> _Extended | None:
    if name.lower() == "iqm":
        return _Extended("tm", 0.25, 0.75, True)
    if match := _SHORT.fullmatch(name):
        share = float(match[2]) / 100
        return _Extended(match[1].lower(), None, share, True) if share <= 1 else None
    match = _RANGE.fullmatch(name)
    if match is None or not (match[2] or match[3]):
        return None
    kind, ends = match[1].lower(), [end for end in (match[2], match[3]) if end]
    by_share = ends[0].endswith("%")
    if any(end.endswith("%") is not by_share for end in ends) or (kind == "pr" and by_share):
        return None
    low, high = (_bound(end, by_share) for end in (match[2], match[3]))
    if (low is not None and high is not None and low >= high) or (by_share and max(low or 0, high or 0) > 1):
        return None
    return _Extended(kind, low, high, by_share)


def _bound(text: str | None, by_share: bool) -> float | None:
    if not text:
        return None
    return float(text.rstrip("%")) / 100 if by_share else float(text)


def _of(asked: _Extended, counts: Counts) -> float | None:
    if asked.kind == "p":
        return _percentile(counts, asked.high or 0.0)
    low, high, inside = _within(asked, counts)
    total = sum(counts.values())
    number = sum(inside.values())
    if asked.kind == "tc":
        return number
    if asked.kind == "pr":
        return 100 * number / total
    amount = sum(value * count for value, count in inside.items())
    if asked.kind == "ts":
        return amount
    if asked.kind == "tm":
        return amount / number if number else None
    below = sum(count for value, count in counts.items() if value < low)
    return (amount + below * low + (total - number - below) * high) / total


def _within(asked: _Extended, counts: Counts) -> tuple[float, float, dict[float, float]]:
    """The bounds as values, and what lies between them: above the lower one, up to the upper one."""
    low, high = asked.low, asked.high
    if asked.by_share:
        low = None if low is None else _percentile(counts, low)
        high = None if high is None else _percentile(counts, high)
    least = min(counts) if low is None else low
    most = max(counts) if high is None else high
    inside = {
        value: count
        for value, count in counts.items()
        if (value > least or (low is None and value == least)) and value <= most
    }
    return least, most, inside


def _percentile(counts: Counts, share: float) -> float:
    """The smallest value that at least this share of all does not exceed."""
    needed, seen = share * sum(counts.values()), 0.0
    ordered = sorted(counts)
    for value in ordered:
        seen += counts[value]
        if seen >= needed * (1 - 1e-12):
            return value
    return ordered[-1]
