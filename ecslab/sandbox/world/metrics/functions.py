"""What the operators and functions of metric maths do with numbers, times and arrays of times.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import itertools
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

__all__ = ["FUNCTIONS", "OPERATORS", "Frame", "MathError", "Times", "Value", "applied"]

Times = Mapping[float, float]
"""A value by the epoch second at which its period starts."""
Value = float | str | Times | list["Value"]


class Frame(NamedTuple):
    """The times of which an expression is computed: periods of so many seconds in [start, end)."""

    start: float
    end: float
    period: int

    @property
    def times(self) -> list[float]:
        """When its periods start."""
        count = max(math.ceil((self.end - self.start) / self.period), 0)
        return [self.start + number * self.period for number in range(count)]


Function = Callable[[Sequence[Value], Frame], Value]


class MathError(ValueError):
    """An expression that cannot be read or computed, in one sentence without its full stop."""


OPERATORS: Final[Mapping[str, Callable[..., float | None]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda left, right: left / right if right else None,
    "^": lambda left, right: _power(left, right),
    "<": lambda left, right: float(left < right),
    ">": lambda left, right: float(left > right),
    "<=": lambda left, right: float(left <= right),
    ">=": lambda left, right: float(left >= right),
    "==": lambda left, right: float(left == right),
    "!=": lambda left, right: float(left != right),
    "&&": lambda left, right: float(bool(left) and bool(right)),
    "||": lambda left, right: float(bool(left) or bool(right)),
}


def applied(function: Callable[..., float | None], parts: Sequence[Value]) -> Value:
    """A function of numbers, for each time at which all of `parts` have a value; None is no value."""
    arrays = [part for part in parts if isinstance(part, list)]
    if arrays:
        if len(arrays) > 1 and len({len(array) for array in arrays}) > 1:
            raise MathError("The arrays are not of the same size")
        size = len(arrays[0])
        rows = [[part[at] if isinstance(part, list) else part for part in parts] for at in range(size)]
        return [applied(function, row) for row in rows]
    times = [part for part in parts if isinstance(part, Mapping)]
    numbers = [part for part in parts if isinstance(part, Mapping | int | float)]
    if len(numbers) != len(parts):
        raise MathError("A text stands where a number is needed")
    if not times:
        value = function(*numbers)
        return math.nan if value is None else value
    shared = sorted(set(times[0]).intersection(*times[1:]))
    results = {
        at: function(*(part[at] if isinstance(part, Mapping) else part for part in numbers)) for at in shared
    }
    return {at: value for at, value in results.items() if value is not None}


def _power(left: float, right: float) -> float | None:
    try:
        value = left**right
    except (OverflowError, ZeroDivisionError):
        return None
    return None if isinstance(value, complex) else value


def _each(function: Callable[[float], float | None]) -> Function:
    def of(parts: Sequence[Value], _frame: Frame) -> Value:
        _check(parts, 1, 1)
        return applied(function, parts)

    return of


def _across(function: Callable[[Sequence[float]], float]) -> Function:
    """Of an array: across its members at each time. Of one metric: over all of its times."""

    def of(parts: Sequence[Value], _frame: Frame) -> Value:
        _check(parts, 1, 99)
        given = parts[0] if len(parts) == 1 else list(parts)
        if isinstance(given, Mapping):
            return function(list(given.values())) if given else math.nan
        if not isinstance(given, list):
            return given
        times = [member for member in given if isinstance(member, Mapping)]
        rest = [float(member) for member in given if isinstance(member, int | float)]
        if not times:
            return function(rest) if rest else math.nan
        every = sorted({at for member in times for at in member})
        return {at: function([*rest, *(member[at] for member in times if at in member)]) for at in every}

    return of


def _of_times(function: Callable[[Times], Value]) -> Function:
    def of(parts: Sequence[Value], _frame: Frame) -> Value:
        _check(parts, 1, 1)
        return _mapped(parts[0], function)

    return of


def _mapped(given: Value, function: Callable[[Times], Value]) -> Value:
    if isinstance(given, list):
        return [_mapped(member, function) for member in given]
    if not isinstance(given, Mapping):
        raise MathError("A metric is needed")
    return function(given)


def _fill(parts: Sequence[Value], frame: Frame) -> Value:
    _check(parts, 2, 2)
    return _mapped(parts[0], lambda times: _filled(times, parts[1], frame))


def _filled(times: Times, by: Value, frame: Frame) -> Times:
    """A value at every time that has one: REPEAT and LINEAR tell none before the first known one."""
    filled = dict(times)
    for at in frame.times:
        if at not in times:
            value = _filling(times, by, at)
            if value is not None:
                filled[at] = value
    return filled


def _filling(times: Times, by: Value, at: float) -> float | None:
    if isinstance(by, Mapping):
        return by.get(at)
    if isinstance(by, int | float):
        return by
    if by not in ("REPEAT", "LINEAR"):
        raise MathError("FILL takes a number, a metric, REPEAT or LINEAR")
    low = max((each for each in times if each < at), default=None)
    high = min((each for each in times if each > at), default=None)
    if low is None or by == "REPEAT" or high is None:
        return None if low is None else times[low]
    return times[low] + (at - low) / (high - low) * (times[high] - times[low])


def _if(parts: Sequence[Value], _frame: Frame) -> Value:
    _check(parts, 2, 3)
    if len(parts) == 2:
        return applied(lambda condition, value: value if condition else None, parts)
    return applied(lambda condition, value, other: value if condition else other, parts)


def _running_sum(times: Times) -> Times:
    total, sums = 0.0, {}
    for at in sorted(times):
        total += times[at]
        sums[at] = total
    return sums


def _differences(times: Times, per_second: bool) -> Times:
    ordered = sorted(times)
    return {
        at: (times[at] - times[before]) / (at - before if per_second else 1)
        for before, at in itertools.pairwise(ordered)
    }


def _logarithm(function: Callable[[float], float]) -> Function:
    return _each(lambda value: function(value) if value > 0 else None)


def _deviation(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))


def _check(parts: Sequence[Value], least: int, most: int) -> None:
    if not least <= len(parts) <= most:
        raise MathError("A function has another number of parameters")


FUNCTIONS: Final[Mapping[str, Function]] = {
    "ABS": _each(abs),
    "AVG": _across(lambda values: sum(values) / len(values)),
    "CEIL": _each(lambda value: float(math.ceil(value))),
    "DATAPOINT_COUNT": _of_times(lambda times: float(len(times))),
    "DIFF": _of_times(lambda times: _differences(times, False)),
    "FILL": _fill,
    "FLOOR": _each(lambda value: float(math.floor(value))),
    "IF": _if,
    "LOG": _logarithm(math.log),
    "LOG10": _logarithm(math.log10),
    "MAX": _across(max),
    "METRIC_COUNT": lambda parts, _frame: float(len(parts[0]) if isinstance(parts[0], list) else 1),
    "MIN": _across(min),
    "PERIOD": lambda _parts, frame: float(frame.period),
    "RATE": _of_times(lambda times: _differences(times, True)),
    "RUNNING_SUM": _of_times(_running_sum),
    "STDDEV": _across(_deviation),
    "SUM": _across(sum),
    "TIME_SERIES": lambda parts, _frame: parts[0],
}
