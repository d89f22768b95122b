"""How JupyterLab is started: port, browser, root, settings."""

import json
import os
import signal
import socket
import subprocess
import sys
import webbrowser
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from ecslab.errors import EcslabError
from ecslab.workshop import jupyter
from tests.notebooks.rig import run

WAITS = "import signal, os; print(os.getpid(), flush=True); signal.pause()"


def test_a_taken_port_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert jupyter.free_port(port) > port
        with pytest.raises(EcslabError, match=f"The ports {port} to {port} are all taken"):
            jupyter.free_port(port, count=1)


def test_root_is_allowed_where_it_is_root(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "--allow-root" in jupyter.command(tmp_path, port=1, token="t", browser=False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "--allow-root" not in jupyter.command(tmp_path, port=1, token="t", browser=False)


def test_the_learners_own_options_come_last_and_win(tmp_path):
    command = jupyter.command(tmp_path, port=1, token="t", browser=True, more=("--ServerApp.ip=0.0.0.0",))
    assert command[-1] == "--ServerApp.ip=0.0.0.0"
    assert "--no-browser" not in command


def started(handling, server):
    """The runner, with a stand-in for JupyterLab; its parent leaves it signals as in `handling`."""
    command = f"[sys.executable, '-c', {server!r}]"
    runner = f"import sys; from ecslab.workshop import jupyter; sys.exit(jupyter.run({command}))"
    parent = (
        f"import os, signal, sys; [signal.signal(*each) for each in {handling}]; "
        f"os.execv(sys.executable, [sys.executable, '-c', {runner!r}])"
    )
    return subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_asked_to_end_it_ends_the_server_too(name):
    """Whatever this process's own parent ignores: nohup, and a shell that starts it in the background."""
    number = int(getattr(signal, name))
    process = started([(number, int(signal.SIG_DFL))], WAITS)
    pid = int(process.stdout.readline())
    process.send_signal(number)
    assert process.wait(20) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_nohup_keeps_it_when_the_terminal_is_closed():
    process = started([(int(signal.SIGHUP), int(signal.SIG_IGN))], WAITS)
    pid = int(process.stdout.readline())
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    os.kill(pid, 0)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_the_servers_own_end_is_handed_on():
    assert jupyter.run([sys.executable, "-c", "raise SystemExit(3)"]) == 3


def test_no_desktop_means_no_browser(monkeypatch):
    monkeypatch.setattr(jupyter.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not jupyter.can_open_browser()


def test_a_desktop_without_a_browser_means_no_browser(monkeypatch):
    def none_found():
        raise webbrowser.Error("none")

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "get", none_found)
    assert not jupyter.can_open_browser()


def test_the_settings_are_where_jupyter_looks(monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/mine")
    first, second = jupyter.environment()["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert second == "/mine"
    overrides = json.loads((Path(first) / "labconfig/default_setting_overrides.json").read_text())
    viewers = overrides["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"]
    assert viewers == {"markdown": "Markdown Preview"}
    assert overrides["@jupyterlab/notebook-extension:tracker"] == {"codeCellConfig": {"lineWrap": True}}


def test_large_type_is_a_settings_folder_of_its_own(tmp_path):
    folder = jupyter.large_type(tmp_path)
    (file,) = folder.rglob("*.jupyterlab-settings")
    assert json.loads(file.read_text())["overrides"]["content-font-size1"] == "21px"
    assert jupyter.environment(folder)["JUPYTERLAB_SETTINGS_DIR"] == str(folder)
    assert jupyter.environment().get("JUPYTERLAB_SETTINGS_DIR") == os.environ.get("JUPYTERLAB_SETTINGS_DIR")
    file.write_text("{}")
    assert jupyter.large_type(tmp_path) == folder and file.read_text() == "{}"


def test_an_idle_kernel_ends_though_its_tab_is_open_and_the_learner_decides_when(tmp_path):
    command = jupyter.command(tmp_path, port=1, token="t", browser=False)
    assert "--MappingKernelManager.cull_idle_timeout=14400" in command
    assert "--MappingKernelManager.cull_interval=300" in command
    assert "--MappingKernelManager.cull_connected=True" in command
    never = "--MappingKernelManager.cull_idle_timeout=0"
    command = jupyter.command(tmp_path, port=1, token="t", browser=False, more=(never,))
    assert [option for option in command if "cull_idle_timeout" in option] == [never]


def test_jupyter_knows_these_options():
    """By the names that it has today: an option that it does not know is a warning that nobody sees."""
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

    assert {"cull_idle_timeout", "cull_interval", "cull_connected"} <= set(
        AsyncMappingKernelManager.class_traits()
    )


def test_a_proxy_is_kept_away_from_this_machine(monkeypatch):
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert "NO_PROXY" not in jupyter.environment()
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", "intranet, 127.0.0.1")
    env = jupyter.environment()
    assert env["NO_PROXY"] == env["no_proxy"] == "intranet,127.0.0.1,localhost"


def test_on_windows_ctrl_c_reaches_the_server_which_is_then_left_to_end(monkeypatch):
    class Server:
        terminated = False

        def __init__(self):
            self.waits = []

        def wait(self, seconds):
            self.waits.append(seconds)
            if len(self.waits) == 1:
                raise subprocess.TimeoutExpired("jupyter", seconds)
            if len(self.waits) == 2:
                raise KeyboardInterrupt
            return 0

        def terminate(self):
            self.terminated = True

    server, options = Server(), []
    monkeypatch.setattr(jupyter, "os", SimpleNamespace(name="nt", environ={}))
    monkeypatch.setattr(jupyter.signal, "signal", lambda *_: None)
    monkeypatch.setattr(jupyter.subprocess, "Popen", lambda *_, **more: options.append(more) or server)
    assert jupyter.run(["jupyter"], {}) == 0
    assert (server.waits, server.terminated) == ([1.0, 1.0, 10], False)
    assert options[0]["start_new_session"] is False


def test_a_kernel_of_the_course_knows_what_was_forgotten_before_its_first_cell(monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", jupyter.environment()["JUPYTER_PATH"])
    cell = nbformat.v4.new_code_cell("lab", metadata={"tags": ["raises-exception"]})
    [output] = run(nbformat.v4.new_notebook(cells=[cell])).cells[0].outputs
    assert output["traceback"][1].startswith("  next: `lab` comes from the notebook's first code cell")
