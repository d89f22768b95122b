import threading
from itertools import pairwise
from types import SimpleNamespace

import pytest
from node_page import needs_node, run_view
from task_moments import AFTER, STARTING, ByHand, Ecs, at, failed, lab_with

from ecslab import cluster, task, task_definition
from ecslab.widgets import TaskView, ThreadFeeder
from ecslab.widgets.task_rows import ORDER, phase_rows, reason, step_rows
from ecslab.widgets.task_view import GONE


class Wall:
    """A wall clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall():
    return Wall()


@pytest.fixture
def watch(wall):
    """A view of a task whose looks are done by hand; `view.look()` does one."""

    def made(*answers, first="PROVISIONING"):
        feeder = ByHand()
        view = TaskView(lab_with(Ecs(*answers)), at(first), feeder=lambda: feeder, wall=wall)
        return SimpleNamespace(view=view, feeder=feeder, look=lambda: feeder.look())

    return made


def states(task):
    return {row["status"]: row["state"] for row in step_rows(task)}


def test_the_order_is_that_of_the_lifecycle():
    assert tuple(AFTER) == ORDER


@pytest.mark.parametrize("status", ORDER)
def test_what_lies_behind_is_done_and_the_rest_is_ahead(status):
    here = ORDER.index(status)
    expected = ["done"] * here + ["now"] + ["ahead"] * (len(ORDER) - here - 1)
    assert list(states(at(status)).values()) == expected


def test_a_task_that_could_not_start_skipped_what_it_never_reached():
    skipped = [status for status, state in states(failed()).items() if state == "skipped"]
    assert skipped == ["ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING"]


def test_bars_follow_one_another_and_fill_the_line():
    rows = phase_rows(task.phases(at("STOPPED")))
    assert [row["name"] for row in rows][:4] == list(STARTING)
    for one, two in pairwise(rows):
        assert one["left"] + one["width"] == pytest.approx(two["left"], abs=0.02)
    assert rows[0]["words"] == "10.0 s"


def test_a_phase_that_lasts_is_open_and_has_no_length_yet():
    rows = phase_rows(task.phases(at("RUNNING")))
    assert [row["open"] for row in rows] == [False, False, False, True]
    assert rows[-1]["words"] == "since 19.0 s"
    assert rows[-1]["left"] + rows[-1]["width"] == pytest.approx(100, abs=0.02)


def test_a_phase_of_no_length_has_no_bar():
    rows = phase_rows([task.Phase("PENDING", 0, 3.0), task.Phase("STOPPING", 3.0, 0.0)])
    assert [row["name"] for row in rows] == ["PENDING"]


def test_the_reason_names_code_and_containers():
    assert reason(at("RUNNING")) == ""
    assert reason(failed()) == (
        "TaskFailedToStart: CannotPullContainerError: not found\n"
        "Container adgu-container: CannotPullContainerError"
    )


def test_it_follows_the_task_and_ends_with_it(watch):
    seen = watch(*(at(status) for status in ORDER[1:]))
    for status in ORDER[1:-1]:
        assert seen.look() > 0
        assert seen.view.message.startswith(f"{status}: ")
        assert seen.view.live
    assert seen.look() is None
    assert not seen.view.live


def test_a_steady_task_is_let_go_after_a_minute_and_followed_again_when_asked(watch, wall):
    seen = watch(at("RUNNING"), first="RUNNING")
    wall.now = 59
    assert seen.look() > 0
    wall.now = 60
    assert seen.look() is None
    assert (seen.view.live, seen.feeder.started) == (False, 1)
    seen.view.asked += 1
    assert (seen.view.live, seen.feeder.started) == (True, 2)
    assert seen.look() > 0


def test_a_task_that_is_slow_to_fail_is_not_let_go(watch, wall):
    seen = watch(at("PENDING"), first="PENDING")
    wall.now = 300
    assert seen.look() > 0


def test_trouble_is_said_and_passes(watch):
    seen = watch(OSError("connection refused"), at("PENDING"))
    assert seen.look() > 0
    assert seen.view.trouble == "Cannot see the task at the moment: connection refused"
    seen.look()
    assert seen.view.trouble == ""


def test_trouble_that_does_not_pass_ends_the_watch(watch):
    seen = watch(OSError("gone"))
    assert [bool(seen.look()) for _ in range(3)] == [True, True, False]
    assert not seen.view.live


def test_a_task_that_ecs_has_forgotten(watch):
    seen = watch(None)
    assert seen.look() is None
    assert seen.view.trouble == GONE


def test_paced_it_says_how_fast_time_passes():
    paced = TaskView(lab_with(Ecs(at("PENDING")), mode="paced"), at("PENDING"), feeder=ByHand)
    assert paced.text().endswith("\nHere a task comes up 10 times as fast as on AWS.")


def test_closing_the_view_stops_its_feeder(watch):
    seen = watch(at("PENDING"))
    seen.view.close()
    assert seen.feeder.look is None


def test_it_says_in_words_what_it_shows_without_ids(watch):
    data, _ = watch(at("PROVISIONING")).view._repr_mimebundle_()
    assert data["text/plain"] == (
        "Task of adgu-web-server-task:1\n"
        "PROVISIONING: a network interface (ENI) is made and attached. It is to be RUNNING.\n"
        "  PROVISIONING: since 0.0 s"
    )


def test_the_thread_looks_until_it_is_told_that_there_is_nothing_left():
    pauses, seen = [0.0, 0.0, None], []
    feeder = ThreadFeeder()
    feeder.start(lambda: seen.append(threading.current_thread().daemon) or pauses[len(seen) - 1])
    assert feeder.join(5)
    assert seen == [True, True, True]


def test_the_thread_can_be_stopped_and_started_anew():
    looks = threading.Semaphore(0)
    feeder = ThreadFeeder()

    def look():
        looks.release()
        return 60.0

    for _ in range(2):
        feeder.start(look)
        assert looks.acquire(timeout=5)
    feeder.stop()
    assert feeder.join(5)
    assert not looks.acquire(blocking=False)


@needs_node
def test_the_view_draws_what_python_says(watch):
    run_view(
        watch(at("PENDING"), first="PENDING").view,
        """
        const root = el.only("section");
        const [steps, phases] = [el.only("ol"), el.only("ul")];
        assert.equal(root.getAttribute("data-status"), "PENDING");
        assert.equal(root.getAttribute("aria-label"), "Task of adgu-web-server-task:1");
        const now = steps.children.filter((step) => step.getAttribute("aria-current") === "step");
        assert.deepEqual(now.map((step) => step.textContent), ["●PENDING"]);
        assert.equal(phases.children.length, 2);
        const again = el.only("button");
        assert.equal(again.hidden, true);
        model.change({ live: false, reason: "<b>no</b>" });
        assert.equal(again.hidden, false);
        assert.ok(root.textContent.includes("<b>no</b>"));
        again.fire("click");
        assert.deepEqual(model.saved, [{ asked: 1 }]);
        """,
    )


def test_on_the_sandbox_it_follows_a_task_and_its_looks_are_not_recorded(lab):
    cluster.create(lab)
    image = "public.ecr.aws/docker/library/httpd:2.4"
    task_definition.register(lab, image=image, logs=False)
    started = task.run(lab)
    feeder = ByHand()
    view = TaskView(lab, started, feeder=lambda: feeder)
    assert view.message.startswith("PROVISIONING")
    running = task.wait_until_running(lab, started)
    before = len(lab.calls())
    assert feeder.look() > 0
    assert view.message == "RUNNING: the program runs."
    assert len(lab.calls()) == before
    assert [row["name"] for row in view.phases] == [phase.name for phase in task.phases(running)]
