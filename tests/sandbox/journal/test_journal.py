"""What was appended comes back; what was damaged is noticed, set aside and said."""

import errno
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecslab.sandbox.journal.blobs import LARGE
from ecslab.sandbox.journal.journal import Journal
from ecslab.sandbox.journal.record import Record

BIG = bytes(LARGE + 1)


def record(n, body=b""):
    return Record(float(n), "request", {"n": n}, body)


@pytest.fixture
def journal(tmp_path):
    """Three records on the disk, the second with a large body."""
    journal = Journal(tmp_path)
    for n, body in enumerate([b"a", BIG, b""]):
        journal.append(record(n, body))
    return journal


def test_records_come_back(journal, tmp_path):
    again = Journal(tmp_path)
    assert list(again) == list(journal)
    assert [r.body for r in again] == [b"a", BIG, b""]
    assert again.damage is None


def test_a_large_body_is_kept_once(journal, tmp_path):
    journal.append(record(3, BIG))
    assert len(list((tmp_path / "blobs").iterdir())) == 1


@settings(deadline=None)  # each example waits for the disk
@given(bodies=st.lists(st.binary(max_size=20)), cut=st.integers(0, 9), more=st.lists(st.binary(max_size=3)))
def test_cut_then_append_reads_as_if_never_written(tmp_path_factory, bodies, cut, more):
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal(folder)
    for body in bodies:
        journal.append(record(0, body))
    journal.cut(min(cut, len(bodies)))
    for body in more:
        journal.append(record(1, body))
    journal.close()
    again = Journal(folder)
    assert again.damage is None
    assert [r.body for r in again] == bodies[:cut] + more


def test_cutting_where_nothing_is_says_how_long_it_is(journal):
    with pytest.raises(ValueError, match="has 3 records; cannot cut it at 4"):
        journal.cut(4)
    assert len(journal) == 3


def test_a_half_written_last_line_is_said(journal, tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    again = Journal(tmp_path)
    assert len(again) == 2
    assert "damaged at record 3 (the line is not finished). The 2 before it were restored" in again.damage
    assert again.append(record(9)) == 2
    assert Journal(tmp_path).damage is None


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_changed_line_is_noticed_wherever_it_is(journal, tmp_path, line):
    path = tmp_path / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b'"now"', b'"nox"')
    path.write_bytes(b"".join(lines))
    again = Journal(tmp_path)
    assert f"damaged at record {line + 1}" in again.damage
    assert f"{3 - line} could not be and lie in journal.damaged-1" in again.damage
    assert (tmp_path / "journal.damaged-1").read_bytes() == b"".join(lines[line:])


def test_a_missing_line_is_noticed(journal, tmp_path):
    path = tmp_path / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    assert len(Journal(tmp_path)) == 1


def test_a_lost_blob_is_noticed(journal, tmp_path):
    next((tmp_path / "blobs").iterdir()).write_bytes(b"x")
    assert "is not what was written" in Journal(tmp_path).damage


def test_a_full_disk_keeps_nothing_and_spoils_nothing(journal, tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            journal.append(record(3))
    assert len(journal) == 3
    journal.append(record(4))
    journal.close()
    assert [r.about["n"] for r in Journal(tmp_path)] == [0, 1, 2, 4]


def test_in_memory_touches_no_disk():
    journal = Journal(None)
    journal.append(record(0))
    journal.cut(0)
    assert len(journal) == 0
