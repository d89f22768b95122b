"""Faults of the task role: the program runs, and may not do what it is there for."""

import json
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab import _goals
from ecslab.fault_lab._case import Case, Clue, WrongFix
from ecslab.fault_lab._scene import Scene
from ecslab.fault_lab._workbench import Workbench
from ecslab.fault_lab.roles import rights

if TYPE_CHECKING:
    from ecslab.fault_lab._fault import Fault

_IMAGE: Final = "public.ecr.aws/aws-cli/aws-cli:latest"
_ASKS: Final = (
    "while true; do aws ssm get-parameter --name {parameter} --query Parameter.Value --output text; "
    "sleep 30; done"
)
_REFUSED: Final = "An error occurred"
_KEYLESS: Final = "Unable to locate credentials"


def _arrange(bench: Workbench) -> None:
    lab, names = bench.lab, bench.names
    bench.foundation()
    lab.client("ssm").put_parameter(Name=names.parameter, Value="adults 7.50, children 4.00", Type="String")
    role = bench.role(names.task_role)
    bench.allow(names.task_role, "prices", "ssm:DescribeParameters", "*")
    script = _ASKS.format(parameter=names.parameter)
    recipe = bench.recipe(
        image=_IMAGE, entryPoint=["sh", "-c"], command=[script], portMappings=[]
    )  # fmt: skip
    bench.service(bench.register(recipe | {"taskRoleArn": role}))
    lab.pass_time(180)


def _last(scene: Scene) -> str:
    return next((line for line in reversed(scene.log()) if line.strip()), "")


def _served(scene: Scene) -> str:
    """The worker runs, and gets what it asks for."""
    lacking = _goals.worker(scene)
    if lacking:
        return lacking
    last = _last(scene)
    if last and _REFUSED not in last and _KEYLESS not in last:
        return ""
    return f"The worker runs, and its last line is: {_goals.short(last) or '(it has not written any)'}"


def _task_role(scene: Scene) -> str:
    return str(scene.definition.get("taskRoleArn", "")).rpartition("/")[2]


def _execution_role(scene: Scene) -> str:
    return str(scene.definition.get("executionRoleArn", "")).rpartition("/")[2]


def _hints(scene: Scene) -> list[str]:
    role = _task_role(scene) or "(none)"
    has = ", ".join(rights(scene, role)) if _task_role(scene) else "none"
    return [
        "ECS has nothing to complain of: the task runs. So ask the program: fault.log().",
        f"The refusal names who asked, for which action, on which resource. The task role is `{role}`; its "
        f"policies: {has}. What do they allow?",
        "`lab.iam.put_role_policy(RoleName=fault.names.task_role, …)` with ssm:GetParameter on the "
        "parameter's ARN. The program asks again every half minute.",
    ]


def _repair(lab: Connection, fault: "Fault") -> None:
    parameter = f"arn:aws:ssm:{lab.region}:{lab.account}:parameter{fault.names.parameter}"
    allow = {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": parameter}
    lab.iam.put_role_policy(
        RoleName=fault.names.task_role,
        PolicyName="read-the-prices",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )


TASK_ROLE = Case(
    kind="task-role",
    story="The {app}'s worker runs and runs, and everything is green. But the prices that it should fetch "
    "have not changed since it was set up. “ECS says that it is well. It is not.”",
    arrange=_arrange,
    goal=_served,
    tempting={
        "secret-denied": "Tempting: a right is missing. But what ECS fetches under the execution role it "
        "fetches before the start, and without it nothing starts. This program runs, and asks by itself.",
        "no-execution-role": "Tempting: it is a role. But the execution role did its work: the image was "
        "pulled, and the log is written.",
        "no-way-out": "Tempting, if Systems Manager could not be reached. But it was, and answered: "
        "AccessDeniedException.",
        "command-exits": "Tempting, because the program does not do its work. But it goes on: the task has "
        "been RUNNING all the time.",
        "sidecar-exits": "Tempting, because something that should fetch does not. But there is one "
        "container, and it has not ended.",
    },
    telling=(
        Clue(
            "get-log-events",
            ("message", "events"),
            "AccessDeniedException: the task role's session is not authorized to perform ssm:GetParameter.",
        ),
        Clue(
            "filter-log-events",
            ("message", "events"),
            "AccessDeniedException: not authorized to perform ssm:GetParameter.",
        ),
        Clue(
            "get-role-policy",
            ("PolicyDocument",),
            "the task role's policy allows another action, not ssm:GetParameter.",
        ),
    ),
    idle=(
        Clue(
            "describe-tasks",
            ("lastStatus", "stoppedReason", "healthStatus"),
            "the task is well; whether its program does its work, ECS cannot see.",
        ),
        Clue(
            "describe-services",
            ("message", "events", "runningCount"),
            "“has reached a steady state”: ECS has nothing to complain of.",
        ),
        Clue("describe-task-definition", ("taskRoleArn",), "it has a task role. What may that role do?"),
        Clue(
            "list-role-policies", ("PolicyNames",), "it has a policy; what that allows is one call further."
        ),
        Clue(
            "get-role", ("AssumeRolePolicyDocument",), "who may put the role on is in order: it was put on."
        ),
    ),
    wrong=(
        WrongFix(
            lambda scene: not _task_role(scene),
            "The definition has no task role any more: now the program has no credentials at all.",
            "It needs a role that may more, not none.",
        ),
        WrongFix(
            lambda scene: len(rights(scene, _execution_role(scene))) > 1,
            "The execution role may more now. The program does not wear it: its calls are made under the "
            "task role.",
            "The refusal names the role.",
        ),
        WrongFix(
            lambda scene: len(rights(scene, _task_role(scene))) > 1 or scene.redeployed,
            "The program is still refused: what the task role may does not cover the action and the "
            "resource that the refusal names.",
            "Action ssm:GetParameter, resource arn:aws:ssm:…:parameter/… .",
        ),
    ),
    hints=_hints,
    answer="allow the task role ssm:GetParameter on the parameter. Nothing has to be deployed: the program "
    "asks again by itself.",
    repair=_repair,
)

CASES: Final = (TASK_ROLE,)
