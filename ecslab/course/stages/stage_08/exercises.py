"""The exercises of stage 08: other limits, and an image named by its digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.stages.stage_08 import rollouts
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.resources import deployment, ecr, task_definition

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

THIRD = "edition-3"


def one_by_one(lab: Connection) -> Verdict:
    """The third edition runs, and the limits never allow more tasks than are desired."""
    service = rollouts.active(lab)
    if not service:
        return rollouts.missing(lab)
    name, bounds = service["serviceName"], rollouts.limits(service)
    image = _image_of(lab, service)
    if image != f"{lab.names.repository}:{THIRD}":
        return _not_the_third(lab, service, bounds.maximum)
    if bounds.maximum > 100:
        return verdicts.wrong(
            "08.too-many-at-once",
            name=name,
            image=image,
            highest=bounds.highest,
            maximum=bounds.maximum,
            desired=bounds.desired,
        )
    if bounds.stuck:
        return verdicts.wrong(
            "08.limits-stuck", name=name, image=image, bounds=bounds, desired=bounds.desired
        )
    if bounds.lowest == 0 < bounds.desired:
        return verdicts.wrong("08.all-at-once", minimum=bounds.minimum, name=name)
    if trouble := rollouts.unfinished(lab, service):
        return trouble
    return verdicts.done(
        "08.one-by-one",
        name=name,
        image=image,
        desired=bounds.desired,
        lowest=bounds.lowest,
        highest=bounds.highest,
    )


def _not_the_third(lab: Connection, service: ServiceTypeDef, maximum: int) -> Verdict:
    name, current = service["serviceName"], rollouts.number(service["taskDefinition"])
    if THIRD not in ecr.image_tags(ecr.images(lab, lab.names.repository)):
        limits = " The limits are set." if maximum == 100 else ""
        return not_yet(f"There is no image `{lab.names.repository}:{THIRD}` yet.{limits}")
    newest = task_definition.find(lab, lab.names.family)
    if newest and rollouts.image(lab, newest) == f"{lab.names.repository}:{THIRD}":
        last = next(iter(deployment.past(lab, service)), None)
        if last and last["status"].startswith("ROLLBACK_"):
            return verdicts.wrong("08.third-failed", third=THIRD, name=name, current=current)
        return verdicts.wrong(
            "08.third-not-rolled-out", third=THIRD, revision=newest["revision"], name=name, current=current
        )
    return not_yet(f"`{THIRD}` is pushed, but no revision names it.")


def pinned(lab: Connection) -> Verdict:
    """The service runs a revision that names its image by digest."""
    service = rollouts.active(lab)
    if not service:
        return rollouts.missing(lab)
    name, image = service["serviceName"], _image_of(lab, service)
    repository, at, digest = image.partition("@")
    if not at:
        newest = task_definition.find(lab, lab.names.family)
        if newest and "@" in rollouts.image(lab, newest):
            return verdicts.wrong(
                "08.digest-not-rolled-out",
                revision=newest["revision"],
                name=name,
                current=rollouts.number(service["taskDefinition"]),
            )
        return not_yet(f"`{name}` runs `{image}`: a tag, and a tag can be moved to another image.")
    if ":" in repository.rsplit("/", 1)[-1]:
        return wrong(
            f"`{repository}` has a tag before the digest: then the digest decides, and the tag only misleads "
            "whoever reads it.",
            "`f'{repository_uri}@{digest}'`, without the tag.",
        )
    if repository != lab.names.repository:
        return wrong(f"`{name}` runs an image of `{repository}`; the lesson's is `{lab.names.repository}`.")
    if digest not in {detail["imageDigest"] for detail in ecr.images(lab, repository)}:
        return verdicts.wrong("08.digest-missing", name=name, digest=digest[:19], repository=repository)
    if trouble := rollouts.unfinished(lab, service):
        return trouble
    return done(f"`{name}` runs `{repository}` by its digest: no tag that moves changes what it runs.")


def _image_of(lab: Connection, service: ServiceTypeDef) -> str:
    runs = task_definition.find(lab, service["taskDefinition"])
    return rollouts.image(lab, runs) if runs else ""
