"""A stream's lines are held as runs, and read as they came."""

import time

from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.bridge.log_lines import LogLines

START = 1_800_000_000
CHECK = '172.31.0.4 - - [{stamp} +0000] "GET / HTTP/1.1" 200 45'
TEXTS = ("hello", CHECK, "[{notice}] started", "\0a{stamp}", "\0r", "", "{stamp} and {stamp}")


def line(text, moment):
    when = time.gmtime(moment)
    return text.format(
        stamp=time.strftime("%d/%b/%Y:%H:%M:%S", when),
        notice=time.strftime("%a %b %d %H:%M:%S.000000 %Y", when),
    )


def read(lines, start=None, end=None):
    return [(each.timestamp, each.message, each.ingestion_time) for each in lines.between(start, end)]


moments = st.lists(st.integers(0, 6).map(lambda tenths: tenths / 2), max_size=40).map(
    lambda steps: [START + sum(steps[: place + 1]) for place in range(len(steps))]
)


bounds = st.none() | st.integers(START * 1000, (START + 60) * 1000)
texts = st.lists(st.tuples(st.sampled_from(TEXTS), st.integers(-2, 2)), min_size=40, max_size=40)


@given(moments, texts, bounds, bounds)
def test_what_is_read_is_what_came(when, what, start, end):
    lines, came = LogLines(), []
    for moment, (text, late) in zip(when, what, strict=False):
        event = (int(moment * 1000), line(text, moment), int(moment * 1000) + 1000 * late)
        lines.append(*event)
        came.append(event)
    assert [(each.timestamp, each.message, each.ingestion_time) for each in lines] == came
    window = [
        event for event in came if (start is None or event[0] >= start) and (end is None or event[0] <= end)
    ]
    assert read(lines, start, end) == window
    assert lines.stored == sum(len(message) for _, message, _ in came)
    assert lines.first() == (came[0][0] if came else None)
    if start is not None:
        lines.drop_before(start)
        assert read(lines) == [event for event in came if event[0] >= start]
    numbers = [each.number for each in lines]
    assert numbers == list(range(len(came) - len(numbers), len(came)))


@given(
    st.floats(0, 1),
    st.lists(st.sampled_from((0.1, 29.9997, 30.0)), min_size=2, max_size=60),
    st.integers(1, 59),
)
def test_repeated_lines_are_those_that_would_have_come(fraction, steps, after):
    moments = [START + fraction + sum(steps[: place + 1]) for place in range(len(steps))]
    one_by_one, repeated = LogLines(), LogLines()
    for place, moment in enumerate(moments):
        event = int(moment * 1000), line(CHECK, moment), int(moment * 1000)
        one_by_one.append(*event)
        if place < after:
            repeated.append(*event)
    repeated.repeat(moments[after:])
    assert list(repeated) == list(one_by_one) and repeated.stored == one_by_one.stored
    assert repeated.last == one_by_one.last


def test_a_month_of_health_checks_is_one_run():
    lines = LogLines()
    for place in range(86_400):
        moment = START + 0.25 + 30 * place
        lines.append(int(moment * 1000), line(CHECK, moment), int(moment * 1000))
    assert lines.runs == 1 and lines.size < 100


def test_events_that_came_late_are_read_by_their_time():
    lines = LogLines()
    for moment in (5, 1, 3):
        lines.append(moment, str(moment), 9)
    assert [each.timestamp for each in lines.between(None, None)] == [1, 3, 5]
