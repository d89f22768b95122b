"""The day after, in another server: what was saved is read as it was, and comes back when its cell runs."""

import json

import nbformat
import pytest

from ecslab.sandbox import process
from tests.browser.accessibility import grave
from tests.browser.jupyterlab import Notebook, serve

DEAD = "model not found"
KERNEL = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
CELLS = {
    "connect": "import ecslab\n\nlab = ecslab.connect()\nlab.goto('07')",
    "question": "lab.question('06.counts')",
    "predict": "lab.predict('06.stop-one')",
    "picker": "ecslab.NetworkPicker(lab)",
    "size": "ecslab.TaskSizePicker()",
    "service": "ecslab.ServiceView(lab)",
    "task": "ecslab.TaskView(lab, ecslab.service.tasks(lab)[0])",
    "clock": "ecslab.ClockButtons(lab)",
    "why-not": "ecslab.WhyNotView(lab, ecslab.service.tasks(lab)[0])",
}


@pytest.fixture
def home(tmp_path):
    yield tmp_path / "ecslab"
    process.stop(tmp_path / "ecslab")


@pytest.fixture
def serving(tmp_path, home):
    (tmp_path / "notebooks").mkdir()
    return lambda: serve(
        tmp_path / "notebooks", tmp_path / "jupyter", ECSLAB_HOME=str(home), ECSLAB_SPEED="60"
    )


@pytest.fixture
def page(chromium):
    page = chromium.new_page()
    yield page
    page.close()


def test_axe_sees_what_is_wrong_in_an_output_and_nothing_beside_it(page):
    wrong = "<img src='x.png'><p style='color: #ccc; background: #fff'>pale</p><input>"
    page.set_content(f"<div class='jp-OutputArea-output'>fine</div>{wrong}")
    assert grave(page) == []
    page.set_content(f"<div class='jp-OutputArea-output'>{wrong}</div>")
    assert {each.partition(":")[0] for each in grave(page)} == {"image-alt", "color-contrast", "label"}


def still(notebook, cell):
    return notebook.cell(cell).locator("[data-ecslab-still]")


def test_each_view_is_read_the_day_after_and_comes_back(page, serving, tmp_path):
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in CELLS.items()]
    file = tmp_path / "notebooks" / "views.ipynb"
    with serving() as server:
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), file)
        notebook = Notebook(page, server, file.name)
        notebook.run_all()
        assert notebook.errors() == []
        for theme in ("JupyterLab Dark", "JupyterLab Light"):
            notebook.look(theme, 1360)
            assert [each for _ in notebook.screens() for each in grave(page)] == []
        question = notebook.cell("question").locator(".ecslab-quiz")
        question.locator("input[type=radio]").first.click()
        question.get_by_role("button", name="Check my answer").click()
        question.locator(".ecslab-verdict li").wait_for()
        chosen = question.locator(".ecslab-verdict li b").first.inner_text().strip()
        predicted = notebook.cell("predict").locator(".ecslab-quiz")
        predicted.locator("input").first.fill("2")
        predicted.get_by_role("button", name="Lock").click()
        predicted.locator("[data-status=locked]").or_(predicted.get_by_text("locked")).first.wait_for()
        notebook.save()
        assert notebook.cell("picker").locator(".ecslab-network").count() == 1, "saved off the page"
    saved = json.loads(file.read_text())
    assert "widgets" not in saved["metadata"]
    assert "widget-view" not in file.read_text()
    with serving() as server:
        notebook = Notebook(page, server, file.name)
        for cell in list(CELLS)[1:]:
            notebook.cell(cell).scroll_into_view_if_needed()
            still(notebook, cell).wait_for()
        notebook.picture("day-two")
        assert page.get_by_text(DEAD).count() == 0
        assert chosen in still(notebook, "question").text_content()
        assert "Your number: 2" in still(notebook, "predict").text_content()
        assert "way out" in still(notebook, "picker").text_content()
        notebook.run_all()
        notebook.cell("question").scroll_into_view_if_needed()
        assert chosen in notebook.cell("question").locator(".ecslab-quiz .ecslab-verdict").text_content()
