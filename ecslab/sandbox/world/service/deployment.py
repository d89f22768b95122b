"""A deployment of a service: its revision, its tasks, and the counts that the scheduler decides by.

Nothing here decides anything or knows a clock. Counts are kept as tasks change, so that a decision costs
the same for five tasks and five thousand.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRevision.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ecslab.sandbox.world.service.lifecycle import DEPLOYMENT, ROLLOUT_STATE
from ecslab.sandbox.world.service.member import PENDING, READY, UNREADY, Member
from ecslab.sandbox.world.service_connect.configuration import Connect

RECORDED: Final[tuple[str, ...]] = ("region", "shown", "kept", "images")
"""What of a revision's `spec` is told for as long as there is a record of its deployment."""


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """One entry of a service's `loadBalancers`."""

    target_group: str
    container: str
    port: int


@dataclass(frozen=True, slots=True)
class DiscoveryRegistry:
    """The entry of a service's `serviceRegistries`: a service of Cloud Map.

    `port` is that of SRV records; of a `container`, where tasks share their instance's ports, its own.
    """

    arn: str
    container: str | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Revision:
    """What a deployment runs.

    Args:
        number: 19 digits, the end of the service revision's ARN.
        created_at: epoch seconds.
        spec: the rest, in AWS's shape; the scheduler does not look into it.
        zones: Availability Zone of each subnet that a task may go to.
        load_balancers: where its tasks are registered.
        registry: where its tasks are found by name.
        connect: what they serve and know of Service Connect.
        checked: whether an essential container has a health check.
        fargate: False for a launch type whose capacity is not there.
        digests: what the containers' image tags stood for when its first task pulled them.
    """

    number: str
    created_at: float
    spec: dict[str, Any]
    zones: tuple[str, ...]
    load_balancers: tuple[LoadBalancer, ...] = ()
    checked: bool = False
    fargate: bool = True
    digests: dict[str, str] = field(default_factory=dict)
    registry: DiscoveryRegistry | None = None
    connect: Connect | None = None

    def forget_order(self, like: "Revision") -> None:
        """No task will be made of it any more: keep what is told of it; what equals `like`'s is kept once."""
        recorded = {name: self.spec[name] for name in RECORDED if name in self.spec}
        alike = {name: like.spec[name] for name in recorded if like.spec.get(name) == recorded[name]}
        self.spec.clear()
        self.spec.update(recorded | alike)


@dataclass(slots=True, eq=False)
class Deployment:
    """One entry of a service's `deployments`.

    Args:
        id: `ecs-svc/` and 19 digits.
        status: PRIMARY, ACTIVE or INACTIVE.
        failed_tasks: failures in a row, as DescribeServices counts them.
        replacements_due: virtual seconds at which tasks that ended may be replaced, as a heap.
        failing: tasks that ended and of which that second is not known yet.
        trip_at: virtual second at which the circuit breaker gives it up.
        given_up: unhealthy tasks that are replaced, by id.
        live_members: tasks up or coming up, by grade and zone, and there by id.
        live: how many they are; `by_grade`, of each grade.
        places: how many of them are in each subnet.
        avoided_until: virtual second until which a subnet is avoided.
        pending: tasks that are coming up; of those, `provisioning` are not PENDING yet.
        extra: tasks above the desired count, on the way to a better spread.
    """

    id: str
    revision: Revision
    created_at: float
    status: str = DEPLOYMENT.first
    rollout_state: str = ROLLOUT_STATE.first
    rollout_reason: str = ""
    updated_at: float = 0.0
    failed_tasks: int = 0
    members: dict[str, Member] = field(default_factory=dict)
    replacements_due: list[float] = field(default_factory=list)
    failing: int = 0
    trip_at: float | None = None
    extra: int = 0
    pending: int = 0
    provisioning: int = 0
    running: int = 0
    given_up: dict[str, Member] = field(default_factory=dict)
    live_members: dict[tuple[int, str], dict[str, Member]] = field(default_factory=dict)
    live: int = 0
    by_grade: list[int] = field(default_factory=lambda: [0, 0, 0])
    places: list[int] = field(default_factory=list)
    avoided_until: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places = [0] * len(self.revision.zones)

    def move(self, event: str) -> None:
        """Take the step that `event` leads to; IllegalTransition, and no change, if there is none."""
        self.status = DEPLOYMENT.next(self.status, event)

    def roll(self, event: str, at: float, reason: str) -> None:
        """Take a step of the roll-out, at epoch second `at`; likewise."""
        self.rollout_state = ROLLOUT_STATE.next(self.rollout_state, event)
        self.rollout_reason, self.updated_at = reason, at

    def add(self, member: Member) -> None:
        """Take up a task that has been started."""
        self.members[member.id] = member
        self.count(member, 1)

    def remove(self, member: Member) -> None:
        """Forget a task that is STOPPED."""
        self.count(member, -1)
        del self.members[member.id]

    def count(self, member: Member, sign: int) -> None:
        """Take a task, as it is, into the counts (1) or out of them (-1)."""
        self.pending += sign * (member.phase == "pending")
        self.provisioning += sign * (member.phase == "pending" and member.provisioning)
        self.running += sign * (member.phase == "running")
        if not member.live:
            return
        self.places[member.place] += sign
        self.live += sign
        self.by_grade[member.grade] += sign
        tables = [self.live_members.setdefault((member.grade, member.zone), {})]
        if member.given_up:
            tables.append(self.given_up)
        for members in tables:
            if sign > 0:
                members[member.id] = member
            else:
                del members[member.id]

    def visible_state(self) -> tuple[object, ...]:
        """What is to be seen of it and of its tasks (`Service.visible_state`)."""
        own = (self.id, self.status, self.rollout_state, self.rollout_reason, self.updated_at)
        counts = (self.running, self.pending, self.provisioning, self.live, len(self.members))
        return (*own, self.failed_tasks, *counts)

    @property
    def shown_pending(self) -> int:
        """`pendingCount`: recorded, a task that is PROVISIONING is in no count."""
        return self.pending - self.provisioning

    def graded(self, *grades: int) -> int:
        """How many tasks up or coming up have one of these grades."""
        return sum(self.by_grade[grade] for grade in grades)

    @property
    def serving(self) -> int:
        """Tasks that count towards the desired number."""
        return self.live - len(self.given_up)

    def zone_counts(self) -> dict[str, int]:
        """Tasks up or coming up by zone, zones without any included."""
        counts = dict.fromkeys(self.revision.zones, 0)
        for (_, zone), members in self.live_members.items():
            counts[zone] += len(members)
        return counts

    def next_places(self, now: float) -> list[int]:
        """The subnets for the next task, best first: by zone the one with the fewest, and so within it.

        Those where a task lately failed to start come last (U).
        """
        counts, zones = self.zone_counts(), self.revision.zones

        def rank(place: int) -> tuple[bool, int, int, int]:
            return self.avoids(place, now), counts[zones[place]], self.places[place], place

        return sorted(range(len(self.places)), key=rank)

    def avoids(self, place: int, now: float) -> bool:
        """Whether this subnet is avoided for the time being."""
        return self.avoided_until.get(place, now) > now

    def stop_candidates(self, now: float) -> Iterator[Member]:
        """Tasks to stop, first those of the lowest grade, there from the fullest zone the newest.

        Tasks under protection are passed over. The caller stops each before it asks for the next.
        """
        for grade in (PENDING, UNREADY, READY):
            while self.by_grade[grade] and (member := self._next_to_stop(grade, now)):
                yield member

    def _next_to_stop(self, grade: int, now: float) -> Member | None:
        counts = self.zone_counts()
        for zone in sorted(counts, key=lambda zone: -counts[zone]):
            for member in reversed(self.live_members.get((grade, zone), {}).values()):
                if member.protected_until <= now:
                    return member
        return None
