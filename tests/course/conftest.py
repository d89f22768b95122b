"""One sandbox for each module of course tests, reset between tests: clients are what takes time to make."""

import shutil

import pytest

import ecslab
from ecslab.course import _look, _memory


@pytest.fixture(scope="module")
def shared_lab(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True) as lab:
        yield lab


@pytest.fixture
def lab(shared_lab):
    """A lab with nothing in it, and no memory."""
    shared_lab.control("reset")
    shared_lab.record.calls.clear()
    shutil.rmtree(shared_lab.home / "lab", ignore_errors=True)
    _memory.forget(shared_lab)
    _look.forget(shared_lab)
    return shared_lab
