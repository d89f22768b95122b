"""What holds of every lifecycle, read from its table; and what holds of a task's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.world.auto_scaling_group.lifecycle import GROUP_INSTANCE
from ecslab.sandbox.world.container_instance.lifecycle import CONTAINER_INSTANCE
from ecslab.sandbox.world.lifecycle import IllegalTransition
from ecslab.sandbox.world.load_balancing.target_health import TARGET
from ecslab.sandbox.world.service.deployment import Deployment, Revision
from ecslab.sandbox.world.service.lifecycle import (
    DEPLOYMENT,
    MEMBER,
    ROLLOUT_STATE,
    SERVICE,
    SERVICE_DEPLOYMENT,
)
from ecslab.sandbox.world.service.rollout import Rollout
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.task.attachment import Attachment
from ecslab.sandbox.world.task.lifecycle import ATTACHMENT, TASK
from ecslab.sandbox.world.task.task import Task
from tests.pages.lifecycles import LIFECYCLES

TERMINAL = {
    CONTAINER_INSTANCE: {"INACTIVE"},
    GROUP_INSTANCE: {"Terminated"},
    TASK: {"STOPPED"},
    ATTACHMENT: {"DELETED"},
    SERVICE: {"INACTIVE"},
    DEPLOYMENT: set(),  # a roll-back restores one that was INACTIVE
    ROLLOUT_STATE: {"FAILED"},
    SERVICE_DEPLOYMENT: {"SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL"},
    MEMBER: {"leaving"},
    TARGET: set(),  # an address may be registered again
}
EVENTS = sorted({event for moves in TASK.transitions.values() for event in moves})


@pytest.fixture(params=LIFECYCLES, ids=lambda table: table.noun)
def table(request):
    return request.param


def events(table):
    return {event for moves in table.transitions.values() for event in moves}


def illegal(table):
    rows = table.transitions.items()
    return [
        (status, event) for status, moves in rows for event in sorted(events(table)) if event not in moves
    ]


def test_every_status_is_reachable_and_has_a_row(table):
    reached, frontier = set(), {table.first}
    while frontier:
        reached |= frontier
        frontier = {to for status in frontier for to in table.transitions[status].values()} - reached
    assert reached == set(table.transitions)


def test_the_terminal_statuses(table):
    assert table.terminal == TERMINAL[table]


def test_an_illegal_event_is_refused_with_what_is_allowed(table):
    for status, event in illegal(table):
        allowed = ", ".join(table.transitions[status]) or r"nothing \(it is terminal\)"
        with pytest.raises(
            IllegalTransition, match=f"a {status} {table.noun} cannot take '{event}'.*: {allowed}$"
        ):
            table.next(status, event)


def deployment():
    return Deployment("ecs-svc/1", Revision("1", 0.0, {}, ("us-east-1a",)), 0.0)


def task():
    return Task("0a1b", "arn:task", "lab", "us-east-1", {}, Attachment("a-1", "subnet-1"), [])


def take(rollout, event):
    moves = {
        "completed": lambda: rollout.complete(1.0, 1),
        "stopped": lambda: rollout.stop(1.0, 1, "why"),
        "rolled_back": lambda: rollout.turn_back(1.0, "why", rollout.deployment.revision),
    }
    moves[event]()


THINGS = {
    TASK: (task, "last_status", Task.move),
    ATTACHMENT: (lambda: Attachment("a-1", "subnet-1"), "status", Attachment.move),
    SERVICE: (lambda: Service("web", "arn:service/web", "lab", 0.0, 1), "status", Service.move),
    DEPLOYMENT: (deployment, "status", Deployment.move),
    ROLLOUT_STATE: (
        deployment,
        "rollout_state",
        lambda deployment, event: deployment.roll(event, 1.0, "why"),
    ),
    SERVICE_DEPLOYMENT: (lambda: Rollout("r-1", deployment(), 0.0), "status", take),
}


@pytest.mark.parametrize("table", THINGS, ids=lambda table: table.noun)
def test_an_illegal_event_changes_nothing(table):
    make, attribute, move = THINGS[table]
    for status, event in illegal(table):
        if event == "task_started":  # a service deployment that has begun takes no notice
            continue
        thing = make()
        setattr(thing, attribute, status)
        before = [getattr(thing, name) for name in thing.__dataclass_fields__]
        with pytest.raises(IllegalTransition):
            move(thing, event)
        assert [getattr(thing, name) for name in thing.__dataclass_fields__] == before


def test_the_diagram_is_drawn_from_the_table(table):
    picture = table.mermaid()
    for status, moves in table.transitions.items():
        for event, following in moves.items():
            assert f"  {status} --> {following}: {event}" in picture
    assert picture.count("-->") == sum(map(len, table.transitions.values())) + 1 + len(table.terminal)


def test_a_task_passes_its_statuses_in_order():
    statuses = [TASK.first]
    for event in (
        "network_ready", "images_pulled", "containers_started", "stop_requested", "targets_deregistered",
        "containers_exited", "network_released",
    ):  # fmt: skip
        statuses.append(TASK.next(statuses[-1], event))
    assert statuses == list(TASK.transitions)


@given(st.lists(st.sampled_from(EVENTS)))
def test_the_status_of_a_task_never_goes_back(events):
    order, status = list(TASK.transitions), TASK.first
    for event in events:
        if event in TASK.transitions[status]:
            later = TASK.next(status, event)
            assert order.index(later) > order.index(status)
            status = later
