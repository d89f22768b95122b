"""Which windows are about a client's present, and where they lie in the world's time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.world.time.windows import Presents, Window

BEGAN = 1_800_000_000.0
MINUTE, HOUR, WEEK = 60.0, 3600.0, 7 * 86400.0
AHEAD = Presents(BEGAN, BEGAN + 10 * HOUR, BEGAN + HOUR)
BEHIND = Presents(BEGAN, BEGAN + HOUR, BEGAN + WEEK)
ALIKE = Presents(BEGAN, BEGAN + HOUR, BEGAN + HOUR)

MOVED = [
    # presents, start and end after (or before) the client's present
    (AHEAD, -2 * HOUR, None), (AHEAD, -2 * HOUR, 0.0), (AHEAD, -10 * MINUTE, -1.0), (AHEAD, None, 0.0),
    (AHEAD, -2 * HOUR, 10 * HOUR), (BEHIND, -10 * MINUTE, None), (BEHIND, -10 * MINUTE, 0.0),
    (BEHIND, -10 * MINUTE, HOUR), (BEHIND, -2.0, None), (BEHIND, -2 * WEEK, None), (BEHIND, None, -3.0),
]  # fmt: skip
LEFT = [
    # presents, start and end after the world's beginning
    (AHEAD, 2 * HOUR, None), (AHEAD, 2 * HOUR, 3 * HOUR), (AHEAD, 0.0, 9 * HOUR), (AHEAD, 50 * MINUTE, None),
    (BEHIND, 0.0, None), (BEHIND, 10 * MINUTE, 20 * MINUTE), (BEHIND, WEEK + HOUR, None),
    (BEHIND, 2 * WEEK, 3 * WEEK), (AHEAD, 20 * HOUR, None), (AHEAD, None, None), (AHEAD, None, 2 * HOUR),
    (AHEAD, HOUR, HOUR - MINUTE), (BEHIND, -2 * HOUR, -HOUR), (BEHIND, -BEGAN, 30 * MINUTE),
]  # fmt: skip


def _from(zero: float, start: float | None, end: float | None) -> Window:
    return Window(*(None if moment is None else zero + moment for moment in (start, end)))


@pytest.mark.parametrize(("presents", "start", "end"), MOVED)
def test_a_window_about_the_clients_present_moves_to_the_worlds(presents, start, end):
    window = _from(presents.client, start, end)
    assert window.moved(presents.shift(window)) == _from(presents.world, start, end)


@pytest.mark.parametrize(("presents", "start", "end"), LEFT)
def test_times_of_the_api_and_of_nobody_stay(presents, start, end):
    assert presents.shift(_from(BEGAN, start, end)) == 0.0


def test_a_window_from_1970_does_not_begin_before_it():
    everything = Window(0.0, None)
    assert everything.moved(BEHIND.shift(everything)) == everything


moments = st.none() | st.floats(-1e6, 1e7)


@given(moments, moments)
def test_nothing_moves_where_both_presents_are_one(start, end):
    assert ALIKE.shift(_from(BEGAN, start, end)) == 0.0


@given(moments, moments, st.sampled_from([AHEAD, BEHIND]))
def test_a_window_keeps_its_length(start, end, presents):
    window = _from(BEGAN, start, end)
    moved = window.moved(presents.shift(window))
    if start is not None and end is not None:
        assert moved.end - moved.start == pytest.approx(window.end - window.start)
    assert [moment is None for moment in moved] == [moment is None for moment in window]
