"""A deployment cannot put the new task beside the old one: both want the same port of the one instance."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals, instances

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import PortMappingTypeDef

    from ecslab.fault_lab.arranged_fault import Fault

PORT: Final = 8080


def arrange(builder: Builder) -> None:
    lab, names = builder.lab, builder.names
    builder.foundation()
    instances.group(builder)
    fixed: list[PortMappingTypeDef] = [{"containerPort": 80, "hostPort": PORT, "protocol": "tcp"}]
    definition = instances.task_definition(builder, memory=256, portMappings=fixed)
    instances.service(builder, definition)
    builder.pass_time(150)
    definition["containerDefinitions"][0]["environment"] = [{"name": "SEASON", "value": "winter"}]
    new = builder.register(definition)
    lab.ecs.update_service(cluster=names.cluster, service=names.service, taskDefinition=new)
    builder.pass_time(150)


def port(app: Application) -> int:
    """The host port that the newest revision asks for by number; 0 for any."""
    return next((mapping.get("hostPort", 0) for mapping in app.web.get("portMappings", [])), 0)


def is_bound(app: Application) -> bool:
    """Whether the next deployment stands still as this one did."""
    configuration = app.service["deploymentConfiguration"] if app.service else {}
    keeps_all = configuration.get("minimumHealthyPercent") == 100
    return bool(port(app)) and keeps_all and len(instances.registered(app)) <= app.desired_count


def repair(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    definition = fault.definition()
    definition["containerDefinitions"][0]["portMappings"][0]["hostPort"] = 0
    fault.deploy(definition)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.worker,
    repair=repair,
    wrong=(
        WrongFix("this-time", lambda app: app.steady and is_bound(app), works=True),
        WrongFix("more-tasks", lambda app: app.desired_count > 1 and is_bound(app)),
        WrongFix("redeployed", is_bound),
    ),
    values={"port": port, "desired": lambda app: app.desired_count},
)
