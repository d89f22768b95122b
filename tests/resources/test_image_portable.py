"""Pushing to an account and reading it back, by nothing but AWS's own calls."""

import pytest

from ecslab import ecr, image
from ecslab.resources.image.types import digest_of

pytestmark = pytest.mark.portable


def test_what_is_pushed_comes_back(lab):
    ecr.create_repository(lab)
    built = image.build(image.site("<h1>hi</h1>"), lab=lab)
    first, again = image.push(lab, built), image.push(lab, built)
    assert (first.skipped, again.uploaded) == (0, 0)
    assert ecr.image(lab)["imageDigest"] == first.digest == again.digest == built.digest
    name = lab.names.repository
    answer = lab.ecr.batch_get_image(repositoryName=name, imageIds=[{"imageTag": "latest"}])
    assert answer["images"][0]["imageManifest"].encode() == built.manifest
    top = built.layers[-1]
    url = lab.ecr.get_download_url_for_layer(repositoryName=name, layerDigest=top.digest)["downloadUrl"]
    assert digest_of(lab.http("GET", url).body) == top.digest


def test_a_changed_page_moves_the_tag(lab):
    ecr.create_repository(lab)
    old = image.push(lab, image.build("<h1>1</h1>", lab=lab))
    new = image.push(lab, image.build("<h1>2</h1>", lab=lab))
    assert (new.uploaded, new.skipped) == (1, old.uploaded - 1)
    images = lab.ecr.describe_images(repositoryName=lab.names.repository)["imageDetails"]
    assert {row["imageDigest"]: row.get("imageTags") for row in images} == {
        old.digest: None, new.digest: ["latest"],
    }  # fmt: skip


def test_an_immutable_tag_stays(lab):
    name = ecr.create_repository(lab)["repositoryName"]
    lab.ecr.put_image_tag_mutability(repositoryName=name, imageTagMutability="IMMUTABLE")
    image.push(lab, image.build("<h1>1</h1>", lab=lab), tag="v1")
    with pytest.raises(image.TagTaken):
        image.push(lab, image.build("<h1>2</h1>", lab=lab), tag="v1")


def test_the_registry_takes_the_token(lab):
    name = ecr.create_repository(lab)["repositoryName"]
    pushed = image.push(lab, image.build("<h1>1</h1>", lab=lab))
    base = f"{pushed.uri.partition(':')[0]}@{pushed.digest}"
    built = image.build("<h1>2</h1>", base, lab=lab)
    assert [layer.read() for layer in built.layers][-1] == built.layers[-1].read()
    assert all(digest_of(layer.read()) == layer.digest for layer in built.layers)
    assert name in base
