"""Durations: drawn from what was recorded, by the seed alone; and the fixed ones of old journals."""

import itertools
import statistics

import pytest

from ecslab.sandbox.world.time.clock import Clock
from ecslab.sandbox.world.time.durations import Durations, steps
from ecslab.sandbox.world.time.timeline import Timeline

MIB = 2**20
IMAGE = 190 * 10**6  # bytes, as in eight recorded starts


def start(durations, task, size=IMAGE):
    """Creation to RUNNING."""
    return durations.of("pull_started", task) + durations.pull(size, task) + durations.of("started", task)


def test_every_quantile_grows_and_every_row_says_what_and_whence():
    for name, step in steps().items():
        assert list(step.quantiles) == sorted(step.quantiles), name
        assert not step.against or step.against in steps(), name
        assert step.fixed >= 0, name


def test_the_recorded_starts():
    """Eight Fargate starts of September 2026: 20.4 to 36.3 s, median 23; all recorded ones 19.8 to 115 s."""
    durations = Durations("drawn", "seed")
    seconds = [start(durations, f"task-{number}") for number in range(200)]
    assert statistics.median(seconds) == pytest.approx(23, rel=0.15)
    assert min(seconds) >= 19.8 and max(seconds) <= 115
    assert max(seconds) - min(seconds) > 8


def test_a_large_image_takes_as_long_as_recorded():
    durations = Durations("drawn", "seed")
    pulls = [durations.pull(918 * MIB, f"task-{number}") for number in range(200)]
    assert statistics.median(pulls) == pytest.approx(29.9, rel=0.15)


def test_a_duration_depends_on_seed_step_and_whose_it_is_alone():
    first, other = Durations("drawn", "a"), Durations("drawn", "b")
    assert first.of("connected", "t") == Durations("drawn", "a").of("connected", "t")
    different = {first.of("connected", "t"), first.of("connected", "u"), other.of("connected", "t")}
    assert len(different) == 3
    assert min(different) >= 3.6 and max(different) <= 7.6


def test_what_follows_a_step_is_never_planned_before_it():
    """Steps that begin together end in their order, whatever is drawn."""
    order = [steps()[name] for name in ("eni_created", "connected", "pull_started")]
    assert all(sooner.at(1.0) < later.at(0.0) for sooner, later in itertools.pairwise(order))


def test_the_share_of_a_quantile():
    step = steps()["connected"]
    assert [step.at(share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)] == list(step.quantiles)
    assert step.quantiles[0] < step.at(0.1) < step.quantiles[1]


def test_the_durations_of_old_journals():
    durations = Durations("fixed", "any seed")
    assert start(durations, "any task", 43 * MIB) == pytest.approx(10 + 2.4 + 2)
    assert (durations.offset("any"), durations.pick(3, "any")) == (0.0, 0)


def test_retries_grow_and_vary_by_a_tenth():
    durations = Durations("drawn", "seed")
    longest = 27 * 60  # as AWS documents it
    planned = [31, 31, 60, 120, 240, 480, 960, longest, longest, longest, longest]
    gaps = [durations.retry_after(failures, "service") for failures in range(1, 12)]
    for gap, fixed in zip(gaps, planned, strict=True):
        assert 0.9 * fixed <= gap <= min(1.12 * fixed, longest)
    assert len({round(gap / fixed, 3) for gap, fixed in zip(gaps[:7], planned, strict=False)}) == 7


def test_another_model_is_refused():
    with pytest.raises(ValueError, match="a timing model is drawn or fixed; got 'guessed'"):
        Durations("guessed")


@pytest.mark.parametrize("speed", [1, 20, 1000])
def test_the_api_shows_aws_durations_at_any_speed(speed):
    clock = Clock(timeline=Timeline(1000.0, speed=speed), durations=Durations("drawn"))
    clock.run(until=60.0)
    assert clock.timestamp() == 1060.0
    old = Clock(timeline=Timeline(1000.0, speed=speed))
    old.run(until=60.0)
    assert old.timestamp() == pytest.approx(1000 + 60 / speed)
