"""The learner's copy: made once, updated where untouched, never overwritten."""

import json

import pytest

from ecslab.errors import EcslabError
from ecslab.workshop import learner_copy


def cell(source, *tags, kind="code"):
    node = {
        "cell_type": kind,
        "id": source[:8] or "x",
        "metadata": {"tags": list(tags)} if tags else {},
        "source": source,
    }
    if kind == "code":
        node |= {
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "seen"}],
            "execution_count": 3,
        }
    return node


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    folder = tmp_path / "lessons"
    folder.mkdir()
    monkeypatch.setattr(learner_copy, "lessons", lambda: folder)

    def write(**sources):
        for name, source in sources.items():
            cells = [cell("# Title", kind="markdown"), cell(source), cell("the_answer()", "answer", "slow")]
            (folder / f"{name}.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}))

    write(one="a = 1", two="b = 1")
    return write


def sources(path):
    return [c["source"] for c in json.loads(path.read_text())["cells"]]


def test_a_copy_has_no_outputs_and_no_answers(lessons, tmp_path):
    copied = learner_copy.copy_to(tmp_path / "mine")
    assert copied.text() == f"Made 2 files in {tmp_path / 'mine'}."
    text = (tmp_path / "mine/one.ipynb").read_text()
    assert sources(tmp_path / "mine/one.ipynb") == ["# Title", "a = 1", learner_copy.PLACEHOLDER]
    assert "the_answer" not in text
    assert "seen" not in text
    assert json.loads(text)["cells"][2]["metadata"]["tags"] == ["slow"]


def test_a_second_run_changes_nothing_and_says_nothing(lessons, tmp_path):
    learner_copy.copy_to(tmp_path / "mine")
    assert learner_copy.copy_to(tmp_path / "mine").text() == ""


def test_an_untouched_file_follows_its_lesson(lessons, tmp_path):
    learner_copy.copy_to(tmp_path / "mine")
    lessons(one="a = 2")
    assert learner_copy.copy_to(tmp_path / "mine").text() == (
        "Updated, as you had not changed them: one.ipynb."
    )
    assert sources(tmp_path / "mine/one.ipynb")[1] == "a = 2"


def test_an_edited_file_is_kept_and_the_newer_lesson_is_put_beside_it(lessons, tmp_path):
    learner_copy.copy_to(tmp_path / "mine")
    mine = tmp_path / "mine/one.ipynb"
    mine.write_text(mine.read_text().replace("a = 1", "a = 41"))
    edited = mine.read_bytes()
    lessons(one="a = 2")
    copied = learner_copy.copy_to(tmp_path / "mine")
    newer = copied.beside["one.ipynb"]
    assert copied.text() == f"one.ipynb has a newer version. Yours was kept as it is; the new one is {newer}."
    assert mine.read_bytes() == edited
    assert sources(tmp_path / "mine" / newer)[1] == "a = 2"
    assert learner_copy.copy_to(tmp_path / "mine").text() == ""


def test_an_edited_file_survives_the_loss_of_the_record(lessons, tmp_path):
    learner_copy.copy_to(tmp_path / "mine")
    (tmp_path / "mine/one.ipynb").write_text("my own words")
    (tmp_path / "mine" / learner_copy.RECORD).unlink()
    learner_copy.copy_to(tmp_path / "mine")
    assert (tmp_path / "mine/one.ipynb").read_text() == "my own words"


def test_a_deleted_file_comes_back(lessons, tmp_path):
    learner_copy.copy_to(tmp_path / "mine")
    (tmp_path / "mine/two.ipynb").unlink()
    assert learner_copy.copy_to(tmp_path / "mine").new == ["two.ipynb"]


def test_the_reference_itself_is_no_learners_folder(lessons, tmp_path):
    with pytest.raises(EcslabError, match=r"holds the reference notebooks, with the answers in them"):
        learner_copy.copy_to(tmp_path / "lessons")


def test_a_folder_that_cannot_be_made_is_named(lessons, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EcslabError) as caught:
        learner_copy.copy_to(tmp_path / "file/mine")
    assert str(caught.value) == (
        f"Cannot write the notebooks to {tmp_path / 'file/mine'}: Not a directory. "
        "Choose a folder that you may write to: ecslab lab FOLDER"
    )
