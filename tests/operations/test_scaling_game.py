"""The game of notebook 12: its days, and how a score is made."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecslab.operations import prices, scaling_game
from ecslab.operations.scaling_game import Score, day
from ecslab.resources.scaling import Run

SEEDS = st.integers(0, 10**9)


@given(SEEDS)
@settings(max_examples=10)
def test_every_day_brings_as_many_visitors_and_a_fixed_number_of_tasks_serves_it(seed):
    rows = day(seed)
    (first, start), (last, end) = rows[0], rows[-1]
    assert (first, last, start) == (0, 86_400, end)
    total = sum((b + a) / 2 * 600 for (_, a), (_, b) in pairwise(rows))
    assert abs(total / scaling_game.REQUESTS - 1) < 0.01
    assert max(rate for _, rate in rows) < scaling_game.FIXED * 12.5
    assert min(rate for _, rate in rows) > 0


@given(SEEDS)
@settings(max_examples=10)
def test_a_seed_gives_the_same_day_and_another_one_another(seed):
    assert day(seed) == day(seed)
    assert day(seed) != day(seed + 1)


def test_the_known_rush_is_at_nine_and_the_other_one_moves():
    def peak(seed, begin, end):
        return max((rate, at) for at, rate in day(seed) if begin * 3600 <= at < end * 3600)[1] / 3600

    assert all(9 <= peak(seed, 8, 10) < 9.6 for seed in range(20))
    assert len({peak(seed, 13, 18) for seed in range(20)}) > 5


def run(lost, tasks):
    begin = datetime(2026, 11, 22, tzinfo=UTC)
    minutes = [begin + timedelta(minutes=n) for n in range(1440)]
    visitors = [(at, scaling_game.REQUESTS / 86_400) for at in minutes]
    return Run("adgu-rush", begin, minutes[-1], visitors, [], [], [(at, tasks) for at in minutes],
               [(minutes[600], lost)])  # fmt: skip


def test_a_score_is_what_the_tasks_cost_if_few_requests_were_lost():
    score = Score(run(lost=1_400, tasks=3), prices.task_hour(256, 512))
    assert score.valid
    assert score.dollars == pytest.approx(72 * prices.task_hour(256, 512))
    assert score.dollars < score.fixed_dollars
    assert f"score       {prices.dollars(score.dollars)}" in repr(score)


def test_who_loses_too_many_has_no_score():
    score = Score(run(lost=1_600, tasks=2), prices.task_hour(256, 512))
    assert not score.valid
    assert "none: too many requests were lost" in repr(score)
