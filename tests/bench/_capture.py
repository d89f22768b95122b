"""Run the five stages on the sandbox of ECSLAB_HOME; keep every call, bytes included: `_capture.py FILE`."""

import copy
import pickle
import sys
from pathlib import Path
from typing import Any

import ecslab
from ecslab.cli.run import STAGES
from ecslab.course import STEPS

calls: list[tuple[str, str, dict[str, Any]]] = []


def keep(params: dict[str, Any], model: Any, **_: Any) -> None:
    calls.append((model.service_model.service_name, model.name, copy.deepcopy(params)))


with ecslab.connect("sandbox", clock="stepped") as lab:
    lab.place.session.events.register_first("before-parameter-build", keep)
    for step in STEPS:
        if step.stage in STAGES and not step.exercise:
            step.solve(lab)
Path(sys.argv[1]).write_bytes(pickle.dumps(calls))
