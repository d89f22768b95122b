"""The minutes under each title are those that were measured, and the text has not outgrown them since."""

import re
from types import SimpleNamespace

import pytest

from ecslab.course import STAGES
from ecslab.course.stage import Minutes
from tests.notebooks.minutes import optional, reading, sentence
from tests.notebooks.rig import read, stems

TOLERANCE = 3  # minutes that a text may grow before it has to be measured anew


def test_every_notebook_is_a_stage():
    assert stems() == [stage.notebook.removesuffix(".ipynb") for stage in STAGES.values()]


@pytest.mark.parametrize("stem", stems())
def test_a_notebook_says_how_long_it_takes(stem):
    minutes = STAGES[stem[:2]].minutes
    notebook = read(stem)
    assert notebook.cells[0].source.endswith(f"*{sentence(minutes)}*"), "run make minutes"
    assert notebook.cells[0].source.count(" minutes, questions and exercises") == 1
    assert abs(reading(notebook) / 60 - minutes.reading) <= TOLERANCE, "run make minutes"
    notebook.cells = optional(notebook.cells)
    assert abs(reading(notebook) / 60 - minutes.optional) <= TOLERANCE, "run make minutes"


def parts(stem):
    """The parts of a notebook, if it has any: the minutes that each states, and its cells as a notebook."""
    cells = read(stem).cells
    begins = [place for place, cell in enumerate(cells) if cell.source.startswith("## Part ")]
    for begin, end in zip(begins, [*begins[1:], len(cells)], strict=False):
        part = read(stem)
        part.cells = cells[begin:end]
        yield int(re.search(r"^\*About (\d+) minutes, ", cells[begin].source, re.MULTILINE)[1]), part


@pytest.mark.parametrize("stem", stems())
def test_a_part_of_a_notebook_says_how_long_it_takes(stem):
    for stated, part in parts(stem):
        assert abs(reading(part) / 60 - stated) <= TOLERANCE


def test_notebook_08_has_two_parts_of_half_an_hour_at_most():
    stated = [minutes for minutes, _ in parts("08-deployments")]
    assert [minutes <= 30 for minutes in stated] == [True, True]
    assert sum(stated) == STAGES["08"].minutes.about


@pytest.mark.parametrize(
    ("reading_", "waiting", "text"),
    [
        (12, 0, "About 10 minutes, questions and exercises included."),
        (1, 1, "About 5 minutes, questions and exercises included."),
        (
            29, 21,
            "About 30 minutes, questions and exercises included; on a real account about 20 more, as nothing "
            "there shortens the waits.",
        ),
    ],
)  # fmt: skip
def test_in_words(reading_, waiting, text):
    assert sentence(Minutes(reading_, waiting)) == text


def test_what_is_optional_is_said_in_words():
    text = "About 60 minutes, questions and exercises included, of which 15 are optional."
    assert sentence(Minutes(58, 0, optional=13)) == text


def test_an_optional_part_ends_at_the_next_heading_of_its_rank():
    sources = ["## One", "words", "## Optional: two", "words", "more", "### within", "## Three", "words"]
    cells = [SimpleNamespace(cell_type="markdown", source=source) for source in sources]
    assert optional(cells) == cells[2:6]


def test_the_main_line_of_07_fits_a_lesson():
    minutes = STAGES["07"].minutes
    assert minutes.here - minutes.optional <= 45
