"""The arithmetic of a rolling deployment, alone: no account."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecslab.resources.deployment import limits, plan
from ecslab.resources.deployment.rollout_plan import NOTICED


@pytest.mark.parametrize(
    ("desired", "minimum", "maximum", "lowest", "highest", "stuck"),
    [
        (4, 100, 200, 4, 8, False),
        (4, 50, 100, 2, 4, False),
        (2, 75, 200, 2, 4, False),
        (3, 0, 125, 0, 3, False),
        (1, 0, 100, 0, 1, False),
        (1, 50, 100, 1, 1, True),
        (2, 75, 125, 2, 2, True),
        (3, 100, 133, 3, 3, True),
        (3, 100, 134, 3, 4, False),
        (0, 100, 200, 0, 0, False),
    ],
)
def test_the_minimum_is_rounded_up_and_the_maximum_down(desired, minimum, maximum, lowest, highest, stuck):
    bounds = limits(desired, minimum, maximum)
    assert (bounds.lowest, bounds.highest, bounds.stuck) == (lowest, highest, stuck)


def test_limits_say_what_they_mean():
    assert repr(limits(4)) == "4 desired, 100 % to 200 %: at least 4 healthy, at most 8 in all"
    assert repr(limits(2, 75, 125)).endswith("no task may be stopped and none started, it is stuck")


@pytest.mark.parametrize(
    ("numbers", "complaint"),
    [
        ((-1,), "desired is -1; it can be 0 or more"),
        ((2, 101), "minimum is 101; it can be 0 to 100"),
        ((2, -5), "minimum is -5; it can be 0 to 100"),
        ((2, 60, 99), "maximum is 99; below 100 the desired count itself would be too many"),
        ((2, 100, 100), "minimum and maximum are both 100: ECS refuses that, as no task could be replaced"),
    ],
)
def test_what_ecs_would_refuse_is_refused(numbers, complaint):
    with pytest.raises(ValueError, match=complaint):
        plan(*numbers)


def test_a_plan_is_a_table_of_batches():
    assert repr(plan(4, 50, 100)).splitlines() == [
        "4 desired, 50 % to 100 %: at least 2 healthy, at most 4 in all",
        "step  what happens                            old  new  in all  healthy",
        "0     before                                  4    0    4       4",
        "1     stop 2 old, start 2 new                 2    2    4       2",
        "2     2 new healthy, stop 2 old, start 2 new  0    4    4       2",
        "3     2 new healthy                           0    4    4       4",
    ]
    assert "<table>" in plan(4)._repr_html_()


def test_a_plan_has_seconds_only_where_it_was_told_how_long_a_task_takes():
    assert " s " not in repr(plan(4, 50, 100))
    assert [line.split("  ")[0] for line in repr(plan(4, 50, 100, to_healthy=40)).splitlines()[1:]] == [
        "after", "0 s", f"{NOTICED:.0f} s", f"{NOTICED + 40:.0f} s", f"{NOTICED + 80:.0f} s"
    ]  # fmt: skip


def test_a_plan_that_cannot_move_says_so():
    rollout = plan(2, 75, 125)
    assert rollout.stuck
    assert rollout.moves[-1].what == "nothing may be started, nothing stopped: stuck"
    assert not plan(2).stuck


@given(st.integers(0, 30), st.integers(0, 100), st.integers(100, 300))
@settings(max_examples=40)
def test_a_plan_keeps_to_its_limits_and_ends_unless_it_is_stuck(desired, minimum, maximum):
    if minimum == maximum == 100:
        return
    rollout = plan(desired, minimum, maximum)
    bounds = rollout.limits
    assert all(move.total <= bounds.highest for move in rollout.moves)
    assert all(move.healthy >= bounds.lowest for move in rollout.moves)
    assert rollout.stuck is bounds.stuck
    if not rollout.stuck:
        last = rollout.moves[-1]
        assert (last.old, last.new, last.healthy) == (0, desired, desired)
