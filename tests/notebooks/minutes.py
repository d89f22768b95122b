"""How long each notebook takes: `make minutes`. Nothing here is guessed but the reading speed.

The notebook is run in stepped time. What its waits come to on the sandbox's clock is what they take on AWS;
a paced sandbox lets that time pass faster. To it come the words, the lines of code, the questions and the
exercises, each at the pace of a newcomer. The result is written into the stage's
declaration (`ecslab/course/stages`), and its line into each notebook's first cell.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat

from ecslab.course import stages
from ecslab.course.stage import Minutes, to_fives
from ecslab.display.blanks import BLANK
from tests.notebooks.rig import NOTEBOOKS, Classroom, read, run, stems

WORDS_A_MINUTE = 180  # people read technical prose at 150 to 250 words a minute
SECONDS = {
    "line of code": 4.0, "question": 40.0, "prediction": 30.0, "blanks": 60.0, "exercise": 300.0,
    "output": 12.0,
}  # fmt: skip
SKIPS = "bill.idle("  # lets hours pass at once, here; on a real account it only reckons them
COUNTED = """
import ecslab
import ecslab.resources.scaling.scaling_run as _run

def _counted(lab, minutes, _pass_time=_run.pass_time, _sum=[0.0]):
    _sum[0] += minutes
    _pass_time(lab, minutes)

_run.pass_time = ecslab.scaling.pass_time = _counted
"""
"""A cell that counts the time that `ecslab.scaling` lets pass: on a real account nobody waits for a day."""
TOLD = "print(_counted.__defaults__[1][0])"
_MINUTES = re.compile(r"minutes=Minutes\(.*\)")
_LINE = re.compile(r"\n\n\*(?:About|Less than) [^*\n]*minutes?[^*\n]*\*(?=\n\n|$)")


def sentence(minutes: Minutes) -> str:
    """What stands under the title of a notebook; to five minutes, which is as exact as it can be."""
    about = f"About {minutes.about} minutes, questions and exercises included"
    if minutes.optional:
        about += f", of which {to_fives(minutes.optional)} are optional"
    more = minutes.reading + minutes.waiting - minutes.here
    if more < 3:
        return f"{about}."
    return f"{about}; on a real account about {to_fives(more)} more, as nothing there shortens the waits."


def optional(cells: Iterable[Any]) -> list[Any]:
    """Those in a notebook's optional parts: from a heading that says so to the next heading of its rank."""
    inside, parts = False, []
    for cell in cells:
        heading = re.search(r"^## (.*)", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
        inside = heading[1].startswith("Optional") if heading else inside
        parts += [cell] if inside else []
    return parts


def reading(notebook: Any) -> float:
    """Seconds that a newcomer spends on the text, the code and the tasks of a notebook."""
    words = lines = 0
    counts = dict.fromkeys(SECONDS, 0)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            words += len(re.findall(r"\w+", _LINE.sub("", cell.source)))
            continue
        answer = "answer" in cell.metadata.get("tags", [])
        lines += 0 if answer else len([line for line in cell.source.splitlines() if line.strip()])
        counts["exercise"] += answer
        counts["question"] += "lab.question(" in cell.source
        counts["blanks"] += BLANK in cell.metadata.get("ecslab", {}).get("learner", "")
        counts["prediction"] += "lab.predict(" in cell.source
        counts["output"] += bool(cell.outputs)
    counts["line of code"] = lines
    return 60 * words / WORDS_A_MINUTE + sum(SECONDS[what] * count for what, count in counts.items())


def waiting(classroom: Classroom, stem: str) -> float:
    """Virtual seconds that pass while the notebook runs; what `goto` fills in and skipped nights left out.

    What the fault lab takes back takes its time with it.
    """
    classroom.reset()
    notebook = read(stem)
    notebook.cells = [cell for cell in notebook.cells if SKIPS not in cell.source]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    arrive = nbformat.v4.new_notebook(cells=code[:1], metadata=notebook.metadata)
    run(arrive)
    before = _now(classroom)
    count, tell = nbformat.v4.new_code_cell(COUNTED), nbformat.v4.new_code_cell(TOLD)
    notebook.cells = [count, *notebook.cells, tell]
    passed = 60 * float(run(notebook).cells[-1].outputs[0].text)
    return max(0.0, _now(classroom) - before - passed)


def _now(classroom: Classroom) -> float:
    return float(classroom.endpoint.control("status")["clock"]["now"])


def measured(classroom: Classroom, stem: str) -> Minutes:
    """The minutes of one notebook, rounded."""
    part = read(stem)
    part.cells = optional(part.cells)
    spent = (reading(read(stem)), waiting(classroom, stem), reading(part))
    return Minutes(*(round(seconds / 60) for seconds in spent))


def show(stem: str, minutes: Minutes) -> None:
    """Write the line under the title of a notebook."""
    path = NOTEBOOKS / f"{stem}.ipynb"
    notebook = read(stem)
    first = notebook.cells[0]
    first.source = f"{_LINE.sub('', first.source)}\n\n*{sentence(minutes)}*"
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def declare(stage: str, minutes: Minutes) -> None:
    """Write the minutes into the declaration of the stage."""
    module = Path(stages.__path__[0]) / f"stage_{stage}"
    path = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
    fields = {"reading": minutes.reading, "waiting": minutes.waiting, "optional": minutes.optional}
    declared = ", ".join(f"{name}={value}" for name, value in fields.items() if value or name != "optional")
    text = _MINUTES.sub(f"minutes=Minutes({declared})", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")


def main(wanted: list[str]) -> None:
    """Measure and write the notebooks whose names begin with one of `wanted`, all if there is none."""
    classroom = Classroom()
    try:
        for stem in stems():
            if not wanted or stem.startswith(tuple(wanted)):
                minutes = measured(classroom, stem)
                show(stem, minutes)
                declare(stem[:2], minutes)
                sys.stdout.write(f"{stem}: {sentence(minutes)}\n")
    finally:
        classroom.close()


if __name__ == "__main__":
    main(sys.argv[1:])
