"""The application starts slowly, and its failed health checks count from the beginning."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

WARM_UP: Final = 120  # seconds until the application listens
SLOWLY: Final = (
    f"echo 'loading the catalogue: this takes about {WARM_UP} seconds'; sleep {WARM_UP}; "
    "echo 'the catalogue is loaded'; httpd-foreground"
)


def arrange(builder: Builder) -> None:
    builder.foundation()
    network, load_balancers = builder.balanced()
    slow = builder.task_definition(command=["sh", "-c", SLOWLY])
    builder.service(builder.register(slow), network, load_balancers)
    builder.pass_time(240)


def has_container_check(app: Application) -> bool:
    containers = app.task_definition.get("containerDefinitions", [])
    return any(container.get("healthCheck") for container in containers)


def repair(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    fault.deploy(healthCheckGracePeriodSeconds=180)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.balanced,
    repair=repair,
    wrong=(
        WrongFix("grace-too-short", lambda app: 0 < app.grace_period < WARM_UP),
        WrongFix("container-check", has_container_check),
        WrongFix("other-path", lambda app: app.target_group.get("HealthCheckPath") != "/"),
        WrongFix("redeployed", lambda app: app.redeployed and not app.grace_period),
    ),
    values={"warm_up": lambda _: WARM_UP, "grace": lambda app: app.grace_period},
)
