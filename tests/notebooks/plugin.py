"""nbval's own run, made strict: a sandbox in stepped time, reset before each notebook, no cell unchecked.

nbval passes a cell that has no execution count whatever it prints, and any cell may ask not to be checked. So
the run stops if a code cell was not run, or if the cells that ask are not those listed here.
"""

from typing import Any

import pytest

pytest_plugins = ["nbval.plugin"]
UNCHECKED = frozenset[str]()  # ids of cells whose output may differ, each with its reason beside it
IGNORE = {"nbval-ignore-output", "nbval-skip"}
IGNORE_COMMENTS = ("NBVAL_IGNORE_OUTPUT", "NBVAL_SKIP", "NBVAL_RAISES_EXCEPTION")


def faults(stem: str, cells: list[Any]) -> list[str]:
    """Why a notebook cannot be trusted to be checked, one line for each cell that is at fault."""
    messages = []
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        tags = set(cell["metadata"].get("tags", []))
        asks = bool(tags & IGNORE) or any(comment in cell["source"] for comment in IGNORE_COMMENTS)
        if cell["execution_count"] is None:
            messages.append(f"{stem}: cell {cell['id']} has no execution count: run make reference")
        if asks != (cell["id"] in UNCHECKED):
            messages.append(
                f"{stem}: cell {cell['id']} is unchecked, or is listed so and is not: see UNCHECKED"
            )
        raised = any(output["output_type"] == "error" for output in cell["outputs"])
        if raised != ("raises-exception" in tags):
            messages.append(f"{stem}: cell {cell['id']} raises, or is tagged raises-exception and does not")
    return messages


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    notebooks = {item.parent for item in items if hasattr(item.parent, "nb")}
    messages = [fault for file in notebooks for fault in faults(file.path.stem, file.nb.cells)]  # type: ignore[union-attr]
    if messages:
        raise pytest.UsageError("\n".join(sorted(messages)))


class Runs:
    """Resets the sandbox when the next notebook begins."""

    def __init__(self) -> None:
        self.classroom: Any = None
        self.current: Any = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if not hasattr(item.parent, "nb") or item.parent is self.current:
            return
        if self.classroom is None:
            from tests.notebooks.rig import Classroom

            self.classroom = Classroom()
        self.current = item.parent
        self.classroom.reset()

    def pytest_sessionfinish(self) -> None:
        if self.classroom is not None:
            self.classroom.close()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Runs(), "ecslab-notebook-runs")
