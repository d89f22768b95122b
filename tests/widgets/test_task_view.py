import threading
from itertools import pairwise
from types import SimpleNamespace

import pytest
from node_page import needs_node, run_view
from task_moments import AFTER, BORN, STARTING, ByHand, Ecs, at, failed, lab_with

from ecslab import cluster, task, task_definition
from ecslab.connection.place import AwsTime
from ecslab.widgets import TaskView, ThreadFeeder
from ecslab.widgets.task_rows import ORDER, as_seen, phase_rows, reason, step_rows
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

    def build(*answers, first="PROVISIONING"):
        feeder = ByHand()
        view = TaskView(lab_with(Ecs(*answers)), at(first), feeder=lambda: feeder, wall=wall)
        return SimpleNamespace(view=view, feeder=feeder, look=lambda: feeder.look())

    return build


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
    rows = phase_rows(task.phases(at("STOPPED")), 80)
    assert [row["name"] for row in rows][:4] == list(STARTING)
    for bar, next_bar in pairwise(rows):
        assert bar["left"] + bar["width"] == pytest.approx(next_bar["left"], abs=0.02)
    assert rows[0]["words"] == "10.0 s"


def test_a_phase_that_lasts_is_open_and_has_no_length_yet():
    rows = phase_rows(task.phases(at("RUNNING")), 25)
    assert [row["open"] for row in rows] == [False, False, False, True]
    assert rows[-1]["words"] == "6 s so far"
    assert rows[-1]["left"] + rows[-1]["width"] == pytest.approx(100, abs=0.02)


def test_a_phase_of_no_length_has_no_bar():
    rows = phase_rows([task.Phase("PENDING", 0, 3.0), task.Phase("STOPPING", 3.0, 0.0)], 3)
    assert [row["name"] for row in rows] == ["PENDING"]


@pytest.mark.parametrize(("age", "width"), [(0, 0), (15, 50), (30, 100), (31, 51.67), (300, 62.5)])
def test_a_phase_on_the_way_grows_on_a_scale_that_doubles(age, width):
    [row] = phase_rows(task.phases(at("PROVISIONING")), age)
    assert (row["width"], row["words"]) == (pytest.approx(width, abs=0.01), f"{age} s so far")


def test_a_status_that_came_before_its_timestamp_begins_when_it_was_seen():
    pending = [task.Phase("PENDING", 0.0, None)]
    assert as_seen(pending, {"PROVISIONING": 0.0, "PENDING": 12.0}) == [
        task.Phase("PROVISIONING", 0.0, 12.0), task.Phase("PENDING", 12.0, None),
    ]  # fmt: skip
    assert as_seen(pending, {"PENDING": 12.0}) == pending  # nobody looked before
    known = task.phases(at("RUNNING"))
    assert as_seen(known, {"PENDING": 11.0, "ACTIVATING": 17.5, "RUNNING": 20.0}) == known


def test_the_reason_names_code_and_containers():
    assert reason(at("RUNNING")) == ""
    assert reason(failed()) == (
        "TaskFailedToStart: CannotPullContainerError: not found\n"
        "Container adgu-container: CannotPullContainerError"
    )


def test_it_follows_the_task_and_ends_with_it(watch):
    watched = watch(*(at(status) for status in ORDER[1:]))
    for status in ORDER[1:-1]:
        assert watched.look() > 0
        assert watched.view.message.startswith(f"{status}: ")
        assert watched.view.live
    assert watched.look() is None
    assert not watched.view.live


def test_a_steady_task_is_let_go_after_a_minute_and_followed_again_when_asked(watch, wall):
    watched = watch(at("RUNNING"), first="RUNNING")
    wall.now = 59
    assert watched.look() > 0
    wall.now = 60
    assert watched.look() is None
    assert (watched.view.live, watched.feeder.started) == (False, 1)
    watched.view.asked += 1
    assert (watched.view.live, watched.feeder.started) == (True, 2)
    assert watched.look() > 0


def test_a_task_that_is_slow_to_fail_is_not_let_go(watch, wall):
    watched = watch(at("PENDING"), first="PENDING")
    wall.now = 300
    assert watched.look() > 0


def test_trouble_is_said_and_passes(watch):
    watched = watch(OSError("connection refused"), at("PENDING"))
    assert watched.look() > 0
    assert watched.view.trouble == "Cannot see the task at the moment: connection refused"
    watched.look()
    assert watched.view.trouble == ""


def test_trouble_that_does_not_pass_ends_the_watch(watch):
    watched = watch(OSError("gone"))
    assert [bool(watched.look()) for _ in range(3)] == [True, True, False]
    assert not watched.view.live


def test_a_task_that_ecs_has_forgotten(watch):
    watched = watch(None)
    assert watched.look() is None
    assert watched.view.trouble == GONE


def test_paced_it_says_how_fast_time_passes():
    paced = TaskView(lab_with(Ecs(at("PENDING")), speed=10, age=80), at("PENDING"), feeder=ByHand)
    assert paced.text().endswith("\n1:20 of AWS time, 10 × faster than yours")
    assert paced.skippable


def test_it_ticks_and_its_button_goes_to_the_next_change():
    lab, feeder, jumps = lab_with(Ecs(at("PROVISIONING")), speed=2), ByHand(), []
    view = TaskView(lab, at("PROVISIONING"), feeder=lambda: feeder)
    lab.aws_time = lambda: AwsTime(BORN.timestamp() + 7, 0.0)
    lab.jump = jumps.append
    feeder.look()
    assert view.clock == "0:07 of AWS time, which stands still"
    assert [row["words"] for row in view.phases] == ["7 s so far"]
    view.skips += 1
    assert jumps == [300.0]


def test_on_a_real_account_nothing_is_said_of_speed():
    lab = lab_with(Ecs(at("PENDING")), age=80)
    lab.where = "aws"
    view = TaskView(lab, at("PENDING"), feeder=ByHand)
    assert (view.clock, view.skippable) == ("1:20", False)


def test_closing_the_view_stops_its_feeder(watch):
    watched = watch(at("PENDING"))
    watched.view.close()
    assert watched.feeder.look is None


def test_it_says_in_words_what_it_shows_without_ids(watch):
    data, _ = watch(at("PROVISIONING")).view._repr_mimebundle_()
    assert data["text/plain"] == (
        "Task of adgu-web-server-task:1\n"
        "PROVISIONING: a network interface (ENI) is made and attached. It is to be RUNNING.\n"
        "  PROVISIONING: 0 s so far"
    )


def test_the_thread_looks_until_it_is_told_that_there_is_nothing_left():
    pauses, daemons = [0.0, 0.0, None], []
    feeder = ThreadFeeder()
    feeder.start(lambda: daemons.append(threading.current_thread().daemon) or pauses[len(daemons) - 1])
    assert feeder.join(5)
    assert daemons == [True, True, True]


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
        const [skip, again] = el.tags("button");
        assert.equal(skip.hidden, true);
        assert.equal(again.hidden, true);
        model.change({ skippable: true, clock: "0:21 of AWS time" });
        assert.equal(skip.hidden, false);
        assert.ok(root.textContent.includes("live · 0:21 of AWS time"));
        skip.fire("click");
        assert.deepEqual(model.saved.splice(0), [{ skips: 1 }]);
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
