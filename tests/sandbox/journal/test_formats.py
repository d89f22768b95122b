"""Files of format 1, written before they named a format, load; files of a later one are refused and stay.

`formats/format-1.ecslab` is a session saved then; `formats/format-1.json` is what its account answered.
"""

import json
import zipfile
from pathlib import Path

import pytest
from filelock import FileLock

from ecslab.course import progress_store
from ecslab.errors import CannotBeDone
from ecslab.sandbox import process
from ecslab.sandbox.bridge.ecs.state import SAMPLED_EVERY
from ecslab.sandbox.endpoint import SandboxError
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.journal.journal import Journal
from ecslab.sandbox.journal.record import FIRST, UnknownFormat, checksum_of
from ecslab.sandbox.world import behaviour

FORMATS = Path(__file__).with_name("formats")
SESSION = FORMATS / "format-1.ecslab"
ABOUT = {"format": 1, "ecslab": "0.1.0", "saved": "2026-11-21 17:33", "changes": 0}
LATER = "has format 4, and this ecslab reads formats up to 3: bring ecslab up to date"


def facts(lab):
    (task,) = lab.ecs.list_tasks(cluster="adgu-cluster")["taskArns"]
    return {
        "clusters": lab.ecs.describe_clusters(clusters=["kept", "adgu-cluster"])["clusters"],
        "images": lab.ecr.describe_images(repositoryName="adgu/web")["imageDetails"],
        "roles": lab.iam.list_roles()["Roles"],
        "tasks": lab.ecs.describe_tasks(cluster="adgu-cluster", tasks=[task])["tasks"],
    }


def unpacked(home):
    """A home whose sandbox and lab wrote the session's files themselves."""
    (home / "sandbox" / "blobs").mkdir(parents=True)
    (home / "lab").mkdir()
    with zipfile.ZipFile(SESSION) as archive:
        (home / "sandbox" / "journal.jsonl").write_bytes(archive.read("journal") + b"\n")
        for name in archive.namelist():
            folder, _, file = name.partition("/")
            if folder == "bodies":
                (home / "sandbox" / "blobs" / file).write_bytes(archive.read(name))
            elif folder == "lab":
                (home / "lab" / file).write_bytes(archive.read(name))
    return home


def later_start():
    """The first line of a journal that a later version wrote."""
    about = {"seed": "1", "wall": 1.0, "mode": "stepped", "speed": 1.0, "format": 4}
    text = json.dumps({"now": 0.0, "kind": "start", "about": about})
    return f"{checksum_of(FIRST, text)} {text}"


def test_a_saved_session_of_format_1_loads(lab):
    assert "could not be made again" not in repr(lab.load(SESSION))
    lab.place.endpoint.control("advance", seconds=SAMPLED_EVERY)  # the clusters count anew
    answered = json.loads(json.dumps(facts(lab), default=str))
    assert answered == json.loads((FORMATS / "format-1.json").read_text())


def test_a_journal_of_format_1_opens_and_goes_on(tmp_path):
    sandbox = Sandbox(unpacked(tmp_path))
    assert sandbox.journal.damage is None
    assert list(sandbox.notices) == []
    assert "format" not in sandbox.journal[0].about
    records = len(sandbox.journal)
    sandbox.close()
    assert len(Journal(tmp_path / "sandbox")) == records + 1


def test_a_progress_file_of_format_1_loads(tmp_path):
    (file,) = (unpacked(tmp_path) / "lab").glob("progress-*.json")
    progress = progress_store.Memory(file)
    progress.read()
    assert progress.entered == {"04": 24}
    assert progress.predicted["03.collide"] == progress_store.Guess("registered with 512 MiB", True)
    progress.write()
    assert json.loads(file.read_text())["format"] == 2


@pytest.mark.parametrize("timing", ["drawn", "fixed"])
def test_a_new_journal_names_its_format_and_its_timing_model(tmp_path, timing):
    sandbox = Sandbox(tmp_path, mode="stepped", timing=timing)
    about = sandbox.journal[0].about
    assert (about["format"], about["timing"]) == (3, timing)
    sandbox.close()
    assert Sandbox(tmp_path).clock.durations.model == timing


def test_a_journal_says_how_the_sandbox_behaved_that_wrote_it(tmp_path):
    sandbox = Sandbox(tmp_path / "new", mode="stepped")
    assert sandbox.journal[0].about["behaviour"] == sandbox.backend.behaviour == behaviour.LATEST
    sandbox.close()
    assert Sandbox(unpacked(tmp_path / "old")).backend.behaviour == behaviour.FIRST


def test_a_journal_of_a_later_format_is_refused_and_stays(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_text(f"{later_start()}\nwhat only a later version can read\n")
    before = path.read_bytes()
    with pytest.raises(UnknownFormat, match=LATER):
        Journal(tmp_path)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("journal.damaged-*"))


def test_a_sandbox_with_such_a_journal_says_so_and_does_not_start(tmp_path):
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "sandbox" / "journal.jsonl").write_text(later_start() + "\n")
    with pytest.raises(SandboxError, match=LATER):
        process.ensure(tmp_path)


def test_a_session_of_a_later_format_is_refused(lab, tmp_path):
    lab.ecs.create_cluster(clusterName="before")
    file = tmp_path / "later.ecslab"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("session.json", json.dumps(ABOUT))
        archive.writestr("journal", later_start())
    with pytest.raises(CannotBeDone, match=LATER):
        lab.load(file)
    assert len(lab.ecs.list_clusters()["clusterArns"]) == 1


def test_a_progress_file_of_a_later_format_is_refused_and_stays(lab):
    file = progress_store.path(lab)
    file.parent.mkdir(exist_ok=True)
    file.write_text('{"format": 3, "steps": "told in another way"}')
    with pytest.raises(CannotBeDone, match=r"format 3, and this ecslab reads formats up to 2\.\n  next: "):
        lab.check("02")
    assert "another way" in file.read_text()


def test_what_is_done_is_not_noted_while_somebody_else_holds_the_lock(lab, monkeypatch):
    lab.ecs.create_cluster(clusterName="adgu-cluster")
    file = progress_store.path(lab)
    monkeypatch.setattr(progress_store, "_PATIENCE", 0.05)
    file.parent.mkdir(exist_ok=True)
    message = "could not be noted: another program has held"
    with FileLock(file.with_suffix(".lock")), pytest.raises(CannotBeDone, match=message):
        lab.check("02")
    assert not file.exists()
    lab.check("02")
    assert "02.cluster" in progress_store.memory(lab).done
