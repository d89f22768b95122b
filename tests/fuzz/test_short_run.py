"""A short fuzz, the same in every run; `make fuzz` is the long one."""

import pytest

from tests.fuzz.account import SERVICES
from tests.fuzz.run import fuzz

REQUESTS = 500


@pytest.fixture(scope="module")
def tally():
    return fuzz(list(SERVICES), seed=1, number=0, requests=REQUESTS)


def test_every_request_is_answered_as_aws_would(tally):
    assert [(failure.operation, failure.parameters, failure.what) for failure in tally.unhandled] == []
    assert tally.slow == []


def test_many_are_accepted(tally):
    """The others are at their boundaries, or name what is not there."""
    assert tally.sent >= REQUESTS
    assert tally.accepted.total() >= 0.4 * tally.sent


def test_few_failures_of_moto_hide_behind_a_refusal(tally):
    assert tally.converted.total() <= tally.sent / 50, tally.converted
