"""No text of the course says how long a task or a service takes as if it were always as long.

How long it took is in the outputs. A text gives a range, in which what the table draws lies; or it names a
setting of AWS's.
"""

import ast
import json
import math
import re
from pathlib import Path

import pytest
from time_on_aws import span

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
    "over after two minutes": "the warning that Spot gives before it takes a task back",
    "within two minutes of each other": "the same",
    "two minutes' warning": "the same",
    "SIGTERM two minutes before": "the same",
    "fifteen minutes have to pass": "for how long managed scaling's alarm waits before it scales in",
    "How many run, ten minutes later?": "when a prediction is judged",
    "within the next ten minutes?": "the same",
    "for the next ten minutes has no Spot": "for how long a lesson takes Spot away",
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
    "Try it first: five minutes": "how long a learner is to try",
    "Stop after five minutes": "the same",
    "the five minutes that follow": "for how long a question asks",
    "two minutes later": "when a question is asked",
    "Two minutes, and nothing": "how long the cell watches",
    "30 seconds (`stopTimeout`) to finish": "stopTimeout",
    "grace period of 0 s": "healthCheckGracePeriodSeconds",
    "at least one minute": "Fargate's least bill",
    "one second of yours": "the clock's speed",
    "its TTL is 10 s": "the TTL of a fault's record",
    "10 s: nobody remembers for long": "the same",
    "asks every five seconds": "how often the front of notebook 10 is made to ask while one watches",
    "The last ten minutes": "what a client asks for",
    "here taken every two seconds": "how often numbers are taken here",
    "the five seconds for which it remembers": "a cache of the helper's",
    "for ten minutes; `make compat`": "how long a tool of the workshop runs",
    "The first time takes one to three minutes": "an installation",
    "about 4 minutes for a program": "a roll-back that was recorded on AWS",
    "about 12 minutes for an image": "the same",
    "about 25 minutes for another service": "the same",
    "after 60 seconds the load balancer": "idle_timeout.timeout_seconds",
    "for three minutes in a row": "what an alarm is to wait for",
    "three minutes in a row.": "the same",
    "three times 60 s": "the same",
    "300 seconds, unless you set it": "the cooldown of a scaling policy",
    "300 seconds each way": "the same",
    "One minute later the new tasks": "when a question is asked",
    "within three minutes": "how fast visitors of a lesson come",
    "some four minutes after the CPU": "three datapoints of an alarm, each of one minute",
    "take 60 minutes or fewer": "for how long a cell may wait on a real account",
    "idle for 20 minutes": "when a session of ECS Exec ends",
    "five seconds after each minute": "when CloudWatch judges its alarms here",
    "after 10 seconds, where a period": "the same, of alarms with short periods",
    "questions and exercises included": "how long a notebook takes: `make minutes`",
}
RANGES = {
    # what a sentence says: what that is (`time_on_aws.SUMS`)
    "stayed in PENDING for about five minutes": "waits without a way out",
    "a failure; it takes about five minutes": "a service complains that there is no way out",
    "“Connection issue”, after about five minutes": "gives up without a way out",
    "this took about five minutes": "gives up without a way out",
    "gives up after about five minutes": "gives up without a way out",
    "gives up after some five minutes": "gives up without a way out",
    "(“i/o timeout”, after about five minutes)": "gives up without a way out",
    "connection issue, ~5 min": "gives up without a way out",
    "STOPPED after five to six": "STOPPED without a way out",
    "It takes five to six minutes of the task's time": "STOPPED without a way out",
    "leave it alone for five to six minutes": "STOPPED without a way out",
    "pauses, up to 27 minutes": "the longest pause",
    "a health 13 to 19 seconds after": "health shown",
    "it takes two to three minutes": "a load balancer is active",
}
NUMBERS = {word: number for number, word in enumerate(_WORDS.split("|")[:10], 1)}
STATED = re.compile(
    r"(?:(?P<low>(?!up\b)\w+) to |(?P<how>about|some|~|up to|at least) ?)"
    r"(?P<number>\w+)\b(?: (?P<unit>\w+))?",
    re.IGNORECASE,
)


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
    for path in sorted((ROOT / "ecslab" / "sandbox" / "honesty" / "en").glob("*.toml")):
        yield path.name, path.read_text("utf-8")
    for path in [ROOT / "README.md", *sorted((ROOT / "notebooks").glob("*.md"))]:
        yield path.name, path.read_text("utf-8")
    yield "the code", "\n".join(_strings())


def _strings():
    """What the code of the package may say: its strings, without those that are documentation."""
    for path in sorted((ROOT / "ecslab").rglob("*.py")):
        if "sandbox" not in path.parts:
            nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
            remarks = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
            texts = (node for node in nodes if isinstance(node, ast.Constant) and id(node) not in remarks)
            yield from (node.value for node in texts if isinstance(node.value, str))


def _durations(text):
    """The durations that a text states: whether as bare numbers, and the words around."""
    plain = " ".join(text.split())
    for duration in DURATION.finditer(plain):
        around = plain[max(0, duration.start() - 45) : duration.end() + 45]
        if not any(setting in around for setting in SETTINGS):
            yield not VAGUE.search(plain[: duration.start()]), around


def stated(text):
    """The durations that a text states as bare numbers, each with the words around it."""
    return [around for bare, around in _durations(text) if bare]


def limits(words):
    """The least and the greatest seconds that such words leave room for."""
    match = STATED.search(words)
    low, high = (
        float(NUMBERS.get(match[part], match[part] or 0)) * (1 if match["unit"] in ("s", "seconds") else 60)
        for part in ("low", "number")
    )
    if match["low"]:
        return low, high
    return {"up to": (0.0, high), "at least": (high, math.inf)}.get(match["how"], (0.8 * high, 1.2 * high))


@pytest.mark.parametrize(("name", "text"), list(_texts()))
def test_a_text_states_no_duration_as_a_bare_number(name, text):
    assert list(stated(text)) == []


def test_every_range_has_a_row_and_no_row_is_idle():
    around = [words for _, text in _texts() for bare, words in _durations(text) if not bare]
    assert [words for words in around if not any(row in words for row in RANGES)] == []
    assert [row for row in RANGES if not any(row in words for words in around)] == []


@pytest.mark.parametrize(("words", "what"), RANGES.items())
def test_what_the_table_draws_lies_in_the_range_that_is_stated(words, what):
    least, greatest = limits(words)
    drawn = span(what)
    assert least <= drawn[0] and drawn[1] <= greatest, (drawn, words)


@pytest.mark.parametrize(
    "text",
    [
        "Here that is 26 seconds: 14 to RUNNING.",
        "it takes five minutes of its time",
        "up after 14 s",
    ],
)
def test_a_bare_number_is_found(text):
    assert list(stated(text))


@pytest.mark.parametrize(
    "text", ["It takes about five minutes.", "PENDING after 10 to 24 s", "It sees some 5 minutes."]
)
def test_a_range_is_none(text):
    assert not list(stated(text))
