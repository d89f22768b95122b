"""No page of a container can call the Jupyter server it is shown in; and yet its style and image load."""

import json

import pytest

import ecslab
from ecslab.sandbox import process
from tests.browser.jupyterlab import SCREENSHOTS, Notebook, serve

HOSTILE = """<!doctype html>
<meta charset="utf-8"><title>hostile</title>
<link rel="stylesheet" href="style.css">
<h1>What this page may do</h1>
<img src="container.svg" alt="a container" width="80">
<pre id="outcome">trying</pre>
<script>
const api = "JUPYTER/api/contents";
const read = async (options, url = api) => {
  const answer = await fetch(url, options);
  if (!answer.ok) throw answer.status;
};
const tries = {
  "read with cookies": () => read({credentials: "include"}),
  "read without": () => read({}),
  "read as the same origin": () => read({}, "BASEapi/contents"),
  // what a POST without CORS did cannot be seen from here: the test looks into the folder
  "write": () => fetch(api, {method: "POST", mode: "no-cors", credentials: "include", body: "{}"})
    .then(() => Promise.reject()),
  "the page around it": async () => window.parent.document.body.innerHTML || Promise.reject(),
  "cookies": async () => document.cookie || Promise.reject(),
};
if (window.parent === window) delete tries["the page around it"];
(async () => {
  const outcomes = [];
  for (const [name, attempt] of Object.entries(tries))
    outcomes.push(name + ": " + await attempt().then(() => "GOT IN", () => "refused"));
  document.getElementById("outcome").textContent = outcomes.join("\\n");
})();
</script>
"""

CELLS = ["import ecslab\nlab = ecslab.connect()", "ecslab.verify.frame(lab, ecslab.task.find(lab))"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    yield folder
    process.stop(folder)


@pytest.fixture(scope="module", params=["/", "/user/ann/"], ids=["locally", "under a hub"])
def server(request, home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    cells = [
        {
            "cell_type": "code",
            "id": f"c-{i}",
            "metadata": {},
            "source": s,
            "outputs": [],
            "execution_count": None,
        }
        for i, s in enumerate(CELLS)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (folder / "frame.ipynb").write_text(json.dumps(notebook))
    hub = {"JUPYTERHUB_SERVICE_PREFIX": request.param} if request.param != "/" else {}
    environment = {"ECSLAB_HOME": str(home), "ECSLAB_SPEED": "60", **hub}
    with serve(folder, tmp_path_factory.mktemp("jupyter"), base_url=request.param, **environment) as server:
        yield server


@pytest.fixture(scope="module")
def task(server, home):
    """A task whose page knows the address of the JupyterLab that will show it."""
    base = server.url.partition("127.0.0.1:")[2].partition("/")[2]
    page = HOSTILE.replace("JUPYTER", server.url).replace("BASE", f"/{base}/".replace("//", "/"))
    with ecslab.connect(home=home, speed=60) as lab:
        lab.goto("04")
        ecslab.image.push(lab, ecslab.image.build(ecslab.image.site(page), lab=lab))
        for old in lab.ecs.list_tasks(cluster=lab.names.cluster)["taskArns"]:
            lab.ecs.stop_task(cluster=lab.names.cluster, task=old)
        running = ecslab.task.wait_until_running(lab, ecslab.task.run(lab))
        yield running
        ecslab.task.stop(lab, running)


def outcome(where):
    where.locator("#outcome:not(:text('trying'))").wait_for()
    return dict(line.split(": ") for line in where.locator("#outcome").text_content().splitlines())


def looks(where):
    return where.locator("body").evaluate(
        "b => [getComputedStyle(b).maxWidth !== 'none', document.images[0].naturalWidth > 0]"
    )


def test_frame_and_tab_can_do_nothing_to_jupyter_and_yet_look_right(chromium, server, task):
    page = chromium.new_page()
    notebook = Notebook(page, server, "frame.ipynb")
    allowed = page.evaluate("url => fetch(url).then(a => a.status)", f"{server.url}/api/contents")
    assert allowed == 200, "JupyterLab's own page may: otherwise this test proves nothing"
    notebook.run_all()
    assert notebook.errors() == []
    frame = page.locator("iframe[title^='The page at']").content_frame
    assert set(outcome(frame).values()) == {"refused"}
    assert looks(frame) == [True, True]
    with chromium.expect_page() as tab:
        page.locator("a:has-text('in a tab')").click()
    assert set(outcome(tab.value).values()) == {"refused"}
    assert looks(tab.value) == [True, True]
    SCREENSHOTS.mkdir(exist_ok=True)
    tab.value.screenshot(path=SCREENSHOTS / f"isolation-{'hub' if 'user' in server.url else 'local'}.png")
    assert sorted(path.name for path in server.folder.iterdir() if not path.name.startswith(".")) == [
        "frame.ipynb"
    ]
    tab.value.close()
    page.close()
