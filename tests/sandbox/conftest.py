"""A sandbox with a process of its own, for tests of what only a process has."""

from pathlib import Path
from typing import Any

import pytest
from aws_client import Aws

from ecslab.sandbox import in_process, process
from ecslab.sandbox.engine import snapshots
from ecslab.sandbox.engine.sandbox import Sandbox


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


@pytest.fixture(params=[0, 10**9], ids=["snapshot", "replay"])
def on_disk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gives a rig a sandbox on the disk; and again, as it comes back: by a snapshot, or by a replay."""
    monkeypatch.setattr(snapshots, "AT_STOP", request.param)
    running: list[Sandbox] = []

    def start(rig: Any, seed: int = 7) -> Any:
        while running:
            running.pop().close()
        running.append(Sandbox(tmp_path, mode="stepped", seed=seed))
        return rig(in_process.endpoint_of(running[0]))

    yield start
    for sandbox in running:
        sandbox.close()
