"""The compat world opens for its own script alone, and its tables are in order. (moto's tests run apart.)"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ecslab.sandbox.honesty import LINES
from tests.compat import exclusions, permit
from tests.compat.__main__ import SUITES

ROOT = Path(__file__).parents[2]
CASES = {json.loads(line)["id"] for line in (ROOT / "tests/recorded/cases.jsonl").read_text().splitlines()}
TOPICS = {line.topic for line in LINES}
KNOWN = {"recorded": CASES, "honesty": TOPICS}
PAGES = ("https://docs.aws.amazon.com/", "https://github.com/")
TRIES = """
import os
from ecslab.sandbox import in_process
from tests.compat import permit, world

def refusal(call, *given):
    try:
        call(*given)
    except permit.Refused as refused:
        print(refused)

refusal(world.enter)
os.environ[permit.PERMIT] = str(os.getppid())
world.enter()
refusal(in_process.start, "nowhere")
"""


@pytest.mark.parametrize(
    "permission", [None, "", "1", str(os.getpid())], ids=["none", "empty", "one", "own id"]
)
def test_nobody_else_gets_in(monkeypatch, permission):
    monkeypatch.delenv(permit.PERMIT, raising=False)
    if permission is not None:
        monkeypatch.setenv(permit.PERMIT, permission)
    with pytest.raises(permit.Refused, match=r"for `python -m tests\.compat` alone"):
        permit.check()


def test_the_world_asks_for_the_permit_and_no_sandbox_starts_in_it():
    done = subprocess.run([sys.executable, "-c", TRIES], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "The compat world is for `python -m tests.compat` alone.",
        "No sandbox is started in the compat world.",
    ]


@pytest.mark.parametrize("suite", SUITES)
def test_every_exclusion_says_what_and_why(suite):
    for test, row in exclusions.read(suite).items():
        assert test.startswith("test_") and row.why in exclusions.KINDS and row.says and row.asserts


@pytest.mark.parametrize("suite", SUITES)
def test_every_exclusion_has_a_source_that_a_reader_can_follow(suite):
    for row in exclusions.read(suite).values():
        for source in row.source:
            kind, _, name = source.partition(": ")
            assert source.startswith(PAGES) or name in KNOWN.get(kind, ()), source
        if row.why == "absent":
            assert any(source.startswith("honesty: ") for source in row.source), row.says
