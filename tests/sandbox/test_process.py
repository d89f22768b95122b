"""One process a home: found, shared, started once, and plain about what went wrong."""

import json
import subprocess
import sys

import pytest
from filelock import FileLock

from ecslab.sandbox import process
from ecslab.sandbox.endpoint import Endpoint, SandboxError

START = "import sys; from pathlib import Path; from ecslab.sandbox import process; " \
        "print(process.ensure(Path(sys.argv[1])).pid)"  # fmt: skip


def test_two_at_once_start_one(tmp_path):
    both = [
        subprocess.Popen([sys.executable, "-c", START, str(tmp_path)], stdout=subprocess.PIPE) for _ in "ab"
    ]
    pids = [starter.communicate(timeout=120)[0] for starter in both]
    try:
        assert pids[0] == pids[1] != b""
        found = process.find(tmp_path)
        assert isinstance(found, Endpoint)
        assert found.control("status")["clock"]["mode"] == "paced"
        faster = process.ensure(tmp_path, speed=50)
        assert faster.control("status")["clock"]["speed"] == 50
    finally:
        assert process.stop(tmp_path)
    assert not process.stop(tmp_path)


def test_a_state_file_that_leads_nowhere_is_no_sandbox(tmp_path):
    folder = tmp_path / "sandbox"
    folder.mkdir()
    process.credentials.load(folder)
    (folder / "server.json").write_text(json.dumps({"pid": 1, "port": 9, "gateway_port": 9}))
    assert process.find(tmp_path) is None
    (folder / "server.json").write_text("{")
    assert process.find(tmp_path) is None


def test_damage_and_a_dead_process_are_said(tmp_path):
    folder = tmp_path / "sandbox"
    folder.mkdir()
    (folder / "server.json").write_text("{}")
    (folder / "journal.jsonl").write_text("no journal\n")
    endpoint = process.ensure(tmp_path, mode="stepped")
    try:
        said = " ".join(endpoint.control("status")["notices"])
    finally:
        process.stop(tmp_path)
    assert "The sandbox had ended without being stopped" in said
    assert "The sandbox's journal is damaged at record 1" in said
    assert (folder / "journal.damaged-1").read_text() == "no journal\n"


def test_it_says_why_it_cannot_start(tmp_path):
    (tmp_path / "sandbox" / "journal.jsonl").mkdir(parents=True)
    with pytest.raises(SandboxError) as failed:
        process.ensure(tmp_path)
    assert "the sandbox could not start (exit code 1)" in str(failed.value)
    assert "Is a directory" in str(failed.value)
    assert "ECSLAB_HOME" in str(failed.value)


def test_a_home_that_cannot_be_one_is_named(tmp_path):
    (tmp_path / "sandbox").write_text("a file where the folder should be")
    with pytest.raises(SandboxError, match=r"cannot keep its state in .*sandbox: .*\n  next: make room"):
        process.ensure(tmp_path)


def test_another_version_is_said_and_started_again(tmp_path, monkeypatch):
    first = process.ensure(tmp_path, mode="stepped")
    try:
        monkeypatch.setattr(process, "__version__", "9.9")
        assert isinstance(process.find(tmp_path), process.Outdated)
        second = process.ensure(tmp_path)
        assert second.pid != first.pid
        assert second.notices == (
            "The sandbox that ran was of ecslab 0.1.0; this is 9.9, so it was started again. "
            "Everything in it was kept.",
        )
    finally:
        process.stop(tmp_path)


def test_it_stops_when_nobody_asks(tmp_path):
    command = [sys.executable, "-m", "ecslab.sandbox", "--home", str(tmp_path), "--idle-stop", "0.2"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert ended.stdout == "ready\n"
    assert "nobody asked anything for long" in ended.stderr
    assert not (tmp_path / "sandbox" / "server.json").exists()


def test_a_second_process_for_the_same_home_ends_at_once(tmp_path):
    command = [sys.executable, "-m", "ecslab.sandbox", "--home", str(tmp_path)]
    with FileLock(tmp_path / "sandbox" / "running.lock"):
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 3
    assert "another process runs the sandbox" in ended.stderr
