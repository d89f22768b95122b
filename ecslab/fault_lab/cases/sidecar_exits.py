"""A helper container ends when its work is done, and it is marked essential."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, ContainerDefinitionTypeDef

    from ecslab.fault_lab.arranged_fault import Fault

FETCHES: Final = "echo 'fetching the price list'; sleep 20; echo 'the price list is up to date'"


def arrange(builder: Builder) -> None:
    builder.foundation()
    task_definition = builder.task_definition()
    web = task_definition["containerDefinitions"][0]
    helper: ContainerDefinitionTypeDef = {
        "name": builder.names.sidecar,
        "image": web["image"],
        "logConfiguration": web["logConfiguration"],
        "command": ["sh", "-c", FETCHES],
    }
    builder.service(builder.register(task_definition | {"containerDefinitions": [web, helper]}))
    builder.pass_time(180)


def helper(app: Application) -> "ContainerDefinitionOutputTypeDef":
    return app.container(app.names.sidecar)


def repair(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    definition = fault.definition()
    containers = definition["containerDefinitions"]
    helper = next(container for container in containers if container["name"] == fault.names.sidecar)
    helper["essential"] = False
    fault.deploy(definition)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.page,
    repair=repair,
    wrong=(
        WrongFix("no-helper", lambda app: app.task_definition and not helper(app), works=True),
        WrongFix("server-not-essential", lambda app: app.web.get("essential") is False),
        WrongFix("restarted", lambda app: helper(app).get("restartPolicy")),
        WrongFix("redeployed", lambda app: app.redeployed),
    ),
    values={"essential": lambda app: helper(app).get("essential", True)},
)
