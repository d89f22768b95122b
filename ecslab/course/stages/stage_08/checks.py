"""Stage 08: a second edition is rolled out, a bad one undoes itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course.checks.definition_problem import definition_problem
from ecslab.course.stages.stage_08 import rollouts
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
        return _astray(lab) or not_yet(
            f"The newest revision, {which}, runs `{first}`: a second edition needs a revision of its own."
        )
    if trouble := definition_problem(lab, definition):
        return wrong(f"{which} {trouble[0]}", trouble[1])
    if _same_as_running(lab, image):
        return wrong(
            f"{which} runs `{image}`, which is the very image that runs now (same digest): nobody would see "
            "a difference.",
            "Build it from a changed page, and push it under that tag again.",
        )
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
                return wrong(
                    f"`{family}:{definition['revision']}` runs `{image}`, but was deregistered: it is "
                    "INACTIVE.",
                    "A number never comes back: register it again, it gets the next one.",
                )
    for other in task_definition.families(lab):
        definition = task_definition.find(lab, other)
        if not definition or other == family or definition_problem(lab, definition):
            continue
        image = rollouts.image(lab, definition)
        if image.startswith(lab.names.repository) and not rollouts.is_first(lab, image):
            return wrong(
                f"`{image}` is named by the family `{other}`; the service runs revisions of `{family}`.",
                f"Register it with `family={family!r}`: that makes its next revision.",
            )
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
        return wrong(
            f"`{service['serviceName']}` runs `{service['taskDefinition'].rsplit('/', 1)[-1]}`; the lesson's "
            f"family is `{lab.names.family}`."
        )
    image = rollouts.image(lab, runs)
    if rollouts.is_first(lab, image):
        return _still_first(lab, service)
    if trouble := rollouts.unfinished(lab, service):
        return trouble
    return done(
        f"`{service['serviceName']}` runs {rollouts.number(service['taskDefinition'])}, `{image}`: "
        f"{service['runningCount']} of {service['desiredCount']} tasks, rollout COMPLETED."
    )


def _still_first(lab: Connection, service: ServiceTypeDef) -> Verdict:
    name, current = service["serviceName"], rollouts.number(service["taskDefinition"])
    newest = task_definition.find(lab, lab.names.family)
    last = next(iter(deployment.past(lab, service)), None)
    if last and last["status"].startswith("ROLLBACK_"):
        return wrong(
            f"{rollouts.number(last['taskDefinition']).capitalize()} was rolled out, and failed: `{name}` "
            f"runs {current} again.",
            "`ecslab.service.events(lab)` says why. Then roll out one that works.",
        )
    if not newest or rollouts.is_first(lab, rollouts.image(lab, newest)):
        return not_yet(f"`{name}` runs {current}, the first edition.")
    wanted = rollouts.number(newest["taskDefinitionArn"])
    if last and last["createdAt"] > newest["registeredAt"]:
        return wrong(
            f"`{name}` was deployed anew, but with {current} again: `forceNewDeployment` starts new tasks, "
            "and no other revision.",
            f"Name the revision: `ecslab.deployment.roll(lab, …)`, or `taskDefinition=` in UpdateService "
            f"with {wanted}.",
        )
    return not_yet(
        f"{wanted.capitalize()} is registered, but `{name}` still runs {current}: a service keeps the "
        "revision it was given.",
        "`ecslab.deployment.roll(lab)` gives it the newest.",
    )
