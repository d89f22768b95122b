"""A journal that cannot be replayed keeps nobody from working: it is set aside, and named."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from ecslab import __version__
from ecslab.sandbox import process
from ecslab.sandbox.engine import control, replay_watch
from ecslab.sandbox.engine.replay import Replay
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.journal.journal import REPLAYING, Journal
from ecslab.sandbox.journal.record import Record

START = Record(0.0, "start", {"seed": "7", "wall": 1.7e9, "mode": "stepped", "speed": 1.0, "format": 1})
VISIT = {
    "host": "203.0.113.10",
    "port": 80,
    "method": "GET",
    "path": "/",
    "query": "",
    "headers": {},
    "peer": "1",
}


def written(home, *records):
    """A journal made by hand."""
    journal = Journal(home / "sandbox")
    for record in records:
        journal.append(record)
    journal.close()
    return home


def opened(home):
    return Sandbox(home, mode="stepped", seed=3)


def noted(home, **changes):
    """What a start that never came to the end of its replay leaves."""
    note = {"pid": 1, "position": 2, "seconds": 100.0, "version": __version__, **changes}
    (home / "sandbox" / REPLAYING).write_text(json.dumps(note))
    return home


@pytest.mark.parametrize(
    "record",
    [
        Record(1.0, "request", {"service": "ecs"}),
        Record(1.0, "visit", {"host": "x"}),
        Record("later", "time", {}),
        Record(1.0, "pace", {"mode": "warp"}),
    ],
    ids=lambda record: record.kind,
)
def test_a_record_that_fails_at_every_start_sets_the_journal_aside(tmp_path, record):
    home = written(tmp_path, START, Record(0.5, "visit", VISIT), record)
    before = (home / "sandbox" / "journal.jsonl").read_bytes()
    sandbox = opened(home)
    (notice,) = sandbox.notices
    assert "cannot be replayed: at record 3 of 3" in notice and "journal.set-aside-1" in notice
    assert (home / "sandbox" / "journal.set-aside-1").read_bytes() == before
    assert not (home / "sandbox" / REPLAYING).exists()
    sandbox.close()
    again = opened(home)
    assert list(again.notices) == [] and again.journal[0].start["seed"] != "7"
    again.close()


def test_a_start_without_a_seed_is_no_reason_not_to_start(tmp_path):
    sandbox = opened(written(tmp_path, Record(0.0, "start", {})))
    assert "at record 1 of 1" in sandbox.notices[0]
    sandbox.close()


def test_bodies_stay_with_what_was_set_aside(tmp_path):
    home = written(tmp_path, START, Record(1.0, "visit", {}, b"x" * 10_000))
    opened(home).close()
    assert len(list((home / "sandbox" / "blobs").iterdir())) == 1


def test_a_full_disk_sets_nothing_aside(tmp_path, monkeypatch):
    home = written(tmp_path, START)
    monkeypatch.setattr(
        Replay, "run", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(OSError, match="No space"):
        opened(home)
    assert not list((home / "sandbox").glob("journal.set-aside-*"))


def test_a_record_that_did_not_return_is_not_tried_again(tmp_path):
    home = noted(written(tmp_path, START, Record(1.0, "visit", VISIT)))
    sandbox = opened(home)
    assert "at record 2 of 2, it did not return in 100 seconds" in sandbox.notices[0]
    assert sandbox.clock.now == 0 and not (home / "sandbox" / REPLAYING).exists()
    sandbox.close()


@pytest.mark.parametrize("changes", [{"seconds": 3.0}, {"version": "0.0.1"}, {"position": 99}, {"pid": "x"}])
def test_a_start_that_was_killed_early_is_simply_repeated(tmp_path, changes):
    home = noted(written(tmp_path, START, Record(1.0, "visit", VISIT)), **changes)
    sandbox = opened(home)
    assert list(sandbox.notices) == [] and sandbox.clock.now == 1.0
    sandbox.close()


def test_progress_is_noted_while_a_record_is_replayed(tmp_path, monkeypatch):
    monkeypatch.setattr(replay_watch, "_EVERY", 0.01)
    monkeypatch.setattr(replay_watch, "GIVE_UP", 0.03)
    given_up = []
    with replay_watch.watched(tmp_path, lambda: 5, given_up.append):
        while not given_up:
            time.sleep(0.005)
        left = replay_watch.left_behind(tmp_path)
        assert (left.position, left.pid) == (5, os.getpid()) and left.seconds > 0
    assert replay_watch.left_behind(tmp_path) is None
    with pytest.raises(RuntimeError), replay_watch.watched(tmp_path, lambda: 6):
        time.sleep(0.05)
        raise RuntimeError
    assert replay_watch.left_behind(tmp_path).position == 6


def test_a_failure_of_the_world_does_not_end_a_replay(tmp_path):
    """It failed when it happened too, for one request; so it does here, and the rest goes on."""
    sandbox = opened(tmp_path)
    backend, clock, pace = sandbox.backend, sandbox.clock, sandbox.pace
    happened = []
    clock.after(1.0, lambda: 1 / 0)
    clock.after(2.0, lambda: happened.append(2))
    replay = Replay(clock, pace, backend, sandbox.credentials.access_key)
    replay.run([Record(3.0, "time", {})])
    assert happened == [2] and clock.now == 3.0 and len(replay.notices) == 1
    sandbox.close()


def test_what_a_record_makes_due_at_once_happens_before_the_next_one_of_that_moment(tmp_path, monkeypatch):
    """As it did when it was new: every request begins with what is due, looks included."""
    sandbox, order = opened(tmp_path), []

    def inject(kind, values):
        order.append(kind)
        if kind == "first":
            sandbox.clock.after(0.0, lambda: order.append("due at once"))

    monkeypatch.setattr(sandbox.backend, "inject", inject)
    replay = Replay(sandbox.clock, sandbox.pace, sandbox.backend, sandbox.credentials.access_key)
    replay.run([Record(1.0, "fault", {"fault": kind, "values": {}}) for kind in ("first", "second")])
    assert order == ["first", "due at once", "second"]
    sandbox.close()


def test_a_session_in_which_too_much_happens_is_refused(tmp_path):
    sandbox = opened(tmp_path)

    def again():
        sandbox.clock.after(1.0, again)

    again()
    replay = Replay(sandbox.clock, sandbox.pace, sandbox.backend, sandbox.credentials.access_key, 20_000)
    with pytest.raises(ValueError, match="more happens in it"):
        replay.run([Record(1e8, "time", {})])
    sandbox.close()


def test_reset_reads_nothing_of_a_sandbox_that_does_not_run(tmp_path):
    home = noted(written(tmp_path, START, Record(float("inf"), "time", {}, b"x" * 10_000)))
    process.reset(home)
    assert not (home / "sandbox" / "journal.jsonl").exists() and not (home / "sandbox" / REPLAYING).exists()
    assert list((home / "sandbox" / "blobs").iterdir()) == []
    sandbox = opened(home)
    assert list(sandbox.notices) == [] and len(sandbox.journal) == 1
    sandbox.close()


def test_reset_of_a_home_that_never_had_a_sandbox(tmp_path):
    process.reset(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_reset_ends_a_process_that_replays_for_ever(tmp_path, monkeypatch):
    home = noted(written(tmp_path, START), pid=4711)
    lock = FileLock(home / "sandbox" / "running.lock")
    lock.acquire()
    killed = []

    def kill(pid, number):
        killed.append((pid, number))
        lock.release()

    monkeypatch.setattr(os, "kill", kill)
    process.reset(home)
    assert killed == [(4711, signal.SIGKILL)]
    assert not (home / "sandbox" / "journal.jsonl").exists()


def test_reset_ends_no_process_that_noted_nothing_lately(tmp_path, monkeypatch):
    home = noted(written(tmp_path, START))
    os.utime(home / "sandbox" / REPLAYING, (1, 1))
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("it may be anybody's"))
    monkeypatch.setattr(process, "STOP", 0.05)
    with FileLock(home / "sandbox" / "running.lock"), pytest.raises(process.SandboxError, match="does not"):
        process.reset(home)
    assert (home / "sandbox" / "journal.jsonl").exists()


def test_reset_lets_nothing_happen_first(tmp_path):
    sandbox = opened(tmp_path)
    sandbox.clock.after(0.0, lambda: pytest.fail("it was worked off"))
    control.carry_out(sandbox, "reset", {})
    assert len(sandbox.journal) == 1
    sandbox.close()


def test_what_the_head_of_a_request_says_is_there_again(lab):
    s3 = lab.client("s3")
    s3.create_bucket(Bucket="own-bucket")
    s3.put_object(Bucket="own-bucket", Key="a", Body=b"hello", Metadata={"by": "me"}, CacheControl="no-store")
    s3.copy_object(Bucket="own-bucket", Key="b", CopySource="own-bucket/a")
    sandbox = lab.place.endpoint.transport.sandbox
    sandbox.account.rebuild(sandbox.clock.now)
    copy = s3.get_object(Bucket="own-bucket", Key="b")
    assert (copy["Body"].read(), copy["Metadata"], copy["CacheControl"]) == (
        b"hello",
        {"by": "me"},
        "no-store",
    )


def test_a_note_for_which_there_is_no_room_leaves_nothing_half_made(tmp_path, monkeypatch):
    tried = threading.Event()

    def full(*_arguments):
        tried.set()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(replay_watch, "_EVERY", 0.001)
    monkeypatch.setattr(Path, "replace", full)
    with replay_watch.watched(tmp_path, lambda: 1):
        assert tried.wait(10)
    assert not list(tmp_path.iterdir())
