import pytest
from course_rig import put_image, said

WEB = "adgu/web"


@pytest.fixture
def web(lab):
    lab.ecr.create_repository(repositoryName=WEB)
    return WEB


def test_a_repository_of_another_name(lab):
    lab.ecr.create_repository(repositoryName="adgu-web")
    assert said(lab, "01.repository") == (
        "Look again",
        "There is a repository `adgu-web`, but the lesson's is called `adgu/web`: the slash is part of the "
        "name.",
    )


def test_a_repository_with_immutable_tags(lab):
    lab.ecr.create_repository(repositoryName=WEB, imageTagMutability="IMMUTABLE")
    assert said(lab, "01.repository") == (
        "Look again",
        "`adgu/web` is there, but its tags are immutable: a second push of `latest` will be refused.",
    )


def test_an_empty_repository(lab, web):
    assert said(lab, "01.push") == ("Not yet", "`adgu/web` is empty: no image was pushed to it.")


def test_another_tag(lab, web):
    put_image(lab, web, "v1")
    assert said(lab, "01.push") == (
        "Look again",
        "`adgu/web` has no image tagged `latest`, only `v1`. A task definition that names `latest` would not "
        "find it.",
    )


def test_no_tag_left(lab, web):
    put_image(lab, web, "latest")
    digest = put_image(lab, web, "latest", "another page")
    lab.ecr.batch_delete_image(repositoryName=web, imageIds=[{"imageDigest": digest}])
    assert said(lab, "01.push") == (
        "Look again", "`adgu/web` holds an image without any tag: it can be named by its digest alone."
    )  # fmt: skip


def test_v2_is_latest(lab, web):
    put_image(lab, web, "latest")
    put_image(lab, web, "v2")
    assert said(lab, "01.yours-1") == (
        "Look again", "`v2` and `latest` are two names of one image: the digest is the same."
    )  # fmt: skip


def test_v2_without_latest(lab, web):
    put_image(lab, web, "v2")
    assert said(lab, "01.yours-1") == (
        "Look again", "`v2` is there, but `latest` is gone: the lesson's task definition names `latest`."
    )  # fmt: skip


def test_v2_in_capitals(lab, web):
    put_image(lab, web, "V2")
    assert said(lab, "01.yours-1") == (
        "Look again", "There is a tag `V2`, but the exercise asks for `v2`: tags are exact."
    )  # fmt: skip


def test_frozen_is_mutable(lab):
    lab.ecr.create_repository(repositoryName="adgu/frozen")
    assert said(lab, "01.yours-2") == (
        "Look again", "`adgu/frozen` is there, but its tags can still be moved: they are MUTABLE."
    )  # fmt: skip


def test_frozen_is_empty(lab):
    lab.ecr.create_repository(repositoryName="adgu/frozen", imageTagMutability="IMMUTABLE")
    assert said(lab, "01.yours-2") == (
        "Look again",
        "The tags of `adgu/frozen` are immutable, but it holds no image: push your image there as `v1`.",
    )


def test_frozen_holds_another_tag(lab):
    lab.ecr.create_repository(repositoryName="adgu/frozen", imageTagMutability="IMMUTABLE")
    put_image(lab, "adgu/frozen", "v7")
    assert said(lab, "01.yours-2") == (
        "Look again",
        "The tags of `adgu/frozen` are immutable, but it holds only `v7`: push your image there as `v1`.",
    )
