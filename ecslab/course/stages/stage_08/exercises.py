"""The exercises of stage 08: other limits, and an image named by its digest; on a service of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.stages.stage_08 import rollouts, task_counts
from ecslab.display.verdict import Verdict, not_yet
from ecslab.resources import deployment, ecr, task_definition

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

THIRD = "edition-3"


def one_by_one(lab: Connection) -> Verdict:
    """The third edition came without more tasks than are desired, as the service's events tell."""
    name = lab.name("adgu-notice")
    service = rollouts.active(lab, name)
    if not service:
        return verdicts.not_yet("08.no-notice", name=name)
    image = rollouts.image_of(lab, service)
    if image != f"{lab.names.repository}:{THIRD}":
        return _not_the_third(lab, service)
    if trouble := rollouts.unfinished(lab, service):
        return trouble
    desired, (fewest, most) = service["desiredCount"], task_counts.in_newest_deployment(service)
    if most > desired:
        return verdicts.wrong("08.too-many-at-once", name=name, image=image, most=most, desired=desired)
    if fewest == 0:
        return verdicts.wrong("08.all-at-once", name=name, image=image)
    return verdicts.done("08.one-by-one", name=name, image=image, fewest=fewest, most=most)


def _not_the_third(lab: Connection, service: ServiceTypeDef) -> Verdict:
    name, current = service["serviceName"], rollouts.number(service["taskDefinition"])
    image = f"{lab.names.repository}:{THIRD}"
    if THIRD not in ecr.image_tags(ecr.images(lab, lab.names.repository)):
        return not_yet(f"There is no image `{image}` yet.")
    newest = task_definition.find(lab, name)
    if newest and rollouts.image(lab, newest) == image:
        last = next(iter(deployment.past(lab, service)), None)
        if last and last["status"].startswith("ROLLBACK_"):
            return verdicts.wrong("08.third-failed", third=THIRD, name=name, current=current)
        return verdicts.wrong(
            "08.third-not-rolled-out", third=THIRD, revision=newest["revision"], name=name, current=current
        )
    lessons = task_definition.find(lab, lab.names.family)
    if lessons and rollouts.image(lab, lessons) == image:
        return verdicts.wrong(
            "08.third-in-the-lessons-family", image=image, family=lab.names.family, name=name
        )
    return not_yet(f"`{THIRD}` is pushed, but no revision of `{name}` names it.")


def pinned(lab: Connection) -> Verdict:
    """The service runs a revision that names its image by digest."""
    name = lab.name("adgu-notice")
    service = rollouts.active(lab, name)
    if not service:
        return verdicts.not_yet("08.no-notice", name=name)
    image = rollouts.image_of(lab, service)
    repository, at, digest = image.partition("@")
    if not at:
        return _by_tag(lab, service, image)
    if ":" in repository.rsplit("/", 1)[-1]:
        return verdicts.wrong("08.tag-and-digest", reference=repository)
    if repository != lab.names.repository:
        return verdicts.wrong(
            "08.digest-elsewhere", name=name, repository=repository, ours=lab.names.repository
        )
    if digest not in {detail["imageDigest"] for detail in ecr.images(lab, repository)}:
        return verdicts.wrong("08.digest-missing", name=name, digest=digest[:19], repository=repository)
    if trouble := rollouts.unfinished(lab, service):
        return trouble
    return verdicts.done("08.pinned", name=name, repository=repository)


def _by_tag(lab: Connection, service: ServiceTypeDef, image: str) -> Verdict:
    name = service["serviceName"]
    newest = task_definition.find(lab, name)
    if newest and "@" in rollouts.image(lab, newest):
        return verdicts.wrong(
            "08.digest-not-rolled-out",
            revision=newest["revision"],
            name=name,
            current=rollouts.number(service["taskDefinition"]),
        )
    lessons = task_definition.find(lab, lab.names.family)
    if lessons and "@" in rollouts.image(lab, lessons):
        return verdicts.wrong("08.digest-in-the-lessons-family", family=lab.names.family, name=name)
    return not_yet(f"`{name}` runs `{image}`: a tag, and a tag can be moved to another image.")
