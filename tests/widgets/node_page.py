"""Runs a widget's ES module in Node, on a fake document."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ecslab.widgets.view import View
from tests import programs

NODE = programs.path("node")
needs_node = pytest.mark.needs_program("node")
PAGE = Path(__file__).with_name("fake_page.mjs")


def run_view(widget: View, script: str) -> None:
    """Draws `widget` as it stands, then runs `script`, which finds `el`, `model`, `close` and `assert`."""
    state: dict[str, Any] = widget.get_state()
    sent = {name: value for name, value in state.items() if not name.startswith("_")}
    sent.pop("layout", None)
    program = (
        f"import {{ assert, mount }} from {json.dumps(PAGE.as_uri())};\n"
        f"const {{ el, model, close }} = await mount({json.dumps(state['_esm'])}, {json.dumps(sent)});\n"
        f"{script}\nclose();\n"
    )
    assert NODE
    run = subprocess.run(
        [NODE, "--input-type=module", "-"], input=program, text=True, capture_output=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
