"""Virtual time follows the wall clock only while somebody asks, and never goes back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecslab.sandbox.engine.pace import IDLE, Pace
from ecslab.sandbox.world.time.timeline import Timeline


class Wall:
    """A wall clock that a test sets."""

    def __init__(self, now=1000.0):
        self.now = now

    def __call__(self):
        return self.now


def paced(wall, speed=10.0):
    return Pace(Timeline(wall(), speed), "paced", speed, wall)


def test_ten_virtual_seconds_pass_in_one():
    wall = Wall()
    pace = paced(wall)
    wall.now += 3
    assert pace.note_request() == 0
    assert pace.target(0.0) == 30
    assert pace.timeline.wall_at(30.0) == 1003


def test_after_a_minute_without_a_request_the_clock_stands():
    wall = Wall()
    pace = paced(wall)
    wall.now += 8 * 3600
    assert pace.note_request() == 8 * 3600
    assert pace.target(0.0) == IDLE * 10
    pace.go_on(600.0)
    wall.now += 1
    assert pace.note_request() == 0
    assert pace.target(600.0) == 610
    assert pace.timeline.wall_at(610.0) == wall.now


def test_paused_and_stepped_time_stands():
    wall = Wall()
    pace = paced(wall)
    pace.paused = True
    wall.now += 100
    assert (pace.note_request(), pace.target(5.0)) == (0, 5.0)
    stepped = Pace(Timeline(wall(), 1.0), "stepped", 10.0, wall)
    wall.now += 100
    assert (stepped.note_request(), stepped.target(5.0)) == (0, 5.0)


def test_time_let_pass_by_hand_shows_at_the_usual_speed():
    wall = Wall()
    pace = paced(wall)
    pace.go_on(100.0)  # somebody advanced the clock by 100 virtual seconds within an instant
    assert pace.timeline.wall_at(50.0) == 1005
    assert pace.wall() == 1010
    wall.now += 1
    pace.note_request()
    assert pace.target(100.0) == 110


def test_a_wall_clock_set_back_does_not_stop_time():
    wall = Wall()
    pace = paced(wall)
    wall.now -= 500
    pace.note_request()
    wall.now += 2
    pace.note_request()
    assert pace.target(0.0) == 20


def test_a_change_of_mode_keeps_the_shown_time():
    wall = Wall()
    pace = paced(wall)
    pace.go_on(100.0)
    pace.set_mode(100.0, "stepped")
    assert pace.timeline.wall_at(160.0) == 1070
    pace.set_mode(160.0, "paced")
    assert pace.timeline.wall_at(170.0) == 1071
    with pytest.raises(ValueError, match="'paced' or 'stepped'"):
        pace.set_mode(160.0, "fast")


def test_a_pause_that_ends_in_another_mode_is_kept_with_its_length():
    wall = Wall()
    pace = paced(wall)
    pace.paused = True
    pace.go_on(0.0)
    wall.now += 90
    pace.set_mode(0.0, "stepped")
    again = paced(Wall())
    again.take_up(0.0, pace.setting(0.0))
    assert again.timeline.wall_at(3.0) == pace.timeline.wall_at(3.0) == 1093


@pytest.mark.parametrize("speed", [0, 0.05, 1001, float("nan")])
def test_a_speed_has_bounds(speed):
    with pytest.raises(ValueError, match=r"from 0\.1 to 1000"):
        paced(Wall()).set_speed(0.0, speed)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["wait", "speed", "mode", "pause", "advance"]), st.floats(-50, 400), st.booleans()
        )
    )
)
def test_whatever_happens_time_and_what_it_shows_never_go_back(events):
    wall = Wall()
    pace, now, shown_time = paced(wall), 0.0, 0.0
    for what, amount, flag in events:
        if what == "wait":
            wall.now += amount
        elif what == "speed":
            pace.set_speed(now, 1 + abs(amount))
        elif what == "mode":
            pace.set_mode(now, "stepped" if flag else "paced")
        elif what == "pause":
            pace.paused = flag
            pace.go_on(now)
        else:
            now += abs(amount)
            pace.go_on(now)
        idle = pace.note_request()
        target = pace.target(now)
        assert target >= now
        now = target
        if idle:
            pace.go_on(now)
        assert pace.timeline.wall_at(now) >= shown_time - 1e-6
        shown_time = pace.timeline.wall_at(now)
