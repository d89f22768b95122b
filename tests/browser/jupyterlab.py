"""JupyterLab on a learner's copy, and a page of Chromium on it; both end with the test session."""

import contextlib
import re
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

from ecslab.workshop import jupyter
from tests import programs

CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
                    "--disable-background-networking", "--disable-component-update"]  # fmt: skip
SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
PRIVATE = {
    "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
    "IPYTHONDIR": "ipython", "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "HOME": "home",
}  # fmt: skip

READY = """() => {
  const w = window.jupyterapp?.shell.currentWidget;
  return !!w && !!w.context?.isReady && w.sessionContext.isReady
    && w.sessionContext.session?.kernel?.connectionStatus === 'connected'
    && w.sessionContext.session.kernel.status === 'idle'
    && w.content.widgets.length === w.content.model.cells.length;
}"""  # Run All before this is lost without a word: the indicator says idle before the kernel is connected


@dataclass
class Server:
    """A running JupyterLab."""

    url: str
    token: str
    folder: Path
    process: subprocess.Popen[bytes]


@contextlib.contextmanager
def serve(folder: Path, home: Path, *, base_url: str = "/", **environment: str) -> Iterator[Server]:
    """JupyterLab on `folder`, started as `ecslab lab` starts it, with all its own files under `home`."""
    env = {**jupyter.environment(), **environment}
    for variable, name in PRIVATE.items():
        (home / name).mkdir(parents=True, exist_ok=True)
        env[variable] = str(home / name)
    port, token = jupyter.free_port(18888), secrets.token_hex(16)
    command = jupyter.command(
        folder, port=port, token=token, browser=False,
        more=(f"--ServerApp.base_url={base_url}", "--LabApp.expose_app_in_browser=True"),
    )  # fmt: skip
    with (home / "jupyterlab.log").open("wb") as log:
        process = subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}{base_url}".rstrip("/")
    try:
        _answers(f"{url}/api?token={token}", process, home / "jupyterlab.log")
        yield Server(url, token, folder, process)
    finally:
        process.send_signal(signal.SIGTERM)  # SIGINT would ask a question first
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"JupyterLab ended with {process.returncode}:\n{log.read_text()[-2000:]}")
        with contextlib.suppress(urllib3.exceptions.HTTPError):
            if urllib3.request("GET", url, timeout=1, retries=False).status == 200:
                return
        time.sleep(0.1)  # another process starts: there is nothing to wait on
    raise TimeoutError(log.read_text()[-2000:])


@dataclass
class Seen:
    """What the page complained about."""

    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


class Notebook:
    """One notebook open in JupyterLab, driven as a learner would."""

    def __init__(self, page: Any, server: Server, name: str, theme: str = "JupyterLab Light"):
        self.page, self.name = page, name
        page.goto(f"{server.url}/lab/tree/{name}?token={server.token}&reset")
        page.wait_for_function(READY, timeout=60_000)
        if theme != "JupyterLab Light":
            self.look(theme, page.viewport_size["width"])
        self.panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def cell(self, identifier: str) -> Any:
        """A code cell by its id in the file."""
        index = self.page.evaluate(
            """id => [...jupyterapp.shell.currentWidget.content.widgets].findIndex(w => w.model.id === id)""",
            identifier,
        )
        assert index >= 0, f"{self.name} has no cell {identifier}"
        return self.panel.locator(".jp-Cell").nth(index)

    def run_all(self) -> None:
        """Run > Run All Cells, with the mouse, and wait until the last one has its number."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
        self.wait()

    def run_through(self, identifier: str) -> None:
        """Run from the top to a cell, and no further: Run > Run All Above, then the cell itself."""
        self.cell(identifier).click()
        self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-above')")
        self.cell(identifier).click()
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_function(READY, timeout=240_000)

    def run_from(self, identifier: str) -> None:
        """Run > Run Selected Cell and All Below."""
        self.cell(identifier).click()
        self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-below')")
        self.wait()

    def write(self, identifier: str, source: str) -> None:
        """Put this source into a code cell."""
        self.page.evaluate(
            """([id, source]) => jupyterapp.shell.currentWidget.content.widgets.find(w => w.model.id === id)
                 .model.sharedModel.setSource(source)""",
            [identifier, source],
        )

    def wait(self, seconds: float = 240) -> None:
        """Until every code cell shows a number and the kernel is idle."""
        self.page.wait_for_function(
            """() => jupyterapp.shell.currentWidget.content.widgets
                 .filter(w => w.model.type === 'code' && w.model.sharedModel.getSource().trim())
                 .every(w => w.model.executionState !== 'running' && w.model.executionCount)""",
            timeout=seconds * 1000,
        )
        self.page.wait_for_function(READY, timeout=seconds * 1000)

    def errors(self) -> list[str]:
        """Tracebacks and other text on stderr, by cell."""
        return self.page.evaluate(
            """() => jupyterapp.shell.currentWidget.content.widgets.filter(w => w.model.type === 'code')
                 .flatMap(w => w.model.outputs.toJSON()
                   .filter(o => o.output_type === 'error' || o.name === 'stderr')
                   .map(o => w.model.id + ': ' + (o.evalue || o.text)))"""
        )  # type: ignore[no-any-return]

    def outputs(self, identifier: str) -> list[dict[str, Any]]:
        """A cell's outputs as the file would hold them."""
        return self.page.evaluate(
            """id => jupyterapp.shell.currentWidget.content.widgets.find(w => w.model.id === id)
                 .model.outputs.toJSON()""",
            identifier,
        )  # type: ignore[no-any-return]

    def look(self, theme: str, width: int) -> None:
        """Another theme, and a window of this width."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
        light = str(theme.endswith("Light")).lower()
        self.page.wait_for_selector(f"body[data-jp-theme-light='{light}']", state="attached")

    def save(self) -> None:
        """File > Save, and wait until the server has it."""
        self.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
        self.page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")

    def shut_down(self) -> None:
        """End the kernel, so that its memory is free for the next notebook."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def screens(self, step: int = 1) -> Iterator[int]:
        """Scroll through the notebook, `step` screens at a time; cells out of view are not on the page."""
        box = self.panel.locator(".jp-WindowedPanel-outer").first
        height, visible = box.evaluate("e => [e.scrollHeight, e.clientHeight]")
        for number, top in enumerate(range(0, max(height - 60, 1), max(step * (visible - 60), 1))):
            box.evaluate("(e, top) => e.scrollTo(0, top)", top)
            self.page.wait_for_timeout(150)  # lazy cells draw when they come into view
            yield number

    def picture(self, name: str) -> None:
        """The whole notebook, a screen at a time, kept for people to look at."""
        for number in self.screens():
            self.shot(f"{name}-{number:02}")

    def shot(self, name: str) -> None:
        """What is on the page now, kept for people to look at."""
        path = SCREENSHOTS / f"{name}.png"
        path.parent.mkdir(exist_ok=True, parents=True)
        self.page.screenshot(path=path)


@contextlib.contextmanager
def browser(folder: Path, **options: Any) -> Iterator[Any]:
    """A Chromium without a window, with a profile of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        context = play.chromium.launch_persistent_context(
            str(folder), executable_path=programs.path("chromium"), headless=True, args=CHROMIUM_OPTIONS,
            viewport={"width": 1360, "height": 900}, **options,
        )  # fmt: skip
        context.set_default_timeout(30_000)
        yield context
        context.close()


def watch(page: Any, server: Server) -> Seen:
    """Collect console errors, failed requests, and requests that leave this machine."""
    events = Seen()
    page.on("console", lambda m: events.errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: events.errors.append(str(e)))
    page.on("request", lambda r: events.foreign.append(r.url) if _foreign(r.url) else None)
    return events


def _foreign(url: str) -> bool:
    return not re.match(r"(data|blob|about):|https?://127\.0\.0\.1[:/]", url)
