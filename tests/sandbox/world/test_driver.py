import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from task_rig import World, refused

from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.lifecycle import TASK


def test_a_task_comes_up_and_goes_down_at_fixed_times():
    world = World()
    task = world.launch()
    world.run(100)
    world.driver.stop(task, "UserInitiated", "Task stopped by user")
    world.run(1000)
    assert world.phases == [
        (0.0, "PROVISIONING"),
        (10.0, "PENDING"),
        (15.0, "ACTIVATING"),
        (17.0, "RUNNING"),
        (101.0, "DEACTIVATING"),
        (102.0, "STOPPING"),
        (102.0, "DEPROVISIONING"),
        (114.0, "STOPPED"),
    ]
    assert (task.created_at, task.connectivity_at) == (0, 4)
    assert (task.pull_started_at, task.pull_stopped_at) == (10, 15)
    assert (task.started_at, task.stopping_at, task.execution_stopped_at) == (17, 100, 102)
    assert (task.stopped_at, task.gone_at) == (114, 114 + 3600)


def test_the_version_counts_what_aws_would_tell():
    world = World()
    task = world.launch()
    assert task.version == 1
    versions = {}
    for second in (9, 12, 16, 20):
        world.run(second)
        versions[task.shown_status] = task.version
    world.driver.stop(task, "UserInitiated", "Task stopped by user")
    assert (task.shown_status, task.version) == ("RUNNING", 4)
    versions["stopping"] = task.version
    for second in (25, 100):
        world.run(second)
        versions[task.shown_status] = task.version
    assert versions == {"PROVISIONING": 1, "PENDING": 2, "RUNNING": 3, "stopping": 4, "DEPROVISIONING": 5,
                    "STOPPED": 6}  # fmt: skip


def test_what_a_load_balancer_waits_for_is_told_of_its_tasks_alone():
    versions = {}
    for balanced in (True, False):
        world = World(programs={"web": {"on_term": 5.0}}, draining=10.0)
        task = world.launch()
        task.balanced = balanced
        for second in range(90):
            world.run(second)
            if second == 30:
                world.driver.stop(task, "ServiceSchedulerInitiated", "")
            versions.setdefault(balanced, {})[task.shown_status] = task.version
    assert list(versions[True]) == list(TASK.transitions)
    assert list(versions[False]) == ["PROVISIONING", "PENDING", "RUNNING", "DEPROVISIONING", "STOPPED"]
    assert (versions[True]["STOPPED"], versions[False]["STOPPED"]) == (9, 6)


@pytest.mark.parametrize(
    ("when", "versions"),
    [(5, (2, 3, 4)), (12, (3, 4, 5)), (16, (3, 4, 5)), (20, (4, 5, 6))],
)
def test_a_stop_is_a_step_of_its_own_at_any_time(when, versions):
    world = World()
    task = world.launch()
    world.run(when)
    world.driver.stop(task, "UserInitiated", "")
    task_versions = [task.version]
    for second in range(when, when + 20):
        world.run(second)
        task_versions.append(task.version)
    assert tuple(dict.fromkeys(task_versions)) == versions


@pytest.mark.parametrize(("phase", "version"), [("attach", 3), ("prepare", 4), ("open_logs", 4), ("pull", 4)])
def test_a_failure_to_start_is_one_step(phase, version):
    world = World(fails={phase: refused("because")})
    task = world.launch()
    world.run(1000)
    assert task.version == version


def test_a_log_that_cannot_be_opened_leaves_an_empty_pull():
    world = World(fails={"open_logs": refused("because")})
    task = world.launch()
    world.run(1000)
    assert (task.pull_started_at, task.pull_stopped_at) == (10, 10.01)
    assert task.containers[0].image_digest is None


@pytest.mark.parametrize("code", [0, 3])
def test_a_container_that_ends_by_itself_is_noticed_afterwards(code):
    world = World(programs={"web": {"seconds": 5, "code": code}})
    task = world.launch()
    world.run(17 + 5)
    assert (task.shown_desired, task.shown_status, task.version) == ("RUNNING", "RUNNING", 3)
    world.run(1000)
    assert task.execution_stopped_at == 22
    assert task.execution_stopped_at < task.stopping_at < task.stopped_at


def test_the_attachment_fills_up():
    world = World()
    task = world.launch()
    attachments = {}
    for second in (0, 2, 4, 20):
        world.run(second)
        attachments[second] = (task.attachment.status, task.attachment.interface is not None)
    assert attachments == {
        0: ("PRECREATED", False),
        2: ("ATTACHING", True),
        4: ("ATTACHED", True),
        20: ("ATTACHED", True),
    }
    world.driver.stop(task, "UserInitiated", "")
    world.run(21)
    assert task.attachment.status == "ATTACHED"
    world.run(25)
    assert task.attachment.status == "DETACHING"
    world.run(60)
    assert (task.attachment.status, task.attachment.interface is not None) == ("DELETED", True)


@pytest.mark.parametrize(
    ("phase", "stopping_at", "status"),
    [("attach", 10.0, "PROVISIONING"), ("prepare", 18.0, "PENDING"), ("pull", 18.0, "PENDING")],
)
def test_a_failure_to_start_is_told_when_ecs_gives_up(phase, stopping_at, status):
    world = World(fails={phase: refused("because")})
    task = world.launch()
    world.run(stopping_at - 0.5)
    assert (task.last_status, task.desired_status) == (status, "RUNNING")
    world.run(1000)
    assert (task.stop_code, task.stopped_reason) == ("TaskFailedToStart", "because")
    assert (task.stopping_at, task.stopped_at, task.started_at) == (stopping_at, stopping_at + 12, None)
    assert task.containers[0].last_status == "STOPPED"
    assert task.containers[0].exit_code is None
    assert not world.held


def test_an_essential_container_takes_the_task_with_it():
    world = World(programs={"web": {"seconds": 5, "code": 3}, "side": {}})
    task = world.launch(Container("web", "a", "httpd"), Container("side", "b", "busybox", essential=False))
    world.run(1000)
    assert (task.stop_code, task.stopped_reason) == (
        "EssentialContainerExited",
        "Essential container in task exited",
    )
    assert [container.exit_code for container in task.containers] == [3, 143]
    assert task.stopping_at == 17 + 5 + 1


def test_a_container_that_is_not_essential_ends_alone():
    world = World(programs={"side": {"seconds": 5}})
    task = world.launch(Container("web", "a", "httpd"), Container("side", "b", "busybox", essential=False))
    world.run(1000)
    assert task.last_status == "RUNNING"
    assert [container.last_status for container in task.containers] == ["RUNNING", "STOPPED"]


@pytest.mark.parametrize(("timeout", "code", "execution"), [(30.0, 137, 132.0), (5.0, 137, 107.0)])
def test_who_ignores_term_is_killed_when_its_stop_timeout_is_over(timeout, code, execution):
    world = World(programs={"web": {"on_term": None}})
    task = world.launch(Container("web", "a", "httpd", stop_timeout=timeout))
    world.run(100)
    world.driver.stop(task, "UserInitiated", "Task stopped by user")
    world.run(103)
    assert task.last_status == "STOPPING"
    world.run(1000)
    assert (task.containers[0].exit_code, task.execution_stopped_at) == (code, execution)
    assert world.started["web"].signals == [(102.0, "TERM"), (102.0 + timeout, "KILL")]


def test_dependencies_start_first_and_stop_last():
    world = World(programs={"init": {"seconds": 30}, "db": {"on_term": 3.0}, "web": {"on_term": 2.0}})
    task = world.launch(
        Container("web", "a", "httpd", depends_on={"init": "SUCCESS", "db": "START"}),
        Container("init", "b", "busybox", essential=False),
        Container("db", "c", "busybox"),
    )
    world.run(20)
    assert [container.last_status for container in task.containers] == ["PENDING", "RUNNING", "RUNNING"]
    assert task.last_status == "ACTIVATING"
    world.run(100)
    assert task.started_at == 47
    world.driver.stop(task, "UserInitiated", "")
    world.run(1000)
    assert [world.started[name].signals for name in ("web", "db")] == [[(102.0, "TERM")], [(104.0, "TERM")]]


def test_a_dependency_without_success_ends_the_task():
    world = World(programs={"init": {"seconds": 1, "code": 2}})
    task = world.launch(
        Container("web", "a", "httpd", depends_on={"init": "SUCCESS"}),
        Container("init", "b", "busybox", essential=False),
    )
    world.run(1000)
    assert (task.last_status, task.stop_code) == ("STOPPED", "TaskFailedToStart")
    assert task.stopped_reason == "Task failed to start"
    assert task.started_at is None
    web, init = task.containers
    assert (web.last_status, web.exit_code, web.reason, init.exit_code) == ("STOPPED", None, None, 2)


@pytest.mark.parametrize("when", [0, 3, 7, 12, 16, 18])
def test_a_task_can_be_stopped_at_any_time(when):
    world = World()
    task = world.launch()
    world.run(when)
    world.driver.stop(task, "UserInitiated", "first")
    world.driver.stop(task, "UserInitiated", "second")
    world.run(1000)
    assert (task.last_status, task.stopped_reason) == ("STOPPED", "first")
    assert not world.held


PROGRAM = st.fixed_dictionaries(
    {
        "seconds": st.none() | st.sampled_from([0.0, 0.5, 2.0, 40.0, 70.0]),
        "code": st.sampled_from([0, 1, 137]),
        "on_term": st.sampled_from([0.0, 1.0, None]),
        "healthy_at": st.sampled_from([0.0, 12.0, 1e9]),
        "ill_at": st.sampled_from([20.0, 1e9]),
        "check_takes": st.sampled_from([0.0, 1.0, 9.0]),
    }
)
DEFINITION = st.fixed_dictionaries(
    {},
    optional={
        "healthCheck": st.just({"command": ["CMD", "true"], "interval": 5, "retries": 2}),
        "restartPolicy": st.just({"enabled": True, "restartAttemptPeriod": 60, "ignoredExitCodes": [137]}),
    },
)
CONDITION = st.sampled_from(["START", "COMPLETE", "SUCCESS", "HEALTHY"])


@st.composite
def worlds(draw):
    """A world and the containers of a task: any programs, dependencies without cycles, any failure."""
    names = ["a", "b", "c"][: draw(st.integers(1, 3))]
    containers = []
    for index, name in enumerate(names):
        depends_on = {other: draw(CONDITION) for other in names[:index] if draw(st.booleans())}
        essential = index == len(names) - 1 or draw(st.booleans())
        timeout = draw(st.sampled_from([2.0, 30.0]))
        definition, start_timeout = draw(DEFINITION), draw(st.none() | st.sampled_from([2.0, 30.0]))
        containers.append(
            Container(name, name, "httpd", definition, essential, depends_on, timeout, start_timeout)
        )
    phase = draw(st.none() | st.sampled_from(["attach", "prepare", "pull"]))
    fails = {phase: refused()} if phase else {}
    return World(fails=fails, programs={name: draw(PROGRAM) for name in names}), containers


@settings(max_examples=150, deadline=None)
@given(worlds(), st.lists(st.floats(0, 200), max_size=3), st.booleans())
def test_whatever_happens_a_stopped_task_leaves_nothing(drawn, stops, lost):
    world, containers = drawn
    task = world.launch(*containers)
    for when in sorted(stops):
        world.run(when)
        end = world.driver.lose if lost else world.driver.stop
        end(task, "UserInitiated", "Task stopped by user")
    world.run(1000)
    assert all(program.ended or program in world.started.values() for program in world.every)
    moves = [(before, after) for _, before, after in world.history if before]
    assert all(after in TASK.transitions[before].values() for before, after in moves)
    if stops or world.fails:
        assert task.last_status == "STOPPED"
    if task.last_status == "STOPPED":
        assert not world.held
        assert all(program.ended for program in world.every)
        assert all(container.last_status == "STOPPED" for container in task.containers)
        assert not any(container.watch and container.watch.next for container in task.containers)
        assert None not in (task.stop_code, task.stopping_at, task.execution_stopped_at, task.stopped_at)
