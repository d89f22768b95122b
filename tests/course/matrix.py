"""The matrix of wrong states and messages: `make matrix` writes MATRIX.md beside this file.

Each `test_stage_NN.py` has a table WRONG: the name of a wrong state, its step, what makes it, and the exact
message. The tests run every row; this page lists them, so that somebody can read them all. Numbers of stages
(`make matrix ONLY=10`) have only theirs run, and leave what the page says of the others.
"""

import importlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PAGE = HERE / "MATRIX.md"
LEAST = 5  # wrong states of each step
ROW = re.compile(r"^\| (?P<name>.*?) \| (?P<text>.*) \|$")
_IDS = (
    (re.compile(r"\b([a-z]+-)[0-9a-f]{8,17}\b"), r"\1…"),  # subnet-0a1b…, sg-…
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{8}(?:[0-9a-f]{24})?\b"), "…"),  # of tasks, short and whole
    (re.compile(r"\b(?:203\.0\.113|198\.1[89]\.\d+|172\.31\.\d+|10\.\d+\.\d+)\.\d+\b(?!/)"), "…"),
    (re.compile(r"(-)\d{8,10}(\.us-east-1\.elb)"), r"\1…\2"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "…"),  # of alarms
)


@dataclass(frozen=True)
class Row:
    """One wrong state. `message` is the text, or a function of the lab in which the state was made."""

    step: str
    name: str
    make: Callable[[Any], Any]
    message: str | Callable[[Any], str]


def rows() -> Iterator[Row]:
    """Every row of every stage, in the order of the course."""
    if str(HERE) not in sys.path:
        sys.path.insert(0, str(HERE))
    for path in sorted(HERE.glob("test_stage_*.py")):
        for name, (step, make, message) in getattr(importlib.import_module(path.stem), "WRONG", {}).items():
            yield Row(step, name, make, message)


def page(text_of: Callable[[Row], str]) -> str:
    """The page; `text_of` gives the message of a row."""
    from ecslab.course.catalogue import STAGES, STEPS

    wrong_states = list(rows())
    lines = [
        "# What the checks say of what went wrong",
        "",
        f"{len(wrong_states)} wrong states of {len(STEPS)} steps, each made by a test and answered by the "
        "step's check with *Look again* and exactly this message. `…` stands for an id. `make matrix` "
        "writes this page from the tables in `test_stage_*.py`.",
    ]
    for stage in STAGES.values():
        lines += ["", f"## {stage.id} · {stage.title}"]
        for step in stage.steps:
            lines += ["", f"### {step.id}: {step.title}", "", "| state | *Look again.* |", "|---|---|"]
            ours = (row for row in wrong_states if row.step == step.id)
            lines += [f"| {_cell(row.name)} | {_cell(text_of(row))} |" for row in ours]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")


def without_ids(text: str) -> str:
    """The text with `…` for what AWS draws anew for each resource."""
    for pattern, instead in _IDS:
        text = pattern.sub(instead, text)
    return text


class Listener:
    """Runs the rows whose message holds ids, and notes what the check answered to each."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], str] = {}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [item for item in items if callable((_row_of(item) or ("", "", ""))[2])]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: Any) -> Iterator[None]:
        step, name, said = _row_of(item)[0], item.callspec.params["name"], item.module.said

        def listen(lab: Any, wanted: str) -> tuple[str, str]:
            answer = said(lab, wanted)
            if wanted == step:
                self.answers[step, name] = answer[1]
            return answer

        item.module.said = listen
        try:
            return (yield)
        finally:
            item.module.said = said


def _row_of(item: Any) -> tuple[str, Any, Any] | None:
    """The row of WRONG that a test runs."""
    name = getattr(item, "callspec", None) and item.callspec.params.get("name")
    return getattr(item.module, "WRONG", {}).get(name)


def measured(stages: Sequence[str] = ()) -> str:
    """The page with every message that holds ids taken from the check itself, in that state.

    Args:
        stages: whose states are made ("10"); all, if none is given.
    """
    listener = Listener()
    files = [HERE / f"test_stage_{stage}.py" for stage in stages] or sorted(HERE.glob("test_stage_*.py"))
    failed = pytest.main(["-q", *map(str, files)], plugins=[listener])
    if failed not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):  # or no message holds an id
        raise SystemExit("a row is not answered as its table says: the page stays as it was")
    texts = (written() if stages else {}) | listener.answers
    return page(lambda row: without_ids(_text(row, texts)))


def _text(row: Row, texts: dict[tuple[str, str], str]) -> str:
    return texts[row.step, row.name] if callable(row.message) else row.message


def written() -> dict[tuple[str, str], str]:
    """What the page says now, by step and name of a state."""
    texts, step = {}, ""
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("### "):
            step = line.removeprefix("### ").partition(":")[0]
        elif row := ROW.match(line):
            name, text = (part.replace("<br>", "\n").replace("\\|", "|") for part in row.groups())
            texts[step, name] = text
    return texts


if __name__ == "__main__":
    PAGE.write_text(measured(sys.argv[1:]), encoding="utf-8")
