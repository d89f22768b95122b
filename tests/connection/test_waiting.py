"""Waiting: on AWS it sleeps and backs off, in the sandbox time is let pass, never beyond the limit."""

from itertools import groupby

import pytest

from ecslab.connection.place import AwsTime
from ecslab.connection.waiting import Wait, wait
from ecslab.errors import StillWaiting


class Somewhere:
    """A place whose time is a list of what was let pass."""

    def __init__(self, where, step=None):
        self.where, self.stepped, self.passed, self._step = where, where == "sandbox", [], step
        self.place, self.hurry, self.aws_time = self, lambda _: None, lambda: AwsTime(0.0)

    def pass_time(self, seconds, most):
        moved = min(self._step or seconds, most)
        self.passed.append(moved)
        return moved


def after(looks, what="there"):
    answers = iter([None] * looks + [what])
    return lambda: next(answers)


def test_what_is_there_already_takes_no_time():
    place = Somewhere("aws")
    assert wait(place, after(0), "it", limit=10, every=2) == "there"
    assert place.passed == []


def test_on_aws_the_looks_grow_apart_up_to_ten_seconds():
    place = Somewhere("aws")
    wait(place, after(7), "it", limit=600, every=2)
    assert place.passed == [2, 3, 4.5, 6.75, 10, 10, 10]


def test_what_rounding_leaves_of_a_limit_is_not_waited_for():
    place = Somewhere("sandbox", step=0.1)
    place.pass_time = lambda seconds, most: (50.0 + min(0.1, most)) - 50.0  # as a clock adds them up
    with pytest.raises(StillWaiting):
        wait(place, lambda: None, "it", limit=1.0, every=1)


def test_in_the_sandbox_it_goes_from_event_to_event_and_not_past_the_limit():
    place = Somewhere("sandbox", step=4)
    with pytest.raises(StillWaiting) as caught:
        wait(place, after(99), "a page", limit=10, every=0.2)
    assert place.passed == [4, 4, 2]
    assert str(caught.value) == (
        "waited 10 s for a page, and it did not happen.\n"
        "  next: run the cell again to go on waiting, or look with lab.check()"
    )


def test_what_the_look_raises_comes_out_as_it_is():
    def look():
        raise LookupError("gone")

    with pytest.raises(LookupError):
        wait(Somewhere("aws"), look, "it", limit=10, every=2)


class Paced:
    """A sandbox whose time passes at 10 times the wall's, and in which something changes every 7 seconds."""

    where, stepped, hurries = "sandbox", False, True

    def __init__(self):
        self.place, self.now, self.wall, self.times, self.speeds = self, 0.0, 0.0, 1.0, []

    def pass_time(self, seconds, most):
        self.wall += seconds
        self.now += 10 * seconds
        return 10 * seconds

    def jump(self, most):
        moved = min(7 - self.now % 7, most)
        self.now += moved
        return moved

    def hurry(self, times):
        self.times = times

    def aws_time(self):
        self.speeds.append(10 * self.times)
        return AwsTime(self.now, 10 * self.times, self.hurries)


def test_a_long_wait_goes_faster_by_itself_and_leaves_time_as_it_was():
    lab = Paced()
    assert wait(lab, lambda: lab.now >= 600, "it", limit=900, every=0.2)
    assert [speed for speed, _ in groupby(lab.speeds)] == [10, 30, 100]
    assert 10 < lab.wall < 15
    assert lab.times == 1


def test_a_speed_that_somebody_chose_holds_for_long_waits():
    lab = Paced()
    lab.hurries = False
    wait(lab, lambda: lab.now >= 600, "it", limit=900, every=0.2)
    assert lab.wall == pytest.approx(60) and {*lab.speeds} == {10}


def test_a_wait_that_is_skipped_stops_at_each_change_and_ends_as_it_would_have():
    lab, stops = Paced(), []
    with Wait(lab, "it") as waiting:
        waiting.let_pass(0.2, 300)
        waiting._skipped.set()
        while waiting.waited < 20:
            waiting.let_pass(0.2, 300 - waiting.waited)
            stops.append(lab.now)
    assert stops == [7, 14, 21] and lab.wall == 0.2


def test_an_interrupt_in_a_long_wait_leaves_time_as_it_was():
    lab = Paced()

    def look():
        if lab.now > 200:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wait(lab, look, "it", limit=900, every=0.2)
    assert 30 in lab.speeds and lab.times == 1
