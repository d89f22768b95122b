"""What Fargate Spot takes back is over two minutes later, whatever waits for it."""

import pytest
from task_rig import World

from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.driver import Driver

SPOT, USER = "SpotInterruption", "UserInitiated"
NEVER = 10_000.0


def ended(code, *containers, draining=1.0, behaviour=None, on_term=NEVER):
    """Seconds from the warning to SIGTERM for the first container, and to the end of all of them."""
    world = World(draining=draining, programs={each.name: {"on_term": on_term} for each in containers})
    if behaviour:
        world.driver = Driver(world.clock, world, behaviour)
    task = world.launch(*containers)
    world.run(100)
    world.driver.stop(task, code, "")
    notified_at = task.stopping_at
    world.run(2000)
    assert (task.last_status, task.stop_code) == ("STOPPED", code)
    terms = [when for each in world.every for when, signal in each.signals if signal == "TERM"]
    return min(terms) - 100, task.execution_stopped_at - notified_at


def container(name="web", timeout=30.0, **more):
    return Container(name, f"arn:{name}", "httpd", stop_timeout=timeout, **more)


@pytest.mark.parametrize(
    ("draining", "timeout", "term", "end"),
    [
        (1.0, 30.0, 2.0, 32.0),  # nothing hinders it
        (60.0, 30.0, 61.0, 91.0),  # connections drain first
        (300.0, 30.0, 90.0, 120.0),  # they would for longer than there is: SIGTERM comes in time
        (300.0, 120.0, 1.0, 120.0),  # a container that may take all of it gets SIGTERM at once
    ],
)
def test_a_task_is_over_two_minutes_after_the_warning(draining, timeout, term, end):
    assert ended(SPOT, container(timeout=timeout), draining=draining) == pytest.approx((term, end))


@pytest.mark.parametrize(("code", "end"), [(SPOT, 120.0), (USER, 202.0)])
def test_containers_that_wait_for_each_other_share_the_two_minutes(code, end):
    first, after = container("db", 100.0), container("web", 100.0, depends_on={"db": "START"})
    assert ended(code, first, after)[1] == pytest.approx(end)


def test_whoever_else_stops_a_task_lets_it_take_its_time():
    assert ended(USER, container(), draining=300.0)[1] == pytest.approx(331.0)


def test_a_journal_of_before_is_replayed_as_it_was():
    assert ended(SPOT, container(), draining=300.0, behaviour=6)[1] == pytest.approx(331.0)


def test_a_program_that_ends_at_sigterm_ends_the_task_sooner():
    assert ended(SPOT, container(), draining=300.0, on_term=3.0) == pytest.approx((90.0, 93.0))
