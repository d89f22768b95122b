"""Where a document is replayed: on an account, or in a terminal on a sandbox with a stepped clock."""

import os
from pathlib import Path
from typing import Any

import pytest
from terminal import Terminal

import ecslab
from ecslab.sandbox import process

LIVE = os.getenv("ECSLAB_LIVE")  # the account id, which is also the confirmation


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The account of one walk, empty at its beginning: each test stands on those before it.

    On a real account it is one module's tests that run, all of them marked portable.
    """
    folder: Path = tmp_path_factory.mktemp("walk")
    if LIVE:
        lab = ecslab.connect("aws", confirm=LIVE, home=folder, prefix=f"t{os.urandom(4).hex()}")
        yield lab
        receipt = lab.cleanup()
        lab.close()
        assert receipt.clean, receipt
        return
    with ecslab.connect("sandbox", home=folder, clock="stepped", in_process=True, seed=7) as lab:
        yield lab


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """ECSLAB_HOME of one walk; its sandbox is stopped at the end."""
    folder: Path = tmp_path_factory.mktemp("home")
    yield folder
    process.stop(folder)


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """HOME of the learner, with AWS's configuration in it; no walk changes anything there."""
    folder: Path = tmp_path_factory.mktemp("user")
    credentials = folder / ".aws" / "credentials"
    credentials.parent.mkdir()
    credentials.write_text("[default]\naws_access_key_id = MINE\naws_secret_access_key = MINE\n")
    yield folder
    assert [path for path in folder.rglob("*") if path.is_file()] == [credentials]
    assert credentials.read_text().count("MINE") == 2


@pytest.fixture(scope="module")
def terminal(home: Path, user: Path) -> Terminal:
    return Terminal(process.ensure(home, mode="stepped", seed=4), home, user)


@pytest.fixture(scope="module")
def lab(terminal: Terminal, home: Path) -> Any:
    """The account by other means than its terminal, to prepare and to look."""
    with ecslab.connect("sandbox", home=home) as lab:
        yield lab
