"""A snapshot that is not this sandbox's own, of this version and this journal, is as if it were not there."""

import json
import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from snapshot_rig import copied, difference, opened, state_of

from ecslab.sandbox import in_process, process
from ecslab.sandbox.engine import control, snapshots
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.snapshot import file, names, reading, writing
from ecslab.sandbox.snapshot.names import Refused
from ecslab.sandbox.snapshot.writing import Written

LATEST, BEFORE = file.NAMES
SCRIPT = "i=; while true; do i=x$i; echo $i; sleep 30; done"


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """The home of a sandbox that ran a shell for ten minutes, stopped with a snapshot, and went on."""
    from aws_client import Aws

    home = tmp_path_factory.mktemp("lived") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshots, "AT_STOP", 0)
        sandbox = opened(home)
        aws = Aws(in_process.endpoint_of(sandbox))
        aws.ecs.create_cluster(clusterName="lab")
        aws.ecs.register_task_definition(
            family="loop", networkMode="awsvpc", cpu="256", memory="512", requiresCompatibilities=["FARGATE"],
            containerDefinitions=[{"name": "web", "image": "public.ecr.aws/docker/library/busybox:latest",
                                   "command": ["sh", "-c", SCRIPT]}],
        )  # fmt: skip
        subnet = aws.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        network = {"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}}
        aws.ecs.run_task(
            cluster="lab", taskDefinition="loop", launchType="FARGATE", networkConfiguration=network
        )
        control.carry_out(sandbox, "advance", {"seconds": 600})
        sandbox.close()
        patch.setattr(snapshots, "AT_STOP", 10**9)
        sandbox = opened(home)
        control.carry_out(sandbox, "advance", {"seconds": 100})
        aws = Aws(in_process.endpoint_of(sandbox))
        aws.ecs.create_cluster(clusterName="later")
        sandbox.close()
    return home


@pytest.fixture
def home(lived, tmp_path):
    shutil.copytree(lived, tmp_path / "home")
    return tmp_path / "home"


def replayed(home) -> int:
    """How many events a start lets happen again."""
    sandbox = Sandbox(home)
    sandbox.journal.close()
    assert list(sandbox.notices) == []
    assert {"lab", "later"} <= {
        cluster.name for cluster in sandbox.backend._account.regions["us-east-1"].clusters.values()
    }
    return sandbox.account.replay.happened


def resealed(home, **changes) -> None:
    """Change what stands in the latest snapshot, as somebody could who has the key."""
    sandbox = snapshots.Snapshots(home / "sandbox", _credentials(home), None)
    path = home / "sandbox" / LATEST
    fields = json.loads(zlib.decompress(path.read_bytes()[32:])) | changes
    content = zlib.compress(json.dumps(fields).encode())
    path.write_bytes(file._seal(content, file.key_of(*sandbox._secrets)) + content)


def _credentials(home):
    from ecslab.sandbox.wire import credentials

    return credentials.load(home / "sandbox")


def test_a_start_replays_only_what_came_after(home):
    fewer = replayed(copied(home, "short", snapshots=True))
    assert fewer < replayed(copied(home, "whole", snapshots=False)) / 3


SPOILED = {
    "empty": lambda path, home: path.write_bytes(b""),
    "cut": lambda path, home: path.write_bytes(path.read_bytes()[:-10]),
    "one bit": lambda path, home: path.write_bytes(
        path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1])
    ),
    "noise": lambda path, home: path.write_bytes(os.urandom(5000)),
    "a pickle": lambda path, home: path.write_bytes(b"\x80\x04\x8c\x05posix\x8c\x06system\x93."),
    "of another version": lambda path, home: resealed(home, environment="0.0.1"),
    "of another journal": lambda path, home: resealed(home, digest="0" * 64),
    "of a later moment": lambda path, home: resealed(home, records=10**6),
    "no graph": lambda path, home: resealed(home, graph=[[], [], [], 7]),
    "a kind that is none": lambda path, home: resealed(home, graph=[[], [], [["call", "os", "system"]], 0]),
    "readable by others": lambda path, home: path.chmod(0o644),
    "a folder": lambda path, home: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_snapshot_that_is_not_right_is_not_there(home, how):
    whole = replayed(copied(home, "whole", snapshots=False))
    SPOILED[how](home / "sandbox" / LATEST, home)
    assert replayed(home) == whole


def test_a_snapshot_of_another_sandbox_is_not_there(home):
    whole = replayed(copied(home, "whole", snapshots=False))
    (home / "sandbox" / "credentials.json").unlink()
    assert replayed(home) == whole


def test_a_journal_is_not_set_aside_for_a_snapshot_that_cannot_be_gone_on_from(home, monkeypatch):
    whole = replayed(copied(home, "whole", snapshots=False))
    restore = snapshots.Snapshots._made

    def broken(self, snapshot):
        restored = restore(self, snapshot)
        restored.account.regions = None
        return restored

    monkeypatch.setattr(snapshots.Snapshots, "_made", broken)
    assert replayed(home) == whole
    assert not list((home / "sandbox").glob("journal.set-aside*"))


def test_what_is_gone_back_to_is_not_of_the_snapshot(home):
    sandbox = Sandbox(home)
    position = next(
        at
        for at, record in enumerate(sandbox.journal)
        if record.kind == "request" and record.call["operation"] == "RunTask"
    )
    control.carry_out(sandbox, "cut", {"position": position})
    gone_back = state_of(sandbox)
    sandbox.close()
    again = Sandbox(copied(home, "whole", snapshots=False))
    assert difference(gone_back, state_of(again)) == "" and not again.backend._account.tasks_by_interface
    again.close()


def test_reset_leaves_no_snapshot(home):
    sandbox = Sandbox(home)
    control.carry_out(sandbox, "reset", {})
    sandbox.close()
    assert not list((home / "sandbox").glob("snapshot*"))


def test_reset_of_a_sandbox_that_does_not_run_leaves_none(home):
    process.reset(home)
    assert not list((home / "sandbox").glob("snapshot*"))


def test_a_write_that_fails_leaves_what_was_there(home, monkeypatch):
    monkeypatch.setattr(snapshots, "AT_STOP", 0)

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file.whole_file, "write", full)
    sandbox = Sandbox(home)
    sandbox.close()
    assert replayed(home) < 60  # the one before is still good


def test_what_cannot_be_written_leaves_the_sandbox_well(home, monkeypatch):
    monkeypatch.setattr(snapshots, "AT_STOP", 0)
    sandbox = Sandbox(home)
    sandbox.clock.after(1e9, iter(()).__next__)
    sandbox.close()
    assert replayed(home) >= 0


def test_a_long_life_is_kept_while_it_lasts(home, monkeypatch):
    monkeypatch.setattr(snapshots, "IN_BETWEEN", 20)
    monkeypatch.setattr(snapshots, "_SHARE", 1e9)
    sandbox = Sandbox(home)
    (home / "sandbox" / "snapshot.1.tmp").write_bytes(b"a process was killed here")
    written = []
    monkeypatch.setattr(file, "write", lambda *given, write=file.write: written.append(write(*given)))
    for _ in range(20):
        control.carry_out(sandbox, "advance", {"seconds": 300})
    sandbox.journal.close()  # killed
    assert len(written) == 1  # to write one takes a part of the time since the last
    assert replayed(home) < replayed(copied(home, "whole", snapshots=False))
    assert not list((home / "sandbox").glob("*.tmp"))


@pytest.mark.parametrize(
    "thing", [open, os.system, lambda: 0, iter(()), pytest.raises, (each for each in ""), object()],
    ids=lambda thing: type(thing).__name__,
)  # fmt: skip
def test_what_is_not_of_the_sandbox_is_not_written(thing):
    with pytest.raises(Refused):
        writing.written([thing], {})


NODES = {
    "a function of Python's": ["function", "os", "system"],
    "a class of Python's": ["class", "subprocess", "Popen"],
    "a module that moto sees": ["function", "moto.core.utils", "os.system"],
    "a class as a function": ["function", "ecslab.sandbox.world.time.clock", "Clock"],
    "a name that is not there": ["function", "ecslab.sandbox.world.time.clock", "nothing"],
    "a module that is not there": ["class", "ecslab.sandbox.nothing", "Nothing"],
    "code of elsewhere": ["inner", "json", "dumps", [0], -1, -1],
    "a maker that is none": ["plain", "exec", -1],
    "a method of Python's": ["builtin", 0, "__class__"],
    "a factory that is none": ["factory", "eval"],
    "a kind that is none": ["reduce", -1],
}


@pytest.mark.parametrize("name", NODES)
def test_what_must_not_be_named_is_not_read(name):
    with pytest.raises((Refused, LookupError)):
        reading.read(Written([None], [], [["list"], NODES[name]], 1), {})


def test_a_class_that_is_not_of_the_sandbox_is_not_made():
    with pytest.raises(Refused):
        reading.read(Written([], [["subprocess", "Popen", "object"]], [["object", 0]], 0), {})


def test_a_start_without_a_snapshot_imports_nothing_that_reads_one():
    loaded = "import ecslab.sandbox.engine.serve, sys; print(*(n for n in sys.modules if '.snapshot' in n))"
    output = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout
    assert output.split() == [
        "ecslab.sandbox.snapshot", "ecslab.sandbox.snapshot.folder", "ecslab.sandbox.engine.snapshots"
    ]  # fmt: skip


def test_nothing_here_runs_what_it_reads():
    for path in Path(names.__file__).parent.glob("*.py"):
        words = path.read_text("utf-8")
        assert not any(word in words for word in ("pickle", "marshal", "eval(", "exec(", "__reduce_ex__"))
