"""Stage 01: a repository in ECR, and an image with the learner's page in it."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab
from ecslab.course import verdicts
from ecslab.course.checks.similar_name import similar_name
from ecslab.course.stage import Minutes, Stage, Step
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.resources import ecr


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


def second_tag(lab: Connection) -> Verdict:
    """Exercise: another page under the tag `v2`, beside `latest`."""
    name = lab.names.repository
    images = ecr.images(lab, name)
    by_tag = {tag: i["imageDigest"] for i in images for tag in i.get("imageTags", [])}
    if "v2" not in by_tag:
        if other := next((tag for tag in by_tag if tag.lower() in ("v2", "2", "v2.0", "version2")), None):
            return wrong(f"There is a tag `{other}`, but the exercise asks for `v2`: tags are exact.")
        return not_yet(f"`{name}` has no tag `v2`.")
    if "latest" not in by_tag:
        return wrong("`v2` is there, but `latest` is gone: the lesson's task definition names `latest`.")
    if by_tag["v2"] == by_tag["latest"]:
        return verdicts.wrong("01.same-image")
    return done("`v2` and `latest` are two images, each with a digest of its own.")


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


def _push_v2(lab: Connection) -> None:
    site = ecslab.image.site("<h1>Version two of my own container</h1>")
    ecslab.image.push(lab, ecslab.image.build(site, lab=lab), tag="v2")


def _make_frozen(lab: Connection) -> None:
    name = lab.name("adgu/frozen")
    if not ecslab.ecr.repository(lab, name):
        lab.ecr.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE", tags=lab.tags("ecr"))
    if not lab.ecr.describe_images(repositoryName=name)["imageDetails"]:
        site = ecslab.image.site("<h1>Hello from my own container</h1>")
        ecslab.image.push(lab, ecslab.image.build(site, lab=lab), repository=name, tag="v1")


STAGE = Stage(
    notebook="01-ecr.ipynb",
    needs=("00",),
    minutes=Minutes(reading=22, waiting=0),
    part="page",
    steps=(
        Step("01.repository", 3, repository, _make_repository),
        Step("01.push", 8, pushed, _push_page),
        Step("01.yours-1", 5, second_tag, _push_v2),
        Step("01.yours-2", 5, frozen, _make_frozen),
    ),
)
