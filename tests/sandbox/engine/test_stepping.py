"""A step of the clock by hand goes to what somebody would see, and says why where there is nothing."""

import pytest

from ecslab import cluster, service, task_definition
from ecslab.sandbox.engine import stepping
from ecslab.sandbox.world.time.clock import Clock
from ecslab.widgets import ClockButtons

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"


class Sandbox:
    """As much of a sandbox as a step needs."""

    def __init__(self):
        self.clock, self.seen = Clock(), []

    def run(self, until, *, to_change):
        return self.clock.run(until, to_change=to_change)

    def plan(self, delay, what, **more):
        self.clock.after(delay, lambda: self.seen.append(what), **more)

    def check(self, every):
        """Something that is looked at again and again, and does not change."""

        def again():
            self.check(every)
            return False

        self.clock.after(every, again)

    def step(self):
        return stepping.to_next_change(self.clock, self.run)[1], self.clock.now


@pytest.fixture
def sandbox():
    return Sandbox()


def test_it_goes_past_what_changes_nothing_to_what_does(sandbox):
    sandbox.check(30)
    sandbox.plan(100, "a task")
    sandbox.plan(100, "another, at once")
    sandbox.plan(101, "later")
    assert sandbox.step() == ("", 100)
    assert sandbox.seen == ["a task", "another, at once"]


def test_a_reminder_is_nothing_to_go_to(sandbox):
    sandbox.plan(6 * 3600, "steady", reminder=True)
    assert sandbox.step() == ("Nothing is waiting to happen.", 0)
    sandbox.plan(50, "a task")
    sandbox.plan(20, "steady too", reminder=True)
    assert sandbox.step() == ("", 50)
    assert sandbox.clock.next_at() == 6 * 3600  # it comes when its time comes


def test_what_is_far_ahead_is_named_and_not_gone_to(sandbox):
    sandbox.plan(5 * 3600, "a job ends")
    assert sandbox.step() == ("Nothing happens within an hour; the next event is 5.0 hours ahead.", 0)
    sandbox.plan(3600, "just near enough")
    assert sandbox.step() == ("", 3600)


def test_checks_that_change_nothing_are_followed_for_some_minutes(sandbox):
    sandbox.check(30)
    assert sandbox.step() == ("Nothing changed in 300 s; the next event is 30 s ahead.", 300)


def test_the_last_check_may_be_the_end(sandbox):
    sandbox.clock.after(40, lambda: False)
    assert sandbox.step() == ("Nothing changed in 40 s, and nothing is waiting to happen.", 40)


def test_a_step_that_takes_too_long_ends_on_the_way(sandbox, monkeypatch):
    sandbox.check(10)
    sandbox.clock.after(35, lambda: False)
    run = sandbox.clock.run
    monkeypatch.setattr(sandbox, "run", lambda until, to_change: run(min(until, 5)))
    assert sandbox.step() == ("Nothing changed in 5 s; the next event is 5 s ahead.", 5)


@pytest.fixture
def steady(lab):
    """A service with nothing on its way."""
    cluster.create(lab)
    task_definition.register(lab, HTTPD, logs=False)
    service.create(lab)
    service.wait_until_stable(lab)
    lab.control("advance", seconds=600)
    return lab


def test_a_steady_service_is_nothing_to_wait_for(steady):
    before = steady.now()
    reply = steady.control("clock", step=True)
    assert (reply["note"], reply["now"], reply["next"]) == ("Nothing is waiting to happen.", before, None)
    assert steady.control("advance", to_next=True)["moved"] == 0
    view = ClockButtons(steady)
    assert view.step().startswith("Nothing is waiting to happen. ")


def test_the_service_says_again_that_it_is_steady_when_time_passes(steady):
    def messages():
        return [event["message"] for event in service.find(steady)["events"]]

    times = len(messages())
    steady.control("advance", seconds=6 * 3600)
    assert len(messages()) == times + 1
    assert messages()[0].endswith("has reached a steady state.")


def test_a_step_finds_the_task_that_goes_and_waits_go_on_as_before(steady):
    victim = service.tasks(steady)[0]["taskArn"]
    steady.ecs.stop_task(cluster=steady.names.cluster, task=victim)
    before = steady.now()
    reply = steady.control("clock", step=True)
    assert reply["note"] == "" and before < reply["now"] < before + 60
    service.wait_until_stable(steady)
    assert len(service.tasks(steady)) == 2


def test_a_wait_for_what_never_comes_ends_at_its_limit(steady):
    before = steady.now()
    with pytest.raises(TimeoutError):
        steady.wait(lambda: None, "the moon", limit=900)
    assert steady.now() - before == pytest.approx(900)
