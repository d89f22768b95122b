"""A solution on an account that is not ready for it, a stranger's included: one message, no slip of ours."""

import contextlib

import pytest
from botocore.exceptions import ClientError

import ecslab
from ecslab.course.catalogue import STEPS
from ecslab.display.verdict import Verdict
from ecslab.errors import EcslabError
from tests.connection.scripted_account import Stranger, lab_on, push_stand_ins


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    """A real account in which a stranger has one of each of the lesson's names."""
    folder = tmp_path_factory.mktemp("account")
    home = folder / "sandbox"
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as sandbox:
        mine = lab_on(sandbox.place.endpoint, folder / "mine")
        Stranger(sandbox.place.endpoint).everything(mine)
        yield mine


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_where_a_stranger_has_the_names(account, step, monkeypatch):
    push_stand_ins(monkeypatch)
    assert isinstance(step.check(account), Verdict)
    with contextlib.suppress(EcslabError, ClientError):
        step.solve(account)
    assert isinstance(step.check(account), Verdict)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("empty")
    with ecslab.connect("sandbox", home=folder, clock="stepped", in_process=True, seed=7) as lab:
        yield lab


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_where_there_is_nothing(sandbox, step):
    sandbox.control("reset")
    assert isinstance(step.check(sandbox), Verdict)
    with contextlib.suppress(EcslabError, ClientError):
        step.solve(sandbox)


def test_what_was_never_pushed_is_named(sandbox):
    sandbox.control("reset")
    with pytest.raises(ecslab.errors.NotThere, match=r"no image adgu/web:edition-2\.\n  next: image"):
        ecslab.ecr.digest_uri(sandbox, tag="edition-2")
