"""Visitors in the world: profiles, the queueing model, and what becomes of each request."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.world.load import profile as profiles
from ecslab.sandbox.world.load.csv_table import rows_of
from ecslab.sandbox.world.load.profile import DAY, profile_of
from ecslab.sandbox.world.load.queueing import Cost, Power, flow, moment, seconds_until
from ecslab.sandbox.world.load.response_times import ResponseTimes
from ecslab.sandbox.world.load.traffic import Place, Route, Traffic, whole

QUARTER = Power(0.25)  # 12.5 requests a second of 20 ms
EPOCH = 1_790_000_000.0  # no full minute

rates = st.floats(0, 3000)
powers = st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0]).map(Power)
costs = st.builds(Cost, st.floats(0.001, 5.0), st.floats(0, 8), st.floats(0, 2))


# Profiles


def test_a_day_is_quiet_at_four_and_busiest_at_eight_in_the_evening():
    day = profiles.day(10, 2000)
    assert day.rate(4 * 3600) == 10 == day.rate(3 * DAY + 4 * 3600)
    assert day.rate(20 * 3600) == 2000 == day.most
    assert day.rate(19.5 * 3600) == pytest.approx((day.rate(19 * 3600) + 2000) / 2)


def test_a_day_may_begin_at_an_hour_whatever_the_clock_shows():
    seven, clock = profiles.day(0, 100, hour=7), profiles.day(0, 100)
    assert seven.rate(EPOCH - seven.zero(EPOCH)) == 100 * profiles.SHAPE[7]
    assert clock.rate(EPOCH - clock.zero(EPOCH)) == clock.rate(EPOCH % DAY)
    with pytest.raises(ValueError, match="hour must be from 0 to 24 o'clock, got 25"):
        profiles.day(0, 1, hour=25)


def test_a_ramp_ends_and_a_spike_passes():
    ramp = profiles.ramp(0, 100, 60)
    assert [ramp.rate(at) for at in (0, 30, 60, 600)] == [0, 50, 100, 100]
    assert ramp.mean(0, 60) == 50 and ramp.mean(0, 120) == 75
    spike = profiles.spike(10, 110, after=100, seconds=50)
    assert [spike.rate(at) for at in (0, 100, 102.5, 105, 130, 150, 999)] == [10, 10, 60, 110, 110, 10, 10]
    assert profiles.spike(10, 110, after=0, seconds=50).rate(5) == 110


@given(
    st.lists(st.tuples(st.floats(0, DAY), rates), min_size=1, max_size=30, unique_by=lambda row: row[0]),
    st.booleans(), st.floats(0, 2 * DAY), st.floats(0.1, DAY), st.floats(0.01, 0.99),
)  # fmt: skip
def test_the_mean_of_a_span_is_that_of_its_parts(rows, of_day, start, seconds, part):
    profile = profiles.table(*zip(*sorted(rows), strict=True), of_day)
    middle, end = start + part * seconds, start + seconds
    parts = profile.mean(start, middle) * (middle - start) + profile.mean(middle, end) * (end - middle)
    assert profile.mean(start, end) * seconds == pytest.approx(parts, rel=1e-6, abs=1e-3)
    assert -1e-9 <= profile.mean(start, end) <= profile.most * (1 + 1e-9) + 1e-9


@pytest.mark.parametrize(
    ("kind", "values", "says"),
    [
        ("constant", {"rate": -1}, "rate must be from 0 to 100,000 requests a second, got -1"),
        ("constant", {"rate": float("nan")}, "rate must be from 0 to 100,000 requests a second, got nan"),
        ("constant", {"rate": "5"}, "rate must be from 0 to 100,000 requests a second, got '5'"),
        ("constant", {"rate": True}, "rate must be from 0 to 100,000 requests a second, got True"),
        ("constant", {}, "the profile 'constant' needs rate; it takes rate"),
        ("spike", {"rate": 1, "peak": 2, "for": 3},
         "the profile 'spike' knows no for; it takes rate, peak, [after], [seconds]"),
        ("day", {"low": 5, "high": 2}, "high must be at least low; got low=5 and high=2"),
        ("ramp", {"start": 1, "end": 2, "seconds": 0},
         "seconds must be from 1 to 31,622,400 seconds, got 0"),
        ("tide", {}, "there is no profile 'tide'; there are: constant, ramp, day, spike, csv"),
        ("csv", {"times": [], "rates": []}, "times must be a list of numbers, got []"),
        ("csv", {"times": [0, 60], "rates": [1]}, "the CSV has 2 times and 1 rates"),
        ("csv", {"times": [0, 0], "rates": [1, 2]}, "row 2 of the CSV is not later than the row before it"),
    ],
)  # fmt: skip
def test_a_profile_that_is_none_is_refused(kind, values, says):
    with pytest.raises(ValueError) as refusal:
        profile_of(kind, values)
    assert str(refusal.value) == says


def test_a_csv_of_a_day_and_one_of_seconds():
    assert rows_of("time,rate\n08:00,120\n08:30,60.5\n") == ([(28800.0, 120.0), (30600.0, 60.5)], True)
    assert rows_of("0,1\n60,2\n120,3") == ([(0.0, 1.0), (60.0, 2.0), (120.0, 3.0)], False)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("time,rate\n08:00,1\n08:05,\n", "line 3 of the CSV has a hole: it must be a time and a rate, "
         "got ['08:05', '']"),
        ("08:00,1\n08:05,2\n08:15,3\n08:20,3\n",
         "the CSV has a hole before line 3: 600 seconds, where others are 300 apart"),
        ("08:00,1\n07:55,2", "line 2 of the CSV is not later than the line before it"),
        ("08:00,-4", "line 1 of the CSV has the rate -4; it must be 0 or more"),
        ("08:00,many", "line 1 of the CSV has 'many' for a rate"),
        ("08:00,nan", "line 1 of the CSV has the rate nan; it must be 0 or more"),
        ("08:00,1\nnoon,1", "line 2 of the CSV begins with 'noon', no time such as 08:00 or 28800"),
        ("08:00,1\n28860,1", "the CSV has times of a day (08:00) and seconds; take one of them"),
        ("time;rate\n08:00;4\n", "line 2 of the CSV has no comma between a time and a rate: '08:00;4'"),
        ("", "the CSV has no rows; a row is a time and requests a second, such as 08:00,120"),
        ("time,rate\n", "the CSV has no rows; a row is a time and requests a second, such as 08:00,120"),
    ],
)  # fmt: skip
def test_a_csv_with_a_hole_says_where(text, says):
    with pytest.raises(ValueError) as refusal:
        rows_of(text)
    assert str(refusal.value) == says


# The queueing model


def test_one_server_is_a_queue_as_the_books_have_it():
    """M/M/1: the mean response is S / (1 - r)."""
    done = flow(QUARTER, Cost(0.020, 0, 0), 10.0, 0.0, 60.0, 60.0)  # r = 0.8, S = 80 ms
    assert done.response == pytest.approx(0.080 / (1 - 0.8))
    assert done.served == pytest.approx(600) and not done.backlog and not done.timed_out


def test_a_task_that_gets_twice_what_it_can_serves_half_and_lets_the_others_wait():
    done = flow(QUARTER, Cost(0.020, 0, 0), 25.0, 0.0, 30.0, 60.0)
    assert done.served == pytest.approx(375) and done.backlog == pytest.approx(375)
    assert done.waits == (0.0, pytest.approx(30.0))
    later = flow(QUARTER, Cost(0.020, 0, 0), 25.0, done.backlog, 60.0, 60.0)
    assert later.backlog == pytest.approx(60 * 12.5)  # nobody waits longer than the idle timeout
    assert later.timed_out == pytest.approx(375)
    rest = flow(QUARTER, Cost(0.020, 0, 0), 0.0, later.backlog, 60.0, 60.0)
    assert rest.backlog == pytest.approx(0) and rest.served == pytest.approx(750)


@given(powers, costs, rates, st.floats(0, 1), st.floats(0.01, 60), st.floats(1, 120))
def test_each_request_was_served_failed_or_waits(power, cost, rate, full, seconds, patience):
    backlog = full * power.capacity(cost) * patience
    done = flow(power, cost, rate, backlog, seconds, patience)
    assert backlog + done.arrivals == pytest.approx(done.served + done.timed_out + done.backlog, rel=1e-6)
    assert min(done.served, done.timed_out, done.backlog) >= -1e-6
    assert done.served <= power.capacity(cost) * seconds * (1 + 1e-6) + 1e-6
    assert 0 < done.response <= patience


@given(powers, costs, rates, st.floats(1, 3), st.floats(0, 1), st.floats(1, 60))
def test_more_visitors_never_wait_less(power, cost, rate, more, full, seconds):
    backlog = full * power.capacity(cost) * 60
    few, many = (flow(power, cost, each, backlog, seconds, 60.0) for each in (rate, rate * more))
    assert few.response <= many.response + 1e-9
    assert few.backlog <= many.backlog + 1e-9
    assert few.in_flight <= many.in_flight + 1e-9


@given(powers, costs, rates, st.floats(1, 60), st.floats(0, 1))
def test_a_moment_is_the_end_of_the_span_before_it(power, cost, rate, seconds, full):
    backlog = full * power.capacity(cost) * 60
    done, now = (
        flow(power, cost, rate, backlog, seconds, 60.0), moment(power, cost, rate, backlog, seconds, 60.0)
    )  # fmt: skip
    assert now.backlog == pytest.approx(done.backlog, rel=1e-6, abs=1e-6)


def test_when_memory_is_full():
    cost = Cost(0.020, 1.0, 0.0)
    after = seconds_until(400, QUARTER, cost, 25.0, 0.0, 60.0)
    assert moment(QUARTER, cost, 25.0, 0.0, after, 60.0).in_flight == pytest.approx(400)
    assert seconds_until(400, QUARTER, cost, 5.0, 0.0, 60.0) == math.inf
    assert seconds_until(400, QUARTER, cost, 25.0, 0.0, 10.0) == math.inf  # they give up before


@given(costs, st.floats(0.1, 11))
def test_percentiles_rise_and_the_mean_lies_among_them(cost, rate):
    times, power = ResponseTimes(), Power(1.0)
    times.add(flow(power, cost, rate, 0.0, 60.0, 60.0), cost.wait, 60.0)
    values = times.histogram()
    assert sum(values.values()) == pytest.approx(times.count)
    assert list(values) == sorted(values) and len(values) <= 11
    assert times.least <= times.sum / times.count <= times.most + 1e-9


# Traffic


def served_by(tasks: int, power: Power = QUARTER, **about) -> Route:
    return Route(tuple(Place(f"t{number}", "group", 1 / tasks, power, **about) for number in range(tasks)))


def traffic(profile=None, **about) -> Traffic:
    return Traffic(profile or profiles.constant(20), Cost(), EPOCH, "seed visitors", **about)


def seen(load: Traffic) -> tuple:
    return load.totals, load.backlogs, load.take()


days = st.one_of(
    st.builds(profiles.constant, st.floats(0, 500)),
    st.builds(profiles.ramp, st.floats(0, 500), st.floats(0, 500), st.floats(1, 3600)),
    st.builds(profiles.day, st.just(10.0), st.floats(10, 500)),
    st.builds(profiles.spike, st.floats(0, 50), st.floats(0, 500)),
)


@given(days, st.lists(st.integers(0, 12), max_size=12), st.sampled_from([20.0, 60.0]))
def test_nobody_is_lost(profile, counts, period):
    """Arrivals are those who were served, who failed, whom the balancer answered, and who wait."""
    load = traffic(profile, period=period)
    for number, tasks in enumerate(counts, 1):
        load.reroute(served_by(tasks) if tasks else Route(answers=(("503", 1.0),)))
        load.pass_time(EPOCH + number * 137)
    totals = load.totals
    gone = totals.served + sum(totals.failed.values()) + sum(totals.answered.values())
    assert totals.arrivals == pytest.approx(gone + load.queued, rel=1e-6, abs=1e-6)
    periods = load.take()
    assert sum(period.arrivals for period in periods) <= totals.arrivals + 1e-6


@given(days, st.integers(1, 20), st.integers(2, 40))
def test_one_step_of_many_minutes_is_many_steps(profile, tasks, minutes):
    once, often = traffic(profile), traffic(profile)
    first = math.ceil(EPOCH / 60) * 60
    for load in (once, often):
        load.reroute(served_by(tasks))
    for minute in range(minutes):
        often.pass_time(first + 60.0 * minute)
    once.pass_time(first + 60.0 * (minutes - 1))
    assert seen(once) == seen(often)


@given(days, st.integers(1, 20), st.lists(st.floats(0, 1200), max_size=20))
def test_it_makes_no_difference_when_somebody_looks(profile, tasks, moments):
    looked, left = traffic(profile), traffic(profile)
    for load in (looked, left):
        load.reroute(served_by(tasks))
    for moment_ in sorted(moments):
        looked.pass_time(EPOCH + moment_)
    for load in (looked, left):
        load.pass_time(EPOCH + 1200)
    assert looked.totals.served == pytest.approx(left.totals.served, rel=1e-6, abs=1e-6)
    assert looked.queued == pytest.approx(left.queued, rel=1e-6, abs=1e-6)


def test_chance_is_of_the_seed_alone():
    first, same_seed = traffic(), traffic()
    other_seed = Traffic(profiles.constant(20), Cost(), EPOCH, "another seed")
    for load in (first, same_seed, other_seed):
        load.reroute(served_by(4))
        load.pass_time(EPOCH + 3600)
    assert seen(first) == seen(same_seed)
    assert first.totals.arrivals != other_seed.totals.arrivals
    assert first.totals.arrivals == pytest.approx(72_000, rel=0.02)


def test_who_waits_at_a_target_that_ends_gets_a_502():
    load = traffic(profiles.constant(45))
    load.reroute(served_by(1))
    load.pass_time(EPOCH + 20)
    waited = load.queued
    assert waited > 600
    load.reroute(Route(answers=(("503", 1.0),)))
    assert load.totals.failed == {"502": waited} and not load.queued


@pytest.mark.parametrize(("trouble", "status"), [("refused", "502"), ("unreachable", "504")])
def test_a_target_in_trouble_answers_nothing(trouble, status):
    load = traffic()
    load.reroute(served_by(2, trouble=trouble))
    load.pass_time(EPOCH + 60)
    assert list(load.totals.failed) == [status] and not load.totals.served


def test_a_target_that_drains_answers_who_waits():
    load = traffic(profiles.constant(45))
    load.reroute(served_by(1))
    load.pass_time(EPOCH + 20)
    waited = load.queued
    rest = Place("t0", "group", 0.0, QUARTER)
    load.reroute(Route((rest, Place("new", "group", 1.0, Power(4.0)))))
    load.pass_time(EPOCH + 140)
    assert load.totals.failed == {} and not load.queued and waited > 600


def test_the_first_whose_memory_is_full_is_named():
    load = traffic(profiles.constant(50))
    roomy, tight = (
        Place(name, "group", 0.5, QUARTER, room) for name, room in (("roomy", 500), ("tight", 100))
    )
    load.reroute(Route((roomy, tight)))
    when, which = load.overrun()
    assert which == "tight" and EPOCH < when < EPOCH + 10
    load.reroute(served_by(8, Power(1.0), room=500))
    assert load.overrun() is None


def test_others_may_come_and_ask_for_more():
    load = traffic(profiles.constant(1))
    load.reroute(served_by(1))
    load.pass_time(EPOCH + 600)
    load.change(profiles.ramp(0, 100, 600), Cost(cpu=0.1))
    load.pass_time(EPOCH + 1200)
    assert load.queued and load.totals.arrivals == pytest.approx(600 + 30_000, rel=0.05)


@given(st.lists(st.floats(0, 50), max_size=50))
def test_whole_counts_add_up(amounts):
    left, total = {}, 0
    for amount in amounts:
        count, left["requests"] = whole(left, "requests", amount)
        total += count
    assert abs(total - sum(amounts)) <= 0.5 + 1e-6
