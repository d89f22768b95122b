"""The container needs more memory than it may use."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

NEEDED: Final = 700  # MiB
READS: Final = f"echo 'reading the catalogue into memory'; stress --vm 1 --vm-bytes {NEEDED}M"


def arrange(builder: Builder) -> None:
    builder.foundation()
    task_definition = builder.task_definition(command=["sh", "-c", READS], memory=512, portMappings=[])
    builder.service(builder.register(task_definition | {"memory": "1024"}))
    builder.pass_time(150)


def limit(app: Application) -> int:
    """MiB that the container may use; the task's own where it has no limit."""
    return int(app.web.get("memory") or app.task_definition.get("memory", 0))


def is_short(app: Application) -> bool:
    return limit(app) <= NEEDED


def repair(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    definition = fault.definition()
    definition["containerDefinitions"][0]["memory"] = 1024
    fault.deploy(definition)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.worker,
    repair=repair,
    wrong=(
        WrongFix("task-only", lambda app: int(app.task_definition.get("memory", 0)) > 1024 and is_short(app)),
        WrongFix("reservation", lambda app: app.web.get("memoryReservation") and is_short(app)),
        WrongFix("still-too-little", lambda app: app.revision > 1 and is_short(app)),
        WrongFix("redeployed", lambda app: app.redeployed),
    ),
    values={"limit": limit, "task_memory": lambda app: app.task_definition.get("memory")},
)
