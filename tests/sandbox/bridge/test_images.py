"""From the name in a task definition to the image: ECR's repositories, the catalogue, and what is missing."""

import json

import pytest
from ecr_rig import ACCOUNT, LIST, OCI, image, rig
from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.bridge.account import Account, enter
from ecslab.sandbox.bridge.images import catalogue, resolution
from ecslab.sandbox.bridge.images.resolution import NotInRegistry, resolve
from ecslab.sandbox.runtime.embedded import EmbeddedRuntime
from ecslab.sandbox.runtime.layer_stream import BadLayer
from ecslab.sandbox.world.time.clock import Clock
from tests.sandbox.image_blobs import sha

HERE = "us-east-1"
WEB = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/web"
ELSEWHERE = WEB.replace(HERE, "eu-west-1")
NOWHERE = WEB.replace(HERE, "xx-east-9")
STRANGER = WEB.replace(ACCOUNT, "1" * 12)
PAGE = "/usr/local/apache2/htdocs/index.html"


@pytest.fixture
def lab(tmp_path):
    enter(Account(Clock(), EmbeddedRuntime(), ACCOUNT))
    with rig(tmp_path) as ecr_rig:
        ecr_rig.ecr.create_repository(repositoryName="web")
        yield ecr_rig


def missing(reference: str, architecture: str = "X86_64") -> tuple[str, str]:
    with pytest.raises(NotInRegistry) as caught:
        resolve(reference, HERE, architecture)
    return caught.value.kind, caught.value.canonical_reference


def test_what_was_pushed_is_what_is_found(lab):
    pushed = lab.push(page=b"mine")["imageId"]["imageDigest"]
    resolved = resolve(f"{WEB}:latest", HERE)
    assert (resolved.digest, resolved.reference, resolved.synthetic) == (pushed, f"{WEB}:latest", False)
    assert resolved.rootfs()[PAGE] == b"mine"
    assert resolved.size == resolved.nominal_size == len(image(b"mine")[1][1])


def test_without_a_tag_it_is_latest_and_by_digest_it_stays(lab):
    first = lab.push(page=b"1")["imageId"]["imageDigest"]
    second = lab.push(page=b"2")["imageId"]["imageDigest"]
    assert resolve(WEB, HERE).digest == second
    assert resolve(f"{WEB}@{first}", HERE).rootfs()[PAGE] == b"1"


def test_a_pull_is_recorded(lab):
    lab.push()
    resolve(WEB, HERE)
    (detail,) = lab.ecr.describe_images(repositoryName="web")["imageDetails"]
    assert detail["lastRecordedPullTime"].timestamp() == lab.now


@pytest.mark.parametrize(
    ("reference", "kind", "full"),
    [
        (f"{WEB}:v9", "tag", f"{WEB}:v9"),
        (f"{WEB}@{sha(b'')}", "tag", f"{WEB}@{sha(b'')}"),
        (f"{WEB}x", "repository", f"{WEB}x:latest"),
        (ELSEWHERE, "repository", f"{ELSEWHERE}:latest"),
        (NOWHERE, "repository", f"{NOWHERE}:latest"),
        (STRANGER, "repository", f"{STRANGER}:latest"),
        ("httpd:9.9", "tag", "docker.io/library/httpd:9.9"),
        ("htttpd", "repository", "docker.io/library/htttpd:latest"),
        ("ngnix", "repository", "docker.io/library/ngnix:latest"),
        ("postgress", "repository", "docker.io/library/postgress:latest"),
        ("public.ecr.aws/nginx/ngnix", "repository", "public.ecr.aws/nginx/ngnix:latest"),
        ("Web", "repository", "docker.io/library/Web:latest"),
        ("nginx:latets", "tag", "docker.io/library/nginx:latets"),
        ("python:4", "tag", "docker.io/library/python:4"),
        ("cassandra", "elsewhere", "docker.io/library/cassandra:latest"),
        ("nobody/web", "elsewhere", "docker.io/nobody/web:latest"),
        ("ghcr.io/nobody/web:1", "elsewhere", "ghcr.io/nobody/web:1"),
        ("quay.io/prometheus/prometheus", "elsewhere", "quay.io/prometheus/prometheus:latest"),
        ("httpd:2.4.62", "elsewhere", "docker.io/library/httpd:2.4.62"),
        ("python:3.12-slim", "elsewhere", "docker.io/library/python:3.12-slim"),
        ("nginx:mainline", "elsewhere", "docker.io/library/nginx:mainline"),
        (f"httpd@{sha(b'')}", "elsewhere", f"docker.io/library/httpd@{sha(b'')}"),
        ("", "repository", "docker.io/library/:latest"),
    ],
)
def test_what_is_missing(lab, reference, kind, full):
    assert missing(reference) == (kind, full)


def test_a_repository_of_another_region_is_found_by_its_name(lab):
    assert missing(ELSEWHERE)[0] == "repository"
    lab.push()
    assert resolve(WEB, "eu-west-1").reference == WEB


@pytest.mark.parametrize(
    "name",
    ["httpd", "docker.io/library/httpd:2.4", "public.ecr.aws/docker/library/httpd", "nginx:alpine",
     "yourname/node-example-1", "busybox"],
)  # fmt: skip
@pytest.mark.parametrize(("cpu", "architecture"), [("X86_64", "amd64"), ("ARM64", "arm64")])
def test_public_images_for_either_processor(lab, name, cpu, architecture):
    resolved = resolve(name, HERE, cpu)
    assert (resolved.architecture, resolved.synthetic) == (architecture, True)
    assert resolved.nominal_size > 1_000_000 > resolved.size


def test_every_listed_image_is_found(lab):
    assert all(resolve(row["reference"], HERE).synthetic for row in catalogue.listing())


def test_an_index_gives_the_tasks_processor_or_refuses(lab):
    child = lab.push(tag=None)["imageId"]["imageDigest"]
    entries = [
        {"mediaType": OCI, "digest": child, "size": 1, "platform": {"os": "linux", "architecture": "amd64"}}
    ]
    index = json.dumps({"schemaVersion": 2, "mediaType": LIST, "manifests": entries})
    lab.ecr.put_image(repositoryName="web", imageManifest=index, imageTag="all")
    assert resolve(f"{WEB}:all", HERE).digest == sha(index.encode())
    assert missing(f"{WEB}:all", "ARM64") == ("platform", f"{WEB}:all")


def test_an_image_of_one_processor_is_given_to_the_other(lab):
    lab.push()
    assert resolve(WEB, HERE, "ARM64").architecture == "amd64"


def test_an_artifact_that_is_no_image_has_an_empty_config(lab):
    for config in (b"not json", b"[1]", b'{"config": null}'):
        lab.upload(config)
        manifest = {"schemaVersion": 2, "mediaType": OCI, "layers": [],
                    "config": {"digest": sha(config), "size": len(config)}}  # fmt: skip
        lab.ecr.put_image(repositoryName="web", imageManifest=json.dumps(manifest), imageTag="odd")
        assert resolve(f"{WEB}:odd", HERE).architecture == "amd64"


def test_a_layer_lost_from_the_disk_is_said(lab, tmp_path):
    lab.push()
    layer = sha(image()[1][1])
    (tmp_path / "blobs" / layer.removeprefix("sha256:")).unlink()
    with pytest.raises(BadLayer) as caught:
        resolve(WEB, HERE).rootfs()
    assert str(caught.value) == f"the registry has lost the layer {layer} of {WEB}"


@given(st.text(max_size=60))
def test_any_text_is_an_image_or_is_not_there(reference):
    enter(Account(Clock(), EmbeddedRuntime(), ACCOUNT))
    try:
        assert resolve(reference, HERE).synthetic
    except NotInRegistry as nothing:
        assert nothing.kind in resolution.Missing.__args__


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (b"[" * 100_000, "deeper, or longer"),
        (b'{"a": "' + b"x" * 1_100_000 + b'"}', "deeper, or longer"),
        (b'{"config": "sh"}', "not one of the OCI"),
        (b'{"architecture": [1]}', "not one of the OCI"),
        (b'{"config": {"Entrypoint": "sh -c"}}', "Entrypoint"),
        (b'{"config": {"Cmd": [1]}}', "Cmd"),
        (b'{"config": {"Env": {"A": "b"}}}', "Env"),
        (b'{"config": {"WorkingDir": 7}}', "WorkingDir"),
        (b'{"config": {"WorkingDir": "' + b"/a" * 3000 + b'"}}', "WorkingDir"),
        (b'{"config": {"Labels": "x"}}', "Labels"),
    ],
    ids=range(10),
)
def test_a_configuration_that_starts_no_container_is_found_while_pulling(lab, config, words):
    _, (_, layer) = image()
    put_image(lab, config, layer, [{"digest": sha(layer), "size": len(layer)}])
    with pytest.raises(BadLayer, match=words):
        resolve(f"{WEB}:odd", HERE)


def put_image(lab, config, layer, layers):
    for blob in (config, layer):
        lab.upload(blob)
    manifest = {"schemaVersion": 2, "mediaType": OCI, "layers": layers,
                "config": {"digest": sha(config), "size": len(config)}}  # fmt: skip
    lab.ecr.put_image(repositoryName="web", imageManifest=json.dumps(manifest), imageTag="odd")
