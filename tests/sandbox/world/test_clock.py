from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.world.time.clock import Clock
from ecslab.sandbox.world.time.timeline import Timeline


@pytest.fixture
def log():
    return []


def test_the_same_instant_runs_in_the_order_asked(log):
    clock = Clock()
    clock.after(3, lambda: log.append("b"))
    clock.after(3, lambda: log.append("c"))
    clock.after(1, lambda: log.append("a"))
    assert clock.run(until=10) == 3
    assert (log, clock.now) == (["a", "b", "c"], 10)


def test_an_event_may_plan_another_within_the_same_run(log):
    clock = Clock()
    clock.after(1, lambda: clock.after(1, lambda: log.append(clock.now)))
    clock.run(until=2)
    assert log == [2]


def test_a_cancelled_event_neither_happens_nor_counts(log):
    clock = Clock()
    event = clock.after(1, lambda: log.append("never"))
    event.cancel()
    assert clock.next_at() is None
    assert clock.run(until=5) == 0
    assert (log, clock.now) == ([], 5)


def test_a_bounded_run_stops_at_the_last_event_worked_off():
    clock = Clock()
    for second in range(1, 6):
        clock.after(second, lambda: None)
    assert clock.run(until=100, most=3) == 3
    assert clock.now == 3
    assert clock.run(until=100, most=3) == 2
    assert clock.now == 100


def test_exactly_as_many_as_allowed_reaches_the_end():
    clock = Clock()
    clock.after(1, lambda: None)
    assert clock.run(until=7, most=1) == 1
    assert clock.now == 7


def test_time_never_runs_backwards():
    clock = Clock(now=8)
    clock.run(until=3)
    assert clock.now == 8


@pytest.mark.parametrize("delay", [-1, float("nan")])
def test_a_delay_must_not_be_negative(delay):
    with pytest.raises(ValueError, match="delay must be >= 0"):
        Clock().after(delay, lambda: None)


def test_stepping_an_empty_clock_says_so():
    with pytest.raises(IndexError, match="nothing is planned"):
        Clock().step()


def test_the_observer_hears_each_events_number_first(log):
    clock = Clock()
    clock.on_event = lambda number: log.append(number)
    clock.after(2, lambda: log.append("second"))
    clock.after(1, lambda: log.append("first"))
    clock.run(until=2)
    assert log == [1, "first", 0, "second"]


def test_timestamps_are_wall_clock_and_durations_are_shortened_by_the_speed():
    clock = Clock(timeline=Timeline(1000.0, speed=10))
    clock.run(until=30)
    assert clock.timestamp() == 1003.0


@given(st.lists(st.floats(0, 1e6)), st.floats(0, 1e6))
def test_events_happen_in_order_and_none_is_lost(delays, until):
    clock, moments = Clock(), []
    for delay in delays:
        clock.after(delay, lambda: moments.append(clock.now))
    clock.run(until)
    assert len(moments) == sum(delay <= until for delay in delays)
    assert all(a <= b for a, b in pairwise(moments))


def test_a_run_to_a_change_passes_over_what_changes_nothing():
    clock = Clock()
    for second in (1, 2, 3):
        clock.after(second, lambda: False)
    clock.after(3, lambda: None)
    clock.after(3, lambda: False)
    clock.after(4, lambda: None)
    assert clock.run(until=10, to_change=True) == 5
    assert clock.now == 3
    assert clock.run(until=10, to_change=True) == 1
    assert clock.now == 4
    assert clock.run(until=10, to_change=True) == 0
    assert clock.now == 10


def test_a_bounded_run_to_a_change_stops_before_it():
    clock = Clock()
    for second in (1, 2, 3):
        clock.after(second, lambda: False)
    assert clock.run(until=10, most=2, to_change=True) == 2
    assert clock.now == 2


def test_a_moment_happens_as_a_whole():
    """However early it stops: what a journal keeps is how far time came, not how many events of a moment."""
    clock, log = Clock(), []
    for number in range(5):
        clock.after(1.0, lambda number=number: log.append(number))
    clock.after(2.0, lambda: log.append("later"))
    assert clock.run(until=10, most=2) == 5
    assert (log, clock.now) == ([0, 1, 2, 3, 4], 1.0)
    assert clock.run(until=10, enough=lambda: True) == 0 and clock.now == 1.0
    assert clock.run(until=10) == 1 and clock.now == 10


def test_an_aside_takes_no_number_and_comes_first(log):
    clock, numbers = Clock(), []
    clock.on_event = numbers.append
    clock.after(1, lambda: log.append("a"))
    clock.after(1, lambda: log.append("told"), aside=True)
    clock.after(1, lambda: log.append("b"))
    clock.run(until=1)
    assert log == ["told", "a", "b"]
    assert numbers[1:] == [0, 1]


def test_what_depends_on_the_time_is_asked_before_it_is_passed_over(log):
    """It happens by itself at the first moment at which it is not quiet, and no later one is passed over."""
    clock = Clock()

    def tick():
        log.append(clock.now)
        clock.every(10, tick, lambda moments: log.append(list(moments)), lambda at: at < 50)
        return clock.now == 50

    clock.every(10, tick, lambda moments: log.append(list(moments)), lambda at: at < 50)
    clock.run(until=75)
    assert log == [10, [20, 30, 40], 50, 60, 70]
