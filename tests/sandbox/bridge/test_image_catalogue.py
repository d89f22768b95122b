"""The public images are valid OCI images, the same bytes each time, and labelled as stand-ins."""

import json

import pytest

from ecslab.sandbox.bridge.images import catalogue
from ecslab.sandbox.runtime.image import Image, Layer

NAMES = [name for image in catalogue.CATALOGUE for name in image.names]


def images(name: str) -> list[Image]:
    """One image for each architecture of the index behind the first tag."""
    repository = catalogue.repository(name)
    _, media_type, index = repository.manifest(next(iter(repository.tags)))
    assert media_type == catalogue.INDEX
    complete = []
    for entry in json.loads(index)["manifests"]:
        manifest = json.loads(repository.manifest(entry["digest"])[2])
        config = json.loads(repository.blobs[manifest["config"]["digest"]])
        layers = [
            Layer(d["digest"], d["mediaType"], d["size"], lambda d=d: repository.blobs[d["digest"]])
            for d in manifest["layers"]
        ]
        assert config["rootfs"]["diff_ids"] == [layer.digest for layer in layers]  # plain tar: the same
        assert config["architecture"] == entry["platform"]["architecture"]
        complete.append(Image.of(name, entry["digest"], config, tuple(layers)))
    return complete


@pytest.mark.parametrize("name", NAMES)
def test_every_digest_is_the_digest_of_its_bytes(name):
    repository = catalogue.repository(name)
    blobs = repository.blobs | {d: blob for d, (_, blob) in repository.manifests.items()}
    assert all(catalogue.digest_of(blob) == digest for digest, blob in blobs.items())
    assert set(repository.tags.values()) <= set(repository.manifests)


@pytest.mark.parametrize("name", NAMES)
def test_every_image_is_synthetic_with_the_real_size(name):
    size = next(image.size for image in catalogue.CATALOGUE if name in image.names)
    for image in images(name):
        assert image.synthetic
        assert image.nominal_size == size
        assert b"not the real image" in image.rootfs()["/ECSLAB-SYNTHETIC.txt"]


@pytest.mark.parametrize(
    ("name", "page", "words"),
    [
        ("docker.io/library/httpd", "/usr/local/apache2/htdocs/index.html", b"It works!"),
        ("public.ecr.aws/nginx/nginx", "/usr/share/nginx/html/index.html", b"Welcome to nginx!"),
    ],
)
def test_the_default_page_is_where_the_server_looks(name, page, words):
    assert words in images(name)[0].rootfs()[page]


def test_an_image_is_made_the_same_each_time():
    name = "docker.io/library/httpd"
    again = catalogue.repository.__wrapped__(name)
    assert again == catalogue.repository(name)
    assert again is not catalogue.repository(name)


def test_what_is_not_there_is_none():
    assert catalogue.repository("docker.io/library/cassandra") is None
    assert catalogue.repository("docker.io/library/httpd").manifest("9.9") is None


def test_the_listing_names_images_as_people_do():
    rows = {row["reference"]: row for row in catalogue.listing()}
    assert rows["httpd:2.4"]["ports"] == [80]
    assert {
        "nginx:latest",
        "public.ecr.aws/docker/library/httpd:latest",
        "yourname/node-example-1:latest",
    } <= set(rows)
