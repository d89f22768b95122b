"""Stage 01: what its checks say of states that are not what was asked for."""

import pytest
from course_rig import put_image, said

WEB, FROZEN, PRACTICE = "adgu/web", "adgu/frozen", "adgu/practice"


def repository(name=WEB, **settings):
    return lambda lab: lab.ecr.create_repository(repositoryName=name, **settings)


def images(*tags, repository=WEB, settings=None):
    """A repository with an image for each tag, no two alike."""

    def prepare(lab):
        lab.ecr.create_repository(repositoryName=repository, **(settings or {}))
        for tag in tags:
            put_image(lab, repository, tag, f"the page of {tag}")

    return prepare


def frozen(*tags):
    return images(*tags, repository=FROZEN, settings={"imageTagMutability": "IMMUTABLE"})


def tag_lost(lab):
    repository()(lab)
    put_image(lab, WEB, "latest")
    digest = put_image(lab, WEB, "latest", "another page")
    lab.ecr.batch_delete_image(repositoryName=WEB, imageIds=[{"imageDigest": digest}])


def latest_deleted(lab):
    images("v1", "latest")(lab)
    lab.ecr.batch_delete_image(repositoryName=WEB, imageIds=[{"imageTag": "latest"}])


def practice(stable="", **pages):
    """The exercise's repository with an image for each tag, and `stable` for the image of that page."""

    def prepare(lab):
        lab.ecr.create_repository(repositoryName=PRACTICE)
        for tag, page in (pages | ({"stable": stable} if stable else {})).items():
            put_image(lab, PRACTICE, tag, page)

    return prepare


def misnamed(name):
    return (
        f"There is a repository `{name}`, but the lesson's is called `adgu/web`: the slash is part of the "
        "name."
    )


def untagged(only):
    return (
        f"`adgu/web` has no image tagged `latest`, only {only}. A task definition that names `latest` would "
        "not find it."
    )


def lacks(missing, tags):
    return f"`adgu/practice` has no tag {missing}. It has {tags}."


def not_v1(tags):
    return f"The tags of `adgu/frozen` are immutable, but it holds {tags}: push your image there as `v1`."


# The name of a wrong state: the step, what makes it, and what the check says of it.
WRONG = {
    "a dash for the slash": ("01.repository", repository("adgu-web"), misnamed("adgu-web")),
    "an underscore for the slash": ("01.repository", repository("adgu_web"), misnamed("adgu_web")),
    "a slash too many": ("01.repository", repository("ad/gu/web"), misnamed("ad/gu/web")),
    "the repository's first word is missing": ("01.repository", repository("web"), misnamed("web")),
    "the repository's tags are immutable": (
        "01.repository",
        repository(imageTagMutability="IMMUTABLE"),
        "`adgu/web` is there, but its tags are immutable: a second push of `latest` will be refused.",
    ),
    "pushed under another tag": ("01.push", images("v1"), untagged("`v1`")),
    "pushed under two tags, neither of them latest": ("01.push", images("v1", "v2"), untagged("`v1`, `v2`")),
    "latest in capitals": ("01.push", images("Latest"), untagged("`Latest`")),
    "latest was deleted": ("01.push", latest_deleted, untagged("`v1`")),
    "an image whose tag moved, and the one it moved to is gone": (
        "01.push",
        tag_lost,
        "`adgu/web` holds an image without any tag: it can be named by its digest alone.",
    ),
    "v1 and v2 are the same image": (
        "01.yours-1",
        practice(v1="one", v2="one", stable="one"),
        "`v1` and `v2` are two names of one image: the digest is the same.",
    ),
    "stable stands for v2": (
        "01.yours-1",
        practice(v1="one", v2="two", stable="two"),
        "`stable` stands for the image of `v2`; the exercise asks for that of `v1`.",
    ),
    "stable was built again": (
        "01.yours-1",
        practice(v1="one", v2="two", stable="three"),
        "`stable` is a third image: something was built and pushed for it.",
    ),
    "no stable": ("01.yours-1", practice(v1="one", v2="two"), lacks("`stable`", "`v1`, `v2`")),
    "stable in capitals": (
        "01.yours-1",
        practice(v1="one", v2="two", STABLE="one"),
        lacks("`stable`", "`STABLE`, `v1`, `v2`"),
    ),
    "one page only": ("01.yours-1", practice(v1="one", stable="one"), lacks("`v2`", "`stable`, `v1`")),
    "the practice repository is misnamed": (
        "01.yours-1",
        repository("adgu-practice"),
        "There is a repository `adgu-practice`; the exercise asks for `adgu/practice`, letter by letter.",
    ),
    "the frozen repository's tags can move": (
        "01.yours-2",
        repository(FROZEN),
        "`adgu/frozen` is there, but its tags can still be moved: they are MUTABLE.",
    ),
    "the frozen repository is empty": ("01.yours-2", frozen(), not_v1("no image")),
    "the frozen repository holds another tag": ("01.yours-2", frozen("v7"), not_v1("only `v7`")),
    "the frozen repository's v1 is in capitals": ("01.yours-2", frozen("V1"), not_v1("only `V1`")),
    "the frozen repository is misnamed": (
        "01.yours-2",
        repository("adgu-frozen", imageTagMutability="IMMUTABLE"),
        "There is a repository `adgu-frozen`; the exercise asks for `adgu/frozen`, letter by letter.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(lab, name):
    step, prepare, message = WRONG[name]
    prepare(lab)
    assert said(lab, step) == ("Look again", message)


def test_an_empty_repository(lab):
    repository()(lab)
    assert said(lab, "01.push") == ("Not yet", "`adgu/web` is empty: no image was pushed to it.")


def test_an_empty_practice(lab):
    practice()(lab)
    assert said(lab, "01.yours-1") == ("Not yet", "`adgu/practice` holds no image with a tag yet.")


def test_practice_leaves_the_lesson_s_images_alone(lab):
    lab.goto("02")
    before = lab.ecr.describe_images(repositoryName=WEB)["imageDetails"]
    for step in ("01.yours-1", "01.yours-2"):
        lab.solve(step)
    assert lab.ecr.describe_images(repositoryName=WEB)["imageDetails"] == before
