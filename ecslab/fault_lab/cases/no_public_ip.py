"""The tasks are in public subnets, but get no public IP."""

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Builder, Case, WrongFix, goals
from ecslab.fault_lab.engine.builder import PULL_GIVEN_UP

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault


def arrange(builder: Builder) -> None:
    builder.foundation()
    task_definition = builder.register(builder.task_definition())
    builder.service(task_definition, builder.public() | {"assignPublicIp": "DISABLED"})
    builder.pass_time(PULL_GIVEN_UP)


def repair(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    place = fault.network() | {"assignPublicIp": "ENABLED"}
    fault.deploy(networkConfiguration={"awsvpcConfiguration": place})


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.page,
    repair=repair,
    wrong=(
        WrongFix("other-way-out", lambda app: not app.has_public_ip and app.steady),
        WrongFix("private-subnet", lambda app: app.has_public_ip and app.lacks_way_out),
        WrongFix("other-group", lambda app: not app.has_public_ip and len(app.security_groups) != 1),
        WrongFix("redeployed", lambda app: not app.has_public_ip and app.redeployed),
    ),
    values={
        "routes": lambda app: app.routes,
        "assign_public_ip": lambda app: app.vpc_configuration.get("assignPublicIp"),
    },
)
