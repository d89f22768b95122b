"""`ecslab lab`: one message where something cannot be written, and what it started ends with it."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from ecslab import cli
from ecslab.sandbox import process
from ecslab.sandbox.endpoint import Endpoint
from ecslab.workshop import jupyter

START = (
    "from ecslab.lab import home_folder; from ecslab.sandbox import process; process.ensure(home_folder())"
)


@pytest.fixture
def started(monkeypatch, tmp_path):
    """What JupyterLab would have been started with; `started(code)` sets what it runs in its place."""
    monkeypatch.setenv("ECSLAB_HOME", str(tmp_path / "home"))
    calls = []

    def run(command, env):
        calls.append((command, env))
        return subprocess.run([sys.executable, "-c", run.code], env=env, check=True).returncode

    run.code = "pass"
    monkeypatch.setattr(jupyter, "run", run)
    calls.append(run)
    return calls


def invoke(*words):
    return CliRunner().invoke(cli.cli, ["lab", *words, "--no-browser"])


@pytest.fixture
def home_is_a_file(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ECSLAB_HOME", str(tmp_path / "file"))
    return tmp_path / "file"


def test_a_home_that_cannot_be_written_to_is_one_message(
    started, home_is_a_file, tmp_path, monkeypatch, capsys
):
    with pytest.raises(SystemExit) as end:
        cli.main(["lab", str(tmp_path / "mine"), "--no-browser"])
    assert end.value.code == 1
    assert capsys.readouterr().err == (
        f"ecslab: The lab cannot keep its state in {home_is_a_file}: Not a directory. "
        "Name a folder that you may write to: ECSLAB_HOME=/path/to/folder ecslab lab\n"
    )
    assert len(started) == 1 and not (tmp_path / "mine").exists()


def test_a_wait_that_is_none_is_said_before_anything_is_made(started, tmp_path, monkeypatch):
    monkeypatch.setenv("ECSLAB_IDLE_STOP", "later")
    assert "ECSLAB_IDLE_STOP is 'later'" in str(invoke(str(tmp_path / "mine")).exception)
    assert not (tmp_path / "mine").exists()


def test_idle_kernels_end_when_the_sandbox_would(started, tmp_path, monkeypatch):
    monkeypatch.setenv("ECSLAB_IDLE_STOP", "8h")
    assert invoke(str(tmp_path / "my notebooks")).exit_code == 0
    command, _ = started[1]
    assert "--MappingKernelManager.cull_idle_timeout=28800" in command
    assert f"--ServerApp.root_dir={tmp_path / 'my notebooks'}" in command


def test_the_sandbox_that_it_started_ends_with_it(started, tmp_path):
    started[0].code = START
    assert invoke(str(tmp_path / "mine")).exit_code == 0
    assert (tmp_path / "home" / "sandbox" / "journal.jsonl").exists()
    assert process.find(tmp_path / "home") is None


def test_a_sandbox_that_ran_before_goes_on(started, tmp_path):
    process.ensure(tmp_path / "home", mode="stepped")
    try:
        started[0].code = START
        assert invoke(str(tmp_path / "mine")).exit_code == 0
        assert isinstance(process.find(tmp_path / "home"), Endpoint)
    finally:
        process.stop(tmp_path / "home")


@pytest.mark.parametrize("speed", ["0", "-1", "1e9", "nan", "fast"])
def test_a_speed_is_that_of_all_its_notebooks_and_an_odd_one_is_refused(started, tmp_path, speed):
    assert invoke(str(tmp_path / "mine"), "--speed", "30").exit_code == 0
    assert started[1][1]["ECSLAB_SPEED"] == "30.0"
    refused = invoke(str(tmp_path / "other"), "--speed", speed)
    assert refused.exit_code == 2 and "Invalid value for '--speed'" in refused.output
    assert not (tmp_path / "other").exists() and len(started) == 2
