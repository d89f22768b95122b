"""A sandbox process with a stepped clock, a terminal on it, and a lab beside it."""

from pathlib import Path
from typing import Any

import pytest
from terminal import Terminal

import ecslab
from ecslab.sandbox import process


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
