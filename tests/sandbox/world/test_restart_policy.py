import pytest
from task_rig import World

from ecslab.sandbox.world.task.container import Container, restarts

POLICY = {"enabled": True, "restartAttemptPeriod": 60}


@pytest.mark.parametrize(
    ("policy", "code", "ran", "again"),
    [
        (None, 1, 1000, False),
        ({"enabled": False}, 1, 1000, False),
        ({"enabled": True}, 1, 299, False),
        ({"enabled": True}, 1, 300, True),
        ({"enabled": True}, 0, 300, True),
        (POLICY, 1, 60, True),
        ({**POLICY, "ignoredExitCodes": [0, 3]}, 3, 1000, False),
        ({**POLICY, "ignoredExitCodes": [0, 3]}, 2, 1000, True),
    ],
)
def test_the_policy_decides(policy, code, ran, again):
    assert restarts({"restartPolicy": policy} if policy else {}, code, ran) is again


def test_a_container_that_ran_long_enough_starts_again_in_the_same_task():
    world = World(programs={"web": {"seconds": 100, "code": 1}})
    task = world.launch(Container("web", "a", "httpd", {"restartPolicy": POLICY}))
    world.run(20)
    first = world.started["web"]
    world.run(130)
    container = task.containers[0]
    assert (task.last_status, container.last_status, container.restarts) == ("RUNNING", "RUNNING", 1)
    assert world.started["web"] is not first
    assert (container.exit_code, container.runtime_id) == (None, f"{task.id}-1")


def test_one_that_ends_too_early_takes_the_task_with_it():
    world = World(programs={"web": {"seconds": 59, "code": 1}})
    task = world.launch(Container("web", "a", "httpd", {"restartPolicy": POLICY}))
    world.run(500)
    assert (task.stop_code, task.containers[0].exit_code) == ("EssentialContainerExited", 1)


def test_nothing_starts_again_in_a_task_that_is_to_end():
    world = World()
    task = world.launch(Container("web", "a", "httpd", {"restartPolicy": POLICY}))
    world.run(200)
    world.driver.stop(task, "UserInitiated", "")
    world.run(500)
    assert (task.last_status, task.containers[0].restarts) == ("STOPPED", 0)


def test_a_lost_task_gets_no_warning():
    world = World(programs={"web": {"on_term": None}})
    task = world.launch(Container("web", "a", "httpd", {"restartPolicy": POLICY}))
    world.run(200)
    world.driver.lose(task, "InfrastructureHealth", "gone")
    assert (task.containers[0].exit_code, world.started["web"].signals) == (137, [(200, "KILL")])
    world.run(500)
    assert (task.last_status, task.stop_code) == ("STOPPED", "InfrastructureHealth")
    assert task.stopped_reason == "gone"


def test_a_task_waits_until_it_is_out_of_what_sends_it_traffic():
    world = World(draining=300.0)
    task = world.launch()
    world.run(100)
    world.driver.stop(task, "UserInitiated", "")
    world.run(400.9)
    assert task.last_status == "DEACTIVATING"
    assert world.started["web"].signals == []
    world.run(401)
    assert world.started["web"].signals == [(401, "TERM")]
