"""The execution role may not read a secret that the task definition asks for."""

import json
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import SecretTypeDef

    from ecslab.fault_lab.arranged_fault import Fault


def arrange(builder: Builder) -> None:
    builder.foundation()
    secret = builder.lab.secretsmanager.create_secret(
        Name=builder.names.secret, SecretString="rosebud", Tags=builder.lab.tags("iam")
    )
    secrets: list[SecretTypeDef] = [{"name": "DB_PASSWORD", "valueFrom": secret["ARN"]}]
    builder.service(builder.register(builder.task_definition(secrets=secrets)))
    builder.pass_time(150)


def has_other_permission(app: Application) -> bool:
    return len(app.policies(app.execution_role)) > 1


def repair(lab: Connection, fault: "Fault") -> None:
    secret = fault.definition()["containerDefinitions"][0]["secrets"][0]["valueFrom"]
    allow = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret}
    lab.iam.put_role_policy(
        RoleName=fault.names.execution_role,
        PolicyName="read-the-secret",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )
    fault.deploy(forceNewDeployment=True)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.page,
    repair=repair,
    wrong=(
        WrongFix("no-secret", lambda app: app.task_definition and not app.web.get("secrets"), works=True),
        WrongFix("task-role", lambda app: app.task_role and app.policies(app.task_role)),
        WrongFix(
            "other-permission", lambda app: has_other_permission(app) and "AccessDenied" in app.stopped_reason
        ),
        WrongFix("redeployed", lambda app: app.redeployed and not has_other_permission(app)),
    ),
    values={
        "role": lambda app: app.execution_role,
        "policies": lambda app: ", ".join(app.policies(app.execution_role)),
    },
)
