"""The learner's copies of the notebooks, whose exercises are still to do; `second_run.py` has the others."""

import json

import pytest

from ecslab.workshop import learner_copy
from tests.notebooks import forked_kernels
from tests.notebooks.rig import Classroom, read, run, stems


@pytest.fixture(scope="module")
def classroom():
    forked_kernels.take()
    classroom = Classroom()
    yield classroom
    classroom.close()


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return learner_copy.copy_to(tmp_path_factory.mktemp("my") / "my-ecslab").folder


@pytest.mark.parametrize("stem", stems())
def test_run_all_on_the_learners_copy_raises_nothing_and_every_exercise_waits(classroom, copy, stem):
    classroom.reset()
    done = run(read(stem, copy), copy)
    checks = [
        c for c in done.cells if c.cell_type == "code" and "yours-" in c.source and "lab.check" in c.source
    ]
    assert checks, "a notebook without an exercise"
    for cell in checks:
        assert "Not yet" in json.dumps(cell.outputs), cell.source
