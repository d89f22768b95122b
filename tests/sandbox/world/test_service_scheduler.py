"""The scheduler alone: what it starts, stops and says, and when."""

import itertools
import math
import sys
from collections import deque

import pytest
from service_rig import GROUP, Town

from ecslab.sandbox.world.service.scheduler import Scheduler
from ecslab.sandbox.world.service.service import CircuitBreaker
from ecslab.sandbox.world.task.surroundings import StartFailed
from ecslab.sandbox.world.time.durations import Durations

NO_IMAGE = StartFailed("CannotPullContainerError: no")
GUARDED = CircuitBreaker(enabled=True, rollback=True)


@pytest.fixture
def town():
    return Town()


def begun(town, desired=1, **more):
    """A service that has come to rest."""
    service = town.service(desired, **more)
    town.settle()
    assert service.steady
    return service


def since(town, service, at):
    return [(when - at, message) for when, message in town.story(service) if when > at]


def test_a_new_service_comes_to_rest(town):
    service = town.service(2)
    town.settle()
    assert town.words(service) == [
        "has started 2 tasks",
        "(deployment ecs-svc/0000000000000000001) deployment completed.",
        "has reached a steady state.",
    ]
    assert [event.at for event in service.log.events] == [72.0, 72.0, 5.0]
    times = [event.created_at for event in service.log.events]
    assert times[0] - times[1] == pytest.approx(0.001)
    assert (service.running, service.pending, service.primary.rollout_state) == (2, 0, "COMPLETED")
    assert town.is_idle()


def test_a_task_that_dies_is_replaced(town):
    service = begun(town, 3)
    at = town.clock.now
    town.kill(town.up(service)[0])
    town.run(at + 30)
    assert [(when, message.split(":")[0]) for when, message in since(town, service, at)] == [
        (18.0, "has started 1 tasks")
    ]
    town.settle()
    assert (service.running, town.words(service)[-1]) == (3, "has reached a steady state.")


def test_a_quiet_service_says_every_six_hours_that_it_is_steady(town):
    service = begun(town)
    first = town.clock.now
    town.settle(13 * 3600)
    assert town.words(service)[2:] == ["has reached a steady state."] * 3
    gaps = [later - sooner for (sooner, _), (later, _) in itertools.pairwise(town.story(service)[2:])]
    assert gaps == [6 * 3600, 6 * 3600]
    service.desired = 0
    town.scheduler.apply_update(service)
    town.settle(3600)
    assert [words for at, words in since(town, service, first + 13 * 3600) if "steady" in words] == [
        "has reached a steady state."
    ]
    town.scheduler.retire(service)
    town.settle(24 * 3600)
    assert service.status == "INACTIVE" and town.is_idle() and not town.words(service)


def test_a_task_of_the_older_deployment_dies_while_the_newer_fails(town):
    """The new revision never runs; the old one's task that dies has one of its own kind in its place."""
    service = begun(town, 2, revision=town.revision("1"))
    town.broken["2"] = NO_IMAGE
    town.scheduler.deploy(service, town.revision("2"))
    town.settle(300)
    old = service.deployments[1]
    town.kill(next(iter(old.members)))
    town.settle(300)
    assert (old.status, old.running, old.revision.number) == ("ACTIVE", 2, "1")
    town.kill(next(iter(old.members)))
    town.kill(list(old.members)[1])
    town.settle(300)
    assert (old.running, service.primary.running, service.primary.rollout_state) == (2, 0, "IN_PROGRESS")
    town.broken.clear()
    town.scheduler.apply_update(service)
    town.settle(3600)
    assert service.steady and (service.running, service.primary.revision.number) == (2, "2")


def test_the_older_deployment_of_a_service_that_may_be_away_is_left_alone(town):
    service = begun(town, 1, minimum_percent=0)
    town.broken["2"] = NO_IMAGE
    town.scheduler.deploy(service, town.revision("2"))
    town.settle(60)
    town.kill(town.up(service)[0])
    town.settle(300)
    assert service.running == 0 and [deployment.revision.number for deployment in service.deployments] == [
        "2"
    ]


def test_a_replacement_of_an_older_deployment_that_cannot_start_is_tried_again(town):
    service = begun(town, 1)
    town.broken["2"] = NO_IMAGE
    town.scheduler.deploy(service, town.revision("2"))
    town.settle(60)
    town.broken["1"] = NO_IMAGE
    town.kill(town.up(service)[0])
    town.settle(600)
    assert service.running == 0 and len(service.deployments) == 2
    del town.broken["1"]
    town.settle(1800)
    assert [deployment.running for deployment in service.deployments] == [0, 1]


def test_scale_out_and_in_and_to_nothing(town):
    service = begun(town, 2)
    for desired, words in ((5, "has started 3"), (1, "has stopped 4 running"), (0, "has stopped 1 running")):
        service.desired = desired
        town.scheduler.apply_update(service)
        town.settle()
        assert service.running == desired
        assert town.words(service)[-2].startswith(words)
        assert len(service.deployments) == 1
    assert town.is_idle() and not town.held


def test_scale_in_keeps_the_zones_balanced(town):
    service = begun(town, 6, revision=town.revision(zones=("a", "b", "c")))
    assert service.primary.zone_counts() == {"a": 2, "b": 2, "c": 2}
    service.desired = 3
    town.scheduler.apply_update(service)
    town.settle()
    assert service.primary.zone_counts() == {"a": 1, "b": 1, "c": 1}


@pytest.mark.parametrize(
    ("desired", "least", "most", "words"),
    [
        (4, 100, 200, ["has started 4 tasks", "has stopped 4 running tasks"]),
        (4, 50, 100, ["has stopped 2 running tasks", "has started 2 tasks"] * 2),
        (1, 0, 100, ["has stopped 1 running tasks", "has started 1 tasks"]),
        (4, 100, 150, ["has started 2 tasks", "has stopped 2 running tasks"] * 2),
    ],
)
def test_a_rolling_deployment(town, desired, least, most, words):
    service = begun(town, desired, minimum_percent=least, maximum_percent=most)
    before, at = len(service.log.events), town.clock.now
    deployment = town.scheduler.deploy(service, town.revision("2"))
    assert [deployment.status for deployment in service.deployments] == ["PRIMARY", "ACTIVE"]
    town.settle()
    assert town.words(service)[before:] == [
        *words, f"(deployment {deployment.id}) deployment completed.", "has reached a steady state."
    ]  # fmt: skip
    assert service.deployments == [deployment] and service.running == desired
    assert since(town, service, at)[0][0] == 5.0


@pytest.mark.parametrize(("desired", "least", "most"), [(1, 50, 100), (2, 75, 149), (3, 100, 125)])
def test_a_configuration_that_blocks_is_said_once(town, desired, least, most):
    service = begun(town, desired, minimum_percent=least, maximum_percent=most)
    town.scheduler.deploy(service, town.revision("2"))
    town.settle(3600)
    assert town.words(service)[-1] == (
        "was unable to stop or start tasks during a deployment because of the service deployment "
        "configuration. Update the minimumHealthyPercent or maximumPercent value and try again."
    )
    assert len(town.words(service)) == 4 and service.running == desired


def test_a_deployment_replaces_one_that_is_not_over(town):
    service = begun(town, 2)
    town.scheduler.deploy(service, town.revision("2"))
    town.run(town.clock.now + 8)
    last = town.scheduler.deploy(service, town.revision("3"))
    town.settle()
    assert "stopped 2 pending tasks." in town.words(service)
    assert service.deployments == [last]
    assert [rollout.status for rollout in service.rollouts] == ["SUCCESSFUL", "STOPPED", "SUCCESSFUL"]


def test_failures_to_start_are_retried_ever_more_slowly(town):
    town.broken["1"] = NO_IMAGE
    service = town.service()
    town.settle(40_000)
    starts = [when for when, message in town.story(service) if message.startswith("has started")]
    gaps = [round(b - a) for a, b in itertools.pairwise(starts)]
    assert gaps[:5] == [61, 61, 90, 150, 270] and gaps[-1] == 30 + 27 * 60
    assert town.words(service)[1] == "was unable to place a task. Reason: CannotPullContainerError: no."
    throttled = (
        "is unable to consistently start tasks successfully. For more information, see the Troubleshooting "
        "section."
    )
    assert throttled in town.words(service)
    assert service.primary.rollout_state == "IN_PROGRESS"


def test_an_update_ends_the_wait(town):
    town.broken["1"] = NO_IMAGE
    service = town.service()
    town.settle(3600)
    town.broken.clear()
    town.scheduler.deploy(service, town.revision("2"))
    town.settle(120)
    assert service.steady and service.failures == 0


def test_the_first_gaps_and_the_longest():
    assert [Durations().retry_after(failures, "") for failures in (1, 2, 3, 4, 5)] == [31, 31, 60, 120, 240]
    assert Durations().retry_after(1000, "") == 27 * 60


@pytest.mark.parametrize(
    ("desired", "threshold"), [(1, 3), (4, 3), (6, 3), (7, 4), (25, 13), (400, 200), (5000, 200)]
)
def test_the_breakers_threshold(desired, threshold):
    assert CircuitBreaker().threshold(desired) == threshold


def test_the_breakers_other_thresholds():
    assert CircuitBreaker(kind="COUNT", value=7).threshold(400) == 7
    assert CircuitBreaker(kind="UNBOUNDED_PERCENT", value=50).threshold(2) == 1


def test_the_breaker_rolls_back(town):
    town.broken["2"] = NO_IMAGE
    service = begun(town, breaker=GUARDED)
    good = service.primary
    before, at = len(service.log.events), town.clock.now
    bad = town.scheduler.deploy(service, town.revision("2"))
    town.settle()
    attempt = ["has started 1 tasks", "was unable to place a task. Reason: CannotPullContainerError: no."]
    assert town.words(service)[before:] == [
        *attempt * 3,
        f"(deployment {bad.id}) deployment failed: tasks failed to start.",
        f"rolling back to deployment {good.id}.",
        f"(deployment {good.id}) deployment completed.",
        "has reached a steady state.",
    ]
    assert (bad.rollout_state, bad.failed_tasks, bad.status) == ("FAILED", 3, "INACTIVE")
    assert bad.rollout_reason == "ECS deployment circuit breaker: tasks failed to start."
    assert service.deployments == [good] and service.running == 1
    assert service.rollouts[0].status == "ROLLBACK_SUCCESSFUL"
    assert since(town, service, at)[-3][0] == 180.0


def test_a_roll_back_ends_when_the_last_task_of_the_failed_revision_has_stopped():
    waited = []
    for seed in range(8):
        town = Town()
        town.clock.durations = Durations("drawn", f"{seed}")
        town.broken["2"] = NO_IMAGE
        service = begun(town, 2, breaker=GUARDED)
        at = town.clock.now
        town.scheduler.deploy(service, town.revision("2"))
        town.settle()
        ends = {message.split(" to ")[0].split(") ")[-1]: when for when, message in since(town, service, at)}
        failed = [task for task, _, deployment in town.tasks.values() if deployment.revision.number == "2"]
        began = town.clock.timestamp() - town.clock.now + at
        last = max(ends["rolling back"], *(task.stopped_at - began for task in failed))
        assert 6 <= ends["deployment completed."] - last <= 13 + 1, seed  # `settled`, and the next look
        waited.append(last - ends["rolling back"])
    assert min(waited) == 0 < max(waited)


def test_without_rollback_a_failed_deployment_stalls(town):
    town.broken["1"] = NO_IMAGE
    service = town.service(breaker=CircuitBreaker(enabled=True))
    town.settle(4000)
    assert service.primary.rollout_state == "FAILED"
    assert town.words(service)[-1].endswith("deployment failed: tasks failed to start.")
    assert town.is_idle()


def test_with_nothing_to_roll_back_to_it_stalls_too(town):
    town.broken["1"] = NO_IMAGE
    service = town.service(breaker=GUARDED)
    town.settle(4000)
    assert service.primary.rollout_state == "FAILED"


def test_a_healthy_task_wipes_out_the_failures_before_it(town):
    town.broken["1"] = NO_IMAGE
    service = town.service(breaker=GUARDED)
    town.run(70)
    assert service.primary.failed_tasks == 1
    town.broken.clear()
    town.settle()
    assert (service.primary.failed_tasks, service.steady) == (0, True)


def test_what_cannot_be_placed_is_tried_again(town):
    town.refusal = "was unable to place a task. Reason: no."
    service = town.service()
    town.settle(100)
    assert town.words(service) == ["was unable to place a task. Reason: no."]
    town.refusal = None
    town.settle()
    assert service.steady


def test_protected_tasks_stay(town):
    service = begun(town, 2)
    members = list(service.primary.members.values())
    for member in members:
        town.scheduler.protect(service, member, town.clock.now + 3600)
    service.desired = 0
    town.scheduler.apply_update(service)
    town.settle()
    assert town.words(service)[-1] == (
        f"was unable to reach steady state because (taskSet {service.primary.id}) was unable to scale in due "
        "to (reason 2 tasks under protection)"
    )
    assert service.running == 2
    town.settle(3600)
    assert service.running == 0 and service.steady


CRUMB = 1e-9
"""Seconds by which two sums that ought to be equal may differ."""


def passes(town, seconds, most=5000):
    """Let time pass, if no more happens in it than may."""
    until = town.clock.now + seconds
    for _ in range(most):
        if (town.clock.next_at() or until) >= until:
            break
        town.clock.step()
    assert town.clock.now >= until - 1 or town.clock.next_at() > until - 1, "time stands still"


def test_a_protection_that_ends_a_crumb_after_a_look_has_ended(town):
    service = begun(town, 1)
    (member,) = service.primary.members.values()
    town.scheduler.protect(service, member, math.ceil(town.clock.now) + 100 + CRUMB)
    service.desired = 0
    town.scheduler.apply_update(service)
    passes(town, 300)
    assert service.running == 0


def test_a_subnet_that_is_avoided_until_a_crumb_after_a_look_is_not_waited_for(town):
    service = begun(town, 4)
    for member in list(service.primary.members.values()):
        if member.zone == "us-east-1b":
            service.primary.avoided_until[1] = math.ceil(town.clock.now) + 100 + CRUMB
            town.kill(member.id)
    passes(town, 1200)
    assert service.primary.zone_counts() == {"us-east-1a": 2, "us-east-1b": 2}


def test_deletion_drains_and_ends(town):
    service = begun(town, 2)
    town.scheduler.retire(service)
    town.run(town.clock.now + 5)
    assert service.status == "DRAINING"
    town.settle()
    assert (service.status, service.log.events, town.held) == ("INACTIVE", deque(), set())
    assert (len(service.deployments), service.primary.status) == (1, "PRIMARY")
    assert town.is_idle()


def test_an_unhealthy_container_is_replaced(town):
    service = town.service(revision=town.revision(checked=True))
    town.run(60)
    old = town.up(service)[0]
    town.health(old, "HEALTHY")
    town.settle()
    assert service.steady
    before, at = len(service.log.events), town.clock.now
    town.health(old, "UNHEALTHY")
    town.settle(60)
    assert town.words(service)[before:] == [
        "has started 1 tasks",
        f"(task {old}) failed container health checks.",
        "has stopped 1 running tasks",
    ]
    started, complaint, stopped = since(town, service, at)
    assert started[1].endswith("Amazon ECS replaced 1 tasks due to an unhealthy status.")
    assert started[0] == complaint[0] == stopped[0] == 10.0
    assert town.tasks[old][0].stopped_reason == "Task failed container health checks"


def test_the_grace_period_is_waited_for(town):
    service = town.service(revision=town.revision(checked=True), grace=300)
    town.run(60)
    task_id = town.up(service)[0]
    town.health(task_id, "UNHEALTHY")
    town.settle(200)
    assert town.up(service) == [task_id]
    town.health(task_id, "HEALTHY")
    town.settle(600)
    assert town.up(service) == [task_id] and service.steady


def test_zones_are_evened_out(town):
    service = begun(town, 4)
    for member in list(service.primary.members.values()):
        if member.zone == "us-east-1b":
            service.primary.avoided_until[1] = town.clock.now + 100
            town.kill(member.id)
    town.settle(60)
    assert service.primary.zone_counts() == {"us-east-1a": 4, "us-east-1b": 0}
    town.settle(1200)
    assert service.primary.zone_counts() == {"us-east-1a": 2, "us-east-1b": 2}
    words = [message for _, message in town.story(service)]
    start = "has started 1 tasks in us-east-1b to AZ Rebalance: (task "
    assert sum(message.startswith(start) for message in words) == 2
    unbalanced = "is not AZ balanced with 4 tasks in us-east-1a, 0 tasks in us-east-1b."
    assert f"{unbalanced} AZ Rebalancing in progress." in words
    assert words[-1] == "is AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1b."


def test_at_most_a_hundred_events_are_kept(town):
    town.broken["1"] = 0.0
    service = town.service()
    town.settle(20_000)
    assert len(service.log.events) == 100


def test_a_deployment_costs_what_its_tasks_cost():
    """Counted in function calls, which no other load changes: ten times the tasks, ten times the calls."""

    def calls(count):
        town, calls_made = Town(), 0
        service = begun(town, count)

        def note(frame, event, argument):
            nonlocal calls_made
            calls_made += event == "call"

        town.scheduler.deploy(service, town.revision("2"))
        sys.setprofile(note)
        town.settle(3000)
        sys.setprofile(None)
        assert service.running == count and service.steady and service.primary.revision.number == "2"
        return calls_made

    assert calls(1000) <= 12 * calls(100)


def test_a_target_group_that_is_gone(town, monkeypatch):
    def gone(_task_id, _balancer):
        raise LookupError

    monkeypatch.setattr(town, "register", gone)
    service = town.service(1, revision=town.revision(balanced=True))
    town.settle(60)
    task_id = town.up(service)[0]
    event = f"task set ({service.primary.id}) (task {task_id}) is not healthy in target-group ({GROUP})"
    assert f"{event} due to TARGET GROUP IS NOT FOUND." in [message for _, message in town.story(service)]


def test_targets_are_named_in_events(town):
    service = begun(town, revision=town.revision(balanced=True))
    assert town.story(service)[1] == (32.0, f"registered 1 targets in (target-group {GROUP})")
    old = town.up(service)[0]
    town.target(old, "unhealthy", "Request timed out")
    town.settle()
    assert town.tasks[old][0].stopped_reason == f"Task failed ELB health checks in (target-group {GROUP})"
    assert isinstance(town.scheduler, Scheduler)


@pytest.mark.parametrize("rollback", [True, False])
def test_the_breaker_leaves_the_service_deployment_of_a_deleted_service_stopped(town, rollback):
    """Its tasks still drain when the breaker decides."""
    service = begun(town, 2, breaker=CircuitBreaker(enabled=True, rollback=rollback))
    town.broken["2"] = NO_IMAGE
    town.scheduler.deploy(service, town.revision("2"))
    while service.primary.trip_at is None:
        town.settle(1)
    town.draining = 300.0
    town.scheduler.retire(service)
    town.settle()
    assert service.status == "INACTIVE"
    assert [rollout.status for rollout in service.rollouts] == ["STOPPED", "SUCCESSFUL"]
