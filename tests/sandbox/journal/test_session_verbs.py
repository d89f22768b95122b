"""Carrying a session from one home to another, on the disk."""

import base64
import hashlib

import pytest

from ecslab.sandbox.engine.control import carry_out
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.journal.bodies import Bodies
from ecslab.sandbox.world.errors import AwsError


def opened(home, seed=3):
    return Sandbox(home, seed=seed, mode="stepped")


def carry(export, blob, target):
    """What the helper does: bring the bodies, then the journal."""
    journal = "\n".join(export["lines"]).encode()
    digest = hashlib.sha256(journal).hexdigest()
    for name, body in {**blob, digest: journal}.items():
        carry_out(target, "accept", {"digest": name, "at": 0, "data": base64.b64encode(body).decode()})
    return carry_out(target, "restore", {"journal": digest})


def test_it_is_there_after_the_next_start_too(tmp_path):
    first = opened(tmp_path / "one")
    carry_out(first, "advance", {"seconds": 12})
    export = carry_out(first, "export", {})
    other = opened(tmp_path / "other", seed=4)
    carry(export, {}, other)
    assert (other.account.seed, other.clock.now) == (first.account.seed, 12)
    other.close()
    again = opened(tmp_path / "other", seed=None)
    assert (again.account.seed, again.clock.now) == (first.account.seed, 12)
    assert again.journal.damage is None


def test_what_cannot_be_replayed_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    sandbox = opened(tmp_path / "one")
    export = carry_out(sandbox, "export", {})
    other = opened(tmp_path / "other", seed=4)
    before = (tmp_path / "other" / "sandbox" / "journal.jsonl").read_bytes()
    rebuilds = []

    def once(**_limits):
        rebuilds.append(1)
        if len(rebuilds) == 1:
            raise RuntimeError("broken")

    monkeypatch.setattr(other.account, "rebuild", once)
    with pytest.raises(AwsError, match="it cannot be replayed: RuntimeError"):
        carry(export, {}, other)
    assert len(rebuilds) == 2
    assert (tmp_path / "other" / "sandbox" / "journal.jsonl").read_bytes() == before
    other.journal.append(other.journal[0])  # it goes on in the same file
    assert len((tmp_path / "other" / "sandbox" / "journal.jsonl").read_bytes()) > len(before)


def test_bodies_are_bounded_all_together():
    bodies = Bodies(10)
    assert bodies.take("a", 0, b"12345") == 5
    assert bodies.take("a", 5, b"678") == 8
    assert bodies.take("a", 0, b"1") == 1  # begun anew
    with pytest.raises(ValueError, match="a session may bring 0 MB at most"):
        bodies.take("b", 0, b"1234567890")
    with pytest.raises(ValueError, match="is missing from it, or damaged"):
        bodies.body("a")


def test_a_session_takes_the_place_of_an_open_journal_on_windows(tmp_path, windows_files):
    first, second = opened(tmp_path / "one"), opened(tmp_path / "other", seed=4)
    carry_out(first, "advance", {"seconds": 12})
    carry(carry_out(first, "export", {}), {}, second)
    carry_out(second, "advance", {"seconds": 3})  # it goes on in the file that is there now
    carry_out(second, "reset", {})
    carry_out(second, "advance", {"seconds": 7})
    second.close()
    again = opened(tmp_path / "other", seed=None)
    assert (again.account.seed, again.clock.now, again.journal.damage) == (first.account.seed, 7, None)
    assert not list((tmp_path / "other" / "sandbox").glob("*.fresh"))


def test_a_journal_that_cannot_be_replaced_is_gone_on_with(tmp_path, monkeypatch):
    first, second = opened(tmp_path / "one"), opened(tmp_path / "other", seed=4)
    carry_out(first, "advance", {"seconds": 12})
    export = carry_out(first, "export", {})

    def refuse(*paths):
        raise PermissionError(13, "a virus scanner has it open")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", refuse)
        with pytest.raises(AwsError, match="virus scanner"):
            carry(export, {}, second)
    carry_out(second, "advance", {"seconds": 3})
    second.close()
    again = opened(tmp_path / "other", seed=None)
    assert (again.account.seed, again.clock.now, again.journal.damage) == ("4", 3, None)
    assert not list((tmp_path / "other" / "sandbox").glob("*.fresh"))
