"""Pushing through the ECR API: what is sent, what is skipped, and every refusal with its next step."""

import dataclasses

import pytest
from botocore.exceptions import ClientError

import ecslab
from ecslab import ecr, image
from ecslab.errors import CannotBeDone, NotThere
from ecslab.resources.image import Image, Layer, SyntheticImage, TagTaken
from ecslab.resources.image import upload as image_push
from ecslab.resources.image.types import digest_of, to_json

MIB = 1024 * 1024


@pytest.fixture
def lab(tmp_path):
    with ecslab.connect("sandbox", home=tmp_path, clock="stepped", in_process=True, seed=7) as lab:
        ecr.create_repository(lab)
        yield lab


def operations(lab, since: int) -> list[str]:
    return [call.operation for call in list(lab.record.calls)[since:]]


def made_of(*blobs: bytes) -> Image:
    """An image of these layers that stands on nothing of the sandbox's."""
    layers = tuple(
        Layer(digest_of(b), "application/vnd.oci.image.layer.v1.tar", len(b), lambda b=b: b) for b in blobs
    )
    config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}
    return Image("scratch", config, layers)


def test_a_push_sends_the_layers_then_the_manifest(lab):
    built = image.build("<h1>1</h1>", lab=lab)
    before = len(lab.record.calls)
    pushed = image.push(lab, built)
    assert operations(lab, before) == [
        "BatchCheckLayerAvailability",
        *["InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload"] * 4,
        "PutImage",
    ]
    assert pushed == image.Pushed(ecr.image_uri(lab), built.digest, uploaded=3, skipped=0)
    (detail,) = lab.ecr.describe_images(repositoryName="adgu/web")["imageDetails"]
    assert (detail["imageDigest"], detail["imageTags"]) == (built.digest, ["latest"])
    assert detail["imageSizeInBytes"] == built.size


def test_pushing_again_sends_nothing(lab):
    built = image.build("<h1>1</h1>", lab=lab)
    first = image.push(lab, built)
    before = len(lab.record.calls)
    assert image.push(lab, built) == dataclasses.replace(first, uploaded=0, skipped=3)
    assert operations(lab, before) == ["BatchCheckLayerAvailability", "PutImage"]


def test_a_changed_page_sends_one_layer_and_takes_the_tag(lab):
    old = image.push(lab, image.build("<h1>1</h1>", lab=lab))
    new = image.push(lab, image.build("<h1>2</h1>", lab=lab))
    assert (new.uploaded, new.skipped) == (1, 2)
    rows = {d["imageDigest"]: d.get("imageTags") for d in
            lab.ecr.describe_images(repositoryName="adgu/web")["imageDetails"]}  # fmt: skip
    assert rows == {old.digest: None, new.digest: ["latest"]}


def test_a_second_tag_for_the_same_image(lab):
    built = image.build("<h1>1</h1>", lab=lab)
    image.push(lab, built)
    assert image.push(lab, built, tag="v1").uri.endswith("/adgu/web:v1")
    (detail,) = lab.ecr.describe_images(repositoryName="adgu/web")["imageDetails"]
    assert sorted(detail["imageTags"]) == ["latest", "v1"]


def test_another_repository(lab):
    ecr.create_repository(lab, "adgu/other")
    pushed = image.push(lab, image.build("<h1>1</h1>", lab=lab), repository="adgu/other")
    assert pushed.uri == f"{lab.account}.dkr.ecr.us-east-1.amazonaws.com/adgu/other:latest"


def test_a_large_layer_goes_in_parts(lab):
    blob = bytes(11 * MIB)
    before = len(lab.record.calls)
    image.push(lab, made_of(blob))
    assert operations(lab, before).count("UploadLayerPart") == 3  # 10 MiB, 1 MiB, and the config
    url = lab.ecr.get_download_url_for_layer(repositoryName="adgu/web", layerDigest=digest_of(blob))
    assert url["layerDigest"] == digest_of(blob)


def test_the_same_layer_twice_is_sent_once(lab):
    assert image.push(lab, made_of(b"a", b"a", b"b")).uploaded == 2


def test_many_layers_are_asked_about_in_hundreds(lab):
    pushed = image.push(lab, made_of(*(b"%d" % n for n in range(120))))
    assert pushed.uploaded == 120


def test_another_push_that_was_quicker_is_no_error(lab, monkeypatch):
    built = made_of(b"a")
    everything = lambda lab, repository, layers: [*layers]  # noqa: E731
    image.push(lab, built)
    monkeypatch.setattr(image_push, "_missing", everything)
    assert image.push(lab, built).digest == built.digest


def test_what_was_done_shows_itself(lab):
    pushed = image.Pushed("host/web:latest", "sha256:12", 1, 2)
    assert repr(pushed) == ("Pushed  host/web:latest\ndigest  sha256:12\nlayers  1 uploaded, 2 there already")
    assert "<td" in pushed._repr_html_()
    assert "1 uploaded, 2 there already" in pushed._repr_html_()


def test_progress_is_shown_when_it_takes_long(lab, monkeypatch):
    lines = []
    monkeypatch.setattr(image_push.Progress, "tick", lambda self, done="": lines.append(done))
    image.push(lab, made_of(bytes(11 * MIB)))
    assert lines[:4] == [
        "pushing layer 1 of 2: 0.0 of 11.5 MB", "pushing layer 1 of 2: 10.5 of 11.5 MB",
        "pushing layer 1 of 2: 11.5 of 11.5 MB", "pushing layer 2 of 2: 0.0 of 0.0 MB",
    ]  # fmt: skip


# Refusals ---------------------------------------------------------------------------------------------------


def test_a_repository_that_is_not_there(lab):
    with pytest.raises(NotThere) as caught:
        image.push(lab, made_of(b"a"), repository="adgu/nix")
    assert str(caught.value) == (
        "there is no repository 'adgu/nix' in account 123456789012, us-east-1.\n"
        "  next: ecslab.ecr.create_repository(lab) makes the lesson's own; ECR makes none by itself"
    )


def test_an_immutable_tag(lab):
    lab.ecr.put_image_tag_mutability(repositoryName="adgu/web", imageTagMutability="IMMUTABLE")
    built = made_of(b"a")
    image.push(lab, built, tag="v1")
    image.push(lab, built, tag="v1")  # the same again is no change
    with pytest.raises(TagTaken) as caught:
        image.push(lab, made_of(b"b"), tag="v1")
    assert str(caught.value) == (
        "the tag 'v1' of adgu/web stays with the image that has it.\n"
        "  ECR said: The image tag 'v1' already exists in the 'adgu/web' repository and cannot be "
        "overwritten because the tag is immutable.\n"
        "  next:     push under a tag that is still free: push(lab, image, tag='…')"
    )
    assert isinstance(caught.value, FileExistsError)


def test_a_full_repository(lab, monkeypatch):
    def full(**_):
        error = {"Error": {"Code": "LimitExceededException", "Message": "The quota of images is reached."}}
        raise lab.ecr.exceptions.LimitExceededException(error, "PutImage")

    monkeypatch.setattr(lab.ecr, "put_image", full)
    with pytest.raises(CannotBeDone) as caught:
        image.push(lab, made_of(b"a"))
    assert str(caught.value) == (
        "adgu/web is full.\n  ECR said: The quota of images is reached. (LimitExceededException)\n"
        "  next:     delete images that nobody runs, or ask for a higher quota"
    )


def test_a_bad_tag_is_refused_in_ecrs_words(lab):
    with pytest.raises(ClientError, match="Invalid parameter at 'imageTag'"):
        image.push(lab, made_of(b"a"), tag="a b")


def test_a_stand_in_never_leaves_the_sandbox(lab, monkeypatch):
    built = image.build("<h1>1</h1>", lab=lab)
    before = len(lab.record.calls)
    monkeypatch.setattr(lab, "where", "aws")
    with pytest.raises(SyntheticImage) as caught:
        image.push(lab, built)
    assert str(caught.value) == (
        "the image was built in the sandbox, on its stand-in for public.ecr.aws/docker/library/httpd:2.4.\n"
        "  expected: an image built on the real base\n"
        "  next:     build it again: ecslab.image.build(page, lab=lab)"
    )
    assert len(lab.record.calls) == before
    assert image.push(lab, made_of(b"real")).uploaded == 1


def test_an_image_is_not_synthetic_for_a_word_in_its_page():
    assert not made_of(b"ecslab.synthetic").synthetic
    odd = Image("scratch", {"config": None}, ())
    assert not odd.synthetic
    assert to_json({"b": "é"}) == '{"b":"é"}'.encode()
