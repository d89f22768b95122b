"""What a stranger wrote runs no script, asks for nothing and breaks no table, in JupyterLab itself."""

import json
from importlib import resources
from pathlib import Path

import pytest

from ecslab.sandbox import process
from tests.browser.jupyterlab import Notebook, serve, watch

HOSTILE = Path(__file__).parents[1] / "display"
FIGURE_AND_VERDICTS = ("verdict.Verdict", "svg.Figure", "frames.Frame")
CONTROL = r"""
from IPython.display import HTML, Markdown, display
display(HTML("<script>window.__control = 1</script><img src='http://192.0.2.1/control'><p>$x^2$</p>"))
display(Markdown("<img src='http://192.0.2.1/control' onerror='window.__control_2 = 1'> $y^2$"))
"""
CELLS = {
    "import": f"import sys\nsys.path.insert(0, {str(HOSTILE)!r})\nimport hostile",
    "all": "hostile.show()",
    **{name.rpartition(".")[2].lower(): f"hostile.show_each({name!r})" for name in FIGURE_AND_VERDICTS},
    "widgets": "hostile.show_widgets()",
    "note": "import ecslab\nlab = ecslab.connect()\nlab.check('00')",
}
OUR_SCRIPT = resources.files("ecslab.display").joinpath("frames.js").read_text("utf-8")
FOREIGN_TO_US = """ours => [...document.querySelectorAll('.jp-OutputArea-output')].flatMap(output => {
  const theirs = 'script, style, link, meta, base, object, embed, video, mjx-container, h1, h2, [srcdoc]'
    + ", iframe:not([src='about:blank']), img:not([src^='data:image/svg+xml;'])";
  const handlers = [...output.querySelectorAll('*')].filter(
    e => [...e.attributes].some(a => a.name.startsWith('on')));
  const links = [...output.querySelectorAll('a[href]')].filter(
    e => !/^(about:blank|https?:\\/\\/127\\.0\\.0\\.1[:\\/])/.test(e.href));
  const foreign = [...output.querySelectorAll(theirs)].filter(
    e => e.outerHTML !== `<script>${ours}</script>`);
  return [...foreign, ...handlers, ...links].map(e => e.outerHTML.slice(0, 300));
})"""
BROKEN_TABLES = """() => [...document.querySelectorAll('.jp-OutputArea-output table')].filter(table => {
  const widths = [...table.rows].map(row => row.cells.length);
  return new Set(widths).size !== 1;
}).map(table => table.outerHTML.slice(0, 300))"""
TABLES = "() => document.querySelectorAll('.jp-OutputArea-output table').length"


def cell(name, source):
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def written(folder, name, cells):
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [cell(key, source) for key, source in cells.items()]
    notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (folder / name).write_text(json.dumps(notebook))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder, home = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("home")
    written(folder, "hostile.ipynb", CELLS)
    written(folder, "control.ipynb", {"control": CONTROL})
    with serve(folder, tmp_path_factory.mktemp("jupyter"), ECSLAB_HOME=str(home)) as server:
        yield server
    process.stop(home)


def opened(chromium, server, name):
    page = chromium.new_page()
    events = watch(page, server)
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    notebook = Notebook(page, server, name)
    notebook.run_all()
    assert notebook.errors() == []
    for _ in notebook.screens(step=20):
        pass  # each cell has been near the screen, and so is on the page
    return page, events, dialogs


def test_what_the_next_test_looks_for_can_be_seen(chromium, server):
    page, events, _ = opened(chromium, server, "control.ipynb")
    assert page.evaluate("() => window.__control") == 1
    assert {"http://192.0.2.1/control"} == {*events.foreign}
    assert page.locator(".jp-OutputArea-output mjx-container").count() >= 2
    assert len(page.evaluate(FOREIGN_TO_US, OUR_SCRIPT)) >= 4
    page.close()


def test_nothing_that_shows_itself_runs_a_strangers_words(chromium, server):
    page, events, dialogs = opened(chromium, server, "hostile.ipynb")
    assert page.evaluate(TABLES) > 500
    assert page.locator(".ecslab").count() >= 8 * 4  # the widgets are drawn
    assert page.evaluate(FOREIGN_TO_US, OUR_SCRIPT) == []
    assert page.evaluate(BROKEN_TABLES) == []
    assert page.evaluate("() => window.__ran") is None
    assert (events.foreign, dialogs) == ([], [])
    page.close()
