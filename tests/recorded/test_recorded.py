"""What AWS answered when it was recorded, call by call.

`known_differences.toml` names the cases in which the sandbox differs, and why; such a case has to differ.
"""

import tomllib
from pathlib import Path

import pytest

from ecslab.sandbox import in_process
from tests.recorded.case import load, verdict
from tests.recorded.place import SandboxPlace

CASES = {case.id: case for case in load()}
KNOWN = {
    name: reason
    for rows in tomllib.loads(Path(__file__).with_name("known_differences.toml").read_text()).values()
    for name, reason in rows.items()
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    endpoint = in_process.start(tmp_path_factory.mktemp("home"), seed="recorded", timing="fixed")
    yield SandboxPlace(endpoint)
    endpoint.close()


def marked(name):
    known = [pytest.mark.xfail(reason=KNOWN[name], strict=True)] if name in KNOWN else []
    return pytest.param(CASES[name], id=name, marks=known)


@pytest.mark.parametrize("case", [marked(name) for name in CASES])
def test_the_answer_is_the_recorded_one(case, place):
    result = verdict(case, place)
    assert result.word == "same", result.note


def test_every_known_difference_is_a_case():
    assert KNOWN.keys() <= CASES.keys()
