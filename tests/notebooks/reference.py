"""Write the outputs of the notebooks: `make reference`, or `python -m tests.notebooks.reference 03`.

Widget views are left out of the file: their model ids are drawn anew in each run, and a code host shows the
text or SVG summary beside them.
"""

import sys
from typing import Any

import nbformat

from tests.notebooks.rig import NOTEBOOKS, Classroom, read, run, stems

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def tidy(notebook: Any) -> Any:
    """Drop what differs from run to run and nobody reads: widget models, timings, kernel versions."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
            output.get("metadata", {}).pop(WIDGET_VIEW, None)
    return notebook


def main(wanted: list[str]) -> None:
    """Run and save the notebooks whose names begin with one of `wanted`, all if there is none."""
    classroom = Classroom()
    try:
        for stem in stems():
            if wanted and not stem.startswith(tuple(wanted)):
                continue
            classroom.reset()
            notebook = read(stem)
            for cell in notebook.cells:
                cell.pop("outputs", None) if cell.cell_type != "code" else cell.update(outputs=[])
            (NOTEBOOKS / f"{stem}.ipynb").write_text(nbformat.writes(tidy(run(notebook))) + "\n")
            sys.stdout.write(f"{stem}\n")
    finally:
        classroom.close()


if __name__ == "__main__":
    main(sys.argv[1:])
