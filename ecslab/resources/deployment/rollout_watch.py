"""Looking on while a deployment goes on: counts and visits, at every look."""

import contextlib
from collections.abc import Callable
from typing import Any

from ecslab.connection.connection import Connection
from ecslab.errors import NotThere, StillWaiting, Unreachable
from ecslab.resources import load_balancer, service
from ecslab.resources.deployment.observed_rollout import LOST, Rolled, Sample
from ecslab.resources.deployment.rollout_plan import Limits


def watch(
    lab: Connection, name: str | None = None, limit: float = 900, visit: Callable[[], str] | None = None
) -> Rolled:
    """Look on until the newest deployment is over, rolled back included, and note how many tasks there are.

    Only looks: the counts are those of DescribeServices, the healthy ones those of DescribeTargetHealth.

    Args:
        lab: from `ecslab.connect()`.
        name: the lesson's service unless given.
        limit: seconds at most; a deployment that never ends is shown as far as it came.
        visit: called at every look, such as `visitor(lab)`; what it answers is kept.

    Raises:
        NotThere: there is no such service.
    """
    watched = _Watch(lab, name, visit)
    with contextlib.suppress(StillWaiting):  # as far as it came: that is what the learner wants to see
        lab.wait(watched.look, f"the deployment of {watched.there['serviceName']}", limit)
    return watched.seen()


class _Watch:
    """What was seen so far; the deployment is told from others by its id."""

    def __init__(self, lab: Connection, name: str | None, visit: Callable[[], str] | None):
        self.lab, self.name, self.visit, self.began = lab, name, visit, lab.now()
        self.there = needed(lab, name)
        self.target = self.there["deployments"][0]["id"]
        balancers = self.there.get("loadBalancers", [])
        self.groups = [one["targetGroupArn"] for one in balancers if "targetGroupArn" in one]
        self.samples: list[Sample] = []
        self.reasons: list[tuple[float, str, str]] = []
        self.answers: list[str] = []

    def look(self) -> bool:
        """Note how things stand; whether it is over."""
        self.there = needed(self.lab, self.name)
        at, newest = self.lab.now() - self.began, self.there["deployments"][0]
        self.samples.append(self._sample(at))
        said = (newest.get("rolloutState", ""), newest.get("rolloutStateReason", ""))
        if not self.reasons or self.reasons[-1][1:] != said:
            self.reasons.append((at, *said))
        if self.visit:
            self.answers.append(self.visit())
        return _over(self.there)

    def _sample(self, at: float) -> Sample:
        of = {one["id"]: one for one in self.there["deployments"]}
        running = sum(one["runningCount"] for one in of.values())
        new = of.get(self.target, {}).get("runningCount", 0)
        coming = sum(one["pendingCount"] for one in of.values())
        healthy = min((_healthy(self.lab, group) for group in self.groups), default=running)
        return Sample(at, running - new, new, coming, healthy)

    def seen(self) -> Rolled:
        newest = self.there["deployments"][0]
        back = "ROLLED BACK" if newest.get("rolloutState") == "COMPLETED" else "ROLLING BACK"
        return Rolled(
            samples=tuple(self.samples),
            limits=_limits(self.there),
            state=self.reasons[-1][1] if newest["id"] == self.target else back,
            reasons=tuple(self.reasons),
            seconds=self.lab.now() - self.began,
            answers=tuple(self.answers),
            measured="healthy targets" if self.groups else "RUNNING tasks",
        )


def _healthy(lab: Connection, group: str) -> int:
    targets = lab.elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    return sum(one["TargetHealth"]["State"] == "healthy" for one in targets)


def _over(found: dict[str, Any]) -> bool:
    """Completed and alone, or given up for good: without a roll-back nothing more happens."""
    newest, *others = found["deployments"]
    state = newest.get("rolloutState", "COMPLETED")
    if state == "FAILED":
        breaker = found["deploymentConfiguration"].get("deploymentCircuitBreaker", {})
        return not breaker.get("rollback") and not newest["pendingCount"]
    return state == "COMPLETED" and not others


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


def needed(lab: Connection, name: str | None) -> dict[str, Any]:
    """The service as DescribeServices shows it. Raises NotThere."""
    found = service.find(lab, name)
    if not found:
        raise NotThere(
            f"there is no service {name or lab.names.service} in the cluster {lab.names.cluster}.\n"
            "  next: service.create(lab), in notebook 06"
        )
    return found


def limits_of(lab: Connection, name: str | None = None) -> Limits:
    """What the service's deployments keep to now. Raises NotThere."""
    return _limits(needed(lab, name))


def _limits(found: dict[str, Any]) -> Limits:
    configuration = found["deploymentConfiguration"]
    return Limits(
        found["desiredCount"], configuration["minimumHealthyPercent"], configuration["maximumPercent"]
    )
