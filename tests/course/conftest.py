"""One sandbox for each module of course tests, reset between tests: clients are what takes time to make."""

import shutil

import pytest

import ecslab
from ecslab.course import progress_store as store
from tests import moments


@pytest.fixture(scope="module")
def shared_lab(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab:
        moments.keep(lab)
        yield lab


@pytest.fixture
def lab(shared_lab):
    """A lab with nothing in it, and no memory. What a test changes of the lab itself is put back."""
    before = dict(shared_lab.__dict__)
    shared_lab.control("reset")
    shared_lab.record.calls.clear()
    shutil.rmtree(shared_lab.home / "lab", ignore_errors=True)
    store.forget(shared_lab)
    yield shared_lab
    shared_lab.__dict__.update(before)
