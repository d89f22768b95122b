"""How a service did while deployments went on: its requests, and how many were lost, by its metrics."""

from __future__ import annotations

from datetime import timedelta

from ecslab.connection.connection import Connection
from ecslab.resources.deployment.observed_rollout import Rolled
from ecslab.resources.scaling import Run, scaling_run


def run(lab: Connection, first: Rolled, last: Rolled | None = None, name: str | None = None) -> Run:
    """How the service did from the beginning of a deployment to the end of the watch of it.

    Waits until the last minute is over: the load balancer publishes its metrics once a minute.

    Args:
        first, last: as they were watched; one alone unless `last` is given.
        name: the lesson's service unless given.
    """
    last = last or first
    end = scaling_run.until_whole(lab, last.began + timedelta(seconds=last.seconds))
    return scaling_run.run(lab, first.began, end, name or lab.names.service, cpu=False)
