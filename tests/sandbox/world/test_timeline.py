import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.world.time.timeline import Timeline


def test_virtual_seconds_pass_at_the_speed():
    line = Timeline(1000.0, speed=10)
    assert line.wall_at(0) == 1000.0
    assert line.wall_at(50) == 1005.0
    assert line.virtual_at(1005.0) == 50


def test_a_change_of_speed_leaves_the_past_alone():
    line = Timeline(1000.0, speed=10)
    line.fix(100, 1010.0, speed=2)
    assert line.wall_at(50) == 1005.0
    assert line.wall_at(104) == 1012.0
    assert line.virtual_at(1012.0) == 104


def test_in_a_pause_the_clock_stands():
    line = Timeline(1000.0, speed=10)
    line.fix(100, 1010.0, speed=0)
    assert line.virtual_at(5000.0) == 100
    assert line.wall_at(100) == 1010.0
    assert line.wall_at(101) == math.inf
    line.fix(100, 2000.0, speed=10)
    assert line.wall_at(110) == 2001.0
    assert line.wall_at(100) == 1010.0


def test_a_gap_keeps_the_pace():
    line = Timeline(1000.0, speed=10)
    line.fix(100, 90_000.0)
    assert line.speed == 10
    assert line.wall_at(120) == 90_002.0
    assert line.wall_at(99) == pytest.approx(1009.9)


def test_a_segment_cannot_begin_in_the_past():
    line = Timeline(1000.0)
    line.fix(10, 1010.0)
    with pytest.raises(ValueError, match="cannot begin at"):
        line.fix(9, 1011.0)


@pytest.mark.parametrize("speed", [-1, math.inf, math.nan])
def test_the_speed_must_be_a_number(speed):
    with pytest.raises(ValueError, match="speed must be a number >= 0"):
        Timeline(0.0, speed)


speeds = st.sampled_from([0, 0.5, 1, 10, 100])
moves = st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e4), speeds), max_size=8)


@given(moves, st.lists(st.floats(0, 2e5), min_size=2, max_size=20))
def test_wall_time_never_runs_backwards(moves, moments):
    line = Timeline(1000.0, speed=10)
    for virtual, wall, speed in moves:
        last = line.segments[-1]
        line.fix(last.virtual + virtual, last.wall + wall, speed)
    walls = [line.wall_at(moment) for moment in sorted(moments)]
    assert walls == sorted(walls)
