"""The sandbox as a place: where links lead, what is revived, what is said, what never leaves the machine."""

import os
import signal
from types import SimpleNamespace

import pytest

import ecslab
from ecslab.connection.sandbox_place import REVIVED, SandboxPlace
from ecslab.errors import Unreachable
from ecslab.sandbox import process


class Endpoint(SimpleNamespace):
    """As much of a sandbox as a place needs."""

    def __init__(self, **more):
        super().__init__(
            url="http://127.0.0.1:4000", access_key="AKIAECSLAB0000000000", secret_key="secret",
            region="us-east-1", account="123456789012", gateway_url="http://127.0.0.1:5000",
            gateway_port=5000, gateway_secret="hidden", notices=(), transport=None, **more,
        )  # fmt: skip


def test_what_the_sandbox_noted_since_the_last_look_is_said_once(capsys):
    notes = [["old"], ["old"], ["old", "new"], ["old", "new"]]
    clock = {"now": 1.0, "mode": "paced"}
    place = SandboxPlace(Endpoint(control=lambda verb: {"clock": clock, "notices": notes.pop(0)}))
    for _ in range(4):
        place.now()
    assert capsys.readouterr().out == "new\n"


@pytest.mark.parametrize(("paused", "passed"), [(False, 2.0), (True, 0.0)])
def test_a_paced_clock_passes_at_its_speed_unless_it_is_paused(monkeypatch, paused, passed):
    slept = []
    monkeypatch.setattr("ecslab.connection.sandbox_place.time.sleep", slept.append)
    clock = {"now": 1.0, "mode": "paced", "speed": 10.0, "rate": 10.0, "paused": paused}
    place = SandboxPlace(Endpoint(control=lambda verb: {"clock": clock, "notices": []}))
    assert place.pass_time(0.2, most=600) == passed
    assert slept == [0.2]
    if not paused:  # of 10 virtual seconds in each, no more than asked
        assert place.pass_time(0.2, most=0.5) == 0.5
        assert slept[1:] == [0.05]


def test_a_closed_sandbox_of_this_process_says_what_to_do():
    def closed(verb):
        raise ConnectionError("closed")

    with pytest.raises(Unreachable, match=r"next: connect again with ecslab.connect\(\)"):
        SandboxPlace(Endpoint(control=closed)).control("status")


def test_a_sandbox_that_cannot_start_is_one_clear_error(monkeypatch, tmp_path):
    def fail(*_, **__):
        raise process.SandboxError("It cannot start.\n  log: the last line")

    monkeypatch.setattr(process, "ensure", fail)
    with pytest.raises(Unreachable, match="log: the last line"):
        ecslab.connect(home=tmp_path)


def test_no_call_goes_through_the_machines_proxy(tmp_path, monkeypatch, capsys):
    """Nothing listens at this proxy: whoever takes it fails."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "a home with spaces"
    with ecslab.connect(home=home, clock="stepped") as lab:
        try:
            lab.goto("05")  # the API, and an image pushed to the registry
            task = ecslab.task.find(lab)
            assert ecslab.verify.page(lab, task).status == 200
            assert ecslab.terminal.run(lab, "aws ecs list-clusters").code == 0
        finally:
            process.stop(home)


def test_a_sandbox_killed_in_mid_lab_comes_back_with_everything(tmp_path, capsys):
    with ecslab.connect(home=tmp_path, clock="stepped") as lab:
        try:
            ecslab.cluster.create(lab)
            os.kill(lab.place.endpoint.pid, signal.SIGKILL)
            assert ecslab.cluster.find(lab)["status"] == "ACTIVE"
            assert capsys.readouterr().out.strip() == REVIVED
            os.kill(lab.place.endpoint.pid, signal.SIGKILL)
            ecslab.log_group.create(lab)
            os.kill(lab.place.endpoint.pid, signal.SIGKILL)
            with pytest.raises(Unreachable, match=r"No network interface .* public IP 203\.0\.113\.250"):
                lab.http("GET", lab.url("203.0.113.250"))
        finally:
            process.stop(tmp_path)
