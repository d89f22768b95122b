"""The exercises of stage 08: other limits, and an image named by its digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
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
        return wrong(
            f"`{name}` runs `{image}`, but its deployments may have {bounds.highest} tasks at once "
            f"({bounds.maximum} %): the exercise wants never more than {bounds.desired}.",
            "`ecslab.deployment.set_limits(lab, minimum=50, maximum=100)`, and roll it out again: "
            "`ecslab.deployment.roll(lab, again=True)`.",
        )
    if bounds.stuck:
        return wrong(
            f"`{name}` runs `{image}`, but could not be deployed again: {bounds}.",
            f"With {bounds.desired} tasks a minimum of 50 lets ECS stop one of them.",
        )
    if bounds.lowest == 0 < bounds.desired:
        return wrong(
            f"With a minimum of {bounds.minimum} % all tasks of `{name}` may be stopped at once: while the "
            "new ones come up, nobody answers.",
            "Keep half of them: `ecslab.deployment.set_limits(lab, minimum=50, maximum=100)`.",
        )
    if trouble := rollouts.unfinished(lab, service):
        return trouble
    return done(
        f"`{name}` runs `{image}`. {bounds.desired} desired: at least {bounds.lowest} healthy, and at most "
        f"{bounds.highest} in all."
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
            return wrong(
                f"`{THIRD}` was rolled out and failed: `{name}` runs {current} again.",
                "`ecslab.service.events(lab)` says why.",
            )
        return wrong(
            f"`{THIRD}` has a revision ({newest['revision']}), but `{name}` still runs {current}.",
            "`ecslab.deployment.roll(lab)`.",
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
            return wrong(
                f"Revision {newest['revision']} names its image by digest, but `{name}` still runs "
                f"{rollouts.number(service['taskDefinition'])}.",
                "`ecslab.deployment.roll(lab)`.",
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
        return wrong(
            f"`{name}` is to run {digest[:19]}…, which is not in `{repository}`: no task of it can start.",
            "`ecslab.ecr.image(lab, tag)['imageDigest']` is one that is there.",
        )
    if trouble := rollouts.unfinished(lab, service):
        return trouble
    return done(f"`{name}` runs `{repository}` by its digest: no tag that moves changes what it runs.")


def _image_of(lab: Connection, service: ServiceTypeDef) -> str:
    runs = task_definition.find(lab, service["taskDefinition"])
    return rollouts.image(lab, runs) if runs else ""
