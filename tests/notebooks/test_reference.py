"""The reference notebooks as files: what a strict run rests on, and that no cell can escape it."""

import json
import re
from itertools import pairwise

import pytest

from tests.notebooks.plugin import faults
from tests.notebooks.rig import NOTEBOOKS, read, stems

SECTIONS = {"simulated": "lab.honesty(", "exercise": "yours-1", "cost": "cost", "check": "lab.check("}


def cell(**more):
    plain = {"cell_type": "code", "id": "x", "metadata": {}, "source": "1", "outputs": []}
    return {**plain, "execution_count": 1, **more}


@pytest.mark.parametrize(
    ("cell_node", "fault"),
    [
        (cell(execution_count=None), "n: cell x has no execution count: run make reference"),
        (cell(source="# NBVAL_SKIP\n1"), "n: cell x is unchecked, or is listed so and is not: see UNCHECKED"),
        (
            cell(metadata={"tags": ["nbval-ignore-output"]}),
            "n: cell x is unchecked, or is listed so and is not: see UNCHECKED",
        ),
        (
            cell(outputs=[{"output_type": "error"}]),
            "n: cell x raises, or is tagged raises-exception and does not",
        ),
        (
            cell(metadata={"tags": ["raises-exception"]}),
            "n: cell x raises, or is tagged raises-exception and does not",
        ),
    ],
)
def test_a_cell_that_escapes_the_check_is_named(cell_node, fault):
    assert faults("n", [cell_node]) == [fault]


def test_a_cell_that_was_run_and_compared_is_fine():
    assert faults("n", [cell()]) == []


@pytest.mark.parametrize("stem", stems())
def test_notebook(stem):
    notebook = read(stem)
    assert faults(stem, notebook.cells) == []
    ids = [c.id for c in notebook.cells]
    assert all(i.startswith(stem.split("-")[0] + "-") for i in ids)
    text = "\n".join(c.source for c in notebook.cells)
    for section, words in SECTIONS.items():
        assert words.lower() in text.lower(), f"{stem} has no {section}"
    assert ".ipynb)" in notebook.cells[-1].source, f"{stem} does not say where to go next"


@pytest.mark.parametrize(("stem", "following"), [*pairwise(stems())])
def test_what_comes_next_is_what_the_map_has_next(stem, following):
    text = "\n".join(cell.source for cell in read(stem).cells if cell.cell_type == "markdown")
    assert re.findall(r"\*\*Next:\*\* \[([\w-]+)\]\((.+?)\)", text) == [(following, f"{following}.ipynb")]


@pytest.mark.parametrize("stem", stems())
def test_links_lead_somewhere(stem):
    glossary = (NOTEBOOKS / "glossary.md").read_text()
    anchors = {
        re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-")
        for h in re.findall(r"^#+ (.+)$", glossary, re.M)
    }
    anchors |= set(re.findall(r'<a (?:id|name)="([^"]+)"', glossary))
    for target in re.findall(r"\]\(([^)\s]+)\)", json.dumps([c.source for c in read(stem).cells])):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        assert (NOTEBOOKS / name).is_file(), target
        assert not anchor or anchor in anchors, target


@pytest.mark.parametrize("stem", stems())
def test_no_saved_page_is_a_frame_to_this_machine(stem):
    outputs = json.dumps([c.get("outputs", []) for c in read(stem).cells])
    assert "<iframe" not in outputs, "a code host would show a dead frame: run make reference"
