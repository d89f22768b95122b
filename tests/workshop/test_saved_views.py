"""What is saved of views: their last state as HTML, and nothing that asks for a kernel that is gone."""

import copy
import json

import pytest
from jupyter_server.services.contents.largefilemanager import LargeFileManager

import ecslab.widgets
from ecslab.display.wait_line import WaitLine
from ecslab.widgets import AnswerView, Judgement, PredictionView, QuestionView, TaskSizePicker
from ecslab.widgets.view import View
from ecslab.workshop.saved_views import _load_jupyter_server_extension, without_views
from ecslab.workshop.stills import STILLS, still

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"


class Store:
    def load(self):
        return "b", True, "Locked: b."

    def save(self, value, lock):
        pass


def notebook(*views):
    """A notebook as JupyterLab sends it: a view an output, and the states of all."""
    cells = [
        {"outputs": [{"data": {VIEW: {"model_id": view.model_id}, "text/plain": "words"}}]} for view in views
    ]
    states = {view.model_id: {"state": sent(view)} for view in views}
    return {"cells": cells, "metadata": {"widgets": {STATE: {"version_major": 2, "state": states}}}}


def sent(view):
    return json.loads(json.dumps(view.get_state(), default=str))


def output(saved, place=0):
    return saved["cells"][place]["outputs"][0]["data"]


def test_each_view_of_the_kit_has_a_still():
    views = [getattr(ecslab.widgets, name) for name in ecslab.widgets.__all__]
    named = {view.__name__ for view in views if isinstance(view, type) and issubclass(view, View)}
    assert set(STILLS) == named | {"WaitLine"}


def test_a_question_is_saved_with_what_was_answered():
    reason = {"place": 1, "right": False, "why": "Tempting, but `x < y`."}
    view = QuestionView("What is `x`?", ["one", "two"], lambda _: [reason], tried=[1])
    saved = notebook(view)
    without_views(saved)
    assert "widgets" not in saved["metadata"] and VIEW not in output(saved)
    html = output(saved)["text/html"]
    for part in ("What is <code>x</code>?", "○ A. one", "◉ B. two", "✗ B. Not this one", "x &lt; y"):
        assert part in html
    assert "`" not in html


def test_an_open_question_does_not_tell_its_answer():
    html = still(QuestionView("?", ["one", "two"], lambda _: []).get_state())
    assert "◉" not in html and "Right" not in html


def test_the_other_quizzes_are_saved_with_what_was_said():
    answer = AnswerView("How many?", "tasks", lambda _: Judgement("right", "Right: `2`."))
    answer.answer(2)
    html = still(answer.get_state())
    assert "Your answer: 2 tasks" in html and "<code>2</code>" in html
    html = still(PredictionView("Which?", ["a", "b"], Store()).get_state())
    assert "○ a" in html and "◉ b" in html and "Locked: b." in html


@pytest.mark.parametrize("view", [TaskSizePicker(), WaitLine("Waiting for a task.", lambda: None)])
def test_pickers_and_lines_too(view):
    assert ("Task size" if isinstance(view, TaskSizePicker) else "Waiting") in still(view.get_state())


def test_another_ones_widget_stays_as_it_is():
    import ipywidgets

    saved = notebook(ipywidgets.IntSlider(), TaskSizePicker())
    before = copy.deepcopy(output(saved))
    without_views(saved)
    assert output(saved) == before and VIEW not in output(saved, 1)
    assert len(saved["metadata"]["widgets"][STATE]["state"]) == 1


def test_a_view_whose_state_nobody_has_is_left_as_words():
    saved = notebook(TaskSizePicker())
    saved["metadata"]["widgets"][STATE]["state"] = {}
    without_views(saved)
    assert output(saved) == {"text/plain": "words"}


def test_a_notebook_without_states_is_left_alone():
    saved = notebook(TaskSizePicker())
    saved["metadata"] = {}
    before = copy.deepcopy(saved)
    without_views(saved)
    assert saved == before


def test_the_server_calls_it_before_it_saves(tmp_path):
    manager = LargeFileManager(root_dir=str(tmp_path))
    _load_jupyter_server_extension(type("Server", (), {"contents_manager": manager}))
    model = {"type": "notebook", "content": notebook(TaskSizePicker())}
    manager.run_pre_save_hooks(model=model, path="n.ipynb")
    assert VIEW not in output(model["content"])
    manager.run_pre_save_hooks(model={"type": "file", "content": "text"}, path="n.txt")
