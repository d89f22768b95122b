"""No text of the course says how long a task or a service takes as if it were always as long.

How long it took is in the outputs. A text gives a range, says "about", or names a setting of AWS's.
"""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|forty|fifty|sixty|half an?"
DURATION = re.compile(rf"\b(?:\d[\d.,]*|{_WORDS})[ -](?:s|seconds?|min|minutes?)\b", re.IGNORECASE)
VAGUE = re.compile(
    r"(?:about|some|around|nearly|up to|at least|at most|within|less than|more than|to|and|–|-) \**$|~$",
    re.IGNORECASE,
)
SETTINGS = {
    # what a sentence says: the setting of AWS's, or of a program of the course, that it names
    "run for 40 seconds": "the age at which a task without a health check counts as healthy",
    "40 seconds after": "the same",
    "every 30 seconds": "HealthCheckIntervalSeconds",
    "**300 seconds**": "deregistration_delay.timeout_seconds",
    "300 seconds unless": "the same",
    "five minutes more for each deployment": "the same",
    "30 seconds (`stopTimeout`)": "stopTimeout",
    "every six minutes": "a linear deployment's step",
    "looks every 15 seconds": "a waiter's delay",
    "takes twenty seconds": "the database of notebook 09 sleeps as long",
    "ask Redis every 5 seconds": "a health check's interval",
    "page is there for twenty seconds": "the sidecar's program runs as long",
    "twenty seconds.": "the same",
    "once a minute": "what an exercise asks for",
    "one minute": "Fargate's least bill",
    "a minute at least": "the same",
    "15 minutes at most": "Lambda's timeout",
    "Containers, in five minutes": "how long it takes to read",
    "the five minutes that follow": "for how long a question asks",
    "two minutes later": "when a question is asked",
    "Two minutes, and nothing": "how long the cell watches",
    "half a minute away": "a least value, in a question's reason",
}


def _notebooks():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                yield path.name, "".join(cell["source"])


def _texts():
    yield from _notebooks()
    for folder in ("course", "fault_lab", "resources", "figures", "operations", "widgets"):
        for path in sorted((ROOT / "ecslab" / folder).rglob("*.toml")):
            lines = path.read_text("utf-8").splitlines()
            yield path.name, "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    for path in sorted((ROOT / "notebooks").glob("*.md")):
        yield path.name, path.read_text("utf-8")


def stated(text):
    """The durations that a text states as bare numbers, each with the words around it."""
    plain = " ".join(text.split())
    for found in DURATION.finditer(plain):
        around = plain[max(0, found.start() - 45) : found.end() + 45]
        if not VAGUE.search(plain[: found.start()]) and not any(setting in around for setting in SETTINGS):
            yield around


@pytest.mark.parametrize(("name", "text"), list(_texts()))
def test_a_text_states_no_duration_as_a_bare_number(name, text):
    assert list(stated(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Here that is 26 seconds: 14 to RUNNING.", "it takes five minutes of its time", "up after 14 s",
    ],
)
def test_a_bare_number_is_found(text):
    assert list(stated(text))


@pytest.mark.parametrize(
    "text", ["It takes about five minutes.", "PENDING after 10 to 24 s", "It sees some 5 minutes."]
)
def test_a_range_is_none(text):
    assert not list(stated(text))
