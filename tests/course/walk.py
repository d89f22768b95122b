"""The reference notebooks walked in one process: their cells on one account, in any order."""

import ast
import contextlib
import io
import re
import time
from collections.abc import Iterable
from typing import Any

from IPython.core.formatters import DisplayFormatter
from nbformat.v4 import new_code_cell

import ecslab
from ecslab.course import STAGES
from tests.notebooks.rig import DAY, read, stems

EXERCISES = ("## Your turn", "## Optional", "## Delete what the exercises made")
FORMAT = DisplayFormatter()
FORMAT.active_types = ["text/plain"]


def walk(lab: ecslab.Lab, cells: Iterable[Any]) -> dict[str, str]:
    """Run these cells on an account that is as on the first day, and give what each prints and comes to.

    To a question of the account come its right answers, as they are when the learner gets there.
    Each notebook has names of its own, as in a kernel of its own.
    """
    now = time.time()
    lab.control("reset", began=now - now % DAY)  # what is drawn depends on the hour in which it begins
    output_by_cell: dict[str, str] = {}
    names: dict[str, dict[str, Any]] = {}
    for cell in cells:
        if cell.cell_type == "code":
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                value = _value(cell, names.setdefault(cell.id[:2], {}))
                printed.write("" if value is None else FORMAT.format(value)[0].get("text/plain", ""))
            output_by_cell[cell.id] = printed.getvalue() + _answers(cell, lab)
    return output_by_cell


def _value(cell: Any, names: dict[str, Any]) -> Any:
    """What the last line of a cell comes to, if it is an expression."""
    tree = ast.parse(cell.source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, cell.id, "exec"), names)  # noqa: S102
    return eval(compile(ast.Expression(last.value), cell.id, "eval"), names) if last else None  # noqa: S307


def _answers(cell: Any, lab: ecslab.Lab) -> str:
    question = re.match(r'lab\.question\("(\d\d)\.(.+)"\)', cell.source)
    answers = STAGES[question[1]].answers if question else {}
    if not question or question[2] not in answers:
        return ""
    return "".join(f"\nanswer: {each}" for each in answers[question[2]](lab)) or "\nno answer"


def parts(stem: str) -> tuple[list[Any], list[Any]]:
    """The main line of a notebook, and its exercises: each section that says so in its heading."""
    main: list[Any] = []
    exercises: list[Any] = []
    into = main
    for cell in read(stem).cells:
        if re.match(r"##? ", cell.source) and cell.cell_type == "markdown":
            into = exercises if cell.source.startswith(EXERCISES) else main
        into.append(cell)
    return main, exercises


def as_written() -> list[Any]:
    """All cells, each notebook from top to bottom."""
    return [cell for stem in stems() for cell in read(stem).cells]


def exercises_last() -> list[Any]:
    """The main line of the whole course first, then the exercises; the clean-up is the end of both."""
    *before, end = map(parts, stems())
    mains, exercises = [main for main, _ in before], [later for _, later in before]
    cells = [cell for part in (*mains, *exercises, *end) for cell in part]
    last = max(place for place, cell in enumerate(cells) if cell.id.startswith("09-"))
    cells[last + 1 : last + 1] = [new_code_cell("ecslab.guestbook.stop(lab)", id="09-stopped-again")]
    return cells
