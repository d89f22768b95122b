"""`notebooks/cheat-sheet.md`: what does each step, by AWS's command line and by this course's verbs.

The commands are those that the steps' tested solutions send, and those of `AFTERWARDS`.
"""

import re
import tempfile
from collections.abc import Iterator
from typing import Any

import ecslab
from ecslab.connection.calls import cli
from ecslab.course.catalogue import STAGES
from ecslab.course.stage import Step
from ecslab.fault_lab.catalogue import CATALOGUE
from ecslab.figures import STATUSES
from tests.pages.whole_commands import whole

PARTS_SHOWN = ("page", "service", "capacity")
SILENT = {  # parts of a push, tags, and what the course needs for itself
    "InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutRetentionPolicy", "StopTask",
    "ModifyTargetGroupAttributes", "RevokeSecurityGroupIngress", "DeregisterTaskDefinition",
}  # fmt: skip
BY_MEMBERS = ("UpdateService", "CreateCapacityProvider")
"""Operations that are shown once for each set of members that is given."""
LOOKS = {"find", "vpcs", "bare_tasks", "default_choice", "image_uri", "stop", "reader", "site"}
AFTERWARDS = (
    ("Roll out a revision", ("ecs update-service --cluster adgu-cluster --service adgu-web --task-definition "
     "adgu-web-server-task:2", "ecs wait services-stable --cluster adgu-cluster --services adgu-web"),
     "ecslab.deployment.roll"),
    ("Roll back", ("ecs update-service --cluster adgu-cluster --service adgu-web --task-definition "
     "adgu-web-server-task:1",), "ecslab.deployment.roll_back"),
    ("Read what a task wrote", ("logs describe-log-streams --log-group-name /ecs/adgu-web-server-task",
     "logs get-log-events --log-group-name /ecs/adgu-web-server-task --log-stream-name <stream>"),
     "ecslab.verify.logs"),
    ("Run a command in a container", ("ecs update-service --cluster adgu-cluster --service adgu-web "
     "--enable-execute-command --force-new-deployment", "ecs execute-command --cluster adgu-cluster "
     "--task <task-id> --container adgu-container --interactive --command /bin/sh"),
     "lab.ecs.execute_command"),
    ("Stop a task", ("ecs stop-task --cluster adgu-cluster --task <task-id> --reason done",),
     "ecslab.task.stop"),
    ("Delete the service", ("ecs delete-service --cluster adgu-cluster --service adgu-web --force",),
     "ecslab.service.delete"),
    ("Deregister a revision", ("ecs deregister-task-definition --task-definition adgu-web-server-task:1",),
     "ecslab.task_definition.deregister"),
    ("Delete the cluster", ("ecs delete-cluster --cluster adgu-cluster",), "ecslab.cluster.delete"),
    ("Delete the repository", ("ecr delete-repository --repository-name adgu/web --force",),
     "ecslab.ecr.delete_repository"),
)  # fmt: skip
"""What is done, the commands, and the verb: what no step of the course is named for."""


def page() -> str:
    """The page as Markdown."""
    lines = [
        "# Cheat sheet",
        "",
        "What each step of the course sends, by the AWS CLI and by the course's verbs. Put your own ids "
        "in place of `<…>`; `file://` names a file of JSON, for what is long.",
        "",
        "| step | AWS CLI | in a notebook |",
        "|---|---|---|",
    ]
    with (
        tempfile.TemporaryDirectory() as home,
        ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab,
    ):
        lines += list(_rows(lab))
    lines += ["", "## When it runs", "", "| what | AWS CLI | in a notebook |", "|---|---|---|"]
    for what, commands, verb in AFTERWARDS:
        cell = "<br>".join(f"`aws {command}`" for command in commands)
        lines.append(f"| {what} | {cell} | `{verb}({'…' if verb.startswith('lab.') else 'lab, …'})` |")
    lines += ["", "## The life of a task", ""]
    lines += [f"- **{status}**: {meaning}" for status, meaning in STATUSES]
    lines += ["", "## When it does not work", "", "| look at | field | it may be |", "|---|---|---|"]
    lines += list(_symptoms())
    lines += ["", "`lab.check(\"04\")` looks at the account; `lab.hint()`, `lab.solution(\"04.run\")`, "
              "`lab.goto(\"04\")`, `lab.undo()`, `lab.save(\"my-lab.ecslab\")`.", ""]  # fmt: skip
    return "\n".join(lines)


def _rows(lab: Any) -> Iterator[str]:
    """Each operation once, where it is first needed."""
    seen = set(SILENT)
    for stage in STAGES.values():
        if stage.part not in PARTS_SHOWN:
            continue
        lab.goto(stage.id)
        for step in stage.main_steps:
            changes_before = len(lab.calls().changes())
            step.solve(lab)
            commands = list(_commands(lab.calls().changes()[changes_before:], seen))
            if commands:
                cell = "<br>".join(f"`{command}`" for command in commands)
                yield f"| **{stage.id} {stage.title}**: {step.title} | {cell} | {_verbs(step)} |"


def _commands(calls: Any, seen: set[str]) -> Iterator[str]:
    for call in calls:
        changed = set(call.params) - {"cluster", "service", "desiredCount", "networkConfiguration"}
        what = f"{call.operation} {sorted(changed)}" if call.operation in BY_MEMBERS else call.operation
        if what not in seen and not call.error:
            seen |= {what}
            yield whole(cli(call))


def _verbs(step: Step) -> str:
    functions = dict.fromkeys(re.findall(r"ecslab\.[a-z_]+\.[a-z_]+", step.code()))
    boto3 = dict.fromkeys(re.findall(r"lab\.(?:ecs|ecr|ec2|iam|elbv2)\.[a-z_]+", step.code()))
    functions = {name: None for name in functions if name.rsplit(".", 1)[-1] not in LOOKS}
    ours = [f"`{name}(lab, …)`" for name in functions]
    return "<br>".join(ours or [f"`{name}(…)`" for name in boto3])


def _symptoms() -> Iterator[str]:
    """For each call and field that tells a fault: which faults."""
    causes_by_clue: dict[tuple[str, str], list[str]] = {}
    for texts in (CATALOGUE[kind].texts for kind in CATALOGUE.kinds):
        clue = texts.telling[0]
        causes_by_clue.setdefault((clue.call, clue.fields[0]), []).append(texts.cause)
    for (call, field), causes in sorted(causes_by_clue.items()):
        yield f"| `{call}` | `{field}` | {'<br>'.join(causes)} |"
