"""Stage 01: a repository in ECR, and an image with the learner's page in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab
from ecslab.course import verdicts
from ecslab.course.checks.similar_name import similar_name
from ecslab.course.stage import Minutes, Stage, Step
from ecslab.display.verdict import Verdict, done, not_yet
from ecslab.resources import ecr

if TYPE_CHECKING:
    from mypy_boto3_ecr.type_defs import ImageIdentifierTypeDef


def repository(lab: Connection) -> Verdict:
    """The lesson's repository is there, and its tags can move."""
    name = lab.names.repository
    repository = ecr.repository(lab, name)
    if repository:
        if repository.get("imageTagMutability") == "IMMUTABLE":
            return verdicts.wrong("01.immutable", name=name)
        return done(f"`{name}` is ready: images go to {repository['repositoryUri']}.")
    if other := similar_name(lab, name, ecr.repository_names(lab)):
        return verdicts.wrong("01.other-repository", other=other, name=name)
    return not_yet(f"There is no repository `{name}` in {lab.region}.")


def pushed(lab: Connection) -> Verdict:
    """The repository holds an image tagged `latest`."""
    name = lab.names.repository
    if not ecr.repository(lab, name):
        return not_yet(f"There is no repository `{name}` yet to push to.")
    images = ecr.images(lab, name)
    tags = ecr.image_tags(images)
    if "latest" in tags:
        return done(f"`{name}:latest` is in ECR.")
    if not images:
        return not_yet(f"`{name}` is empty: no image was pushed to it.")
    if tags:
        return verdicts.wrong("01.no-latest", name=name, tags=_listed(tags))
    return verdicts.wrong("01.untagged", name=name)


def retagged(lab: Connection) -> Verdict:
    """Exercise: two images in a repository of their own, and a second tag for the first of them."""
    name = lab.name("adgu/practice")
    if not ecr.repository(lab, name):
        if other := _practice_under_another_name(lab, name):
            return verdicts.wrong("01.other-practice", other=other, name=name)
        return not_yet(f"There is no repository `{name}`.")
    by_tag = {tag: i["imageDigest"] for i in ecr.images(lab, name) for tag in i.get("imageTags", [])}
    if not by_tag:
        return not_yet(f"`{name}` holds no image with a tag yet.")
    if missing := [tag for tag in ("v1", "v2", "stable") if tag not in by_tag]:
        tags = _listed(sorted(by_tag))
        return verdicts.wrong("01.missing-tags", name=name, missing=_listed(missing), tags=tags)
    if by_tag["v1"] == by_tag["v2"]:
        return verdicts.wrong("01.same-image")
    if by_tag["stable"] == by_tag["v2"]:
        return verdicts.wrong("01.stable-is-v2")
    if by_tag["stable"] != by_tag["v1"]:
        return verdicts.wrong("01.stable-is-new")
    return done("`stable` and `v1` are two names of one image; `v2` is another.")


def _practice_under_another_name(lab: Connection, name: str) -> str | None:
    others = [other for other in ecr.repository_names(lab) if other.lower().endswith("practice")]
    return similar_name(lab, name, others)


def frozen(lab: Connection) -> Verdict:
    """Exercise: a repository whose tags cannot be moved, with an image `v1` in it."""
    name = lab.name("adgu/frozen")
    repository = ecr.repository(lab, name)
    if not repository:
        others = [other for other in ecr.repository_names(lab) if other.lower().endswith("frozen")]
        if other := similar_name(lab, name, others):
            return verdicts.wrong("01.other-frozen", other=other, name=name)
        return not_yet(f"There is no repository `{name}`.")
    if repository.get("imageTagMutability") != "IMMUTABLE":
        return verdicts.wrong(
            "01.still-mutable", name=name, image_tag_mutability=repository["imageTagMutability"]
        )
    tags = ecr.image_tags(ecr.images(lab, name))
    if "v1" not in tags:
        held = f"only {_listed(tags)}" if tags else "no image"
        return verdicts.wrong("01.no-v1", name=name, held=held)
    return done(f"In `{name}` a tag, once pushed, stays with its image.")


def _listed(tags: list[str]) -> str:
    return ", ".join(f"`{tag}`" for tag in tags)


def _make_repository(lab: Connection) -> None:
    ecslab.ecr.create_repository(lab)


def _push_page(lab: Connection) -> None:
    site = ecslab.image.site("<h1>Hello from my own container</h1>")
    ecslab.image.push(lab, ecslab.image.build(site, lab=lab))


def _retag(lab: Connection) -> None:
    name = lab.name("adgu/practice")
    ecslab.ecr.create_repository(lab, name)
    for tag in ("v1", "v2"):
        page = ecslab.image.build(ecslab.image.site(f"<h1>Practice {tag}</h1>"), lab=lab)
        ecslab.image.push(lab, page, repository=name, tag=tag)
    v1 = lab.ecr.batch_get_image(repositoryName=name, imageIds=[{"imageTag": "v1"}])["images"][0]
    if not ecslab.ecr.image(lab, "stable", name):
        lab.ecr.put_image(repositoryName=name, imageManifest=v1["imageManifest"], imageTag="stable")


def _make_frozen(lab: Connection) -> None:
    name = lab.name("adgu/frozen")
    if not ecslab.ecr.repository(lab, name):
        lab.ecr.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE", tags=lab.tags("ecr"))
    if not lab.ecr.describe_images(repositoryName=name)["imageDetails"]:
        site = ecslab.image.site("<h1>Hello from my own container</h1>")
        ecslab.image.push(lab, ecslab.image.build(site, lab=lab), repository=name, tag="v1")


def _latest_digest(lab: Connection) -> list[str]:
    """The digest of `latest`, and the ways to shorten it."""
    latest = ecr.image(lab)
    if not latest:
        return []
    digest = latest["imageDigest"]
    value = digest.removeprefix("sha256:")
    return [value[:12], f"sha256:{value[:12]}", value, digest]


def _layer_count(lab: Connection) -> list[int]:
    """How many layers the images of the lesson's repository have, each counted once."""
    name = lab.names.repository
    wanted: list[ImageIdentifierTypeDef] = [{"imageDigest": i["imageDigest"]} for i in ecr.images(lab, name)]
    if not wanted:
        return []
    images = lab.ecr.batch_get_image(repositoryName=name, imageIds=wanted[:100])["images"]
    manifests = [json.loads(image["imageManifest"]) for image in images]
    return [len({layer["digest"] for manifest in manifests for layer in manifest.get("layers", [])})]


STAGE = Stage(
    notebook="01-ecr.ipynb",
    needs=("00",),
    minutes=Minutes(reading=25, waiting=0),
    part="page",
    steps=(
        Step("01.repository", 3, repository, _make_repository),
        Step("01.push", 8, pushed, _push_page),
        Step("01.yours-1", 5, retagged, _retag),
        Step("01.yours-2", 5, frozen, _make_frozen),
    ),
    answers={"digest": _latest_digest, "layers": _layer_count},
)
