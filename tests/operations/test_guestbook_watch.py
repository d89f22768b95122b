"""The guestbook's front is watched while it asks its back: what is noted, and at which time."""

from itertools import pairwise

import pytest

import ecslab
from ecslab.connection.waiting import Wait
from ecslab.errors import NotThere

SLOW = 3.0
"""AWS seconds that pass while the front is asked once, on a machine that is busy."""


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A back whose task was replaced, and a front that knows it by the address from before."""
    home = tmp_path_factory.mktemp("home")
    lab = ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7)
    ecslab.cluster.create(lab)
    ecslab.execution_role.create(lab)
    ecslab.log_group.create(lab)
    ecslab.guestbook.by_address(lab)
    yield lab
    lab.close()


@pytest.fixture
def slow(pair, monkeypatch):
    """The same on a machine on which AWS time goes on while the front is asked."""
    ask = pair.http

    def late(method, url, *more):
        pair.control("advance", seconds=SLOW)
        return ask(method, url, *more)

    monkeypatch.setattr(pair, "http", late)
    return pair


def test_the_times_are_those_of_the_clock_however_slow_the_answers(slow):
    began = slow.now()
    watched = ecslab.guestbook.watch(slow, seconds=30)
    took = slow.now() - began
    assert 30 <= took <= 40
    [period] = watched.periods
    assert (period.way, period.begin, period.error) == ("address", 0, "no answer in 2 s")
    assert period.end == pytest.approx(took, abs=5.1)
    assert (watched.first_again, watched.hosts) == ("", {"address": ()})
    assert watched.failed("address") == period.end


def test_it_asks_every_five_seconds_and_looks_the_front_up_once(pair, monkeypatch):
    request_times, described = [], pair.ecs.describe_tasks
    ask = pair.http
    monkeypatch.setattr(pair, "http", lambda *more: (request_times.append(pair.now()), ask(*more))[1])
    looks = []
    monkeypatch.setattr(pair.ecs, "describe_tasks", lambda **more: (looks.append(1), described(**more))[1])
    ecslab.guestbook.watch(pair, seconds=30)
    gaps = [later - earlier for earlier, later in pairwise(request_times)]
    assert gaps == pytest.approx([5.0] * 5, abs=0.01)
    assert len(looks) == 1


def test_a_front_that_was_replaced_is_looked_up_again(pair, monkeypatch):
    replaced = []
    let_pass = Wait.let_pass

    def replace(waiting, *more):
        if not replaced:
            front = pair.name("adgu-app-front")
            [task] = ecslab.service.tasks(pair, front)
            replaced.append(pair.ecs.stop_task(cluster=pair.names.cluster, task=task["taskArn"]))
            pair.control("advance", seconds=120)
        return let_pass(waiting, *more)

    monkeypatch.setattr(Wait, "let_pass", replace)
    watched = ecslab.guestbook.watch(pair, seconds=150)
    assert replaced and [each.way for each in watched.periods] == ["address"]
    assert watched.periods[0].end >= 150


def test_no_front_is_said_at_once(pair):
    words = r"no task of nobody is RUNNING\.\n  next: guestbook\.by_address\(lab\)"
    with pytest.raises(NotThere, match=words):
        ecslab.guestbook.watch(pair, name="nobody")
