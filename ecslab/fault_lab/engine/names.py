"""The names of a fault's resources: the same for every fault, so that no name tells which one it is."""

import random
from dataclasses import dataclass
from typing import Final

from ecslab.connection.connection import Connection

_APPS: Final = ("bakery", "ferry", "library", "museum", "orchard", "theatre")


@dataclass(frozen=True)
class FaultNames:
    """What the resources of a fault are called, the lab's prefix included.

    Attributes:
        app: whose application it is, one word.
        service: also the name of the definition's family, of the repository and of the tasks' security group.
        instances: the launch template, Auto Scaling group, role and profile of EC2 instances, where some are.
        helper: a second service of the same team, where there is one.
    """

    app: str
    cluster: str
    service: str
    helper: str
    container: str
    sidecar: str
    log_group: str
    execution_role: str
    task_role: str
    balancer: str
    balancer_group: str
    secret: str
    parameter: str
    instances: str


def fault_names(lab: Connection, rng: random.Random) -> FaultNames:
    """The names for one fault; `rng` decides whose application it is."""
    app = rng.choice(_APPS)
    return FaultNames(
        app=app,
        cluster=lab.name("fault-cluster"),
        service=lab.name(f"fault-{app}"),
        helper=lab.name("fault-nightly"),
        container="web",
        sidecar="prices",
        log_group=lab.name(f"/ecs/fault-{app}"),
        execution_role=lab.name("fault-execution"),
        task_role=lab.name("fault-task"),
        balancer=lab.name("fault-alb"),
        balancer_group=lab.name("fault-alb"),
        secret=lab.name("fault/database"),
        parameter="/" + lab.name("fault-prices"),
        instances=lab.name("fault-instances"),
    )
