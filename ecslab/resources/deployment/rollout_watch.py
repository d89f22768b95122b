"""Looking on while a deployment goes on: counts and visits, at every look."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.errors import StillWaiting, Unreachable
from ecslab.resources import load_balancer
from ecslab.resources.deployment.observed_rollout import LOST, Rolled, Sample
from ecslab.resources.deployment.rollout_plan import Limits
from ecslab.resources.load_balancer import target_group_reader
from ecslab.resources.service import service_reader
from ecslab.resources.service.service_reader import needed_active
from ecslab.resources.service.stability import deployed

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import DeploymentTypeDef, ServiceTypeDef


def watch(
    lab: Connection, name: str | None = None, limit: float = 900, visit: Callable[[], str] | None = None
) -> Rolled:
    """Look on until the newest deployment is over, rolled back included, and note how many tasks there are.

    Seconds are counted from the moment at which the deployment began, as in `events_since`; a deployment that
    was over before is shown as it stands, at 0. Only looks: the counts are those of DescribeServices, the
    healthy ones those of DescribeTargetHealth.

    Args:
        name: the lesson's service unless given.
        limit: seconds at most; a deployment that never ends is shown as far as it came.
        visit: called at every look, such as `visitor(lab)`; what it answers is kept.

    Raises:
        NotThere: there is no such service.
    """
    watched = _Watch(lab, name, visit)
    with contextlib.suppress(StillWaiting):  # as far as it came: that is what the learner wants to see
        lab.wait(watched.look, f"the deployment of {watched.service['serviceName']}", limit)
    return watched.rollout()


class _Watch:
    """What was seen so far; the deployment is told from others by its id."""

    def __init__(self, lab: Connection, name: str | None, visit: Callable[[], str] | None):
        self.lab, self.name, self.visit = lab, name, visit
        self.service = needed_active(lab, name)
        newest = self.service["deployments"][0]
        self.target, self.created = newest["id"], newest["createdAt"]
        self.began = lab.now() - (0.0 if deployed(self.service) else _age(lab, newest))
        balancers = self.service.get("loadBalancers", [])
        self.groups = [each["targetGroupArn"] for each in balancers if "targetGroupArn" in each]
        self.samples: list[Sample] = []
        self.reasons: list[tuple[float, str, str]] = []
        self.answers: list[str] = []

    def look(self) -> bool:
        """Note how things stand; whether it is over."""
        self.service = needed_active(self.lab, self.name)
        at, newest = self.lab.now() - self.began, self.service["deployments"][0]
        self.samples.append(self._sample(at))
        reason = (newest.get("rolloutState", ""), newest.get("rolloutStateReason", ""))
        if not self.reasons or self.reasons[-1][1:] != reason:
            self.reasons.append((at, *reason))
        if self.visit:
            self.answers.append(self.visit())
        return _over(self.service)

    def _sample(self, at: float) -> Sample:
        deployments = self.service["deployments"]
        running = sum(each["runningCount"] for each in deployments)
        new = sum(each["runningCount"] for each in deployments if each["id"] == self.target)
        coming = sum(each["pendingCount"] for each in deployments)
        healthy = min((_healthy(self.lab, group) for group in self.groups), default=running)
        return Sample(at, running - new, new, coming, healthy)

    def rollout(self) -> Rolled:
        """All of it, once the watch is over."""
        newest = self.service["deployments"][0]
        back = "ROLLED BACK" if newest.get("rolloutState") == "COMPLETED" else "ROLLING BACK"
        return Rolled(
            began=self.created,
            samples=tuple(self.samples),
            limits=limits_in(self.service),
            state=self.reasons[-1][1] if newest["id"] == self.target else back,
            reasons=tuple(self.reasons),
            seconds=self.lab.now() - self.began,
            answers=tuple(self.answers),
            measured="healthy targets" if self.groups else "RUNNING tasks",
        )


def _age(lab: Connection, deployment: DeploymentTypeDef) -> float:
    """For how many seconds this deployment has been going on; 0 within the first (`createdAt` is rounded)."""
    age = lab.aws_time().now - deployment["createdAt"].timestamp()
    return age if age >= 1 else 0.0


def _healthy(lab: Connection, group: str) -> int:
    targets = target_group_reader.health(lab, group)
    return sum(target["TargetHealth"]["State"] == "healthy" for target in targets)


def _over(service: ServiceTypeDef) -> bool:
    """Completed and alone, or given up for good: without a roll-back nothing more happens."""
    newest = service["deployments"][0]
    if newest.get("rolloutState") == "FAILED":
        return not service_reader.circuit_breaker_of(service)["rollback"] and not newest["pendingCount"]
    return deployed(service)


def visitor(lab: Connection) -> Callable[[], str]:
    """Somebody who asks the load balancer for the page again and again, and says what he saw: its heading.

    He says `LOST` if there is no answer, or one with another status than 200.

    Raises:
        NotThere: there is no load balancer.
    """
    url = lab.url(load_balancer.wait_until_active(lab)["DNSName"])  # looked up once, as a browser does

    def visit() -> str:
        try:
            reply = lab.http("GET", url)
        except Unreachable:
            return LOST
        return _heading(reply.text) if reply.status == 200 else LOST

    return visit


def _heading(page: str) -> str:
    _, _, rest = page.partition("<h1>")
    return rest.partition("</h1>")[0].strip() or "a page without a heading"


def limits_of(lab: Connection, name: str | None = None) -> Limits:
    """What the service's deployments keep to now. Raises NotThere."""
    return limits_in(needed_active(lab, name))


def limits_in(service: ServiceTypeDef) -> Limits:
    """What the deployments of a service (as DescribeServices shows it) keep to."""
    configuration = service["deploymentConfiguration"]
    return Limits(
        service["desiredCount"], configuration["minimumHealthyPercent"], configuration["maximumPercent"]
    )
