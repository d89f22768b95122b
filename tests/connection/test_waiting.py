"""Waiting: on AWS it sleeps and backs off, in the sandbox time is let pass, never beyond the limit."""

import pytest

from ecslab.connection.waiting import wait
from ecslab.errors import StillWaiting


class Somewhere:
    """A place whose time is a list of what was let pass."""

    def __init__(self, where, step=None):
        self.where, self.stepped, self.passed, self._step = where, where == "sandbox", [], step

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
