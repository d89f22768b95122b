"""The health check asks for a path that the application does not have."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

PATHS: Final = ("/health", "/healthz", "/status")


def arrange(builder: Builder) -> None:
    builder.foundation()
    network, load_balancers = builder.balanced(health_path=builder.rng.choice(PATHS))
    builder.service(builder.register(builder.task_definition()), network, load_balancers)
    builder.pass_time(240)


def asks_in_vain(app: Application) -> bool:
    return app.target_group.get("HealthCheckPath") in PATHS


def threshold(app: Application) -> int:
    return app.target_group.get("UnhealthyThresholdCount", 2)


def repair(lab: Connection, fault: "Fault") -> None:
    group = lab.elbv2.describe_target_groups(Names=[fault.names.service])["TargetGroups"][0]
    lab.elbv2.modify_target_group(TargetGroupArn=group["TargetGroupArn"], HealthCheckPath="/")


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.balanced,
    repair=repair,
    wrong=(
        WrongFix("grace-period", lambda app: asks_in_vain(app) and app.grace_period > 0),
        WrongFix("threshold", lambda app: asks_in_vain(app) and threshold(app) > 2),
        WrongFix("new-revision", lambda app: asks_in_vain(app) and app.revision > 1),
        WrongFix("redeployed", lambda app: asks_in_vain(app) and app.redeployed),
    ),
    values={
        "path": lambda app: app.target_group.get("HealthCheckPath", ""),
        "codes": lambda app: app.target_group.get("Matcher", {}).get("HttpCode", "200"),
        "grace": lambda app: app.grace_period,
        "threshold": threshold,
    },
)
