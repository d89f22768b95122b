"""What is read of metrics, held against a list of all values; and for how long what is kept."""

import math
import random

import pytest

from ecslab.sandbox.world.metrics.extended import is_statistic, value_of
from ecslab.sandbox.world.metrics.metric import Metric, Statistics, combined, dimensions_of
from ecslab.sandbox.world.metrics.packing import pack, unpack
from ecslab.sandbox.world.metrics.store import DAY, MetricStore

METRIC = Metric("My", "latency", dimensions_of(Service="web"))
START = 1_800_000_000.0


def percentile(values, share):
    """The smallest value that so many do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(round(share * len(ordered) / 100, 9)), 1) - 1]


PLAIN = {
    "SampleCount": len,
    "Sum": sum,
    "Minimum": min,
    "Maximum": max,
    "Average": lambda values: sum(values) / len(values),
    "p50": lambda values: percentile(values, 50),
    "p99.9": lambda values: percentile(values, 99.9),
    "p0": min,
    "p100": max,
}


@pytest.mark.parametrize("seed", range(40))
def test_every_statistic_of_every_period_is_that_of_its_values(seed):
    draw, store = random.Random(seed), MetricStore()
    native, every = draw.choice((1, 20, 60)), {}
    for _ in range(draw.randint(1, 900)):
        number = draw.randint(0, 500)
        values = [draw.choice((0.25, 3.0, draw.random() * 100)) for _ in range(draw.randint(1, 5))]
        store.record(METRIC, START + number * native, native, Statistics.of(values))
        every.setdefault(number, []).extend(values)
    period = native * draw.choice((1, 1, 3, 60))
    by_period = {}
    for number, values in every.items():
        by_period.setdefault(number * native // period, []).extend(values)
    for name, statistic in PLAIN.items():
        read = store.read(METRIC, START, START + 501 * native, period, name)
        wanted = [(START + number * period, statistic(by_period[number])) for number in sorted(by_period)]
        assert [at for at, _ in read] == [at for at, _ in wanted]
        assert [value for _, value in read] == pytest.approx([value for _, value in wanted])


@pytest.mark.parametrize("seed", range(20))
def test_a_run_is_as_many_equal_periods(seed):
    draw, runs, singles = random.Random(seed), MetricStore(), MetricStore()
    at = START
    for _ in range(draw.randint(1, 12)):
        end = at + 60 * draw.randint(1, 200)
        statistics = Statistics.of([draw.randint(0, 9) for _ in range(draw.randint(1, 3))])
        runs.record_run(METRIC, at, end, 60, statistics)
        for minute in range(int((end - at) // 60)):
            singles.record(METRIC, at + minute * 60, 60, statistics)
        at = end + 60 * draw.choice((0, 0, 5))
    begin, period = START + 60 * draw.randint(0, 50), 60 * draw.choice((1, 5, 60))
    for name in ("SampleCount", "Average", "Maximum", "p90"):
        read, wanted = (store.read(METRIC, begin, at, period, name) for store in (runs, singles))
        assert [moment for moment, _ in read] == [moment for moment, _ in wanted]
        assert [value for _, value in read] == pytest.approx([value for _, value in wanted])


def test_equal_runs_that_follow_each_other_are_one():
    store = MetricStore()
    for minute in range(10_000):
        store.record_run(METRIC, START + minute * 60, START + minute * 60 + 60, 60, Statistics.of([1.0]))
    (series,) = store._held[METRIC].values()
    assert len(series.runs) == 1


def test_what_is_packed_is_unpacked_as_it_was():
    draw = random.Random(0)
    periods = {
        number: draw.choice(
            (
                Statistics.of([draw.random(), draw.random()], "Seconds"),
                Statistics(3, 1e-300, -5.5, 2.0**80, "Seconds"),
                Statistics.of_counts({0.5: 100.0}, "Seconds"),
            )
        )
        for number in draw.sample(range(10**9, 10**9 + 500), 120)
    }
    assert unpack(pack(periods), "Seconds") == periods


def test_a_statistic_set_has_no_percentiles_but_where_all_is_equal():
    assert value_of(Statistics(3, 9, 1, 5), "p90") is None
    assert value_of(Statistics(3, 9, 3, 3), "p90") == 3
    assert value_of(combined([Statistics(3, 9, 3, 3), Statistics(1, 2, 2, 2)]), "p10") == 2
    assert value_of(Statistics.of([-1.0, 2.0]), "p90") is None, "not of negative values"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tm90", 5.0),
        ("tm(10%:90%)", 5.5),
        ("TM(2:8)", 5.5),
        ("tc(2:8)", 6),
        ("ts(2:8)", 33),
        ("PR(:5)", 50.0),
        ("wm90", 5.4),
        ("IQM", 6.0),
    ],
)
def test_trimmed_statistics(name, value):
    assert is_statistic(name)
    assert value_of(Statistics.of(range(1, 11)), name) == pytest.approx(value)


@pytest.mark.parametrize(
    "name", ["p101", "P", "tm", "tm(5:2)", "tm(:)", "PR(5%:)", "average", "p-1", "tm(1%:5)", ""]
)
def test_other_names_are_no_statistics(name):
    assert not is_statistic(name)


def test_old_minutes_are_held_by_five_minutes_and_then_by_hours():
    store = MetricStore()
    for hour in range(70 * 24):
        for minute in range(0, 60, 20):
            store.record(METRIC, START + hour * 3600 + minute * 60, 60, Statistics.of([1.0]))
    end = START + 70 * DAY
    assert store.read(METRIC, START + 40 * DAY, START + 41 * DAY, 60, "Sum") == []
    assert len(store.read(METRIC, START + 40 * DAY, START + 41 * DAY, 300, "Sum")) == 72
    assert store.read(METRIC, START, START + DAY, 300, "Sum") == []
    assert len(store.read(METRIC, START, START + DAY, 3600, "Sum")) == 24
    assert sum(value for _, value in store.read(METRIC, START, end, 86_400, "Sum")) == 70 * 72
    assert len(store.read(METRIC, end - DAY, end, 60, "Sum")) == 72


def test_the_first_unit_by_name_is_read_where_none_is_asked_for():
    store = MetricStore()
    store.record(METRIC, START, 60, Statistics.of([7.0], "Seconds"))
    store.record(METRIC, START, 60, Statistics.of([5.0], "Count"))
    assert store.read(METRIC, START, START + 60, 60, "Sum") == [(START, 5.0)]
    assert store.read(METRIC, START, START + 60, 60, "Sum", "Seconds") == [(START, 7.0)]
    assert store.read(METRIC, START, START + 60, 20, "Sum") == [], "a minute is not read by 20 seconds"


def test_sources_are_asked_once_for_each_moment_and_never_beyond_the_present():
    moments, store = [], MetricStore(lambda: START)
    store.sources.append(moments.append)
    for end in (START - 60, START, START + 9000):
        store.read(METRIC, START - 600, end, 60, "Sum")
    assert moments == [START - 60, START]


@pytest.mark.parametrize("seed", range(20))
def test_what_was_read_before_is_read_anew_once_anything_was_recorded(seed):
    drawn = random.Random(seed)
    now = [600.0]
    store = MetricStore(lambda: now[0])
    store.sources.append(lambda until: store.record(METRIC, until // 60 * 60, 60, Statistics.of([until])))
    metrics = [Metric("Lab", name) for name in "ab"]
    for _ in range(150):
        metric, start = drawn.choice([*metrics, METRIC]), drawn.randrange(0, 20) * 60.0
        what = drawn.random()
        if what < 0.2:
            store.record(metric, start, 60, Statistics.of([drawn.random()]))
        elif what < 0.3:
            store.record_run(metric, start, start + 180.0, 60, Statistics.of([drawn.random()]))
        elif what < 0.4:
            now[0] += drawn.choice([1.0, 60.0])
        else:
            asked = metric, start, start + 300.0, drawn.choice([60, 300]), None
            assert store.periods(*asked) == store._periods(*asked)
