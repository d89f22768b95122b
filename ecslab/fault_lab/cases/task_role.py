"""The task role lacks a permission that the program needs."""

import json
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

IMAGE: Final = "public.ecr.aws/aws-cli/aws-cli:latest"
ASKS: Final = (
    "while true; do aws ssm get-parameter --name {parameter} --query Parameter.Value --output text; "
    "sleep 30; done"
)
REFUSALS: Final = ("An error occurred", "Unable to locate credentials")


def arrange(builder: Builder) -> None:
    lab, names = builder.lab, builder.names
    builder.foundation()
    lab.client("ssm").put_parameter(Name=names.parameter, Value="adults 7.50, children 4.00", Type="String")
    role = builder.role(names.task_role)
    builder.allow(names.task_role, "prices", "ssm:DescribeParameters", "*")
    task_definition = builder.task_definition(
        image=IMAGE,
        entryPoint=["sh", "-c"],
        command=[ASKS.format(parameter=names.parameter)],
        portMappings=[],
    )
    builder.service(builder.register(task_definition | {"taskRoleArn": role}))
    builder.pass_time(180)


def last_line(app: Application) -> str:
    return next((line for line in reversed(app.log()) if line.strip()), "")


def is_served(app: Application) -> str:
    """The worker runs, and gets what it asks for."""
    line = last_line(app)
    refused = not line or any(refusal in line for refusal in REFUSALS)
    return goals.worker(app) or ("refused" if refused else "")


def repair(lab: Connection, fault: "Fault") -> None:
    parameter = f"arn:aws:ssm:{lab.region}:{lab.account}:parameter{fault.names.parameter}"
    allow = {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": parameter}
    lab.iam.put_role_policy(
        RoleName=fault.names.task_role,
        PolicyName="read-the-prices",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )


CASE = Case(
    __file__,
    arrange=arrange,
    goal=is_served,
    repair=repair,
    wrong=(
        WrongFix("no-task-role", lambda app: not app.task_role),
        WrongFix("execution-role", lambda app: len(app.policies(app.execution_role)) > 1),
        WrongFix("other-permission", lambda app: len(app.policies(app.task_role)) > 1 or app.redeployed),
    ),
    values={
        "role": lambda app: app.task_role or "(none)",
        "policies": lambda app: ", ".join(app.policies(app.task_role)) if app.task_role else "none",
        "last_line": lambda app: goals.first_sentence(last_line(app)) or "(it has not written any)",
    },
)
