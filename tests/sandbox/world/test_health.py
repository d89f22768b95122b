import pytest
from hypothesis import given
from hypothesis import strategies as st
from task_rig import World

from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.health import HealthCheck, Watch, judged


def checked(name="web", essential=True, depends_on=None, start_timeout=None, **check):
    definition = {"healthCheck": {"command": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"], **check}}
    return Container(
        name, name, "httpd", definition, essential, depends_on or {}, start_timeout=start_timeout
    )


def test_what_is_not_said_has_the_values_of_aws():
    check = HealthCheck.of({"healthCheck": {"command": ["CMD", "true", "x"]}})
    assert check == HealthCheck(("true", "x"), 30, 5, 3, 0)


def test_cmd_shell_is_run_by_the_shell():
    check = HealthCheck.of({"healthCheck": {"command": ["CMD-SHELL", "exit 0"], "retries": 1}})
    assert check.argv == ("/bin/sh", "-c", "exit 0")


@pytest.mark.parametrize("definition", [{}, {"healthCheck": {"command": ["NONE"]}}])
def test_without_a_check_there_is_none(definition):
    assert HealthCheck.of(definition) is None


def test_the_first_check_comes_one_interval_after_the_start():
    world = World()
    task = world.launch(checked(interval=10))
    world.run(26.9)
    assert (task.last_status, task.health_status) == ("RUNNING", "UNKNOWN")
    world.run(27)
    assert task.health_status == "HEALTHY"
    world.run(50)
    assert [when for when, _ in world.started["web"].checked] == [27, 37, 47]
    assert world.healths == [(27, "HEALTHY")]


def test_so_many_failures_in_a_row_make_it_unhealthy_and_one_pass_healthy():
    world = World(programs={"web": {"healthy_at": 100.0}})
    task = world.launch(checked(interval=10, retries=3))
    world.run(46.9)
    assert task.health_status == "UNKNOWN"
    world.run(1000)
    assert world.healths == [(47, "UNHEALTHY"), (117, "HEALTHY")]
    assert task.last_status == "RUNNING"  # a task without a service runs on, whatever its health


def test_failures_in_the_start_period_do_not_count():
    world = World(programs={"web": {"healthy_at": 1e9}})
    world.launch(checked(interval=10, retries=2, startPeriod=60))
    world.run(1000)
    assert world.healths == [(17 + 70, "UNHEALTHY")]


def test_after_a_pass_in_the_start_period_failures_count():
    world = World(programs={"web": {"ill_at": 15.0}})
    world.launch(checked(interval=10, retries=2, startPeriod=300))
    world.run(1000)
    assert world.healths == [(27, "HEALTHY"), (47, "UNHEALTHY")]


def test_a_check_that_takes_too_long_has_failed():
    world = World(programs={"web": {"check_takes": 6.0}})
    world.launch(checked(interval=10, timeout=5, retries=2))
    world.run(60)
    assert world.healths == [(47, "UNHEALTHY")]  # 27, over at 32; 42, over at 47
    assert [when for when, _ in world.started["web"].checked] == [27, 42, 57]


def test_the_next_check_comes_one_interval_after_the_last_has_ended():
    world = World(programs={"web": {"check_takes": 4.0}})
    world.launch(checked(interval=10, timeout=5))
    world.run(60)
    assert [when for when, _ in world.started["web"].checked] == [27, 41, 55]


def test_only_essential_containers_decide_about_the_task():
    world = World(programs={"side": {"healthy_at": 1e9}})
    task = world.launch(checked(interval=5), checked("side", essential=False, interval=5))
    world.run(500)
    assert [container.health_status for container in task.containers] == ["HEALTHY", "UNHEALTHY"]
    assert task.health_status == "HEALTHY"


@pytest.mark.parametrize(
    ("ill", "health"),
    [
        ({}, "HEALTHY"),
        ({"web": {"healthy_at": 1e9}}, "UNHEALTHY"),
        ({"slow": {"check_takes": 1e9}}, "UNKNOWN"),
    ],
)
def test_the_worst_container_decides_and_one_without_a_check_is_not_asked(ill, health):
    world = World(programs=ill)
    slow = checked("slow", interval=5, timeout=60, retries=10)
    task = world.launch(checked(interval=5), Container("plain", "b", "httpd"), slow)
    world.run(500)
    assert task.health_status == health


def test_a_task_without_a_check_is_unknown():
    world = World()
    task = world.launch()
    world.run(500)
    assert (task.health_status, task.health_told) == ("UNKNOWN", "UNKNOWN")


def test_health_is_told_some_seconds_after():
    world = World(programs={"web": {"ill_at": 40.0}})
    task = world.launch(checked(interval=10, retries=1))
    healths = []
    for second in range(17, 100):
        world.run(second)
        healths.append((task.health_status, task.health_told))
    changes = [(17 + at, *pair) for at, pair in enumerate(healths) if at == 0 or pair != healths[at - 1]]
    assert changes == [
        (17, "UNKNOWN", "UNKNOWN"), (27, "HEALTHY", "UNKNOWN"), (42, "HEALTHY", "HEALTHY"),
        (57, "UNHEALTHY", "HEALTHY"), (72, "UNHEALTHY", "UNHEALTHY"),
    ]  # fmt: skip


def test_nothing_is_checked_once_the_container_is_told_to_end():
    world = World(programs={"web": {"on_term": 20.0}})
    task = world.launch(checked(interval=10))
    world.run(30)
    world.driver.stop(task, "UserInitiated", "")
    world.run(1000)
    assert [when for when, _ in world.started["web"].checked] == [27]
    assert (task.containers[0].exit_code, task.containers[0].health_status) == (143, "HEALTHY")
    assert world.clock.next_at() is None


def test_a_container_that_waits_for_health_starts_when_it_is_there():
    world = World(programs={"db": {"healthy_at": 12.0}})
    task = world.launch(
        Container("web", "a", "httpd", depends_on={"db": "HEALTHY"}), checked("db", interval=10)
    )
    world.run(36.9)
    assert (task.last_status, task.container("web").last_status) == ("ACTIVATING", "PENDING")
    world.run(37)
    assert (task.last_status, task.started_at) == ("RUNNING", 37)


@pytest.mark.parametrize("condition", ["HEALTHY", "COMPLETE", "SUCCESS"])
def test_who_waits_too_long_gives_up_and_the_task_with_it(condition):
    world = World(programs={"db": {"healthy_at": 1e9}})
    task = world.launch(
        Container("web", "a", "httpd", depends_on={"db": condition}),
        checked("db", essential=False, start_timeout=50.0, interval=10),
    )
    world.run(66.9)
    assert task.desired_status == "RUNNING"
    world.run(500)
    assert (task.stop_code, task.stopping_at) == ("TaskFailedToStart", 67)
    assert task.stopped_reason == "Task failed to start"
    assert (task.last_status, task.container("web").exit_code) == ("STOPPED", None)
    assert task.container("db").exit_code == 143


def test_a_start_in_time_is_enough():
    world = World()
    task = world.launch(
        Container("web", "a", "httpd", depends_on={"db": "HEALTHY"}),
        checked("db", start_timeout=20.0, interval=10),
    )
    world.run(500)
    assert task.last_status == "RUNNING"


def test_who_waits_for_the_health_of_what_has_ended_gives_up():
    world = World(programs={"db": {"seconds": 3, "code": 0}})
    task = world.launch(
        Container("web", "a", "httpd", depends_on={"db": "HEALTHY"}), checked("db", essential=False)
    )
    world.run(500)
    assert (task.last_status, task.stop_code) == ("STOPPED", "TaskFailedToStart")
    assert task.stopped_reason == "Task failed to start"


@given(st.lists(st.booleans(), max_size=30), st.integers(1, 10), st.integers(0, 300))
def test_health_is_a_function_of_the_last_results(results, retries, start_period):
    check = HealthCheck(("true",), 5, 2, retries, start_period)
    watch, status, age = Watch(check), "UNKNOWN", 0
    for passed in results:
        age += 10
        status, watch.failures = judged(watch, status, passed, age)
        assert (status == "HEALTHY") or not passed
    if status == "UNHEALTHY":
        assert results[-retries:] == [False] * retries
    if True not in results and 10 * len(results) < start_period:
        assert status == "UNKNOWN"
