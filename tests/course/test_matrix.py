"""The page of all wrong states is what the tables say, and no step has fewer than five."""

from collections import Counter

import pytest
from matrix import LEAST, PAGE, ROW, page, rows, without_ids, written

from ecslab.course.catalogue import STEPS


@pytest.mark.parametrize("step", [step.id for step in STEPS])
def test_every_step_is_tested_on_five_wrong_states(step):
    assert Counter(row.step for row in rows())[step] >= LEAST


def test_every_row_belongs_to_a_step_and_says_something_else_by_name():
    wrong_states = list(rows())
    assert {row.step for row in wrong_states} <= {step.id for step in STEPS}
    names = Counter((row.step, row.name) for row in wrong_states)
    assert not [name for name, count in names.items() if count > 1]


def test_the_page_is_up_to_date():
    """But for messages that hold an id, which the states themselves must give: `make matrix` does."""
    fixed = page(lambda row: "…" if callable(row.message) else without_ids(row.message)).splitlines()
    written = PAGE.read_text(encoding="utf-8").splitlines()
    assert len(written) == len(fixed)
    for line, expected in zip(written, fixed, strict=True):
        if expected.endswith("| … |"):
            line = f"| {ROW.match(line)['name']} | … |"
        assert line == expected


def test_ids_are_left_out():
    message = "Task 8074d135 in subnet-52b3f89a29f946537 at 203.0.113.28"
    assert without_ids(message) == "Task … in subnet-… at …"
    assert without_ids("from 198.51.100.7/32, a decade, 10.0.0.0/16, 123456789012") == (
        "from 198.51.100.7/32, a decade, 10.0.0.0/16, 123456789012"
    )


def test_a_page_can_be_written_again_from_what_it_says():
    """As a stage that is run alone leaves the others."""
    texts = written()
    assert {(row.step, row.name) for row in rows()} <= texts.keys()
    assert page(lambda row: texts[row.step, row.name]) == PAGE.read_text("utf-8")
