"""The view of a service: its counts, tasks and events, on a service that lives in the sandbox."""

import pytest
from node_page import needs_node, run_view
from task_moments import ByHand

import ecslab
from ecslab import cluster, load_balancer, service, task_definition
from ecslab.connection.sandbox_place import STOPPED
from ecslab.errors import NotThere, Unreachable
from ecslab.sandbox import process
from ecslab.widgets import ServiceView
from ecslab.widgets.service_rows import heading, task_rows

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"


@pytest.fixture
def ready(lab):
    cluster.create(lab)
    task_definition.register(lab, HTTPD, logs=False)
    service.create(lab)
    return lab


@pytest.fixture
def watch(ready):
    """A view whose looks are done by hand: `look()` does one."""

    def build(wall=lambda: 0.0):
        feeder = ByHand()
        return ServiceView(ready, feeder=lambda: feeder, wall=wall), feeder

    return build


def test_it_follows_counts_tasks_and_events(ready, watch):
    view, feeder = watch()
    assert view.heading == "Service adgu-web: 2 desired, 0 running, 0 pending"
    assert view.tasks == [] and view.events == []
    service.wait_until_stable(ready)
    assert feeder.look()
    assert view.heading == "Service adgu-web: 2 desired, 2 running, 0 pending"
    assert [(row["status"], row["zone"], row["tone"]) for row in view.tasks] == [
        ("RUNNING", "us-east-1a", "good"), ("RUNNING", "us-east-1b", "good"),
    ]  # fmt: skip
    assert all(row["address"] for row in view.tasks)
    assert view.events[0]["message"] == "(service adgu-web) has reached a steady state."
    assert view.live


def test_who_visits_the_service_is_part_of_its_picture(ready, watch):
    load_balancer.create(ready)
    load_balancer.attach(ready)
    load_balancer.wait_until_healthy(ready)
    view, feeder = watch()
    assert "visitors" not in view.heading
    people = ecslab.visitors(ready, 20)
    assert feeder.look()
    assert view.heading.endswith("0 pending; 20 visitors a second, 0.0 % lost")
    people.change(80)
    ready.control("advance", seconds=300)
    feeder.look()
    assert "; 80 visitors a second, " in view.heading and not view.heading.endswith(" 0.0 % lost")
    people.stop()
    feeder.look()
    assert view.heading.endswith("pending")


def test_a_stopped_task_is_shown_beside_the_one_that_came_for_it(ready, watch):
    service.wait_until_stable(ready)
    view, feeder = watch()
    victim = service.tasks(ready)[0]
    ready.ecs.stop_task(cluster=ready.names.cluster, task=victim["taskArn"], reason="to see")
    service.wait_until_stable(ready)
    feeder.look()
    old, *_, new = view.tasks
    assert old["why"] == "to see"
    assert (new["why"], new["status"], new["tone"]) == ("", "RUNNING", "good")
    assert old["id"] != new["id"]
    assert "to see" in view.text() and "has started 1 tasks" in view.text()


def test_its_looks_are_not_among_the_learner_s_calls(ready, watch):
    calls_before = len(ready.calls())
    watch()[1].look()
    assert len(ready.calls()) == calls_before


def test_it_ends_when_nothing_changes_and_when_the_service_is_gone(ready, watch):
    service.wait_until_stable(ready)
    now = [0.0]
    view, feeder = watch(wall=lambda: now[0])
    assert feeder.look()
    now[0] = 1000.0
    assert feeder.look() is None and not view.live
    view.asked += 1
    assert view.live and feeder.look()
    service.delete(ready)
    assert feeder.look() is None
    assert "(INACTIVE)" in view.heading and view.tasks == []


def test_without_a_service_it_says_so(lab):
    cluster.create(lab)
    with pytest.raises(NotThere, match="there is no service adgu-web"):
        ServiceView(lab)


def test_a_look_that_fails_is_said_and_tried_again(ready, watch):
    view, feeder = watch()

    def broken(**_):
        raise OSError("no route")

    view._lab.ecs.describe_services = broken
    assert feeder.look() and feeder.look()
    assert view.trouble == "Cannot see the service at the moment: no route"
    assert feeder.look() is None and not view.live


def test_the_rows_of_a_task_that_is_being_stopped():
    task = {
        "taskArn": "arn:aws:ecs:r:1:task/c/0123456789abcdef",
        "createdAt": 1,
        "availabilityZone": "us-east-1a",
        "lastStatus": "DEACTIVATING",
        "desiredStatus": "STOPPED",
    }
    (row,) = task_rows([task], {})
    assert (row["id"], row["status"], row["tone"]) == ("01234567", "DEACTIVATING, to be STOPPED", "busy")


def test_the_heading_names_a_status_that_is_not_active():
    service = {
        "serviceName": "a",
        "status": "DRAINING",
        "desiredCount": 0,
        "runningCount": 1,
        "pendingCount": 0,
    }
    assert heading(service) == "Service a (DRAINING): 0 desired, 1 running, 0 pending"


@needs_node
def test_it_draws_text_and_can_be_asked_again(ready, watch):
    view, _ = watch()
    with view.hold_sync():
        view.tasks = [
            {
                "id": "<b>1",
                "zone": "z",
                "status": "RUNNING",
                "address": "203.0.113.9",
                "why": "",
                "tone": "good",
            }
        ]
        view.events = [{"after": "0:06", "message": "(service a) <i>"}]
        view.live = False
    run_view(
        view,
        """
        const root = el.only("section");
        assert.equal(root.getAttribute("aria-label"), "Service adgu-web");
        assert.ok(root.textContent.includes("<b>1"));
        assert.ok(root.textContent.includes("(service a) <i>"));
        assert.ok(root.textContent.includes("no longer followed"));
        const [, again] = el.tags("button");
        assert.equal(again.hidden, false);
        again.fire("click");
        assert.deepEqual(model.saved, [{ asked: 1 }]);
        model.change({ live: true, heading: "Service adgu-web: 2 desired, 1 running, 0 pending" });
        assert.equal(again.hidden, true);
        assert.ok(root.textContent.includes("1 running"));
        """,
    )


def test_a_view_starts_no_sandbox_that_was_stopped_and_says_so(tmp_path):
    feeder = ByHand()
    with ecslab.connect(home=tmp_path, clock="stepped") as lab:
        try:
            cluster.create(lab)
            task_definition.register(lab, HTTPD, logs=False)
            service.create(lab)
            view = ServiceView(lab, feeder=lambda: feeder)
            assert process.stop(tmp_path)
            assert feeder.look() and feeder.look() and feeder.look() is None  # it looks thrice, then gives up
            assert not view.live
            assert view.trouble == f"Cannot see the service at the moment: {STOPPED}"
            assert process.find(tmp_path) is None
            with pytest.raises(Unreachable), lab.looking():
                lab.control("status")
            assert process.find(tmp_path) is None
            assert service.find(lab)["status"] == "ACTIVE"  # a cell starts it
            view.asked += 1
            assert feeder.look() and view.live and not view.trouble
        finally:
            process.stop(tmp_path)
