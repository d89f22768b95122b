import re
from itertools import combinations, pairwise

import pytest
from geometry import contrast, faults, read
from hypothesis import given, settings
from hypothesis import strategies as st

from ecslab.figures import curve
from ecslab.figures.chart import STYLES, ticks, value_at

STEPS = st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 40)), min_size=1, max_size=5).map(sorted)


@given(st.lists(STEPS, min_size=1, max_size=4), st.lists(st.integers(0, 45), max_size=3))
@settings(max_examples=8, deadline=None)
def test_whatever_it_shows_nothing_overlaps(curves, limits):
    chart = curve(
        {f"curve {n}": points for n, points in enumerate(curves)},
        title="Anything", x="seconds", y="tasks",
        limits={f"limit {n}": limit for n, limit in enumerate(limits)},
    )  # fmt: skip
    assert list(faults(read(chart.svg))) == []


def test_it_says_in_words_what_it_shows():
    chart = curve({"total": [(0, 2), (17.5, 3)]}, title="Rolling", x="seconds", y="tasks", limits={"most": 4})
    assert str(chart) == "Rolling\ntasks, over seconds.\ntotal: 2, 3 from 17.5.\nmost: a line at 4."


@pytest.mark.parametrize(("first", "second"), [*combinations(STYLES, 2)])
def test_two_curves_differ_in_dash_and_marker_not_in_colour_alone(first, second):
    assert first.dash != second.dash
    assert first.marker != second.marker
    assert first.ink != second.ink


@pytest.mark.parametrize("style", STYLES)
def test_a_curve_stands_out_from_the_ground(style):
    assert contrast(style.ink, "#ffffff") >= 4.5


def test_the_legend_shows_each_curve_as_it_is_drawn():
    svg = curve({"a": [(0, 1)], "b": [(0, 2)]}, title="t", x="seconds", y="tasks").svg
    drawn = re.findall(r'stroke="(#\w+)" stroke-width="2.6"[^/]*?(stroke-dasharray="[\d ]+")?/>', svg)
    assert drawn[:2] == drawn[2:]
    assert len(drawn) == 4


@pytest.mark.parametrize(
    ("series", "complaint"),
    [
        ({}, "a chart shows 1 to 4 curves, here are 0"),
        ({str(n): [(0, 1)] for n in range(5)}, "a chart shows 1 to 4 curves, here are 5"),
        ({"total": []}, "the curve 'total' has no points"),
        ({"total": [(5, 1), (3, 2)]}, "the curve 'total' goes back in x: 5, 3"),
        ({"total": [(0, -1)]}, "the curve 'total' has a negative number"),
    ],
)
def test_what_cannot_be_drawn_is_refused(series, complaint):
    with pytest.raises(ValueError, match=f"^{re.escape(complaint)}$"):
        curve(series, title="t", x="seconds", y="tasks")


def test_a_limit_with_a_sermon_for_a_name_is_refused():
    with pytest.raises(ValueError, match=r"is too long to stand beside its line$"):
        curve({"a": [(0, 1)]}, title="t", x="seconds", y="tasks", limits={"a word " * 20: 1})


@given(st.integers(1, 1_000_000), st.booleans())
@settings(max_examples=40)
def test_ticks_are_few_even_and_round(most, seconds):
    values = ticks(most, seconds=seconds)
    assert values[0] == 0
    assert 1 <= len(values) <= 9
    assert values[-1] <= most
    assert len({round(b - a) for a, b in pairwise(values)}) <= 1


def test_a_value_holds_until_the_next():
    points = [(10, 2), (20, 5)]
    assert [value_at(points, x) for x in (0, 10, 19.9, 20, 99)] == [2, 2, 2, 5, 5]
