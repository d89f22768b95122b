"""One suite, two places: a test asks for `lab` and cannot tell which of the two it got."""

import contextlib
import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

import ecslab
from tests import botocore_shortcuts, programs

# moto's list of machine images is some thousands long, and half a second's work for each account
os.environ.setdefault("MOTO_AMIS_PATH", str(Path(__file__).with_name("machine_images.json")))
LIVE = os.getenv("ECSLAB_LIVE")  # the account id, which is also the confirmation

settings.register_profile("suite", max_examples=40, deadline=None)
settings.load_profile("suite")


botocore_shortcuts.take()


LONGEST = (
    "course/test_two_orders.py", "simulation/test_simulation.py", "house/test_recipes.py",
    "course/test_steps.py", "sandbox/runtime/test_budgets.py", "operations/test_whole_course.py",
    "effects/test_effects.py", "course/test_stage_09.py", "course/test_stage_07.py", "fuzz/test_short_run.py",
)  # fmt: skip
"""Files that take long. Of two processes none waits for the other at the end if these come first."""


def pytest_collection_modifyitems(items):
    if os.environ.get("PYTEST_XDIST_WORKER"):
        places = {Path(__file__).parent / name: place for place, name in enumerate(LONGEST)}
        items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    programs.require(item)


def pytest_terminal_summary(terminalreporter):
    programs.summary(terminalreporter)


def pytest_collection_finish():
    """What is imported stays: the collector need not walk through it after every few calls."""
    gc.set_threshold(20_000, 20, 50)
    gc.freeze()


@pytest.fixture
def lab(tmp_path, request):
    """A lab with nothing in it; tests marked portable get a real account when one is named.

    In the sandbox, too, they see changes late, as on AWS.
    """
    portable = request.node.get_closest_marker("portable") is not None
    if LIVE and portable:
        lab = ecslab.connect("aws", confirm=LIVE, home=tmp_path, prefix=f"t{os.urandom(4).hex()}")
        yield lab
        receipt = lab.cleanup()  # sweeps everything this test made
        lab.close()
        assert receipt.clean, receipt
        return
    how = {"clock": "stepped", "in_process": True, "seed": 7, "eventual": portable}
    with ecslab.connect("sandbox", home=tmp_path, **how) as lab:
        yield lab


@pytest.fixture
def windows_files(monkeypatch):
    """Files as Windows keeps them: what this process has open is not replaced, removed or renamed."""
    opened = Path("/proc/self/fd")
    if not opened.is_dir():
        pytest.skip("which files are open is known on Linux alone")

    def refusing(change):
        def changed(*paths, **more):
            for handle in opened.iterdir():
                for path in paths:
                    with contextlib.suppress(OSError):
                        if handle.samefile(path):
                            raise PermissionError(13, "[WinError 32] a process uses this file", str(path))
            return change(*paths, **more)

        return changed

    for name in ("replace", "rename", "unlink", "remove"):
        monkeypatch.setattr(os, name, refusing(getattr(os, name)))


@pytest.fixture
def somebody_else(lab):
    """Clients in the same account whose calls no ledger hears of and no lab tags. In the sandbox only."""
    if lab.where == "aws":
        pytest.skip("what somebody else makes, nobody would remove")
    from ecslab.connection.sandbox_place import SandboxPlace

    return SandboxPlace(lab.place.endpoint).client
