"""The container's command does something short, and ends, instead of starting the server."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Builder, Case, WrongFix, goals

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

CHECKS: Final = "echo 'checking the configuration'; echo 'the configuration is fine'"


def arrange(builder: Builder) -> None:
    builder.foundation()
    builder.service(builder.register(builder.task_definition(command=["sh", "-c", CHECKS])))
    builder.pass_time(150)


def repair(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    definition = fault.definition()
    del definition["containerDefinitions"][0]["command"]
    fault.deploy(definition)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.page,
    repair=repair,
    wrong=(
        WrongFix("kept-awake", lambda app: app.steady and not app.serves_page),
        WrongFix("restarted", lambda app: app.web.get("restartPolicy", {}).get("enabled")),
        WrongFix("scaled-out", lambda app: app.desired_count > 1),
        WrongFix("redeployed", lambda app: app.redeployed),
    ),
    values={
        "command": lambda app: app.web.get("command"),
        "visit": lambda app: app.visit,
        "desired": lambda app: app.desired_count,
    },
)
