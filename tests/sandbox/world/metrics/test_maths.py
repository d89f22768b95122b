"""Metric maths: what expressions come to, and which are refused."""

import pytest

from ecslab.sandbox.world.metrics.functions import Frame, MathError
from ecslab.sandbox.world.metrics.maths import computed, parsed

METRICS = {"m1": {0: 1.0, 60: 4.0, 180: 3.0}, "m2": {0: 2.0, 60: 2.0, 120: 5.0}}


def result(text):
    return computed(parsed(text), METRICS.__getitem__, list(METRICS.values()), Frame(0, 240, 60))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("m1/m2", {0: 0.5, 60: 2.0}),
        ("m1/0", {}),
        ("-m1^2", {0: -1, 60: -16, 180: -9}),
        ("1+2*3^2", 19),
        ("2^3^2", 512),
        ("10-2-3", 5),
        ("SUM([m1,m2])", {0: 3, 60: 6, 120: 5, 180: 3}),
        ("SUM(METRICS())", {0: 3, 60: 6, 120: 5, 180: 3}),
        ("METRICS()*2", [{0: 2, 60: 8, 180: 6}, {0: 4, 60: 4, 120: 10}]),
        ("FILL(m1, 0)", {0: 1, 60: 4, 120: 0, 180: 3}),
        ("FILL(m1, REPEAT)", {0: 1, 60: 4, 120: 4, 180: 3}),
        ("FILL(m1, LINEAR)", {0: 1, 60: 4, 120: 3.5, 180: 3}),
        ("FILL(m1/0, 7)", {0: 7, 60: 7, 120: 7, 180: 7}),
        ("IF(m1>2, m1, 0)", {0: 0, 60: 4, 180: 3}),
        ("IF(m1>2, m1)", {60: 4, 180: 3}),
        ("MAX(m1)", 4),
        ("AVG(m2)", 3),
        ("(m1+m2)*2 > 5 AND m1 < 4", {0: 1, 60: 0}),
        ("PERIOD(m1)", 60),
        ("RATE(m1)", {60: 0.05, 180: -1 / 120}),
        ("DIFF(m2)", {60: 0, 120: 3}),
        ("RUNNING_SUM(m1)", {0: 1, 60: 5, 180: 8}),
        ("CEIL(m1/2)", {0: 1, 60: 2, 180: 2}),
        ("METRIC_COUNT(METRICS())", 2),
        ("DATAPOINT_COUNT(m1)", 3),
    ],
)
def test_what_an_expression_comes_to(text, value):
    assert result(text) == pytest.approx(value) if not isinstance(value, list) else result(text) == value


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("m1 +", "The expression ends too early"),
        ("(m1", "')' is missing"),
        ("m1 m2", "Unexpected 'm2'"),
        ("m1 $ 2", "Unexpected '$ 2'"),
        ("SEARCH('x', 'Sum')", "This sandbox does not carry the function SEARCH"),
        ("SELECT 1", "Unexpected '1'"),
        ("FILL(m1)", "A function has another number of parameters"),
        ("'a' + 1", "A text stands where a number is needed"),
        ("RATE(1)", "A metric is needed"),
        ("(" * 99 + "m1", "The expression is nested too deeply"),
        ("FILL(m1, 'x')", "FILL takes a number, a metric, REPEAT or LINEAR"),
    ],
)
def test_what_is_refused(text, refusal):
    with pytest.raises(MathError) as problem:
        result(text)
    assert str(problem.value) == refusal
