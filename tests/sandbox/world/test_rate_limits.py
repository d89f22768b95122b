import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.world.faults import Faults
from ecslab.sandbox.world.rate_limits import RateLimits


@pytest.mark.parametrize(
    ("operation", "burst", "refill"),
    [
        ("RunTask", 100, 40),
        ("CreateService", 50, 5),
        ("RegisterTaskDefinition", 20, 1),
        ("ListTasks", 100, 20),
    ],
)
def test_a_burst_passes_and_then_as_many_a_second(operation, burst, refill):
    limits = RateLimits()
    assert [limits.take(operation, 0.0) for _ in range(burst + 1)] == [True] * burst + [False]
    assert [limits.take(operation, 1.0) for _ in range(refill + 1)] == [True] * refill + [False]


def test_operations_of_a_kind_share_a_bucket():
    limits = RateLimits()
    for _ in range(50):
        assert limits.take("RunTask", 0.0) and limits.take("StopTask", 0.0)
    assert not limits.take("RunTask", 0.0)
    assert limits.take("DescribeTasks", 0.0)


def test_what_is_not_listed_always_passes():
    limits = RateLimits()
    assert all(limits.take("PollForWork", 0.0) for _ in range(1000))


@given(st.lists(st.floats(0, 5), max_size=300))
def test_never_more_than_burst_and_refill(gaps):
    limits, now, passed = RateLimits(), 0.0, 0
    for gap in gaps:
        now += gap
        passed += limits.take("CreateCluster", now)
        assert passed <= 20 + 1 * now + 1e-6


def test_nobody_counts_unless_asked():
    faults = Faults()
    assert not any(faults.throttled("us-east-1", "RunTask", 0.0) for _ in range(200))
    faults.limits = {}
    assert sum(faults.throttled("us-east-1", "RunTask", 0.0) for _ in range(200)) == 100
    assert not faults.throttled("eu-west-1", "RunTask", 0.0)


def test_where_a_task_can_be_placed():
    faults = Faults()
    subnets = [("a", "us-east-1a"), ("b", "us-east-1b")]
    assert faults.places(subnets, None) == ["a", "b"]
    faults.zones.add("us-east-1a")
    assert faults.places(subnets, "FARGATE") == ["b"]
    faults.spot = False
    assert faults.places(subnets, "FARGATE_SPOT") == []
    assert faults.places(subnets, None) == ["b"]
