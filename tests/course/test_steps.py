"""Each step as the course has it: fresh, it is not yet done; its own solution, as it is shown, does it."""

import re

import pytest

from ecslab import capacity, guestbook
from ecslab.course import STAGES, STEPS, NoSuchStep, Outcome
from ecslab.course.catalogue import stage_named, step_named
from ecslab.course.check_runner import look

READY = ("00.ready", "00.network")  # what every account has from the start
BY_THE_WAY = ("05.page", "99.stopped", "99.deregistered")  # what a step before it does too, or in part


def test_ids_are_unique_and_in_order():
    ids = [step.id for step in STEPS]
    assert len(set(ids)) == len(ids)
    assert [step.stage for step in STEPS] == sorted(step.stage for step in STEPS)
    assert {step.stage for step in STEPS} == set(STAGES)


def test_every_stage_has_one_to_three_exercises():
    for stage in STAGES.values():
        assert 1 <= len(stage.exercises) <= 3


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_the_last_hint_names_a_call(step):
    assert re.search(r"`(lab\.\w+|ecslab\.\w+|aws [a-z]+ [a-z]+)", step.hints[-1])
    assert not re.search(r"\w\((?!lab\))\w.*\)`", step.hints[0]) or step.hints[0] == step.hints[-1]


def test_fresh_nothing_is_done_but_what_every_account_has(lab):
    for step in STEPS:
        outcome = look(lab, step).outcome
        assert outcome is (Outcome.DONE if step.id in READY else Outcome.NOT_YET), step.id


def finished(lab, step):
    """Stop what 09, 10 and 11 stop at their ends: in 12 days pass, and all of it would go on."""
    if step.id == "12.shop":
        guestbook.stop(lab)
        guestbook.delete_pair(lab)
        capacity.delete(lab)


def test_each_solution_does_its_step(lab, capsys):
    for step in STEPS:
        finished(lab, step)
        before = look(lab, step)
        assert before.outcome is Outcome.NOT_YET or step.id in (*READY, *BY_THE_WAY), (step.id, before)
        exec(step.code(), {"lab": lab, "ecslab": __import__("ecslab")})  # noqa: S102 — the code as shown
        assert look(lab, step).outcome is Outcome.DONE, (step.id, look(lab, step))
    assert "ResourceInitializationError" in capsys.readouterr().out  # 04.yours-2 shows why


def test_each_solution_does_its_step_where_changes_are_seen_late(lab, capsys):
    lab.control("eventual", on=True)

    def run_cell(step):
        """As a learner does: once more, if ECS does not yet know its own role."""
        try:
            exec(step.code(), {"lab": lab, "ecslab": __import__("ecslab")})  # noqa: S102 — the code as shown
        except lab.ecs.exceptions.InvalidParameterException as refusal:
            assert "Unable to assume the service linked role" in str(refusal)
            return False
        return True

    for step in STEPS:
        finished(lab, step)
        lab.wait(lambda: run_cell(step), "the cell to be accepted", limit=30)  # noqa: B023
        lab.wait(lambda: lab.check(step.id).outcome is Outcome.DONE, step.title)  # noqa: B023
    assert "ResourceInitializationError" in capsys.readouterr().out


def test_what_comes_before_a_stage_is_filled_in_where_changes_are_seen_late(lab):
    lab.control("eventual", on=True)
    assert lab.goto("09").trouble == ()


def test_a_solution_runs_twice(lab, capsys):
    for step in STEPS:
        if step.stage <= "05":
            step.solve(lab)
            step.solve(lab)


def test_names_of_stages():
    assert stage_named("4") == stage_named("04") == stage_named("04-run-task") == STAGES["04"]
    with pytest.raises(NoSuchStep) as error:
        stage_named("98")
    assert str(error.value) == f"there is no step or stage '98'.\n  there are: {', '.join(STAGES)}"
    with pytest.raises(NoSuchStep) as error:
        step_named("01.pull")
    assert str(error.value) == (
        "there is no step or stage '01.pull'.\n  there are: 01.repository, 01.push, 01.yours-1, 01.yours-2"
    )


def test_checks_only_read_and_leave_no_trace_in_the_record(lab):
    lab.goto("05")
    entries_before = len(lab.control("journal")["entries"])
    lab.record.calls.clear()
    for step in STEPS:
        look(lab, step)
    assert len(lab.calls()) == 0
    assert len(lab.control("journal")["entries"]) == entries_before
