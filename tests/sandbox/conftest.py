"""A sandbox with a process of its own, for tests of what only a process has."""

from pathlib import Path
from typing import Any

import pytest
from aws_client import Aws

from ecslab.sandbox import process


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A home for one test module; its sandbox is stopped at the end."""
    folder: Path = tmp_path_factory.mktemp("home")
    yield folder
    process.stop(folder)


@pytest.fixture(scope="module")
def server(home: Path) -> process.Endpoint:
    """A stepped sandbox behind its server."""
    return process.ensure(home, mode="stepped", seed=7)


@pytest.fixture(scope="module")
def aws(server: process.Endpoint) -> Aws:
    return Aws(server)
