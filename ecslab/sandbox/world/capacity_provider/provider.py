"""A capacity provider: all that DescribeCapacityProviders shows of it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProvider.html
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ManagedScaling:
    """The settings of managed scaling, with what AWS fills in (API_ManagedScaling).

    Attributes:
        enabled: whether ECS scales the group.
        target: per cent of the group's instances that are to be in use, 1 to 100.
        minimum_step, maximum_step: instances that a scale-out adds at least and at most, 1 to 10,000.
        warmup: seconds after which a new instance counts, 0 to 10,000.
    """

    enabled: bool = False
    target: int = 100
    minimum_step: int = 1
    maximum_step: int = 10_000
    warmup: int = 300


@dataclass(slots=True, eq=False)
class Provider:
    """A capacity provider of an Auto Scaling group.

    Attributes:
        group: the group's name; `group_arn` as the request had it.
        protects: managed termination protection; `drains`: managed draining.
        cluster: the name of the cluster that it is associated with; "" for none.
        policy: the scaling policy's ARN and name, the high and the low alarm's names, while it scales.
        scaled_out_at: virtual second of the last scale-out.
        value: CapacityProviderReservation now; `told_until`: the epoch second up to which it is recorded.
    """

    name: str
    arn: str
    group: str
    group_arn: str
    scaling: ManagedScaling = field(default_factory=ManagedScaling)
    protects: bool = False
    drains: bool = True
    tags: list[dict[str, str]] = field(default_factory=list)
    status: str = "ACTIVE"
    update_status: str | None = None
    cluster: str = ""
    policy: tuple[str, str, str, str] | None = None
    scaled_out_at: float | None = None
    value: float = 100.0
    told_until: float = 0.0
