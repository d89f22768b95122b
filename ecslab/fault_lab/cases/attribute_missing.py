"""The service wants instances with an attribute, and the one that is there lacks it."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals, instances

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

ATTRIBUTE: Final = "disk"
WANTED: Final = "ssd"
ONLY: Final = {"type": "memberOf", "expression": f"attribute:{ATTRIBUTE} == {WANTED}"}


def arrange(builder: Builder) -> None:
    builder.foundation()
    instances.group(builder)
    instances.service(builder, instances.task_definition(builder, memory=512), placementConstraints=[ONLY])
    builder.pass_time(180)


def constraints(app: Application) -> list[str]:
    """The expressions by which the service chooses instances."""
    given = app.service.get("placementConstraints", []) if app.service else []
    return [each.get("expression", "") for each in given]


def disks(app: Application) -> list[str]:
    """The attribute's value on each instance that has it."""
    held = [each for instance in instances.registered(app) for each in instance["attributes"]]
    return [each.get("value", "") for each in held if each["name"] == ATTRIBUTE]


def repair(lab: Connection, fault: "Fault") -> None:
    cluster = fault.names.cluster
    [instance] = lab.ecs.list_container_instances(cluster=cluster)["containerInstanceArns"]
    disk = {"name": "disk", "value": "ssd", "targetId": instance}
    lab.ecs.put_attributes(cluster=cluster, attributes=[disk])  # type: ignore[list-item]


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.worker,
    repair=repair,
    wrong=(
        WrongFix("anywhere", lambda app: ONLY["expression"] not in constraints(app), works=True),
        WrongFix("other-value", lambda app: disks(app) and WANTED not in disks(app)),
        WrongFix("redeployed", lambda app: app.redeployed and not disks(app)),
    ),
    values={
        "constraint": lambda app: ", ".join(f"`{each}`" for each in constraints(app)) or "none",
        "disks": lambda app: ", ".join(f"`{each}`" for each in disks(app)) or "none",
    },
)
