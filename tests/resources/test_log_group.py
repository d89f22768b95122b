"""The lines of a log stream, few or many."""

import pytest

from ecslab.resources import log_group

STREAM = {"logGroupName": "/ecs/lines", "logStreamName": "ecs/web/1"}


@pytest.fixture
def written(lab):
    """Write so many lines, one a millisecond."""
    lab.logs.create_log_group(logGroupName=STREAM["logGroupName"])
    lab.logs.create_log_stream(**STREAM)

    def write(count):
        begin = int(lab.aws_time().now * 1000) - count
        events = [{"timestamp": begin + number, "message": str(number)} for number in range(count)]
        for start in range(0, count, 10_000):
            lab.logs.put_log_events(**STREAM, logEvents=events[start : start + 10_000])
        return log_group.lines(lab, *STREAM.values())

    return write


def test_lines_come_oldest_first(written):
    assert written(3) == ["0", "1", "2"]


def test_of_many_lines_the_newest_are_read(written):
    read = written(12_000)
    assert len(read) >= 10_000
    assert read == [str(number) for number in range(12_000 - len(read), 12_000)]
