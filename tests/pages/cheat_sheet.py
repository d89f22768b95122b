"""`notebooks/cheat-sheet.md`: what does each step, by AWS's command line and by this course's verbs.

The commands are those that the steps' tested solutions send; what is too long for a line is cut to `…`.
"""

import re
import shlex
import tempfile
from collections.abc import Iterator
from typing import Any

import ecslab
from ecslab.connection.calls import cli
from ecslab.course.catalogue import STAGES
from ecslab.course.stage import Step
from ecslab.fault_lab.catalogue import CATALOGUE
from ecslab.figures import STATUSES

PARTS_SHOWN = ("page", "service")
SILENT = {  # parts of a push, tags, and what the course needs for itself
    "InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutRetentionPolicy", "StopTask",
    "ModifyTargetGroupAttributes", "RevokeSecurityGroupIngress", "DeregisterTaskDefinition",
}  # fmt: skip
LEFT_OUT = ("--tags", "--tag-specifications", "--description", "--started-by", "--client-token")
LOOKS = {"find", "vpcs", "bare_tasks", "default_choice", "image_uri", "stop", "reader", "site"}
LONGEST = 34


def page() -> str:
    """The page as Markdown."""
    lines = [
        "# Cheat sheet",
        "",
        "What each step of the course sends, by the AWS CLI and by the course's verbs; `…` stands for what "
        "is long, or an id.",
        "",
        "| step | AWS CLI | in a notebook |",
        "|---|---|---|",
    ]
    with (
        tempfile.TemporaryDirectory() as home,
        ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab,
    ):
        lines += list(_rows(lab))
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
            made = len(lab.calls().changes())
            step.solve(lab)
            commands = list(_commands(lab.calls().changes()[made:], seen))
            if commands:
                shown = "<br>".join(f"`{command}`" for command in commands)
                yield f"| **{stage.id} {stage.title}**: {step.title} | {shown} | {_verbs(step)} |"


def _commands(calls: Any, seen: set[str]) -> Iterator[str]:
    for call in calls:
        changed = set(call.params) - {"cluster", "service", "desiredCount", "networkConfiguration"}
        what = f"{call.operation} {sorted(changed)}" if call.operation == "UpdateService" else call.operation
        if what not in seen and not call.error:
            seen |= {what}
            yield _short(cli(call))


def _short(command: str) -> str:
    words, kept, skip = shlex.split(command), [], False
    for word in words:
        if word.startswith("--"):
            skip = word in LEFT_OUT
        if not skip:
            kept.append(word if len(word) <= LONGEST and not _is_id(word) else "…")
    return " ".join(kept).replace("|", "\\|")


def _is_id(word: str) -> bool:
    return bool(re.match(r"(vpc|subnet|sg|eni)-[0-9a-f]|arn:|\{|\[", word))


def _verbs(step: Step) -> str:
    found = dict.fromkeys(re.findall(r"ecslab\.[a-z_]+\.[a-z_]+", step.code()))
    boto3 = dict.fromkeys(re.findall(r"lab\.(?:ecs|ecr|ec2|iam|elbv2)\.[a-z_]+", step.code()))
    found = {name: None for name in found if name.rsplit(".", 1)[-1] not in LOOKS}
    return "<br>".join(f"`{name}(lab, …)`" for name in found) or "<br>".join(f"`{name}(…)`" for name in boto3)


def _symptoms() -> Iterator[str]:
    """For each call and field that tells a fault: which faults."""
    told: dict[tuple[str, str], list[str]] = {}
    for texts in (CATALOGUE[kind].texts for kind in CATALOGUE.kinds):
        clue = texts.telling[0]
        told.setdefault((clue.call, clue.fields[0]), []).append(texts.cause)
    for (call, field), causes in sorted(told.items()):
        yield f"| `{call}` | `{field}` | {'<br>'.join(causes)} |"
