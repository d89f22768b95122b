"""A service may run on Fargate Spot alone, and Spot has no capacity."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

WANTED: Final = 2
SPOT: Final = "FARGATE_SPOT"


def arrange(builder: Builder) -> None:
    lab, names = builder.lab, builder.names
    builder.foundation()
    lab.ecs.put_cluster_capacity_providers(
        cluster=names.cluster, capacityProviders=["FARGATE", SPOT], defaultCapacityProviderStrategy=[]
    )
    builder.service(
        builder.register(builder.task_definition()),
        builder.public(),
        desired_count=WANTED,
        capacityProviderStrategy=[{"capacityProvider": SPOT, "weight": 1}],
    )
    builder.pass_time(180)
    lab.control("inject", kind="spot-capacity", available=False)
    lab.control("inject", kind="spot-interruption")
    builder.pass_time(300)


def providers(app: Application) -> dict[str, tuple[int, int]]:
    """Base and weight of each capacity provider in the service's strategy; none with a launch type."""
    strategy = app.service.get("capacityProviderStrategy", []) if app.service else []
    return {item["capacityProvider"]: (item.get("base", 0), item.get("weight", 0)) for item in strategy}


def spot_only(app: Application) -> bool:
    return set(providers(app)) == {SPOT}


def strategy(app: Application) -> str:
    """The strategy as it is, in words."""
    items = providers(app).items()
    return ", ".join(f"`{name}` (base {base}, weight {weight})" for name, (base, weight) in items) or "none"


def repair(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    sure, rest = {"capacityProvider": "FARGATE", "base": 2}, {"capacityProvider": "FARGATE_SPOT", "weight": 1}
    fault.deploy(capacityProviderStrategy=[sure, rest], forceNewDeployment=True)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.page,
    repair=repair,
    wrong=(
        WrongFix("spot-is-back", lambda app: spot_only(app) and app.steady, works=True),
        WrongFix("redeployed", lambda app: spot_only(app) and app.redeployed),
        WrongFix("more-tasks", lambda app: spot_only(app) and app.desired_count > WANTED),
        WrongFix("half", lambda app: SPOT in providers(app) and not spot_only(app)),
    ),
    values={"strategy": strategy, "desired": lambda app: app.desired_count, "wanted": lambda _: WANTED},
)
