"""One process a home: found, shared, started once, and plain about what went wrong."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from filelock import FileLock

from ecslab.sandbox import process
from ecslab.sandbox.endpoint import Endpoint, SandboxError
from ecslab.sandbox.lifetime import idle_stop
from ecslab.sandbox.process import files, start
from ecslab.sandbox.wire import credentials

START = "import sys; from pathlib import Path; from ecslab.sandbox import process; " \
        "print(process.ensure(Path(sys.argv[1])).pid)"  # fmt: skip


def test_two_at_once_start_one(tmp_path):
    both = [
        subprocess.Popen([sys.executable, "-c", START, str(tmp_path)], stdout=subprocess.PIPE) for _ in "ab"
    ]
    pids = [starter.communicate(timeout=120)[0] for starter in both]
    try:
        assert pids[0] == pids[1] != b""
        endpoint = process.find(tmp_path)
        assert isinstance(endpoint, Endpoint)
        assert endpoint.control("status")["clock"]["mode"] == "paced"
        faster = process.ensure(tmp_path, speed=50)
        assert faster.control("status")["clock"]["speed"] == 50
    finally:
        assert process.stop(tmp_path)
    assert not process.stop(tmp_path)


def test_a_state_file_that_leads_nowhere_is_no_sandbox(tmp_path):
    folder = tmp_path / "sandbox"
    folder.mkdir()
    credentials.load(folder)
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
        notices = " ".join(endpoint.control("status")["notices"])
    finally:
        process.stop(tmp_path)
    assert "The sandbox had ended without being stopped" in notices
    assert "The sandbox's journal is damaged at record 1" in notices
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


def as_on_windows(command, **more):
    """A process whose lines end as Windows ends them."""
    started = subprocess.Popen(command, **more)
    line, whole = started.stdout.readline, started.stdout
    started.stdout = SimpleNamespace(
        readline=lambda: line().replace(b"\n", b"\r\n"), close=whole.close, closed=False
    )
    return started


def test_a_line_that_ends_as_on_windows_says_ready_too(tmp_path, monkeypatch):
    """The folder's name is what else differs between machines: a space, and letters that are no ASCII."""
    monkeypatch.setattr(start, "subprocess", SimpleNamespace(**vars(subprocess) | {"Popen": as_on_windows}))
    home = tmp_path / "Mein Üben (1)"
    endpoint = process.ensure(home, mode="stepped")
    try:
        assert endpoint.control("status")["home"] == str(home)
    finally:
        assert process.stop(home)
    assert "stopped" in files.log_tail(home / "sandbox")


def test_what_says_something_else_is_not_left_behind(tmp_path, monkeypatch):
    says = "import sys, time; sys.stdout.write('hello\\n'); sys.stdout.flush(); time.sleep(600)"
    started = []

    def another(_command, **more):
        started.append(subprocess.Popen([sys.executable, "-c", says], **more))
        return started[0]

    monkeypatch.setattr(start, "subprocess", SimpleNamespace(**vars(subprocess) | {"Popen": another}))
    monkeypatch.setattr(process, "STOP", 0.1)
    with pytest.raises(SandboxError, match="the sandbox could not start"):
        process.ensure(tmp_path)
    assert started[0].poll() is not None


def test_a_start_that_fails_late_leaves_no_process(tmp_path):
    """As on a disk that is full by then: the ports are open already."""
    (tmp_path / "sandbox" / "ports.json").mkdir(parents=True)
    command = [sys.executable, "-m", "ecslab.sandbox", "--home", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "cannot go on: " in ended.stderr


@pytest.mark.parametrize(("text", "seconds"), [("", 14400), ("5400", 5400), ("90m", 5400), (" 1.5 H ", 5400)])
def test_how_long_it_waits_for_somebody_to_ask(monkeypatch, text, seconds):
    monkeypatch.setenv("ECSLAB_IDLE_STOP", text)
    assert idle_stop() == seconds


@pytest.mark.parametrize("text", ["soon", "0", "-1", "59", "8d", "169h", "nan", "1e9", "4 hours", "٣h"])
def test_a_wait_that_is_none_is_refused_in_one_sentence(tmp_path, monkeypatch, text):
    monkeypatch.setenv("ECSLAB_IDLE_STOP", text)
    with pytest.raises(SandboxError) as refused:
        process.ensure(tmp_path)
    assert str(refused.value) == (
        f"ECSLAB_IDLE_STOP is {text!r}; it can be seconds, or minutes and hours such as 90m or 4h, "
        "from one minute to seven days."
    )
    assert not list(tmp_path.iterdir())


def test_the_wait_is_handed_on_and_who_it_was_started_for_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("ECSLAB_IDLE_STOP", "90m")
    monkeypatch.setenv("ECSLAB_STARTED_FOR", "this lab")
    commands = []

    def noting(command, **more):
        commands.append(command)
        return subprocess.Popen(command, **more)

    monkeypatch.setattr(start, "subprocess", SimpleNamespace(**vars(subprocess) | {"Popen": noting}))
    process.ensure(tmp_path, mode="stepped")
    try:
        assert commands[0][-2:] == ["--idle-stop", "5400.0"]
        assert not process.stop_if_for(tmp_path, "another lab")
        assert isinstance(process.find(tmp_path), Endpoint)
        assert process.stop_if_for(tmp_path, "this lab")
        assert not process.stop_if_for(tmp_path, "this lab")
    finally:
        process.stop(tmp_path)
