"""Notebooks run by a kernel against one sandbox in stepped time, reset before each notebook."""

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient

from ecslab.sandbox import process

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SEED = 7  # any number: the outputs in the reference notebooks were made with this one
CELL_TIMEOUT = 60  # seconds
DAY = 86_400  # seconds: each notebook begins at midnight, UTC, so that what goes by the clock is the same


def stems() -> list[str]:
    """The notebooks in the order of the course."""
    return sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


class Classroom:
    """A home of its own, a sandbox in stepped time, and the environment that leads a kernel to both."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="ecslab-notebooks-"))
        self.environment = {
            "ECSLAB_HOME": str(self.home),
            "ECSLAB_WHERE": "sandbox",
            "ECSLAB_CLOCK": "stepped",
            "PYTHONWARNINGS": "ignore::DeprecationWarning",
        }
        os.environ.update(self.environment)
        self.endpoint = process.ensure(self.home, mode="stepped", seed=SEED)

    def reset(self) -> None:
        """As on the first day: an empty sandbox, and nothing remembered by the helper."""
        now = time.time()
        self.endpoint.control("reset", seed=SEED, began=now - now % DAY)
        shutil.rmtree(self.home / "lab", ignore_errors=True)

    def close(self) -> None:
        """Stop the sandbox and remove its home."""
        process.stop(self.home)
        shutil.rmtree(self.home, ignore_errors=True)


def run(notebook: Any, folder: Path = NOTEBOOKS) -> Any:
    """Run all cells in a new kernel; an error no cell asks for is raised as CellExecutionError.

    The kernel is spoken to through files: ports are picked before they are taken, and two processes that do
    so at the same time may pick the same one.
    """
    with tempfile.TemporaryDirectory(prefix="ecslab-kernel-") as sockets:
        kernel = AsyncKernelManager(transport="ipc", ip=f"{sockets}/kernel", kernel_name="python3")
        settings = {"timeout": CELL_TIMEOUT, "resources": {"metadata": {"path": str(folder)}}}
        try:
            return NotebookClient(notebook, km=kernel, **settings).execute()
        finally:
            run_sync(kernel.shutdown_kernel)(now=True)


def read(stem: str, folder: Path = NOTEBOOKS) -> Any:
    """A notebook of the course by its name without the ending."""
    return nbformat.read(folder / f"{stem}.ipynb", as_version=4)
