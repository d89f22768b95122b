"""Deployments: rolled, watched, rolled back, given up; and whether the arithmetic foretells them."""

from itertools import groupby

import pytest

from ecslab import cluster, deployment, service, task_definition
from ecslab.errors import NotThere

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"
MISSING = "public.ecr.aws/docker/library/httpd:no-such-tag"
pytestmark = pytest.mark.portable


def levels(curve):
    """The values a curve goes through."""
    return [value for value, _ in groupby(value for _, value in curve)]


def switches(breaker):
    return breaker["enable"], breaker["rollback"]


@pytest.fixture
def ready(lab):
    """A service of two tasks on revision 1, steady; its definition needs neither a role nor logs."""
    cluster.create(lab)
    task_definition.register(lab, HTTPD, logs=False)
    service.create(lab)
    service.wait_until_stable(lab)
    return lab


@pytest.fixture
def second(ready):
    """The ARN of a second revision that runs."""
    return task_definition.register(ready, HTTPD, memory=1024, logs=False)["taskDefinitionArn"]


@pytest.fixture
def broken(ready):
    """The ARN of a revision whose image is not there."""
    return task_definition.register(ready, MISSING, logs=False)["taskDefinitionArn"]


def test_a_roll_replaces_every_task_and_the_curve_is_the_one_foretold(ready, second):
    rolling = deployment.roll(ready, second)
    assert [deployment["status"] for deployment in rolling["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert deployment.deployments(ready).head[-1] == "rollout"  # its reason says no more than that
    rollout = deployment.watch(ready)
    assert rollout.state == "COMPLETED"
    assert {task["taskDefinitionArn"] for task in service.tasks(ready)} == {second}
    foretold = levels(deployment.plan(2).total)
    assert foretold == [2, 4, 2]
    # what the arithmetic has at one moment comes one by one: each task takes its own time
    assert [level for level in levels(rollout.total) if level != 3] == foretold
    assert [level for level in levels(rollout.old) if level != 1] == [2, 0]
    assert [level for level in levels(rollout.new) if level != 1] == [0, 2]
    assert (rollout.most, rollout.fewest_healthy) == (4, 2)
    assert [state for _, state, _ in rollout.reasons] == ["IN_PROGRESS", "COMPLETED"]


@pytest.mark.parametrize(
    ("desired", "minimum", "maximum"),
    [(4, 50, 100), (4, 75, 125), (1, 0, 100), (5, 100, 150), (3, 0, 200)],
)
def test_other_limits_give_other_curves_as_foretold(ready, desired, minimum, maximum):
    service.scale(ready, desired)
    service.wait_until_stable(ready)
    bounds = deployment.set_limits(ready, minimum, maximum)
    assert bounds == deployment.limits(desired, minimum, maximum)
    deployment.roll(ready, again=True)
    rollout = deployment.watch(ready)
    foretold = deployment.plan(desired, minimum, maximum)
    assert rollout.state == "COMPLETED"
    assert (rollout.most, rollout.limits) == (max(total for _, total in foretold.total), bounds)
    # what the arithmetic has at one moment may come in two, and the first may be over when the roll is seen
    assert {move.old for move in foretold.moves} <= {desired, *levels(rollout.old)}


def test_a_service_that_has_the_revision_stays_as_it_is_unless_told_again(ready):
    first = deployment.roll(ready)["deployments"]
    assert len(first) == 1
    assert len(deployment.roll(ready, again=True)["deployments"]) == 2


def test_limits_that_round_to_a_standstill_and_the_way_out(ready, second):
    assert deployment.set_limits(ready, 75, 125).stuck
    deployment.roll(ready, second)
    rollout = deployment.watch(ready, limit=120)
    assert (rollout.state, levels(rollout.total)) == ("IN_PROGRESS", [2])
    assert "because of the service deployment configuration" in service.events(ready, last=1).rows[0][1]
    deployment.set_limits(ready)
    assert deployment.watch(ready).state == "COMPLETED"


def test_a_bad_image_loops_without_a_breaker_and_the_old_tasks_stay(ready, second, broken):
    deployment.roll(ready, second)
    deployment.watch(ready)
    deployment.roll(ready, broken)
    rollout = deployment.watch(ready, limit=300)
    assert (rollout.state, levels(rollout.old), levels(rollout.new)) == ("IN_PROGRESS", [2], [0])
    assert min(levels(rollout.total)) == 2 and levels(rollout.total).count(2) >= 3
    deployment.roll_back(ready)
    assert deployment.watch(ready).state == "COMPLETED"
    assert service.find(ready)["taskDefinition"] == second


def test_the_breaker_gives_up_and_rolls_back(ready, broken):
    assert switches(deployment.circuit_breaker(ready)) == (True, True)
    deployment.roll(ready, broken)
    rollout = deployment.watch(ready)
    assert rollout.state == "ROLLED BACK"
    assert rollout.fewest_healthy == 2
    back = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/"
    assert any(reason.startswith(back) for _, _, reason in rollout.reasons)
    assert deployment.history(ready).rows[0][:3] == (f"{ready.names.family}:2", "", "ROLLBACK_SUCCESSFUL")
    assert deployment.deployments(ready).rows[0][:4] == ("PRIMARY", f"{ready.names.family}:1", "2", "2")


def test_the_breaker_without_a_rollback_stops_there(ready, broken):
    assert switches(deployment.circuit_breaker(ready, rollback=False)) == (True, False)
    deployment.roll(ready, broken)
    rollout = deployment.watch(ready)
    assert (rollout.state, levels(rollout.old)) == ("FAILED", [2])
    reason = "ECS deployment circuit breaker: tasks failed to start."
    assert rollout.reasons[-1][2] == deployment.deployments(ready).rows[0][-1] == reason


def test_switching_the_breaker_keeps_the_limits(ready):
    deployment.set_limits(ready, 50, 150)
    deployment.circuit_breaker(ready)
    assert deployment.limits_of(ready) == deployment.limits(2, 50, 150)
    assert switches(deployment.circuit_breaker(ready, on=False)) == (False, False)


def seconds(table, what):
    """When the service first said so, in the seconds of `events_since`."""
    return next(float(row[0].removesuffix(" s")) for row in table.rows if what in row[1])


def test_events_and_measurement_of_a_rollout_count_the_same_seconds(ready, second):
    deployment.roll(ready, second)
    rollout = deployment.watch(ready)
    events = deployment.events_since(ready)
    assert events.head == ("after", "event")
    assert all(row[0].endswith(" s") for row in events.rows)
    first = next(sample.at for sample in rollout.samples if sample.coming)
    assert seconds(events, "has started 2 tasks") <= first + 1
    stopped = next(sample.at for sample in rollout.samples if sample.old < 2)
    assert abs(seconds(events, "has stopped 2 running tasks") - stopped) <= 15
    assert abs(seconds(events, "deployment completed") - rollout.seconds) <= 15


def test_a_watch_that_begins_late_counts_from_the_deployments_beginning(ready, second):
    deployment.roll(ready, second)
    ready.wait(lambda: service.find(ready)["runningCount"] > 2, "a new task", 300)
    rollout = deployment.watch(ready)
    assert rollout.samples[0].at > 5
    assert abs(seconds(deployment.events_since(ready), "deployment completed") - rollout.seconds) <= 15
    assert deployment.watch(ready).samples[0].at == pytest.approx(0, abs=1)  # it is over


def test_what_was_seen_shows_itself(ready, second):
    deployment.roll(ready, second)
    answers = iter(["first", "first", "second", deployment.LOST])
    rollout = deployment.watch(ready, visit=lambda: next(answers, "second"))
    head = "after  old RUNNING  new RUNNING  coming up  in all  healthy"
    assert repr(rollout).splitlines()[1] == head
    assert "<table>" in rollout._repr_html_()
    assert rollout.lost == 1
    table = rollout.visitors()
    assert table.title == f"{len(rollout.answers)} visitors, 1 without an answer"
    assert table.rows[0] == ("first", "2")
    words = str(rollout.chart(deployment.plan(2), revisions=False))
    assert "predicted: all tasks: 2, 4 from 6, 2 from 66." in words
    assert "at most 4 in all (200 %): a line at 4." in words
    assert "RUNNING tasks of the new revision: 0, 1 from" in str(rollout.chart(revisions=True))
    assert rollout.story().rows[-1][1] == "COMPLETED"


def test_what_is_missing_is_named(lab, request):
    cluster.create(lab)
    for verb in (deployment.watch, deployment.roll, deployment.limits_of, deployment.deployments):
        with pytest.raises(NotThere, match=f"no service {lab.names.service} in the cluster"):
            verb(lab)
    ready = request.getfixturevalue("ready")
    with pytest.raises(NotThere, match="there is no task definition nothing"):
        deployment.roll(ready, "nothing")
    with pytest.raises(NotThere, match="was never deployed with another revision than"):
        deployment.roll_back(ready)
