import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.world.task.lifecycle import (
    FIRST,
    LAST,
    TRANSITIONS,
    IllegalTransition,
    mermaid,
    next_status,
)

EVENTS = sorted({event for moves in TRANSITIONS.values() for event in moves})


def test_every_target_is_a_known_status():
    assert {to for moves in TRANSITIONS.values() for to in moves.values()} <= TRANSITIONS.keys()


@pytest.mark.parametrize("event", EVENTS)
def test_stopped_is_terminal(event):
    with pytest.raises(IllegalTransition, match="nothing \\(it is terminal\\)"):
        next_status("STOPPED", event)


def test_the_happy_path_passes_the_statuses_in_order():
    seen, status = [FIRST], FIRST
    for event in (
        "network_ready", "images_pulled", "containers_started", "stop_requested", "targets_deregistered",
        "containers_exited", "network_released",
    ):  # fmt: skip
        status = next_status(status, event)
        seen.append(status)
    assert seen == list(TRANSITIONS)


def test_the_error_names_what_is_allowed():
    with pytest.raises(IllegalTransition, match=r"a DEACTIVATING task .*it accepts: targets_deregistered"):
        next_status("DEACTIVATING", "network_released")


@given(st.lists(st.sampled_from(EVENTS)))
def test_a_status_never_goes_back(events):
    order, status = list(TRANSITIONS), FIRST
    for event in events:
        if event in TRANSITIONS[status]:
            later = next_status(status, event)
            assert order.index(later) > order.index(status)
            status = later


def test_the_diagram_is_drawn_from_the_table():
    picture = mermaid()
    assert "  PENDING --> ACTIVATING: images_pulled" in picture
    assert picture.count("-->") == sum(map(len, TRANSITIONS.values())) + 2
    assert picture.endswith(f"{LAST} --> [*]")
