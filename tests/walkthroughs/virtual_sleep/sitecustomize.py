"""Python runs this first where this folder is on its path: to sleep is to let the sandbox's time pass.

So `aws ecs wait` polls on its own schedule, as written, and a test does not wait for it.
"""

import os
import time
from pathlib import Path


def _sleep(seconds: float) -> None:
    from ecslab.sandbox import process

    endpoint = process.find(Path(os.environ["ECSLAB_HOME"]))
    assert isinstance(endpoint, process.Endpoint)
    endpoint.control("advance", seconds=seconds)


time.sleep = _sleep
