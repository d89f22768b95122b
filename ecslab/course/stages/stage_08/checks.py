"""Stage 08: a second edition is rolled out, a bad one undoes itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks.definition_problem import definition_problem
from ecslab.course.stages.stage_08 import rollouts
from ecslab.course.words import counted
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.resources import deployment, ecr, task_definition
from ecslab.resources.task import task_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef


def revision(lab: Connection) -> Verdict:
    """The family's newest revision runs another image than the first edition."""
    family, first = lab.names.family, f"{lab.names.repository}:latest"
    definition = task_definition.find(lab, family)
    if not definition:
        return not_yet(f"There is no task definition `{family}`: stage 03 registers it.")
    image = rollouts.image(lab, definition)
    which = f"`{family}:{definition['revision']}`"
    if rollouts.is_first(lab, image):
        return _astray(lab) or verdicts.not_yet("08.first-edition-newest", which=which, first=first)
    if trouble := definition_problem(lab, definition):
        return wrong(f"{which} {trouble.text}", trouble.hint)
    if _same_as_running(lab, image):
        return verdicts.wrong("08.same-image", which=which, image=image)
    return done(f"{which} runs `{image}`.")


def _astray(lab: Connection) -> Verdict | None:
    """A second edition that was registered, but not as the family's newest ACTIVE revision."""
    family = lab.names.family
    inactive = task_definition.revisions(lab, family, "INACTIVE")[-1:]
    newest = task_definition.revisions(lab, family, "ACTIVE")[-1]
    for arn in inactive:
        definition = task_definition.find(lab, arn)
        if definition and task_definition.revision_of(arn) > task_definition.revision_of(newest):
            image = rollouts.image(lab, definition)
            if not rollouts.is_first(lab, image) and not definition_problem(lab, definition):
                return verdicts.wrong(
                    "08.edition-deregistered", family=family, revision=definition["revision"], image=image
                )
    for other in task_definition.families(lab):
        definition = task_definition.find(lab, other)
        if not definition or other == family or definition_problem(lab, definition):
            continue
        image = rollouts.image(lab, definition)
        if image.startswith(lab.names.repository) and not rollouts.is_first(lab, image):
            return verdicts.wrong("08.edition-in-other-family", image=image, other=other, family=family)
    return None


def _same_as_running(lab: Connection, image: str) -> bool:
    """Whether the service, still on the first edition, runs this very image already."""
    service = rollouts.active(lab)
    runs = task_definition.find(lab, service["taskDefinition"]) if service else None
    if not runs or not rollouts.is_first(lab, rollouts.image(lab, runs)):
        return False
    tag = image.rpartition(":")[2]
    digests = {
        detail["imageDigest"] for detail in ecr.images(lab, lab.names.repository)
        if tag in (*detail.get("imageTags", []), detail["imageDigest"].partition(":")[2])
    }  # fmt: skip
    tasks = [
        task for task in task_reader.of_cluster(lab, lab.names.cluster) if task["lastStatus"] == "RUNNING"
    ]
    ours = [task for task in tasks if task["taskDefinitionArn"] == runs["taskDefinitionArn"]]
    return bool(digests & {c.get("imageDigest") for task in ours for c in task["containers"]})


def rolled(lab: Connection) -> Verdict:
    """The service runs a revision with another image than the first edition's, and its rollout is over."""
    service = rollouts.active(lab)
    if not service:
        return rollouts.missing(lab)
    runs = task_definition.find(lab, service["taskDefinition"])
    if not runs or runs["family"] != lab.names.family:
        return verdicts.wrong(
            "08.other-family",
            name=service["serviceName"],
            definition=service["taskDefinition"].rsplit("/", 1)[-1],
            family=lab.names.family,
        )
    image = rollouts.image(lab, runs)
    if rollouts.is_first(lab, image):
        return _still_first(lab, service)
    if trouble := rollouts.unfinished(lab, service):
        return trouble
    return verdicts.done(
        "08.rolled-out",
        name=service["serviceName"],
        current=rollouts.number(service["taskDefinition"]),
        image=image,
        running_count=service["runningCount"],
        tasks=counted(service["desiredCount"], "task"),
    )


def _still_first(lab: Connection, service: ServiceTypeDef) -> Verdict:
    name, current = service["serviceName"], rollouts.number(service["taskDefinition"])
    newest = task_definition.find(lab, lab.names.family)
    last = next(iter(deployment.past(lab, service)), None)
    if last and last["status"].startswith("ROLLBACK_"):
        return verdicts.wrong(
            "08.rollout-failed",
            failed=rollouts.number(last["taskDefinition"]).capitalize(),
            name=name,
            current=current,
        )
    if not newest or rollouts.is_first(lab, rollouts.image(lab, newest)):
        return not_yet(f"`{name}` runs {current}, the first edition.")
    wanted = rollouts.number(newest["taskDefinitionArn"])
    if last and last["createdAt"] > newest["registeredAt"]:
        return verdicts.wrong("08.same-revision-again", name=name, current=current, wanted=wanted)
    return verdicts.not_yet("08.not-rolled-out", wanted=wanted.capitalize(), name=name, current=current)
