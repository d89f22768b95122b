"""ECS Exec does not connect: what the agent in the container needs is allowed to the execution role."""

import json
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals
from ecslab.resources import role

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

NEEDED: Final = [
    f"ssmmessages:{action}"
    for action in ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
]


def arrange(builder: Builder) -> None:
    names = builder.names
    builder.foundation()
    builder.allow(names.execution_role, "step-in", NEEDED, "*")
    task_role = builder.role(names.task_role)
    builder.allow(names.task_role, "pictures", ["s3:GetObject", "s3:ListBucket"], "*")
    definition = builder.task_definition() | {"taskRoleArn": task_role}
    builder.service(builder.register(definition), builder.public(), enableExecuteCommand=True)
    builder.pass_time(180)


def lacks(app: Application) -> list[str]:
    """What the agent in the container may not do under the task role."""
    if not app.task_role:
        return NEEDED
    return [action for action in NEEDED if not role.allowed_resources(app.lab, app.task_role, action)]


def agents(app: Application) -> list[str]:
    """The status of the agent in each container that runs."""
    return [
        agent.get("lastStatus", "")
        for task in app.tasks
        for container in task.get("containers", [])
        for agent in container.get("managedAgents", [])
    ]


def is_off(app: Application) -> bool:
    """Whether the service starts its tasks without ECS Exec."""
    return app.service is not None and not app.service.get("enableExecuteCommand")


def connects(app: Application) -> str:
    """The service runs, and one can step into it."""
    lacking = goals.page(app)
    if lacking:
        return lacking
    if is_off(app) or not agents(app):
        return "off"
    return "cut-off" if lacks(app) or set(agents(app)) != {"RUNNING"} else ""


def repair(lab: Connection, fault: "Fault") -> None:
    channels = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
    actions = [f"ssmmessages:{action}" for action in channels]
    allow = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    lab.iam.put_role_policy(
        RoleName=fault.names.task_role,
        PolicyName="step-in",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )


CASE = Case(
    __file__,
    arrange=arrange,
    goal=connects,
    repair=repair,
    wrong=(
        WrongFix("switched-off", is_off),
        WrongFix("execution-role", lambda app: len(app.policies(app.execution_role)) > 2),
        WrongFix("some-rights", lambda app: 0 < len(lacks(app)) < len(NEEDED)),
        WrongFix("redeployed", lambda app: app.redeployed and bool(lacks(app))),
    ),
    values={
        "role": lambda app: app.task_role or "(none)",
        "policies": lambda app: ", ".join(app.policies(app.task_role)) if app.task_role else "none",
        "missing": lambda app: ", ".join(lacks(app)) or "nothing",
    },
)
