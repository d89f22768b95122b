"""A learner's way from 00 to their own page in the browser, with the mouse, in JupyterLab."""

import ast
import json
from pathlib import Path

import pytest

import ecslab
from ecslab.sandbox import process
from ecslab.workshop import learner_copy
from tests.browser.accessibility import grave
from tests.browser.jupyterlab import SCREENSHOTS, Notebook, serve, watch
from tests.notebooks.rig import read

SPEED = "60"  # virtual seconds in a second: a task is up within one


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    yield folder / "ecslab"
    process.stop(folder / "ecslab")


@pytest.fixture(scope="module")
def server(home, tmp_path_factory):
    folder = learner_copy.copy_to(tmp_path_factory.mktemp("learner") / "my-ecslab").folder
    with serve(
        folder, tmp_path_factory.mktemp("jupyter"), ECSLAB_HOME=str(home), ECSLAB_SPEED=SPEED
    ) as server:
        yield server


@pytest.fixture(scope="module")
def page(chromium, server):
    page = chromium.new_page()
    events = watch(page, server)
    yield page
    assert events.errors == []
    assert events.foreign == []
    page.close()


def opened(page, server, stem):
    notebook = Notebook(page, server, f"{stem}.ipynb")
    assert notebook.errors() == []
    return notebook


@pytest.mark.parametrize("stem", ["00-start", "01-ecr", "02-cluster", "03-task-definition"])
def test_a_notebook_runs_from_top_to_bottom(page, server, stem):
    notebook = opened(page, server, stem)
    notebook.run_all()
    assert notebook.errors() == []
    notebook.picture(stem)
    assert grave(page) == []


def test_a_task_runs_in_the_vpc_and_subnet_that_the_mouse_chose(page, server, home):
    notebook = opened(page, server, "04-run-task")
    notebook.run_through("04-choose")
    picker = notebook.cell("04-choose").locator(".ecslab-network")
    workshop = picker.locator("option", has_text="workshop").first
    workshop.wait_for(state="attached")
    picker.locator("select").first.select_option(workshop.get_attribute("value"))
    public = picker.locator("tbody tr[data-kind='public']", has_text="10.0.").first
    public.locator("input[type=radio]").click()
    picker.locator("[data-chosen='true'][data-kind='public']").wait_for()
    page.wait_for_function("e => e.dataset.status === 'ready'", arg=picker.element_handle())
    page.screenshot(path=SCREENSHOTS / "04-picked.png")
    [blanks] = [cell.source for cell in read("04-run-task").cells if cell.id == "04-run"]
    notebook.write("04-run", blanks)  # as the reference fills them in
    notebook.run_from("04-show")
    assert notebook.errors() == []
    notebook.picture("04-run-task")
    with ecslab.connect(home=home) as lab:
        task = ecslab.task.find(lab)
        subnet = {d["name"]: d["value"] for d in task["attachments"][0]["details"]}["subnetId"]
        vpc = next(vpc for vpc in ecslab.network.vpcs(lab) if vpc.name == "workshop")
        assert subnet in [s.id for s in ecslab.network.subnets(lab, vpc.id) if s.public]


@pytest.fixture
def pushed(home):
    """The page of 01, with style and picture, is what the task serves; if 01 and 04 have run, it does."""
    with ecslab.connect(home=home, speed=float(SPEED)) as lab:
        if not ecslab.task.find(lab):
            [source] = [cell.source for cell in read("01-ecr").cells if cell.id == "01-page"]
            lab.goto("02")
            site = ecslab.image.site(ast.literal_eval(source.removeprefix("page = ")))
            ecslab.image.push(lab, ecslab.image.build(site, lab=lab))


def test_the_page_shows_with_style_and_image_in_the_frame_and_in_a_tab(page, server, chromium, pushed):
    notebook = opened(page, server, "05-verify")
    notebook.run_all()
    assert notebook.errors() == []
    _answer_the_six_questions(page, notebook)
    cell = notebook.cell("05-open-look")  # the last of its frames: nothing shuts the door any more
    cell.scroll_into_view_if_needed()
    frame = cell.locator("iframe").content_frame
    frame.locator("h1").wait_for()
    assert _drawn(frame.locator("body")) == {"styled": True, "images": [True]}
    notebook.picture("05-verify")
    with chromium.expect_page() as tab:
        cell.locator("a", has_text="in a tab").click()
    tab.value.wait_for_load_state()
    assert tab.value.title() == "ADGU"
    assert _drawn(tab.value.locator("body")) == {"styled": True, "images": [True]}
    tab.value.screenshot(path=SCREENSHOTS / "05-tab.png")
    tab.value.close()


def _answer_the_six_questions(page, notebook):
    """With the keyboard alone."""
    question = notebook.cell("05-guess").locator(".ecslab-why-not")
    question.locator("input[type=radio]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    question.get_by_text("1 of 2 right.").wait_for()
    assert question.get_by_text("look again: the account says yes").count() == 1


def test_the_picker_works_by_keyboard(page, server):
    notebook = opened(page, server, "04-run-task")
    notebook.run_through("04-choose")
    picker = notebook.cell("04-choose").locator(".ecslab-network")
    picker.locator("option").nth(1).wait_for(state="attached")
    active = page.evaluate("() => jupyterapp.shell.currentWidget.content.activeCellIndex")
    vpc = picker.locator("select").first
    before = vpc.input_value()
    vpc.focus()
    page.keyboard.press("ArrowDown")
    picker.locator("tbody tr", has_text="10.0.").first.wait_for()
    assert vpc.input_value() != before
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    chosen = picker.locator("tbody tr[data-chosen='true'] input")
    assert chosen.evaluate("e => e === document.activeElement && e.checked")
    assert page.evaluate("() => jupyterapp.shell.currentWidget.content.activeCellIndex") == active


def test_all_kernels_of_the_journey_fit_in_memory(server, home):
    pids = [server.process.pid, process.find(home).pid]
    together = sum(resident(pid) for root in pids for pid in family(root))
    assert together < 1536, f"{together:.0f} MiB"
    SCREENSHOTS.joinpath("memory.txt").write_text(f"{together:.0f} MiB resident, all kernels open\n")


def family(pid):
    """A process and all that come from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in family(int(child)))]


def resident(pid):
    """Resident memory of a process, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _drawn(body):
    """Whether the page's own stylesheet was applied, and each of its images loaded."""
    return body.evaluate(
        """async body => {
             const images = [...document.images];
             const seen = i => i.complete || new Promise(r => { i.onload = i.onerror = r; });
             await Promise.all(images.map(seen));
             return { styled: getComputedStyle(body).maxWidth !== 'none',
                      images: images.map(i => i.naturalWidth > 0) }; }"""
    )


def test_all_is_removed_in_the_end(page, server):
    notebook = opened(page, server, "99-clean-up")
    notebook.run_all()
    assert notebook.errors() == []
    notebook.picture("99-clean-up")
    output = json.dumps(notebook.outputs("99-run"))
    assert "0 of" in output and "left" in output


def test_a_question_and_a_fault_are_answered_by_keyboard_alone(page, server):
    notebook = opened(page, server, "14-fault-lab")
    notebook.run_through("14-causes")
    question = notebook.cell("14-where-question").locator(".ecslab-quiz")
    question.locator("input[type=radio]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    question.get_by_text("Not this one").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    question.get_by_text("C. Right").wait_for()
    panel = notebook.cell("14-causes").locator(".ecslab-fault")
    panel.locator("form").first.locator("input[type=radio]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    panel.get_by_text("That is the cause.").wait_for()
    panel.scroll_into_view_if_needed()
    page.screenshot(path=SCREENSHOTS / "14-keyboard.png")
    assert notebook.errors() == []
