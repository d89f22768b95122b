"""When alarms change, held against the tables of AWS's documentation."""

import pytest

from ecslab.sandbox.world.metrics.alarm import Alarm
from ecslab.sandbox.world.metrics.evaluation import Datapoint, evaluate, evaluation_range

TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
TABLES = {
    # M: {the last five periods (X breaches, 0 does not, - is missing): the state by treatment}
    3: {
        "0-X-X": ("OK", "OK", "OK", "OK"),
        "----0": ("OK", "OK", "OK", "OK"),
        "-----": ("INSUFFICIENT_DATA", None, "ALARM", "OK"),
        "0XX-X": ("ALARM", "ALARM", "ALARM", "ALARM"),
        "--X--": ("ALARM", None, "ALARM", "OK"),
    },
    2: {
        "0-X-X": ("ALARM", "ALARM", "ALARM", "ALARM"),
        "00X0X": ("ALARM", "ALARM", "ALARM", "ALARM"),
        "0-X--": ("OK", "OK", "ALARM", "OK"),
        "----0": ("OK", "OK", "ALARM", "OK"),
        "---X-": ("ALARM", None, "ALARM", "OK"),
    },
}
ROWS = [
    (needed, trace, treatment, state)
    for needed, table in TABLES.items()
    for trace, states in table.items()
    for treatment, state in zip(TREATMENTS, states, strict=True)
]


def alarm(periods=3, needed=None, treatment=None):
    return Alarm(
        "a", "arn", "GreaterThanThreshold", 1.0, periods,
        datapoints_to_alarm=needed, treat_missing_data=treatment,
    )  # fmt: skip


def trace_of(text):
    return [None if letter == "-" else Datapoint(at, 2.0 * (letter == "X")) for at, letter in enumerate(text)]


@pytest.mark.parametrize(("needed", "trace", "treatment", "state"), ROWS)
def test_the_tables_of_the_documentation(needed, trace, treatment, state):
    assert evaluation_range(3) == len(trace)
    assert evaluate(alarm(3, needed, treatment), trace_of(trace)).state == state


@pytest.mark.parametrize("trace", ["----X", "---X-"])
def test_one_period_after_a_gap_sets_no_alarm_off(trace):
    assert evaluate(alarm(), trace_of(trace)).state is None
