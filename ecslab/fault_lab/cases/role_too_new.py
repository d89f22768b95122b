"""A deployment came a moment too early for a role made just before it, and its breaker gave it up."""

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals
from ecslab.resources import execution_role
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

_TRIES = 60  # about every third script is too quick
_FORGOTTEN = 4000.0  # seconds after which nobody sees a stopped task any more


def arrange(builder: Builder) -> None:
    lab, names = builder.lab, builder.names
    builder.foundation()
    definition, network = builder.register(builder.task_definition()), builder.public()
    lab.control("inject", kind="eventual", on=True)
    for _ in range(_TRIES):
        execution_role.delete(lab, names.execution_role)
        builder.pass_time(_FORGOTTEN)
        execution_role.create(lab, names.execution_role)
        breaker = {"enable": True, "rollback": False, "thresholdConfiguration": {"type": "COUNT", "value": 1}}
        builder.service(definition, network, deploymentConfiguration={"deploymentCircuitBreaker": breaker})
        builder.pass_time(150)
        if gave_up(Application(lab, names)):
            return
        lab.ecs.delete_service(cluster=names.cluster, service=names.service, force=True)


def gave_up(app: Application) -> bool:
    return app.primary.get("rolloutState") == "FAILED"


def without_breaker(app: Application) -> bool:
    return app.service is not None and not service_reader.circuit_breaker_of(app.service)["enable"]


def repair(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    fault.deploy(forceNewDeployment=True)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.page,
    repair=repair,
    wrong=(
        WrongFix("no-role", lambda app: execution_role.find(app.lab, app.execution_role) is None),
        WrongFix("no-breaker", without_breaker, works=True),
    ),
    values={"role": lambda app: app.execution_role},
)
