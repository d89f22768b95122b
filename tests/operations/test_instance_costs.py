"""Notebook 11 on an account that counts as a real one: nothing that costs runs unsaid, whatever happens."""

import contextlib
import io

import nbformat
import pytest

import ecslab
from ecslab import cleanup
from ecslab.course.catalogue import STAGES, STEPS
from ecslab.errors import NotConfirmed, SandboxOnly
from ecslab.operations import cost_reminder
from tests.connection import machine_calls as calls
from tests.connection.scripted_account import Stranger, lab_on, push_stand_ins
from tests.notebooks.rig import NOTEBOOKS

STAGE = STAGES["11"]
ONLY_THERE = {
    "11-agent", "11-agent-outcome", "11-patch", "11-spot", "11-spot-back", "11-activation",
}  # fmt: skip
"""Cells that do something in the sandbox alone; on a real account they say so, and what one does there."""


@pytest.fixture
def mine(lab, tmp_path, monkeypatch):
    """A lab on such an account, with what notebook 11 builds on."""
    push_stand_ins(monkeypatch)
    own_lab = lab_on(lab.place.endpoint, tmp_path / "mine")
    for step in STEPS:
        if step.id in STAGE.needs or step.stage in STAGE.needs:
            with contextlib.redirect_stdout(io.StringIO()):
                step.solve(own_lab)
    return own_lab


def cells(lab, monkeypatch, errors, **said):
    """Run the code of notebook 11: after each cell its id.

    Args:
        errors: takes those of the cells, by id.
        said: what the learner puts into the calls of `ecslab.capacity`, in place of `lab`.
    """
    monkeypatch.setattr(ecslab, "connect", lambda *_, **__: lab)
    space = {}
    notebook = nbformat.read(NOTEBOOKS / STAGE.notebook, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            source = cell.source
            for name, budget in said.items():
                source = source.replace(f"capacity.{name}(lab)", f"capacity.{name}(lab, budget={budget})")
            with contextlib.redirect_stdout(io.StringIO()):
                try:
                    exec(compile(source, cell.id, "exec"), space)  # noqa: S102
                except Exception as error:
                    errors[cell.id] = error
            yield cell.id


def running(stranger):
    reservations = stranger.ec2.describe_instances()["Reservations"]
    return [each["InstanceId"] for part in reservations for each in part["Instances"]
            if each["State"]["Name"] in ("pending", "running")]  # fmt: skip


def test_without_a_budget_no_cell_starts_an_instance_and_the_price_is_said_first(mine, monkeypatch):
    stranger, errors = Stranger(mine.place.endpoint), {}
    for _ in cells(mine, monkeypatch, errors):
        mine.control("advance", seconds=60)
        assert running(stranger) == []
    assert {cell for cell, error in errors.items() if isinstance(error, NotConfirmed)} == {
        "11-page", "11-group", "11-managed", "11-managed-service", "11-puzzle",
    }  # fmt: skip
    assert "up to $0.4141 an hour" in str(errors["11-page"])
    assert not stranger.ecs.list_services(cluster=mine.names.cluster)["serviceArns"]
    assert cleanup.run(mine).clean and cost_reminder.notice(mine) == ""


def test_whichever_cell_was_the_last_a_new_kernel_says_what_runs(mine, monkeypatch, tmp_path):
    """The kernel is lost after each cell; what was agreed to is lost with it, and the ledger is not."""
    stranger, instance_ids, errors, most = Stranger(mine.place.endpoint), [], {}, 0
    for cell in cells(mine, monkeypatch, errors, page=0.9, puzzle=0.3):
        before, instance_ids = instance_ids, running(stranger)
        most = max(most, len(instance_ids))
        if instance_ids and len(instance_ids) != len(before):
            notice = cost_reminder.notice(lab_on(mine.place.endpoint, tmp_path / "mine"))
            assert f"{len(instance_ids)} instance" in notice and "Auto Scaling group" in notice, cell
            assert "next: lab.cleanup()" in notice
    in_the_sandbox = {cell for cell, error in errors.items() if isinstance(error, SandboxOnly)}
    assert in_the_sandbox == ONLY_THERE
    assert errors.keys() - in_the_sandbox == {"11-external"}  # RunTask: there is no machine outside
    assert 2 <= most <= 6
    assert cleanup.run(lab_on(mine.place.endpoint, tmp_path / "mine")).clean
    mine.control("advance", seconds=600)
    assert running(stranger) == [] and cost_reminder.notice(mine) == ""


def test_managed_instances_and_machines_outside_are_named_too(lab, tmp_path):
    mine = lab_on(lab.place.endpoint, tmp_path / "mine")
    ecslab.cluster.create(mine)
    calls.managed(mine, mine.names.cluster, propagates="NONE")
    calls.role(mine.iam, "outside", "ssm.amazonaws.com", calls.OUTSIDE)
    mine.iam.attach_role_policy(RoleName="outside", PolicyArn=calls.ON_EC2)
    calls.outside(mine, mine.client("ssm"), mine.names.cluster)
    mine.control("advance", seconds=calls.SETTLED)
    notice = cost_reminder.notice(mine)
    assert notice.startswith("1 task, 1 instance and 1 external machine of this lab are still running")
