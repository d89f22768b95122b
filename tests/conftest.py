"""One suite, two places: a test asks for `lab` and cannot tell which of the two it got."""

import os

import pytest

import ecslab

LIVE = os.getenv("ECSLAB_LIVE")  # the account id, which is also the confirmation


@pytest.fixture
def lab(tmp_path, request):
    """A lab with nothing in it; tests marked portable get a real account when one is named."""
    if LIVE and request.node.get_closest_marker("portable"):
        lab = ecslab.connect("aws", confirm=LIVE, home=tmp_path, prefix=f"t{os.urandom(4).hex()}")
        yield lab
        receipt = lab.cleanup()  # sweeps everything this test made
        lab.close()
        assert receipt.clean, receipt
        return
    with ecslab.connect("sandbox", home=tmp_path, clock="stepped", in_process=True) as lab:
        yield lab


@pytest.fixture
def somebody_else(lab):
    """Clients in the same account whose calls no ledger hears of and no lab tags. In the sandbox only."""
    if lab.where == "aws":
        pytest.skip("what somebody else makes, nobody would remove")
    from ecslab._sandbox_place import SandboxPlace

    return SandboxPlace(lab.place.endpoint).client
