"""Every notebook in every look, as who has filled in all of it; the day after; and in large type.

The three days share one account and one folder. `screenshots/nightly` keeps each notebook screen by screen.
"""

import json
import shutil

import nbformat
import pytest

from ecslab.sandbox import process
from ecslab.workshop import jupyter, learner_copy
from tests.browser.accessibility import grave
from tests.browser.jupyterlab import Notebook, serve
from tests.notebooks.rig import read, stems

pytestmark = pytest.mark.nightly
SPEED = "200"  # virtual seconds in a second
LOOKS = [("Light", 1360), ("Light", 1024), ("Dark", 1024), ("Dark", 1360)]
LARGE = [("Light", 1360), ("Dark", 1024)]
DEAD = ("model not found", "Error displaying widget", "Error creating widget", "Loading widget")
VIEWS = ("Picker(", "View(", "lab.question(", "lab.predict(", "ClockButtons(")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    yield folder / "ecslab"
    process.stop(folder / "ecslab")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The learner's folder, each blank and exercise filled in as the reference has it."""
    folder = learner_copy.copy_to(tmp_path_factory.mktemp("learner") / "my-ecslab").folder
    for stem in stems():
        notebook = read(stem)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.update(outputs=[], execution_count=None)
        nbformat.write(notebook, folder / f"{stem}.ipynb")
    return folder


@pytest.fixture(scope="class")
def server(request, folder, home, tmp_path_factory):
    own = tmp_path_factory.mktemp("jupyter")
    if request.cls.large:
        shutil.copytree(jupyter.large_type(own), own / "settings")
    with serve(folder, own, ECSLAB_HOME=str(home), ECSLAB_SPEED=SPEED) as server:
        yield server


@pytest.fixture
def page(chromium):
    page = chromium.new_page()
    yield page
    page.close()


def wrong_in(notebook, looks, day):
    """A picture of each screen in each look; what is wrong there: dead views, and what axe calls grave."""
    wrong = {}
    for theme, width in looks:
        notebook.look(f"JupyterLab {theme}", width)
        for number in notebook.screens():
            notebook.shot(f"nightly/{notebook.name[:2]}-{day}-{theme.lower()}-{width}-{number:02}")
            wrong |= {f"dead: {words}": number for words in DEAD if notebook.page.get_by_text(words).count()}
            if (theme, width) in (looks[0], looks[-1]):
                wrong |= {f"{theme}: {each}": number for each in grave(notebook.page)}
    return wrong


@pytest.mark.parametrize("stem", stems())
class TestFirstDay:
    large = False

    def test_it_runs_by_mouse_and_is_readable_in_every_look(self, page, server, stem):
        notebook = Notebook(page, server, f"{stem}.ipynb")
        notebook.run_all()
        assert notebook.errors() == []
        wrong = wrong_in(notebook, LOOKS, "first-day")
        notebook.save()
        notebook.shut_down()
        assert wrong == {}


@pytest.mark.parametrize("stem", stems())
class TestDayAfter:
    large = False

    def test_nothing_is_dead_in_another_server(self, page, server, stem):
        notebook = Notebook(page, server, f"{stem}.ipynb")
        wrong = wrong_in(notebook, [("Light", 1360), ("Dark", 1024)], "day-after")
        assert wrong == {}
        outputs = [json.dumps(notebook.outputs(cell)) for cell in self.views(stem)]
        assert [each[:300] for each in outputs if "data-ecslab-still" not in each] == []

    def views(self, stem):
        cells = [cell for cell in read(stem).cells if cell.cell_type == "code"]
        return [cell.id for cell in cells if any(view in cell.source for view in VIEWS)]


@pytest.mark.parametrize("stem", stems())
class TestLargeType:
    large = True

    def test_it_runs_again_and_is_readable(self, page, server, stem):
        notebook = Notebook(page, server, f"{stem}.ipynb")
        notebook.run_all()
        assert notebook.errors() == []
        wrong = wrong_in(notebook, LARGE, "large")
        notebook.shut_down()
        assert wrong == {}
