"""A start that cannot be: one message, an exit code, no process that is left over, and nothing half made."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ecslab.sandbox import process, whole_file
from ecslab.sandbox.endpoint import SandboxError
from ecslab.sandbox.engine import serve
from ecslab.sandbox.process import start
from ecslab.sandbox.wire import credentials

resource = pytest.importorskip("resource")


def started(home, room):
    """A sandbox that may make no file larger than so many bytes, as on a disk that is full."""
    return subprocess.run(
        [sys.executable, "-m", "ecslab.sandbox", "--home", str(home), "--idle-stop", "0.1"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "room", [0, 100, 60]
)  # for nothing; for no credentials; for where it listens, hardly
def test_a_full_disk_is_said_and_the_process_ends(tmp_path, room):
    folder = tmp_path / "sandbox"
    if room == 60:  # the credentials and the journal were made when there was room
        folder.mkdir()
        credentials.load(folder)
        serve.Sandbox(tmp_path, seed=1).close()
        (folder / "ports.json").write_text(json.dumps({"port": 0, "gateway_port": 0}))
    before = {path.name: path.read_bytes() for path in folder.glob("*.*")}
    ended = started(tmp_path, room)
    assert ended.returncode == 1
    assert ended.stdout.startswith("cannot go on: there is no room left on the disk (")
    assert ended.stdout.endswith("); make room, and start again\n")
    assert "Traceback" not in ended.stderr
    assert not list(folder.glob("*.tmp"))
    assert not (folder / "server.json").exists()
    for name, content in before.items():
        if name in ("credentials.json", "journal.jsonl"):
            assert (folder / name).read_bytes().startswith(content)
    again = started(tmp_path, 1 << 30)  # and with room it starts
    assert (again.returncode, again.stdout) == (0, "ready\n")


def test_who_asks_for_it_is_told_although_there_is_no_room_for_a_log(tmp_path, monkeypatch):
    limited = [sys.executable, "-c", "import resource, runpy, sys\n"
               "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
               "sys.argv = ['sandbox', '--home', sys.argv[-1]]\n"
               "runpy.run_module('ecslab.sandbox', run_name='__main__')"]  # fmt: skip
    spawn, processes = subprocess.Popen, []

    def full(command, **options):
        processes.append(spawn([*limited, command[-1]], **options))
        return processes[-1]

    monkeypatch.setattr(start.subprocess, "Popen", full)
    with pytest.raises(SandboxError) as failed:
        process.ensure(tmp_path)
    assert "seen: it cannot go on: there is no room left on the disk" in str(failed.value)
    assert processes[0].poll() == 1
    assert process.find(tmp_path) is None


@pytest.mark.parametrize("line", ["ready", "something else"])
def test_what_does_not_become_a_sandbox_is_ended(tmp_path, monkeypatch, line):
    spawn, processes = subprocess.Popen, []

    def stubborn(command, **options):
        program = f"import sys, time; print({line!r}); sys.stdout.flush(); time.sleep(60)"
        processes.append(spawn([sys.executable, "-c", program], **options))
        return processes[-1]

    monkeypatch.setattr(start.subprocess, "Popen", stubborn)
    monkeypatch.setattr(process, "STOP", 0.1)
    with pytest.raises(SandboxError, match="the sandbox could not start"):
        process.ensure(tmp_path)
    assert processes[0].poll() is not None


def test_a_folder_that_cannot_be_written_is_said(tmp_path, monkeypatch, capsys):
    def denied(*_arguments):
        raise PermissionError(13, "Permission denied", "running.lock")

    monkeypatch.setattr(serve, "_run", denied)
    assert serve.main(["--home", str(tmp_path)]) == 1
    output = capsys.readouterr()
    assert "cannot go on: its folder cannot be written to ([Errno 13]" in output.out
    assert output.out.endswith("set ECSLAB_HOME to another one\n")


def test_a_whole_file_is_whole_or_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "kept.json"
    whole_file.write(path, b"one")
    assert path.stat().st_mode & 0o077 == 0

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        whole_file.write(path, b"two")
    assert [each.name for each in tmp_path.iterdir()] == ["kept.json"]
    assert path.read_bytes() == b"one"


def test_a_clock_that_jumps_loses_nothing_and_never_goes_back(tmp_path):
    wall = [1_800_000_000.0]
    times, passed, count = [], [], 0
    for leap in (0, -5 * 3600, 9 * 3600, -86_400, 3, 40 * 86_400, -60):
        wall[0] += leap
        sandbox = serve.Sandbox(tmp_path, seed=1, mode="paced", wall=lambda: wall[0])
        assert len(clusters(sandbox)) == count
        for jump in (0, 2, -7200, 1, 7200, -30 * 86_400, 5):
            wall[0] += jump
            create(sandbox, f"c{count}")
            count += 1
            status = serve.listen.api.control.carry_out(sandbox, "status", {})
            times.append(status["clock"]["time"])
            passed.append(status["clock"]["now"])
            assert 0 <= status["uptime"] < 600
        sandbox.close()
        assert sandbox.journal.damage is None
    assert count == 49
    assert times == sorted(times)
    assert passed == sorted(passed)


def signed(sandbox, operation, body):
    from ecslab.sandbox.http_message import HttpRequest
    from ecslab.sandbox.wire import signature

    headers = {"host": "127.0.0.1", "content-type": "application/x-amz-json-1.1",
               "x-amz-target": f"AmazonEC2ContainerServiceV20141113.{operation}"}  # fmt: skip
    request = HttpRequest("POST", "/", "", headers, json.dumps(body).encode())
    key = signature.Key(sandbox.credentials.access_key, sandbox.credentials.secret_key)
    headers = signature.sign(request, key, "us-east-1", "ecs", sandbox.wall())
    answer = serve.listen.api.answer(sandbox, HttpRequest("POST", "/", "", headers, request.body))
    assert answer.status == 200
    return json.loads(answer.body)


def create(sandbox, name):
    signed(sandbox, "CreateCluster", {"clusterName": name})


def clusters(sandbox):
    return signed(sandbox, "ListClusters", {"maxResults": 100})["clusterArns"]
