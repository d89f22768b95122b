"""The log group that the task definition names does not exist."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals
from ecslab.resources import log_group

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

ENDINGS: Final = ("-web", "/web", "-live")


def arrange(builder: Builder) -> None:
    builder.foundation()
    nowhere = builder.log_configuration(builder.names.log_group + builder.rng.choice(ENDINGS))
    builder.service(builder.register(builder.task_definition(logConfiguration=nowhere)))
    builder.pass_time(150)


def log_options(app: Application) -> Mapping[str, str]:
    return app.web.get("logConfiguration", {}).get("options", {})


def wanted_group(app: Application) -> str:
    return log_options(app).get("awslogs-group", "")


def is_missing(app: Application) -> bool:
    return bool(wanted_group(app)) and log_group.find(app.lab, wanted_group(app)) is None


def other_groups(app: Application) -> list[str]:
    """Log groups that were made under another name, for this application."""
    names = log_group.names(app.lab)
    known = (app.names.log_group, wanted_group(app))
    return [name for name in names if app.names.app in name and name not in known]


def repair(lab: Connection, fault: "Fault") -> None:
    web = fault.definition()["containerDefinitions"][0]
    lab.logs.create_log_group(logGroupName=web["logConfiguration"]["options"]["awslogs-group"])
    fault.deploy(forceNewDeployment=True)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.page,
    repair=repair,
    wrong=(
        WrongFix(
            "no-log", lambda app: app.task_definition and not app.web.get("logConfiguration"), works=True
        ),
        WrongFix(
            "create-group",
            lambda app: is_missing(app) and log_options(app).get("awslogs-create-group") == "true",
        ),
        WrongFix("other-group", lambda app: is_missing(app) and other_groups(app)),
        WrongFix("redeployed", lambda app: is_missing(app) and app.redeployed),
    ),
    values={"wanted_group": wanted_group, "other_group": lambda app: other_groups(app)[0]},
)
