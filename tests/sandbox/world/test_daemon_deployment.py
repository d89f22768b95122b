"""A daemon's deployment by itself: batches, the circuit breaker's threshold, and its lifecycle."""

import pytest

from ecslab.sandbox.world.daemon.deployment import Configuration, Deployment
from ecslab.sandbox.world.lifecycle import IllegalTransition


def deployment(instances=0):
    rollout = Deployment("arn", "daemon", "cluster", None, [], [], Configuration(), 0.0)
    rollout.instances = instances
    return rollout


@pytest.mark.parametrize("percent, instances, batch", [
    (25.0, 1, 1), (25.0, 4, 1), (25.0, 8, 2), (100.0, 7, 7), (50.0, 3, 1), (0.0, 9, 1), (10.0, 35, 3),
])  # fmt: skip
def test_so_many_drain_at_once(percent, instances, batch):
    assert Configuration(percent).batch(instances) == batch


@pytest.mark.parametrize("instances, threshold", [(0, 3), (1, 3), (6, 3), (7, 4), (100, 50), (1000, 200)])
def test_so_many_failures_trip_the_circuit_breaker(instances, threshold):
    assert deployment(instances).threshold == threshold


def test_a_deployment_that_is_over_takes_no_more_steps():
    done = deployment()
    for event in ("started", "failed", "rolled_back", "completed"):
        assert not done.ended
        done.move(event, reason=event)
    assert (done.status, done.ended, done.reason) == ("ROLLBACK_SUCCESSFUL", True, "completed")
    with pytest.raises(IllegalTransition, match="terminal"):
        done.move("replaced")
    assert done.status == "ROLLBACK_SUCCESSFUL"
