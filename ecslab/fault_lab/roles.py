"""Faults of roles: one that is gone, one that may not read a secret."""

import json
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab import _goals
from ecslab.fault_lab._case import Case, Clue, WrongFix
from ecslab.fault_lab._scene import Scene
from ecslab.fault_lab._workbench import Workbench
from ecslab.resources import execution_role

if TYPE_CHECKING:
    from ecslab.fault_lab._fault import Fault


def _arrange_no_role(bench: Workbench) -> None:
    bench.foundation()
    bench.service(bench.register(bench.recipe()))
    execution_role.delete(bench.lab, bench.names.execution_role)
    bench.lab.pass_time(150)


def _role_named(scene: Scene) -> str:
    return str(scene.definition.get("executionRoleArn", "")).rpartition("/")[2]


def rights(scene: Scene, role: str) -> list[str]:
    """The names of a role's policies, attached and inline."""
    attached = scene.lab.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    inline = scene.lab.iam.list_role_policies(RoleName=role)["PolicyNames"]
    return [policy["PolicyName"] for policy in attached] + list(inline)


def _does_not_trust(scene: Scene) -> bool:
    role = execution_role.find(scene.lab, _role_named(scene))
    return role is not None and not execution_role.trusts_tasks(role)


def _may_nothing(scene: Scene) -> bool:
    role = _role_named(scene)
    return execution_role.find(scene.lab, role) is not None and not rights(scene, role)


def _no_role_hints(scene: Scene) -> list[str]:
    role = _role_named(scene)
    there = "is there" if execution_role.find(scene.lab, role) else "does not exist"
    return [
        "There is not even a stopped task. So ask the service what it tried: its events.",
        f"The definition names the execution role `{role}`. `aws iam get-role --role-name {role}`: it "
        f"{there}.",
        f"Make `{role}` again, trusting ecs-tasks.amazonaws.com and with AmazonECSTaskExecutionRolePolicy: "
        f"`ecslab.execution_role.create(lab, fault.names.execution_role)`.",
    ]


def _repair_no_role(lab: Connection, fault: "Fault") -> None:
    execution_role.create(lab, fault.names.execution_role)
    fault.deploy(forceNewDeployment=True)


NO_EXECUTION_ROLE = Case(
    kind="no-execution-role",
    story="The {app}'s service was set up again on Monday, from the same files as ever. It is ACTIVE, it "
    "wants one task, and there is none: “There is not even a stopped one to look at!”",
    arrange=_arrange_no_role,
    goal=_goals.page,
    tempting={
        "desired-0": "Tempting, because no task is there at all. But the service wants one: desiredCount "
        "is 1.",
        "wrong-tag": "Tempting, because it is the first thing that goes wrong. But to find out that a tag "
        "is missing, a task has to try the pull; here no task was ever made.",
        "secret-denied": "Tempting: that is the execution role as well. But a role that may not read a "
        "secret was assumed before, by a task that stops with ResourceInitializationError. Here there is "
        "no task.",
        "task-role": "Tempting: there is a second role. But it only matters to a program that runs, and "
        "this definition has none (`taskRoleArn`).",
        "subnet-full": "Tempting, because then, too, nothing starts. But then a task is made, and stops "
        "with “Unexpected EC2 error while attempting to Create Network Interface”.",
    },
    telling=(
        Clue(
            "describe-services",
            ("message", "events"),
            "“ECS was unable to assume the role …”: it is gone, or does not trust ECS tasks.",
        ),
        Clue(
            "get-role",
            ("Role", "RoleName", "Arn", "AssumeRolePolicyDocument"),
            "NoSuchEntity: there is no role of the name that the definition has.",
        ),
        Clue(
            "list-roles",
            ("Roles", "RoleName", "Arn"),
            "the role that the definition names is not on the list.",
        ),
    ),
    idle=(
        Clue(
            "describe-task-definition",
            ("executionRoleArn",),
            "the name is there. Whether anything stands behind it, only IAM knows.",
        ),
        Clue(
            "describe-services",
            ("runningCount", "desiredCount", "pendingCount"),
            "that 0 of 1 run is the complaint.",
        ),
        Clue("describe-tasks", ("stoppedReason",), "there is no task to describe."),
    ),
    wrong=(
        WrongFix(
            _does_not_trust,
            lambda scene: (
                f"The role `{_role_named(scene)}` is there, but its trust policy does not let "
                "ecs-tasks.amazonaws.com assume it."
            ),
            "The trust policy (AssumeRolePolicyDocument) says who may put the role on.",
        ),
        WrongFix(
            _may_nothing,
            lambda scene: (
                f"The role `{_role_named(scene)}` can be assumed again, but it has no policy: it "
                "may not even sign in to ECR."
            ),
            "Attach AmazonECSTaskExecutionRolePolicy to it.",
        ),
        WrongFix(
            lambda scene: (
                scene.definition.get("taskRoleArn") and not execution_role.find(scene.lab, _role_named(scene))
            ),
            "The definition has a task role now. That is what the program in the container wears; the pull "
            "and the log need the execution role.",
            "`executionRoleArn` and `taskRoleArn` are two roles for two purposes.",
        ),
        WrongFix(
            lambda scene: scene.redeployed and not execution_role.find(scene.lab, _role_named(scene)),
            lambda scene: (
                f"A new deployment tries to assume the same role, and `{_role_named(scene)}` "
                "still does not exist."
            ),
            "Make the role, or name one that is there.",
        ),
    ),
    hints=_no_role_hints,
    answer="make the execution role again, with its trust policy and AmazonECSTaskExecutionRolePolicy; or "
    "name another one in a new revision. A new deployment makes the service try at once.",
    repair=_repair_no_role,
)


def _arrange_secret(bench: Workbench) -> None:
    bench.foundation()
    secrets = bench.lab.client("secretsmanager")
    made = secrets.create_secret(Name=bench.names.secret, SecretString="rosebud", Tags=bench.lab.tags("iam"))
    asked = [{"name": "DB_PASSWORD", "valueFrom": made["ARN"]}]
    bench.service(bench.register(bench.recipe(secrets=asked)))
    bench.lab.pass_time(150)


def _asks_no_longer(scene: Scene) -> bool:
    return bool(scene.definition) and not scene.web.get("secrets")


def _task_role_may(scene: Scene) -> bool:
    role = str(scene.definition.get("taskRoleArn", "")).rpartition("/")[2]
    return bool(role) and bool(rights(scene, role))


def _extra_right(scene: Scene) -> bool:
    return len(rights(scene, _role_named(scene))) > 1


def _secret_hints(scene: Scene) -> list[str]:
    return [
        "Who fetches what the container needs before it starts? The `stoppedReason` names the role, the "
        "action and the resource.",
        f"The role `{_role_named(scene)}` has these policies: "
        f"{', '.join(rights(scene, _role_named(scene)))}. Does any of them allow "
        "secretsmanager:GetSecretValue?",
        f"`lab.iam.put_role_policy(RoleName='{_role_named(scene)}', PolicyName='secret', "
        "PolicyDocument=…)` with secretsmanager:GetSecretValue on the secret's ARN.",
    ]


def _repair_secret(lab: Connection, fault: "Fault") -> None:
    secret = fault.definition()["containerDefinitions"][0]["secrets"][0]["valueFrom"]
    allow = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret}
    lab.iam.put_role_policy(
        RoleName=fault.names.execution_role,
        PolicyName="read-the-secret",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )
    fault.deploy(forceNewDeployment=True)


SECRET_DENIED = Case(
    kind="secret-denied",
    story="Since the {app}'s database password moved from the definition to Secrets Manager, no task has "
    "come up. “The password is right, we looked.”",
    arrange=_arrange_secret,
    goal=_goals.page,
    tempting={
        "task-role": "Tempting, because the application uses the secret. But it is ECS that fetches it, "
        "before the application starts, and it wears the execution role: see the role's name in the "
        "`stoppedReason`.",
        "no-way-out": "Tempting: “unable to pull secrets or registry auth” stands in both. But without a "
        "way out it goes on “There is a connection issue”; here Secrets Manager answered: "
        "AccessDeniedException.",
        "no-execution-role": "Tempting: the right role. But it was assumed (assumed-role/… in the text), "
        "so it exists and trusts ECS; it lacks one right.",
        "no-log-group": "Tempting, because that is a ResourceInitializationError too. But that one goes on "
        "“failed to validate logger args”.",
        "no-public-ip": "Tempting, because a task without a public IP cannot reach Secrets Manager. But "
        "here it was reached, and said no.",
    },
    telling=(
        Clue(
            "describe-tasks",
            ("stoppedReason",),
            "AccessDeniedException: the execution role is not "
            "authorized to perform secretsmanager:GetSecretValue.",
        ),
        Clue(
            "describe-services",
            ("message", "events"),
            "the event repeats it: not authorized to perform secretsmanager:GetSecretValue.",
        ),
        Clue("list-role-policies", ("PolicyNames",), "the execution role has no policy for the secret."),
        Clue(
            "list-attached-role-policies",
            ("AttachedPolicies", "PolicyName"),
            "AmazonECSTaskExecutionRolePolicy alone does not cover secrets.",
        ),
    ),
    idle=(
        Clue(
            "describe-task-definition",
            ("secrets", "valueFrom"),
            "the secret is asked for, and rightly. Whether it is given is the question.",
        ),
        Clue("describe-secret", ("ARN", "Name"), "the secret is there; ECS says that it may not read it."),
        Clue("get-secret-value", ("SecretString",), "you may read it. The execution role is somebody else."),
        Clue("describe-tasks", ("stopCode",), "TaskFailedToStart covers a dozen causes."),
    ),
    wrong=(
        WrongFix(
            _asks_no_longer,
            "The definition does not ask for the secret any more. The task starts, and the application has "
            "no password (or one that everybody can read in the definition).",
            "The secret is wanted; let ECS read it.",
            works=True,
        ),
        WrongFix(
            _task_role_may,
            "The task role has a right now. But secrets are fetched before the program runs, and the task "
            "role is the program's.",
            "The `stoppedReason` names the role that was refused.",
        ),
        WrongFix(
            lambda scene: _extra_right(scene) and "AccessDenied" in scene.reason,
            "The execution role has a further policy now, and is still refused: its action or its resource "
            "is not what the `stoppedReason` names.",
            "Action secretsmanager:GetSecretValue, resource the secret's whole ARN, with the six "
            "characters at its end (or `-*`).",
        ),
        WrongFix(
            lambda scene: scene.redeployed and not _extra_right(scene),
            "A new deployment asks the same role, which still may not.",
            "Something has to change in IAM.",
        ),
    ),
    hints=_secret_hints,
    answer="allow the execution role secretsmanager:GetSecretValue on the secret's ARN.",
    repair=_repair_secret,
)

CASES: Final = (NO_EXECUTION_ROLE, SECRET_DENIED)
