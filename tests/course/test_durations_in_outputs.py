"""What the notebooks print of time lies in the ranges that texts state, and is told alike everywhere.

Every duration in an output of a reference notebook has a row here that says what it is: a learner never
sees two numbers for one thing.
"""

import json
import re
from pathlib import Path

import pytest
from time_on_aws import span

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PRINTED = re.compile(r"(?<![\w/.:-])(\d[\d.]*) (?:s|seconds|min|minutes)\b")
AGE = re.compile(r"^ *(?:(?:(\d+):)?(\d+):(\d\d)|(\d+) s) +\(service (.*)$")

IN_RANGE = [
    # cell, what it prints, what that is (`time_on_aws.SUMS`)
    ("04-yours-2", r"STOPPED after (\d+) s", "STOPPED without a way out"),
    ("04-yours-2", r"It was: (\d+) seconds", "STOPPED without a way out"),
    ("06-by-hand-back", r"(\d+) s after your call", "RUNNING"),
    ("08-roll", r"COMPLETED after (\d+) s", "rolled out"),
    ("08-saved", r"^(\d+) s +IN_PROGRESS .* circuit breaker", "given up"),
    ("09-watch", r"^(\d+) s +database +RUNNING$", "the database is up"),
    ("09-watch", r"^(\d+) s +web +RUNNING", "the page is up"),
    ("09-watch", r"^(\d+) s +writer +STOPPED", "the page is up"),
    ("09-watch", r"^(\d+) s +database +RUNNING, HEALTHY", "the database is seen to be healthy"),
]
APART = [
    # cell, an event, the next one, what passes between them
    ("06-steady", "has started 2 tasks", "has reached a steady state", "healthy without a check"),
    ("07-events", "has started 2 tasks", " registered 1 targets", "registered"),
    ("07-events", " registered 1 targets", "has stopped 2 running tasks", "a target replaced"),
    ("07-refused-events", "has started 1 tasks", " registered 1 targets", "registered"),
    ("08-events", "has started 2 tasks", " registered 1 targets", "registered"),
    ("08-events", " registered 1 targets", "has stopped 2 running tasks", "a target replaced"),
    ("08-events", "has stopped 2 running tasks", "deregistered 2 targets", "deregistered"),
    ("08-events", "has begun draining", "deployment completed", "drained"),
    ("08-saved-events", "rolling back", "deployment completed", "rolled back"),
]
ALIKE = [
    # a cell and what it prints, and another that tells of the same
    (("04-yours-2", r"STOPPED after (\d+) s"), ("04-yours-2", r"It was: (\d+) seconds")),
]
WATCHED = [
    # a cell that measures, one that lists events, and which line tells of which event
    ("08-roll", "08-events", {
        r"^(\d+) s .* 4 +3$": " registered 1 targets", r"^(\d+) s +0 +2 +0 ": "has stopped 2 running tasks",
        r"COMPLETED after (\d+) s": "deployment completed",
    }),
    ("08-saved", "08-saved-events", {
        r"^(\d+) s .* rolling back": "rolling back", r"^(\d+) s +COMPLETED": "deployment completed",
    }),
]  # fmt: skip
CHOSEN = {
    # durations that somebody chose, or that no text speaks of: cell, and what is printed
    "00-map": r"about \d+ min", "00-progress": r"about \d+ min", "00-capacity": r"15 minutes at most",
    "04-view": r"PROVISIONING: 0 s so far", "04-yours-2": r"You said: 60 seconds|\d+ seconds more than",
    "07-check": r"every 30 s", "07-book-check": r"every 30 s", "08-roll": r"^\d+ s +\d",
    "08-saved": r"^\d+ s  ", **dict.fromkeys(("08-events", "08-bad-events", "08-saved-events"), AGE.pattern),
    "09-watch": r"^0 s ", **dict.fromkeys(("10-address", "10-closed"), r"no answer in 2 s$"),
    **dict.fromkeys(("10-map", "10-closed-map"), r"TTL 120 s"),
    "10-stopped": r"^\w+ +\d+ s +\d+ s +(?:the entries|503|no |connection)",
    "14-figure": r"connection issue, ~5 min", "14-again": r"^\d+ min later",
    "14-wait": r"^\d+ s later",
    **{f"12-{cell}": r"× 60 s" for cell in (
        "alarm-state", "alarm-check", "policy-alarms", "again", "day", "rush", "prepared", "ceiling", "check",
        "deploy", "csv-run", "fight",
    )},
    "11-drained": r"empty after \d+ minutes", "11-patch": r"replaced within \d+ minutes",
    "11-deleted": r"After \d+ minutes", "11-honesty": r"^(?:simplified|as AWS)",
    "12-fixed-outcome": r"after 60 seconds the load balancer", "12-first-outcome": r"\d+ minutes",
    **{f"{stage}-honesty": r"^(?:simplified|as AWS)"
       for stage in ("02", "04", "06", "07", "08", "10", "12", "14")},
}  # fmt: skip


def _printed_by(cell):
    for output in cell.get("outputs", []):
        printed = output.get("text") or output.get("data", {}).get("text/plain", "")
        yield from "".join(printed).splitlines()


@pytest.fixture(scope="module")
def lines():
    """The lines that each code cell prints, by the cell's id, in the course's order."""
    files = [json.loads(path.read_text("utf-8")) for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
    return {cell["id"]: list(_printed_by(cell)) for file in files for cell in file["cells"]}


def seconds(lines, cell, pattern):
    """What the one line of this pattern says."""
    matches = {match for line in lines[cell] for match in re.findall(pattern, line)}
    assert len(matches) == 1, (cell, pattern, matches)
    return float(matches.pop())


def events(lines, cell):
    """Seconds and message of the events that a cell lists, the oldest first."""
    ages = [age.groups() for line in reversed(lines[cell]) if (age := AGE.match(line))]
    aged_messages = [
        (3600 * int(hours or 0) + 60 * int(minutes or 0) + int(secs or alone), message)
        for hours, minutes, secs, alone, message in ages
    ]
    return sorted(aged_messages, key=lambda event: event[0])


def age_of(lines, cell, words):
    return next(at for at, message in events(lines, cell) if words in message)


@pytest.mark.parametrize(("cell", "pattern", "what"), IN_RANGE)
def test_what_is_measured_lies_in_the_range_of_the_table(lines, cell, pattern, what):
    least, greatest = span(what)
    assert least - 1 <= seconds(lines, cell, pattern) <= greatest + 1


@pytest.mark.parametrize(("cell", "first", "then", "what"), APART)
def test_events_are_as_far_apart_as_the_table_has_it(lines, cell, first, then, what):
    least, greatest = span(what)
    assert least - 1 <= age_of(lines, cell, then) - age_of(lines, cell, first) <= greatest + 1


@pytest.mark.parametrize(("first", "second"), ALIKE)
def test_two_outputs_tell_one_thing_alike(lines, first, second):
    assert seconds(lines, *first) == pytest.approx(seconds(lines, *second), abs=0.51)


@pytest.mark.parametrize(("cell", "listed", "patterns_by_words"), WATCHED)
def test_a_deployment_is_measured_as_its_events_tell_it(lines, cell, listed, patterns_by_words):
    """Both begin somewhere else; from there on they agree, but for what lies between two looks."""
    apart = [
        age_of(lines, listed, words) - seconds(lines, cell, pattern)
        for pattern, words in patterns_by_words.items()
    ]
    assert max(apart) - min(apart) <= 2
    if any("has started 2 tasks" in message for _, message in events(lines, listed)):
        least, greatest = span("the first task of a service")
        assert least - 1 <= age_of(lines, listed, "has started 2 tasks") - max(apart) <= greatest + 1


def test_an_event_has_one_time_in_a_notebook(lines):
    ages_by_event = {}
    for cell in lines:
        for at, message in events(lines, cell):
            ages_by_event.setdefault((cell[:2], message), set()).add(at)
    repeated = {"has reached a steady state.", " registered 1 targets", "deregistered 1 targets"}
    twice = {key: ages for key, ages in ages_by_event.items() if len(ages) > 1}
    assert not {key: ages for key, ages in twice.items() if not any(words in key[1] for words in repeated)}


def test_every_duration_that_is_printed_has_a_row(lines):
    known = [(cell, pattern) for cell, pattern, _ in IN_RANGE] + list(CHOSEN.items())
    unknown = [
        (cell, line[:120]) for cell, printed in lines.items() for line in printed if PRINTED.search(line)
        and not any(cell == where and re.search(pattern, line) for where, pattern in known)
    ]  # fmt: skip
    assert unknown == []
