"""A small screen, large type, a dark theme: what can be chosen is seen, and figures go with the type."""

import shutil

import nbformat
import pytest

from ecslab.sandbox import process
from ecslab.workshop import jupyter
from tests.browser.jupyterlab import SCREENSHOTS, Notebook, serve

KERNEL = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
CELLS = {
    "connect": "import ecslab\n\nlab = ecslab.connect()",
    "picker": "ecslab.NetworkPicker(lab)",
    "figure": "ecslab.figures.path(at='cluster')",
    "long-line": f"words = '{'a line that is longer than the cell ' * 5}'",
}
HIDDEN = """picker => {
  const scroll = picker.querySelector('.ecslab-scroll');
  const right = scroll.getBoundingClientRect().right + 1;
  return [...scroll.querySelectorAll('tbody td')].filter(td => {
    const range = document.createRange();
    range.selectNodeContents(td);
    const box = range.getBoundingClientRect();
    return box.right > right || !box.width;
  }).map(td => td.textContent);
}"""
WIDTH = "img => img.getBoundingClientRect().width"
CUT = "cell => (code => code.scrollWidth - code.clientWidth)(cell.querySelector('.cm-scroller'))"
INVERTED = "img => Number(getComputedStyle(img).filter.match(/invert\\(([0-9.]+)\\)/)[1])"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    yield folder
    process.stop(folder)


@pytest.fixture(scope="module", params=["usual", "large"])
def server(request, home, tmp_path_factory):
    folder, own = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("jupyter")
    if request.param == "large":
        shutil.copytree(jupyter.large_type(own), own / "settings")
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in CELLS.items()]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), folder / "sizes.ipynb")
    with serve(folder, own, ECSLAB_HOME=str(home)) as server:
        server.type = request.param
        yield server


def test_nothing_to_choose_from_is_cut_off_and_figures_go_with_type_and_theme(chromium, server):
    page = chromium.new_page()
    page.set_viewport_size({"width": 1024, "height": 768})
    notebook = Notebook(page, server, "sizes.ipynb")
    notebook.run_all()
    assert notebook.errors() == []
    picker = notebook.cell("picker").locator(".ecslab-network")
    picker.scroll_into_view_if_needed()
    assert picker.locator("tbody td", has_text="internet gateway").count() >= 2
    page.screenshot(path=SCREENSHOTS / f"1024-{server.type}-picker.png")
    assert picker.evaluate(HIDDEN) == []
    assert notebook.cell("long-line").evaluate(CUT) <= 1  # code goes on in the next line
    picture = notebook.cell("figure").locator("img")
    picture.scroll_into_view_if_needed()
    size = {"usual": 14, "large": 21}[server.type]
    room = picture.evaluate("img => img.parentElement.getBoundingClientRect().width")
    wide = picture.evaluate("img => Number(img.naturalWidth)")
    margin = 24
    assert picture.evaluate(WIDTH) == pytest.approx(min(wide * size / 14, room), abs=margin)
    assert picture.evaluate(INVERTED) == 0
    page.evaluate("() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    page.wait_for_selector("body[data-jp-theme-light='false']", state="attached")
    page.wait_for_function(f"img => ({INVERTED})(img) > 0.8", arg=picture.element_handle())
    page.screenshot(path=SCREENSHOTS / f"1024-{server.type}-dark.png")
    page.close()
