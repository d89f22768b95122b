import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from gallery import MIDNIGHT, a_day, at
from geometry import contrast, faults, read
from hypothesis import given, settings
from hypothesis import strategies as st

from ecslab.figures import Limit, Mark, Series, run_chart
from ecslab.figures.time_axis import TimeAxis
from ecslab.figures.time_panels import _LANES, _pieces

HOURS = st.lists(st.tuples(st.floats(0, 30), st.floats(0, 1e6)), min_size=1, max_size=30).map(sorted)
CURVES = st.lists(
    st.tuples(HOURS, st.sampled_from(["tasks", "% CPU"]), st.sampled_from([None, 60.0])),
    min_size=1,
    max_size=4,
)
MARKS = st.lists(
    st.tuples(st.floats(-1, 30), st.sampled_from(sorted(_LANES)), st.floats(0, 5) | st.none()), max_size=12
)


@given(CURVES, MARKS)
@settings(max_examples=12, deadline=None)
def test_whatever_it_shows_nothing_overlaps(curves, marks):
    chart = run_chart(
        [
            Series(f"curve {n}", unit, [(at(x), y) for x, y in points], period)
            for n, (points, unit, period) in enumerate(curves)
        ],
        [Mark(at(x), kind, f"at {x:.1f}", at(x + long) if long else None) for x, kind, long in marks],
        title="Anything", begin=at(0), end=at(30),
    )  # fmt: skip
    assert list(faults(read(chart.svg))) == []


def test_it_says_in_words_what_it_shows():
    words = str(a_day()).splitlines()
    assert words[:3] == [
        "A day of adgu-rush under target tracking",
        "AWS time, 22 November 2026, 00:00 to 24:00 UTC.",
        "visitors (requests a second): first 10 at 00:00, least 10 at 00:00, most 2000 at 12:00, "
        "last 10 at 23:59.",
    ]
    assert "5xx of the load balancer (errors a minute): no datapoints." in words
    assert "target 60 %: a line at 60 % CPU." in words
    assert words[-7:] == [
        "00:00, activity: Setting desired count to 2.",
        "07:30 until 09:15, alarm: adgu-rush-AlarmHigh in ALARM",
        "08:00, activity: Setting desired count to 5.",
        "10:00, activity: Setting desired count to 10.",
        "12:00 until 12:06, deployment: deployment of adgu-rush:2",
        "15:00, fault: fargate-capacity",
        "19:00, activity: Setting desired count to 2.",
    ]


def test_marks_outside_the_time_are_left_out_and_those_that_reach_into_it_are_not():
    tasks = Series("running", "tasks", [(at(1), 1), (at(2), 1)])
    marks = [
        Mark(at(0), "alarm", "before"),
        Mark(at(0), "alarm", "into", at(1.5)),
        Mark(at(3), "alarm", "after"),
    ]
    words = str(run_chart([tasks], marks, title="t"))
    assert "into" in words
    assert "before" not in words
    assert "after" not in words


def across(axis):
    return type("Across", (), {"axis": axis, "__call__": lambda self, at: round(860 * axis.share(at), 1)})()


def test_a_period_without_a_datapoint_leaves_a_hole():
    points = [(at(n / 60), 5.0) for n in range(120) if not 40 <= n < 50]
    pieces = list(_pieces(Series("cpu", "%", points, 60), across(TimeAxis(at(0), at(2)))))
    assert len(pieces) == 2
    assert pieces[0][-1][0] < pieces[1][0][0] - 50


def test_a_value_without_a_period_holds_until_the_next_and_to_the_end():
    (piece,) = _pieces(
        Series("desired", "tasks", [(at(-1), 2.0), (at(1), 4.0)]), across(TimeAxis(at(0), at(2)))
    )
    assert piece == [(430.0, 2.0), (430.0, 4.0), (860.0, 4.0)]


def test_a_wide_period_is_a_step_as_wide_as_what_it_stands_for():
    minutes = [(at(n / 60), float(n)) for n in range(4)]
    (piece,) = _pieces(Series("5xx", "errors", minutes, 60), across(TimeAxis(at(0), at(4 / 60))))
    assert piece == [(215.0 * (n + end), float(n)) for n in range(4) for end in (0, 1)]
    (last,) = _pieces(Series("5xx", "errors", minutes[-1:], 60), across(TimeAxis(at(0), at(3.5 / 60))))
    assert last[-1] == (860.0, 3.0)  # cut where the axis ends


def test_a_day_of_minutes_keeps_its_peaks_and_stays_small():
    points = [(at(n / 60), 1000.0 if n == 777 else 1.0) for n in range(1440)]
    pieces = list(_pieces(Series("5xx", "errors", points, 60), across(TimeAxis(at(0), at(24)))))
    assert max(value for piece in pieces for _, value in piece) == 1000
    assert len(a_day().svg) < 60_000


@pytest.mark.parametrize("ink", [ink for _, ink in _LANES.values()])
def test_a_lane_stands_out_from_the_ground(ink):
    assert contrast(ink, "#f6f8fa") >= 4.5


def test_the_sign_of_an_activity_says_up_or_down_without_colour():
    def signs(up):
        tasks = Series("running", "tasks", [(at(0), 1), (at(2), 1)])
        svg = run_chart([tasks], [Mark(at(1), "activity", "x", up=up)], title="t").svg
        return re.findall(r'<polygon points="([^"]*)" fill="#00654f"', svg)

    assert len({str(signs(up)) for up in (True, False, None)}) == 3


def tasks(*points):
    return Series("a", "tasks", points)


NO_NUMBER = "the curve 'a' has a value that is no number of 0 or more"
NO_ZONE = "2026-01-01 00:00:00 has no time zone: a run is drawn over AWS time, in UTC"
FLAT = tasks((at(0), 1), (at(1), 1))


@pytest.mark.parametrize(
    ("series", "limits", "complaint"),
    [
        ([], [], "there is nothing to draw: no curve has a datapoint"),
        ([tasks()], [], "there is nothing to draw: no curve has a datapoint"),
        ([FLAT] * 5, [], "5 curves count tasks; a panel shows 4"),
        ([tasks((at(0), 1), (at(2), 1), (at(1), 1))], [], "the curve 'a' goes back in time"),
        ([tasks((at(0), 1), (at(1), -1))], [], NO_NUMBER),
        ([tasks((at(0), 1), (at(1), float("nan")))], [], NO_NUMBER),
        ([FLAT], [Limit("b", "%", 1)], "the limit 'b' counts %, and no curve does"),
        ([tasks((datetime(2026, 1, 1), 1))], [], NO_ZONE),
        ([tasks((at(1), 1))], [], f"the run ends at {at(1)}, and begins at {at(1)}"),
    ],
)
def test_what_cannot_be_drawn_is_refused(series, limits, complaint):
    with pytest.raises(ValueError, match=f"^{re.escape(complaint)}$"):
        run_chart(series, title="t", limits=limits)


@given(st.integers(0, 86_400 * 400), st.integers(1, 86_400 * 60))
@settings(max_examples=60)
def test_ticks_are_few_round_and_inside(start, long):
    begin = MIDNIGHT + timedelta(seconds=start)
    ticks = TimeAxis(begin, begin + timedelta(seconds=long)).ticks()
    assert len(ticks) <= 10
    assert all(begin <= when <= begin + timedelta(seconds=long) for when, _ in ticks)
    assert len({(b - a) for (a, _), (b, _) in pairwise(ticks)}) <= 1


def test_the_axis_is_utc_whatever_the_zone_of_its_instants():
    other = datetime.fromisoformat("2026-11-22T09:00:00+09:00")
    chart = run_chart([Series("a", "tasks", [(other, 1), (other + timedelta(hours=1), 1)])], title="t")
    assert "22 November 2026, 00:00 to 01:00 UTC" in str(chart)
    assert other == MIDNIGHT == datetime(2026, 11, 22, tzinfo=UTC)
