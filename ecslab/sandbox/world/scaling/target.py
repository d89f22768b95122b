"""A scalable target, its policies and its scheduled actions, as Application Auto Scaling keeps them.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalableTarget.html
"""

from dataclasses import dataclass, field

from ecslab.sandbox.world.scaling.capacity import Bounds, Step, step_for, stepped
from ecslab.sandbox.world.scaling.configuration import Configuration
from ecslab.sandbox.world.scaling.decision import COOLDOWN, Cooldowns
from ecslab.sandbox.world.scaling.schedule import Schedule
from ecslab.sandbox.world.time.clock import Event


@dataclass(slots=True, eq=False)
class Policy:
    """A scaling policy.

    Attributes:
        arn: with the target's UUID in it.
        kind: `TargetTrackingScaling` or `StepScaling`.
        configuration: as it was given; defaults are not filled in.
        created_at: epoch seconds; a rewrite keeps it.
        maker: the UUID after `createdBy/` in the actions of the alarms that were made for it.
        high, low: the names of those alarms; "" where it has none.
    """

    name: str
    arn: str
    kind: str
    configuration: Configuration
    created_at: float
    maker: str = ""
    high: str = ""
    low: str = ""

    @property
    def tracks(self) -> bool:
        """Whether it is a target tracking policy."""
        return self.kind == "TargetTrackingScaling"

    @property
    def target_value(self) -> float:
        """Of a target tracking policy, in the metric's unit."""
        return float(self.configuration["TargetValue"])

    @property
    def scales_in(self) -> bool:
        """Whether a target tracking policy scales in."""
        return not self.configuration.get("DisableScaleIn", False)

    def cooldown(self, out: bool) -> float:
        """Seconds after it has scaled out or in."""
        if not self.tracks:
            return float(self.configuration.get("Cooldown", COOLDOWN))
        if out:
            return float(self.configuration.get("ScaleOutCooldown", COOLDOWN))
        return float(self.configuration.get("ScaleInCooldown", COOLDOWN))

    def stepped(self, capacity: int, deviation: float, falling: bool) -> int | None:
        """The capacity that a step scaling policy asks for; None where the metric falls into no step.

        Args:
            deviation, falling: as `capacity.step_for` takes them.
        """
        step = step_for(self.steps, deviation, falling)
        kind = self.configuration["AdjustmentType"]
        least = self.configuration.get("MinAdjustmentMagnitude", 1)
        return None if step is None else stepped(capacity, step.adjustment, kind, least)

    @property
    def steps(self) -> list[Step]:
        """Of a step scaling policy."""
        return [
            Step(
                each.get("MetricIntervalLowerBound"),
                each.get("MetricIntervalUpperBound"),
                each["ScalingAdjustment"],
            )
            for each in self.configuration.get("StepAdjustments", ())
        ]


@dataclass(slots=True, eq=False)
class ScheduledAction:
    """A scheduled action.

    Attributes:
        expression, zone: as they were given; no zone is UTC.
        start, end: epoch seconds between which it runs.
        minimum, maximum: what it sets.
        event: its next run.
    """

    name: str
    arn: str
    created_at: float
    expression: str
    schedule: Schedule
    zone: str | None = None
    start: float | None = None
    end: float | None = None
    minimum: int | None = None
    maximum: int | None = None
    event: Event | None = None

    def next_after(self, moment: float) -> float | None:
        """When it next runs after epoch second `moment`; None if never again."""
        begin = moment if self.start is None else max(moment, self.start - 1e-6)
        due = self.schedule.after(begin, self.created_at if self.start is None else self.start)
        return None if due is None or (self.end is not None and due > self.end) else due


@dataclass(slots=True, eq=False)
class ScalableTarget:
    """A service that can be scaled.

    Attributes:
        resource: `service/<cluster>/<service>`.
        id: `0ec5` and 32 hex digits.
        suspended: members of SuspendedState, all three.
        policies, actions: by name.
        bounds_event: when the service is next held against the bounds.
    """

    resource: str
    id: str
    arn: str
    bounds: Bounds
    created_at: float
    suspended: dict[str, bool]
    tags: dict[str, str] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    actions: dict[str, ScheduledAction] = field(default_factory=dict)
    cooldowns: Cooldowns = field(default_factory=Cooldowns)
    bounds_event: Event | None = None

    @property
    def cluster(self) -> str:
        return self.resource.split("/")[1]

    @property
    def service(self) -> str:
        return self.resource.split("/")[2]

    @property
    def uuid(self) -> str:
        """The target's UUID, as the ARNs of its policies and scheduled actions have it."""
        digits = self.id[4:]
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    @property
    def trackers(self) -> list[Policy]:
        """The target tracking policies that scale in, which have to agree on it."""
        return [policy for policy in self.policies.values() if policy.tracks and policy.scales_in]
