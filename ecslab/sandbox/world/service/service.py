"""A service as its scheduler sees it: what is asked of it, its deployments, and what it waits for.

Nothing here decides anything or knows a clock.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
"""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from ecslab.sandbox.world.service.deployment import Deployment, Revision
from ecslab.sandbox.world.service.events import EventLog
from ecslab.sandbox.world.service.lifecycle import SERVICE
from ecslab.sandbox.world.service.member import READY, Member
from ecslab.sandbox.world.service.rollout import Rollout
from ecslab.sandbox.world.time.clock import Event

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

LEAST_FAILURES: Final = 3
MOST_FAILURES: Final = 200
HISTORY: Final = 90 * 86_400.0
"""Seconds for which a service deployment is told of.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/view-service-deployment.html
"""


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """API_DeploymentCircuitBreaker: how many failures are too many.

    Args:
        enabled: whether a deployment that fails is given up.
        rollback: whether the last completed one then comes back.
        kind: `BOUNDED_PERCENT`, `UNBOUNDED_PERCENT` (of the desired count) or `COUNT`.
        value: percent or number, by `kind`.
        resets: whether a task that gets healthy wipes out the failures before it.
    """

    enabled: bool = False
    rollback: bool = False
    kind: str = "BOUNDED_PERCENT"
    value: int = 50
    resets: bool = True

    @property
    def rolls_back(self) -> bool:
        return self.enabled and self.rollback

    def threshold(self, desired: int) -> int:
        """Failures in a row at which a deployment of `desired` tasks has failed (3 to 200 when bounded)."""
        if self.kind == "COUNT":
            return self.value
        share = math.ceil(self.value * desired / 100)
        return share if self.kind == "UNBOUNDED_PERCENT" else min(max(share, LEAST_FAILURES), MOST_FAILURES)


@dataclass(slots=True, eq=False)
class Service:
    """A service.

    Args:
        settings: what of API_Service the scheduler does not decide, in AWS's shape.
        asked: members of UpdateService that the next deployment takes up.
        request: the whole CreateService, to tell a repetition by.
        deployments: newest first; the first is PRIMARY.
        completed: the deployment that last completed, for a roll-back.
        planned_looks: the virtual seconds at which the scheduler will look at it.
        changed_at: virtual second of the last change; steadiness is counted from it.
        next_steady_message: when it says once more that it is steady; None while it is not.
        failures: failures to start in a row, of one batch counted once.
        launch_from: virtual second before which no task is started.
        unplaced: whether that is so because no container instance could take the last one.
        older_stay_until: virtual second before which no task of an older deployment is stopped.
        rollouts: its service deployments (API_ServiceDeployment), newest first.
        unhealthy: unhealthy tasks that are not given up yet, by id.
        unregistered: tasks whose targets are to be registered, by id.
        deregistrations: (virtual second, running number, task) of targets to deregister, as a heap.
    """

    name: str
    arn: str
    cluster: str
    created_at: float
    desired: int
    settings: "ServiceTypeDef" = field(default_factory=cast("type[ServiceTypeDef]", dict))
    asked: dict[str, object] = field(default_factory=dict)
    request: str = ""
    minimum_percent: int = 100
    maximum_percent: int = 200
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)
    grace: float = 0.0
    rebalances: bool = True
    daemon: bool = False
    status: str = SERVICE.first
    tags: list[dict[str, str]] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)
    completed: Deployment | None = None
    log: EventLog = field(default_factory=EventLog)
    planned_looks: dict[float, Event] = field(default_factory=dict)
    changed_at: float = 0.0
    next_steady_message: Event | None = None
    unbalanced: bool = False
    failures: int = 0
    last_failure_at: float = -1.0
    launch_from: float = 0.0
    unplaced: bool = False
    older_stay_until: float = 0.0
    rolling_back: bool = False
    rollouts: list[Rollout] = field(default_factory=list)
    unhealthy: dict[str, Member] = field(default_factory=dict)
    unregistered: dict[str, Member] = field(default_factory=dict)
    deregistrations: list[tuple[float, int, Member]] = field(default_factory=list)

    def move(self, event: str) -> None:
        """Take the step that `event` leads to; IllegalTransition, and no change, if there is none."""
        self.status = SERVICE.next(self.status, event)

    @property
    def primary(self) -> Deployment:
        return self.deployments[0]

    @property
    def revision(self) -> Revision:
        """What it runs, or ran at last."""
        return (self.deployments or self.rollouts)[0].revision

    @property
    def steady(self) -> bool:
        return self.next_steady_message is not None

    def mark_unsettled(self) -> None:
        """It is not steady any more."""
        if self.next_steady_message:
            self.next_steady_message.cancel()
        self.next_steady_message = None

    @property
    def minimum(self) -> int:
        """Tasks that stay RUNNING and healthy during a deployment."""
        return math.ceil(self.desired * self.minimum_percent / 100)

    @property
    def maximum(self) -> int:
        """Tasks RUNNING or coming up that there may be."""
        return self.desired * self.maximum_percent // 100

    @property
    def missing(self) -> int:
        """Tasks of the PRIMARY deployment that are missing and may be replaced by now."""
        primary = self.primary
        held = len(primary.replacements_due) + primary.failing
        return self.desired + primary.extra - primary.serving - held

    @property
    def room(self) -> int:
        """Tasks that may be started now without there being too many."""
        return self.maximum - self.running - self.pending

    def replaces(self, deployment: Deployment) -> bool:
        """Whether tasks of this deployment that end are replaced."""
        return deployment is self.primary or deployment is self.completed

    def remove_if_over(self, deployment: Deployment) -> None:
        """Forget an older deployment without tasks, now and to come; one that is FAILED is still shown."""
        replaced = deployment.replacements_due and self.replaces(deployment)
        over = not (deployment.members or replaced)
        if over and deployment in self.deployments[1:] and deployment.rollout_state != "FAILED":
            deployment.move("replaced")
            self.deployments.remove(deployment)

    def forget_older_deployments(self, now: float) -> None:
        """Keep of deployments that are gone, to which nobody returns, what is told of them."""
        in_use = (None, self.completed, *self.deployments)
        for rollout, older in zip(self.rollouts, [*self.rollouts[1:], *self.rollouts[-1:]], strict=True):
            if rollout.deployment not in in_use:
                rollout.forget_deployment(older.revision)
        while self.rollouts[-1].deployment is None and self.rollouts[-1].created_at < now - HISTORY:
            self.rollouts.pop()

    def visible_state(self) -> tuple[object, ...]:
        """What is to be seen of it, its tasks and its targets, so far as it is the scheduler that moves them.

        While all of this is as before, so is whatever the API shows of it.
        """
        event = self.log.events[0].id if self.log.events else ""
        newest = [(last.id, last.status, last.updated_at, last.listed) for last in self.rollouts[:1]]
        own = (self.status, self.desired, event, len(self.unregistered), len(self.deregistrations), *newest)
        return own + tuple(deployment.visible_state() for deployment in self.deployments)

    @property
    def running(self) -> int:
        return sum(deployment.running for deployment in self.deployments)

    @property
    def pending(self) -> int:
        return sum(deployment.pending for deployment in self.deployments)

    @property
    def shown_pending(self) -> int:
        """`pendingCount`, without what is PROVISIONING."""
        return sum(deployment.shown_pending for deployment in self.deployments)

    @property
    def live(self) -> int:
        return sum(deployment.live for deployment in self.deployments)

    def graded(self, *grades: int) -> int:
        """How many tasks up or coming up have one of these grades."""
        return sum(deployment.graded(*grades) for deployment in self.deployments)

    def is_short(self, older: int) -> bool:
        """Whether `older` tasks of an older deployment, and what is healthy of the newest, are too few."""
        return older + self.primary.graded(READY) < self.minimum
