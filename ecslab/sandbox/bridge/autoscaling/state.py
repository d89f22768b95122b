"""What Application Auto Scaling holds in a Region, and what it sees of ECS there."""

from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import state as ecs
from ecslab.sandbox.world.scaling.activity import ActivityLog
from ecslab.sandbox.world.scaling.target import ScalableTarget
from ecslab.sandbox.world.service.service import Service

NAMESPACE: Final = "ecs"
DIMENSION: Final = "ecs:service:DesiredCount"


@dataclass(slots=True, eq=False)
class RegionScaling:
    """The scalable targets of a Region by resource id, and the activities."""

    region: str
    targets: dict[str, ScalableTarget] = field(default_factory=dict)
    log: ActivityLog = field(default_factory=ActivityLog)


def of(region: str) -> RegionScaling:
    """The state of `region` in the current account, empty at first."""
    regions = current_account().autoscaling
    if region not in regions:
        regions[region] = RegionScaling(region)
    return regions[region]


def service_of(region: str, resource: str) -> Service | None:
    """The ACTIVE service of a resource id; None if there is none."""
    _, cluster, name = resource.split("/")
    held = ecs.of(region).clusters.get(cluster)
    service = held.services.get(name) if held and held.status == "ACTIVE" else None
    return service if service and service.status == "ACTIVE" else None
