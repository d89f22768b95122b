"""One sandbox for all faults of a module: a fault is arranged once, and each attempt at it begins there."""

import shutil

import pytest

import ecslab
from tests import moments

pytest.register_assert_rewrite("fault_rig")


@pytest.fixture(scope="module")
def shared_lab(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab:
        moments.keep(lab)
        yield lab


@pytest.fixture
def lab(shared_lab):
    """A lab with nothing in it, and no fault on its mind."""
    shared_lab.control("reset", seed=7)
    shared_lab.record.calls.clear()
    shutil.rmtree(shared_lab.home / "lab", ignore_errors=True)
    return shared_lab


@pytest.fixture(scope="module")
def bay(shared_lab):
    """Gives a fault by its kind, as it was arranged, whatever was done to it before."""
    from fault_rig import Bay  # once its assertions are rewritten

    return Bay(shared_lab)
