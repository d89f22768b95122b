"""Calls that nobody made leave nothing behind."""

import threading

import pytest

from ecslab.sandbox.engine import warmup
from ecslab.sandbox.engine.sandbox import Sandbox


@pytest.fixture
def sandbox(tmp_path):
    stepped_sandbox = Sandbox(tmp_path, seed=7, mode="stepped", in_memory=True)
    yield stepped_sandbox
    stepped_sandbox.close()


def warmed(sandbox, monkeypatch, stop):
    statuses = {}
    call = sandbox.backend.call

    def noted(request, signer, operation):
        reply = call(request, signer, operation)
        statuses[operation.name] = reply.status
        return reply

    monkeypatch.setattr(sandbox.backend, "call", noted)
    warmup._look(sandbox, stop)
    return statuses


def test_all_are_answered_and_none_is_kept(sandbox, monkeypatch):
    before = len(sandbox.journal), sandbox.clock.now, sandbox.timekeeper.asked
    statuses = warmed(sandbox, monkeypatch, threading.Event())
    assert statuses == dict.fromkeys((operation for _, operation, _ in warmup._LOOKS), 200)
    assert (len(sandbox.journal), sandbox.clock.now, sandbox.timekeeper.asked) == before


def test_none_is_made_once_the_sandbox_is_to_stop(sandbox, monkeypatch):
    stop = threading.Event()
    stop.set()
    assert warmed(sandbox, monkeypatch, stop) == {}
