"""One of a thing is said in the singular."""

import json
import re
from pathlib import Path

import pytest

from ecslab.display.counted import counted
from tests.notebooks.rig import read, stems

KIT = Path(__file__).parents[2] / "ecslab"
# the sandbox says what AWS says
SOURCES = [path for path in sorted(KIT.rglob("*.py")) if "sandbox" not in path.parts]
ONE = re.compile(
    r"(?<![\w.,:/$-])1 (?:images|tasks|targets|files|layers|subnets|services|revisions|rules|groups|calls|"
    r"lines|hours|minutes|visitors|visits|steps|questions|predictions)\b"
)
AWS_SAYS = re.compile(
    r"(has started|has stopped|replaced|registered|deregistered|connections on) 1 (running )?(tasks|targets)"
)
"""The service's own events are not inflected."""


@pytest.mark.parametrize(
    ("number", "phrase"), [(0, "0 tasks"), (1, "1 task"), (2, "2 tasks"), (1000, "1,000 tasks")]
)
def test_a_number_and_its_noun(number, phrase):
    assert counted(number, "task") == phrase


@pytest.mark.parametrize("stem", stems())
def test_no_output_has_one_of_many(stem):
    outputs = json.dumps([cell.get("outputs", []) for cell in read(stem).cells])
    assert ONE.findall(AWS_SAYS.sub("", outputs)) == []


def test_no_message_leaves_it_open():
    assert [path.name for path in SOURCES if re.search(r"[a-z]\(s\)", path.read_text(encoding="utf-8"))] == []
