"""A deployment of a service: what it runs, its tasks, and the counts that the scheduler decides by.

Nothing here decides anything or knows a clock. Counts are kept as tasks change, so that a decision costs
the same for five tasks and five thousand.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ecslab.sandbox.world.service.lifecycle import DEPLOYMENT, ROLLOUT_STATE
from ecslab.sandbox.world.service.member import PENDING, READY, UNREADY, Member
from ecslab.sandbox.world.service.revision import Revision


@dataclass(slots=True, eq=False)
class Deployment:
    """One entry of a service's `deployments`.

    Args:
        id: `ecs-svc/` and 19 digits.
        status: PRIMARY, ACTIVE or INACTIVE.
        failed_tasks: failures in a row, as DescribeServices counts them.
        holds: virtual seconds at which tasks that ended may be replaced, as a heap.
        dying: tasks that ended and of which that second is not known yet.
        trip_at: virtual second at which the circuit breaker gives it up.
        places: tasks up or coming up, by subnet.
        shunned: virtual second until which a subnet is avoided.
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
    holds: list[float] = field(default_factory=list)
    dying: int = 0
    trip_at: float | None = None
    extra: int = 0
    pending: int = 0
    running: int = 0
    doomed: dict[str, Member] = field(default_factory=dict)
    shelves: dict[tuple[int, str], dict[str, Member]] = field(default_factory=dict)
    places: list[int] = field(default_factory=list)
    shunned: dict[int, float] = field(default_factory=dict)

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
        self._count(member, 1)

    def change(self, member: Member, **values: object) -> None:
        """Set attributes of a task, and keep the counts right."""
        self._count(member, -1)
        for name, value in values.items():
            setattr(member, name, value)
        self._count(member, 1)

    def drop(self, member: Member) -> None:
        """Forget a task that is STOPPED."""
        self._count(member, -1)
        del self.members[member.id]

    def _count(self, member: Member, sign: int) -> None:
        self.pending += sign * (member.phase == "pending")
        self.running += sign * (member.phase == "running")
        if not member.live:
            return
        self.places[member.place] += sign
        shelf = self.shelves.setdefault((member.grade, member.zone), {})
        if sign > 0:
            shelf[member.id] = member
        else:
            shelf.pop(member.id)
        if member.doomed:
            if sign > 0:
                self.doomed[member.id] = member
            else:
                self.doomed.pop(member.id)

    def shown(self) -> tuple[object, ...]:
        """What is to be seen of it and of its tasks (`Service.shown`)."""
        said = (self.id, self.status, self.rollout_state, self.rollout_reason, self.updated_at)
        return (*said, self.failed_tasks, self.running, self.pending, self.live, len(self.members))

    def graded(self, *grades: int) -> int:
        """How many tasks up or coming up have one of these grades."""
        return sum(len(shelf) for (grade, _), shelf in self.shelves.items() if grade in grades)

    @property
    def live(self) -> int:
        return self.graded(PENDING, UNREADY, READY)

    @property
    def serving(self) -> int:
        """Tasks that count towards the desired number."""
        return self.live - len(self.doomed)

    def zone_counts(self) -> dict[str, int]:
        """Tasks up or coming up by zone, zones without any included."""
        counts = dict.fromkeys(self.revision.zones, 0)
        for (_, zone), shelf in self.shelves.items():
            counts[zone] += len(shelf)
        return counts

    def next_places(self, now: float) -> list[int]:
        """The subnets for the next task, best first: by zone the one with the fewest, and so within it.

        Those where a task lately failed to start come last (U).
        """
        zones = self.zone_counts()
        return sorted(
            range(len(self.places)),
            key=lambda at: (self.shuns(at, now), zones[self.revision.zones[at]], self.places[at], at),
        )

    def shuns(self, place: int, now: float) -> bool:
        """Whether this subnet is avoided for the time being."""
        return self.shunned.get(place, now) > now

    def victims(self, grades: tuple[int, ...], now: float) -> Iterator[Member]:
        """Tasks to stop, first those of the first grade, there from the fullest zone the newest.

        Tasks under protection are passed over. The caller stops each before it asks for the next.
        """
        for grade in grades:
            while found := self._victim(grade, now):
                yield found

    def _victim(self, grade: int, now: float) -> Member | None:
        counts = self.zone_counts()
        for zone in sorted(counts, key=lambda zone: -counts[zone]):
            for member in reversed(self.shelves.get((grade, zone), {}).values()):
                if member.protected_until <= now:
                    return member
        return None
