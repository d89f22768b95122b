"""Clocks that go wrong, and odd settings of ours: one message, and no record is lost."""

import json
import time
from pathlib import Path

import pytest

from ecslab import cluster, task, task_definition
from ecslab.connection.names import names
from ecslab.connection.record import Record
from ecslab.connection.sandbox_place import SandboxPlace
from ecslab.lab import Lab
from ecslab.sandbox import in_process
from ecslab.sandbox.engine import serve
from ecslab.sandbox.engine.control import carry_out
from ecslab.sandbox.engine.pace import IDLE
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.journal.record import FIRST, checksum_of
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.time.durations import MODELS

WEEK = 7 * 86400.0


@pytest.fixture(params=MODELS)
def timing(request):
    return request.param


@pytest.mark.parametrize("jump", [-WEEK, -3600.0, 30.0, 3600.0, WEEK])
def test_a_clock_that_is_set_or_a_laptop_that_slept_moves_time_by_a_minute_at_most(tmp_path, timing, jump):
    wall = [1_800_000_000.0]
    sandbox = Sandbox(tmp_path, seed=1, mode="paced", speed=10, timing=timing, wall=lambda: wall[0])
    with sandbox.lock:
        wall[0] += 5
        sandbox.timekeeper.arrive()
        before, timestamp = sandbox.clock.now, sandbox.clock.timestamp()
        wall[0] += jump
        sandbox.timekeeper.arrive()
        assert before <= sandbox.clock.now <= before + 10 * IDLE + 1
        assert sandbox.clock.timestamp() >= timestamp
        wall[0] += 3
        sandbox.timekeeper.arrive()
        now, records = sandbox.clock.now, len(sandbox.journal)
    assert len([notice for notice in sandbox.notices if "its clock stood" in notice]) == (jump > IDLE)
    sandbox.close()
    again = Sandbox(tmp_path, wall=lambda: wall[0])
    assert again.clock.now >= now - 31 and len(again.journal) >= records
    assert not [notice for notice in again.notices if "set aside" in notice]


@pytest.mark.parametrize("speed", [0, -1, 1e9, float("nan")])
def test_a_speed_that_none_can_have_is_refused_before_anything_is_kept(tmp_path, capsys, speed):
    with pytest.raises(ValueError, match="speed is AWS seconds per second of yours"):
        Sandbox(tmp_path, mode="paced", speed=speed)
    assert serve.main(["--home", str(tmp_path), "--speed", str(speed)]) == 1
    assert "cannot go on: speed is AWS seconds per second of yours" in capsys.readouterr().out
    sandbox = Sandbox(tmp_path, mode="paced")
    with pytest.raises(AwsError, match="speed"):
        carry_out(sandbox, "clock", {"speed": speed})
    assert list(sandbox.notices) == [] and len(sandbox.journal) == 1


@pytest.mark.parametrize("timing", ["sundial", "", 7])
def test_an_odd_timing_in_a_journal_sets_it_aside_whole(tmp_path, timing):
    Sandbox(tmp_path, seed=1, mode="stepped").close()
    [path] = (tmp_path / "sandbox").glob("journal*")
    first, *rest = path.read_text("utf-8").splitlines(keepends=True)
    about = json.loads(first.partition(" ")[2])
    about["about"]["timing"] = timing
    text = json.dumps(about)
    path.write_text("".join([f"{checksum_of(FIRST, text)} {text}\n", *rest]), "utf-8")
    again = Sandbox(tmp_path)
    [notice_text] = [notice for notice in again.notices if "was set aside" in notice]
    assert "a timing model is drawn or fixed" in notice_text and len(again.journal) == 1
    aside = Path(notice_text.partition("lies in ")[2].partition(";")[0])
    assert text in aside.read_text("utf-8")


def test_the_same_seed_takes_as_long_again_and_another_does_not(tmp_path):
    def drawn(seed):
        return [Sandbox(tmp_path / seed, seed=seed, in_memory=True).clock.durations.of("connected", task)
                for task in ("one", "two")]  # fmt: skip

    assert drawn("7") == drawn("7") != drawn("8")


@pytest.mark.parametrize("in_process", [True, False])
@pytest.mark.parametrize("speed", [0, -1, 1e9, float("nan"), "0", "fast"])
def test_connect_says_what_speed_there_can_be(tmp_path, monkeypatch, speed, in_process):
    import ecslab

    options = {} if isinstance(speed, str) else {"speed": speed}
    monkeypatch.setenv("ECSLAB_SPEED", str(speed))
    with pytest.raises(ValueError, match="speed is AWS seconds per second of yours"):
        ecslab.connect(home=tmp_path, in_process=in_process, **options)
    assert not list(tmp_path.iterdir())


def test_the_first_task_comes_up_slowly_and_later_ones_at_the_usual_speed(tmp_path):
    def speeds(speed):
        wall = [time.time()]
        endpoint = in_process.start(tmp_path, mode="paced", seed=1, speed=speed, wall=lambda: wall[0])
        lab = Lab(SandboxPlace(endpoint), tmp_path, names(""), "", Record())
        cluster.create(lab)
        task_definition.register(lab, "public.ecr.aws/docker/library/httpd:2.4", logs=False)
        for _ in range(2):
            started, seconds_by_status = task.run(lab), {}
            while (status := task.describe(lab, started)["lastStatus"]) != "RUNNING":
                seconds_by_status[status] = seconds_by_status.get(status, 0) + 0.25
                wall[0] += 0.25
            yield seconds_by_status, lab.control("status")["clock"]["rate"]
            task.stop(lab.fast_forward(), started)

    (first, rate), (second, usual) = speeds(None)
    assert rate == usual == 10
    assert [*first] == ["PROVISIONING", "PENDING"] and min(first.values()) >= 2
    assert 10 <= sum(first.values()) <= 20 and sum(second.values()) < 5
    chosen, _ = speeds(30)
    assert sum(chosen[0].values()) < 2
