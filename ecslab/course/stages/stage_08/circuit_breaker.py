"""Is the deployment circuit breaker on, and has it undone a bad deployment?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks.definition_problem import definition_problem
from ecslab.course.stages.stage_08 import rollouts
from ecslab.course.words import counted
from ecslab.display.verdict import Verdict, done, not_yet
from ecslab.resources import deployment, task_definition
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from ecslab.resources.deployment import PastDeployment

_WORST = 10  # failures in a row after which a small service has failed for certain


def switched_on(lab: Connection) -> Verdict:
    """The deployment circuit breaker is on, and rolls back."""
    service = rollouts.active(lab)
    if not service:
        return rollouts.missing(lab)
    name, breaker = service["serviceName"], service_reader.circuit_breaker_of(service)
    if not breaker.get("enable"):
        if other := _has_one(lab, [each for each in service_reader.names(lab) if each != name]):
            return verdicts.wrong("08.breaker-of-another", other=other, name=name)
        return not_yet(f"The circuit breaker of `{name}` is off: a bad deployment would be tried for ever.")
    if not breaker.get("rollback"):
        return verdicts.wrong("08.no-rollback", name=name)
    if (least := _threshold(breaker, service["desiredCount"])) > _WORST:
        return verdicts.wrong(
            "08.threshold-high", name=name, least=least, tasks=counted(service["desiredCount"], "task")
        )
    if (bounds := rollouts.limits(service)).stuck:
        return verdicts.wrong("08.breaker-stuck", name=name, bounds=bounds)
    return done(f"The circuit breaker of `{name}` is on: it gives up, and rolls back.")


def _has_one(lab: Connection, names: list[str]) -> str | None:
    """The first of these services whose circuit breaker is on."""
    others = (service_reader.describe(lab, name) for name in names[:10])
    on = (other for other in others if other and service_reader.circuit_breaker_of(other).get("enable"))
    return next((str(other["serviceName"]) for other in on), None)


def _threshold(breaker: Mapping[str, object], desired: int) -> int:
    """So many failures in a row end a deployment (API_DeploymentCircuitBreaker)."""
    configuration = breaker.get("thresholdConfiguration")
    threshold = configuration if isinstance(configuration, dict) else {}
    value = int(threshold.get("value", 50))
    if threshold.get("type") == "COUNT":
        return value
    share = -(-value * desired // 100)
    return share if threshold.get("type") == "UNBOUNDED_PERCENT" else min(max(share, 3), 200)


def undone(lab: Connection) -> Verdict:
    """A deployment failed, the breaker brought the last good one back, and the bad revision is gone."""
    service = rollouts.active(lab)
    if not service:
        return rollouts.missing(lab)
    name, deployments = service["serviceName"], deployment.past(lab, service)
    if deployments and deployments[0]["status"] == "ROLLBACK_IN_PROGRESS":
        return not_yet(f"`{name}` is rolling back.")
    if trouble := rollouts.unfinished(lab, service):
        return trouble
    back = next(
        (deployment for deployment in deployments if deployment["status"] == "ROLLBACK_SUCCESSFUL"), None
    )
    if not back:
        return _never_rolled_back(name, deployments)
    bad = task_definition.find(lab, back["taskDefinition"])
    which = rollouts.number(back["taskDefinition"])
    if bad and bad["status"] == "ACTIVE" and definition_problem(lab, bad):
        return verdicts.wrong(
            "08.bad-revision-active", current=rollouts.number(service["taskDefinition"]), which=which
        )
    return verdicts.done(
        "08.rolled-back", failed=which.capitalize(), current=rollouts.number(service["taskDefinition"])
    )


def _never_rolled_back(name: str, deployments: list[PastDeployment]) -> Verdict:
    good = {
        deployment["taskDefinition"] for deployment in deployments if deployment["status"] == "SUCCESSFUL"
    }
    by_hand = [
        deployment
        for deployment in deployments
        if deployment["status"] == "STOPPED" and deployment["taskDefinition"] not in good
    ]
    if by_hand:
        return verdicts.wrong(
            "08.ended-by-hand", failed=rollouts.number(by_hand[0]["taskDefinition"]).capitalize()
        )
    return not_yet(f"No deployment of `{name}` has failed and been rolled back.")
