"""What identifies a metric, and what one period of it holds.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["NO_UNIT", "Metric", "Statistics", "combined", "dimensions_of", "is_period"]

NO_UNIT = "None"
Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """Namespace, name, and dimensions as pairs of name and value, sorted (`dimensions_of` sorts them).

    Other dimensions make another metric: what was recorded for one cluster and service is not found by the
    cluster alone.
    """

    namespace: str
    name: str
    dimensions: Dimensions = ()


def dimensions_of(**named: str) -> Dimensions:
    """Dimensions in their order, as `dimensions_of(ClusterName="blue", ServiceName="web")`."""
    return tuple(sorted(named.items()))


@dataclass(slots=True)
class Statistics:
    """What one period of a metric holds: a statistic set.

    Attributes:
        sample_count: how many values there were; above 0.
        sum, minimum, maximum: of the values, in `unit`.
        unit: a word of CloudWatch's `StandardUnit`, such as `Percent`, `Count` or `Seconds`.
        values: how often each value came, by the value, where percentiles are to be had; publishers bound how
            many there are. None: nobody can say, except where all values are equal.
    """

    sample_count: float
    sum: float
    minimum: float
    maximum: float
    unit: str = NO_UNIT
    values: Mapping[float, float] | None = None

    @classmethod
    def of(cls, values: Iterable[float], unit: str = NO_UNIT) -> "Statistics":
        """The statistics of these values, of which there is at least one; each is counted."""
        counted: dict[float, float] = {}
        for value in values:
            counted[value] = counted.get(value, 0) + 1
        return cls.of_counts(counted, unit)

    @classmethod
    def of_counts(cls, counted: Mapping[float, float], unit: str = NO_UNIT) -> "Statistics":
        """The statistics of values by how often each came."""
        total = sum(value * count for value, count in counted.items())
        return cls(sum(counted.values()), total, min(counted), max(counted), unit, counted)

    def times(self, periods: int) -> "Statistics":
        """The same in so many periods, taken together."""
        values = self.values and {value: count * periods for value, count in self.values.items()}
        return Statistics(
            self.sample_count * periods, self.sum * periods, self.minimum, self.maximum, self.unit, values
        )

    def counted(self) -> Mapping[float, float] | None:
        """How often each value came; None if nobody can say."""
        if self.values is not None:
            return self.values
        return {self.minimum: self.sample_count} if self.minimum == self.maximum else None


def is_period(seconds: int) -> bool:
    """Whether metrics can be read by so many seconds."""
    return seconds in (1, 5, 10, 20, 30) or (seconds % 60 == 0 and 0 < seconds <= 86_400)


def combined(parts: Iterable[Statistics]) -> Statistics | None:
    """Several of one unit, taken together; None of none.

    Values are known only where they are known of all parts.
    """
    held = list(parts)
    if len(held) < 2:
        return held[0] if held else None
    counts = [part.counted() for part in held]
    values: dict[float, float] | None = None
    if all(count is not None for count in counts):
        values = {}
        for count in counts:
            for value, times in (count or {}).items():
                values[value] = values.get(value, 0) + times
    return Statistics(
        sum(part.sample_count for part in held),
        sum(part.sum for part in held),
        min(part.minimum for part in held),
        max(part.maximum for part in held),
        held[0].unit,
        values,
    )
