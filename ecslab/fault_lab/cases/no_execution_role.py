"""ECS cannot assume the execution role that the task definition names."""

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals
from ecslab.resources import execution_role

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault


def arrange(builder: Builder) -> None:
    builder.foundation()
    builder.service(builder.register(builder.task_definition()))
    execution_role.delete(builder.lab, builder.names.execution_role)
    builder.pass_time(150)


def is_there(app: Application) -> bool:
    return execution_role.find(app.lab, app.execution_role) is not None


def has_no_trust(app: Application) -> bool:
    role = execution_role.find(app.lab, app.execution_role)
    return role is not None and not execution_role.trusts_tasks(role)


def repair(lab: Connection, fault: "Fault") -> None:
    execution_role.create(lab, fault.names.execution_role)
    fault.deploy(forceNewDeployment=True)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.page,
    repair=repair,
    wrong=(
        WrongFix("no-trust", has_no_trust),
        WrongFix("no-permissions", lambda app: is_there(app) and not app.policies(app.execution_role)),
        WrongFix("task-role", lambda app: app.task_role and not is_there(app)),
        WrongFix("redeployed", lambda app: app.redeployed and not is_there(app)),
    ),
    values={
        "role": lambda app: app.execution_role,
        "role_state": lambda app: "is there" if is_there(app) else "does not exist",
    },
)
