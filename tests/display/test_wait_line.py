"""The line of a wait in a notebook: its button is heard while the cell that waits still runs."""

import json
from pathlib import Path

from jupyter_client.manager import start_new_kernel

from ecslab.display import progress_line
from ecslab.display.wait_line import WaitLine

WAITS = """
import threading
from ecslab.display.wait_line import WaitLine
skipped = threading.Event()
line = WaitLine("waiting for a page", skipped.set)
print("comm", line.comm.comm_id, flush=True)
print("heard", skipped.wait(20), flush=True)
"""


def test_a_press_is_heard_while_a_cell_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    manager, client = start_new_kernel()
    printed = []

    def press(message):
        printed.extend(message["content"].get("text", "").split())
        if printed[:1] == ["comm"] and len(printed) == 2:
            update = {"method": "update", "state": {"pressed": 1}, "buffer_paths": []}
            pressed = client.session.msg("comm_msg", {"comm_id": printed[1], "data": update})
            pressed["header"]["subshell_id"] = subshell
            client.shell_channel.send(pressed)

    try:
        client.control_channel.send(client.session.msg("create_subshell_request", {}))
        subshell = client.get_control_msg(timeout=20)["content"]["subshell_id"]
        client.execute_interactive(WAITS, timeout=60, output_hook=press)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert printed[2:] == ["heard", "True"]


def test_in_a_notebook_a_wait_that_can_be_skipped_has_a_button_and_leaves_nothing(monkeypatch):
    displayed, now = [], [0.0]

    class Handle:
        def update(self, bundle, raw):
            displayed.append(bundle["text/plain"])

    def display(widget, display_id):
        displayed.append(widget)
        return Handle()

    monkeypatch.setattr(progress_line, "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr(progress_line.time, "monotonic", lambda: now[0])
    skipped = []
    with progress_line.Progress("a page", skip=lambda: skipped.append(1)) as progress:
        now[0] = 3.0
        progress.tick("waiting for a page … 0:30 of AWS time")
        [line] = displayed
        assert isinstance(line, WaitLine) and line._repr_mimebundle_()[0]["text/plain"] == line.text
        progress.tick("waiting for a page … 0:32 of AWS time")
        assert line.text.endswith("0:32 of AWS time") and displayed == [line]
        line.pressed += 1
    assert skipped == [1] and displayed[1:] == [""] and line.comm is None


def test_what_it_draws_is_text():
    module = Path(progress_line.__file__).with_name("wait_line.js").read_text("utf-8")
    assert "innerHTML =" not in module and json.dumps("Let it pass") in module
