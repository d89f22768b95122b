"""No container instance has as much memory left as a task sets aside."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals, instances
from ecslab.resources.container_instance import instance_reader
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

HALF: Final = 1024  # MiB: half of what the type has, and more than half of what is registered


def arrange(builder: Builder) -> None:
    builder.foundation()
    instances.group(builder)
    quiet = instances.task_definition(builder, memory=HALF, command=["sleep", "infinity"], portMappings=[])
    instances.service(builder, quiet | {"family": builder.names.helper})
    builder.pass_time(90)
    instances.service(builder, instances.task_definition(builder, memory=HALF))
    builder.pass_time(150)


def asked(app: Application) -> int:
    """MiB that a task sets aside."""
    return int(app.web.get("memoryReservation") or app.web.get("memory") or 0)


def left(app: Application) -> int:
    """MiB that the roomiest instance has left."""
    return max((instance_reader.remaining(each, "MEMORY") for each in instances.registered(app)), default=0)


def registered(app: Application) -> int:
    """MiB of the largest instance."""
    return max((instance_reader.registered(each, "MEMORY") for each in instances.registered(app)), default=0)


def is_short(app: Application) -> bool:
    return not app.running_count and asked(app) > left(app)


def is_alone(app: Application) -> bool:
    """Whether the neighbour had to go."""
    neighbour = service_reader.find(app.lab, app.names.helper, app.names.cluster)
    return not neighbour or not neighbour["desiredCount"]


def repair(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    definition = fault.definition()
    definition["containerDefinitions"][0]["memory"] = 512
    fault.deploy(definition)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.worker,
    repair=repair,
    wrong=(
        WrongFix("neighbour-gone", is_alone, works=True),
        WrongFix("less-cpu", lambda app: app.web.get("cpu") and is_short(app)),
        WrongFix("more-tasks", lambda app: app.desired_count > 1 and is_short(app)),
        WrongFix("redeployed", lambda app: app.redeployed and is_short(app)),
    ),
    values={
        "asked": asked, "left": left, "registered": registered, "desired": lambda app: app.desired_count,
    },
)  # fmt: skip
