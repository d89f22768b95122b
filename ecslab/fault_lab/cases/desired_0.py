"""Nobody wants a task: the service's desired count is 0."""

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault


def arrange(builder: Builder) -> None:
    names = builder.names
    builder.foundation()
    builder.service(builder.register(builder.task_definition()))
    builder.pass_time(120)
    builder.lab.ecs.update_service(cluster=names.cluster, service=names.service, desiredCount=0)
    builder.pass_time(180)


def bare_tasks(app: Application) -> list[str]:
    """Tasks of the application that run beside the service."""
    family = app.names.service
    arns = task_reader.arns(app.lab, cluster=app.names.cluster, family=family) or []
    return [arn for arn in arns if arn not in {task["taskArn"] for task in app.tasks}]


def other_services(app: Application) -> list[str]:
    names = service_reader.names(app.lab, app.names.cluster)
    return [name for name in names if name != app.names.service]


def repair(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    fault.deploy(desiredCount=1)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.page,
    repair=repair,
    wrong=(
        WrongFix("run-task", lambda app: not app.desired_count and bare_tasks(app)),
        WrongFix("second-service", lambda app: not app.desired_count and other_services(app)),
        WrongFix("redeployed", lambda app: not app.desired_count and app.redeployed),
    ),
    values={
        "desired": lambda app: app.desired_count,
        "running": lambda app: len(app.tasks),
        "other_service": lambda app: other_services(app)[0],
    },
)
