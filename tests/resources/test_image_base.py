"""The base through the distribution API, against a registry that is as particular as the real ones."""

import base64
import errno
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ecslab.connection.http import HttpReply
from ecslab.errors import CannotBeDone, NotThere, Unreachable
from ecslab.resources.image import TooManyPulls, Unauthorized, build
from ecslab.resources.image.registry import DOCKER_LIST, DOCKER_MANIFEST
from ecslab.resources.image.types import GZIP, INDEX, MANIFEST, TAR, digest_of

HOST = "public.ecr.aws"
NAME = "docker/library/httpd"
BASE = f"{HOST}/{NAME}:2.4"
LAYER = b"a layer of the base"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def encoded(value) -> bytes:
    return json.dumps(value).encode()


class Lab:
    """A real account as far as a registry sees it; `replies` go before the registry's own."""

    where = "aws"

    def __init__(self, home: Path, *, docker: bool = False):
        self.home, self.ecr = home, self
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.replies: dict[str, HttpReply] = {}
        self.challenge = 'Bearer realm="https://auth.test/token",service="reg",scope="whatever"'
        self.token = "Bearer nobody"
        self.content = self.images(docker)

    def images(self, docker: bool) -> dict[str, bytes]:
        documents = {}
        entries = [{"digest": "sha256:att", "platform": {"os": "unknown", "architecture": "unknown"}}]
        for architecture in ("arm64", "amd64"):
            config = encoded({"architecture": architecture, "os": "linux", "created": "2026-02-03T04:05:06Z",
                              "config": {"Env": ["HTTPD_PREFIX=/usr/local/apache2"]},
                              "rootfs": {"type": "layers", "diff_ids": [digest_of(b"tar")]},
                              "history": [{"created_by": "ADD file"}, {"empty_layer": True}]})  # fmt: skip
            layer = {
                "mediaType": DOCKER_LAYER if docker else GZIP,
                "digest": digest_of(LAYER),
                "size": len(LAYER),
            }
            manifest = encoded({"schemaVersion": 2, "mediaType": DOCKER_MANIFEST if docker else MANIFEST,
                                "config": {"digest": digest_of(config), "size": len(config)},
                                "layers": [layer]})  # fmt: skip
            documents |= {f"blobs/{digest_of(config)}": config, f"manifests/{digest_of(manifest)}": manifest}
            platform = {"os": "linux", "architecture": architecture, "variant": "v8"}
            entries.append({"digest": digest_of(manifest), "platform": platform})
        index = {"schemaVersion": 2, "mediaType": DOCKER_LIST if docker else INDEX, "manifests": entries}
        return documents | {f"blobs/{digest_of(LAYER)}": LAYER, "manifests/2.4": encoded(index)}

    def registry_url(self, host):
        return f"https://{host}/v2"

    def get_authorization_token(self):
        return {"authorizationData": [{"authorizationToken": base64.b64encode(b"AWS:pw").decode()}]}

    def http(self, method, url, headers=None, body=None):
        self.asked.append((url, headers))
        parts = urlsplit(url)
        path = parts.path.removeprefix(f"/v2/{NAME}/")
        if path in self.replies:
            return self.replies[path]
        if parts.hostname == "auth.test":
            assert parse_qs(parts.query) == {"scope": [f"repository:{NAME}:pull"], "service": ["reg"]}
            return HttpReply(200, {}, encoded({"token": "nobody"}))
        if headers.get("Authorization") != self.token:
            return HttpReply(401, {"www-authenticate": self.challenge}, b"{}")
        if path not in self.content:
            return refusal(404, "MANIFEST_UNKNOWN", "Requested image not found")
        return HttpReply(200, {}, self.content[path])


def refusal(status: int, code: str, message: str) -> HttpReply:
    return HttpReply(status, {}, encoded({"errors": [{"code": code, "message": message}]}))


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path)


def refused(kind, lab, base=BASE, **how) -> str:
    with pytest.raises(kind) as caught:
        build("<p>", base, lab=lab, **how)
    return str(caught.value)


def test_a_base_of_the_asked_processor_with_nobodys_token(lab):
    image = build("<p>", BASE, lab=lab, architecture="arm64")
    assert (image.platform, image.synthetic) == ("linux/arm64", False)
    assert [layer.digest for layer in image.layers][:1] == [digest_of(LAYER)]
    assert image.config["history"][-1] == {
        "created": "2026-02-03T04:05:06Z", "created_by": "COPY . /usr/local/apache2/htdocs/",
        "comment": "your page: index.html",
    }  # fmt: skip
    accepted = lab.asked[0][1]["Accept"]
    assert all(kind in accepted for kind in (INDEX, MANIFEST, DOCKER_LIST, DOCKER_MANIFEST))


def test_layers_are_fetched_when_they_are_read_and_then_kept(lab, tmp_path):
    image = build("<p>", BASE, lab=lab)
    blobs = [url for url, _ in lab.asked if digest_of(LAYER) in url]
    assert blobs == []
    assert image.layers[0].read() == LAYER
    lab.replies = {f"blobs/{digest_of(LAYER)}": HttpReply(500, {}, b"")}
    assert image.layers[0].read() == LAYER
    layer_file = tmp_path / "lab" / "layers" / digest_of(LAYER).removeprefix("sha256:")
    layer_file.write_bytes(b"damaged")
    with pytest.raises(CannotBeDone):
        image.layers[0].read()


def test_a_docker_image_becomes_an_oci_image(tmp_path):
    image = build("<p>", BASE, lab=Lab(tmp_path, docker=True))
    manifest = json.loads(image.manifest)
    assert manifest["mediaType"] == MANIFEST
    assert [layer["mediaType"] for layer in manifest["layers"]] == [GZIP, GZIP]
    assert TAR in GZIP


def test_in_ecr_the_callers_own_token_is_sent(lab):
    host = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    lab.challenge, lab.token = f'Basic realm="https://{host}/"', "Basic QVdTOnB3"
    assert build("<p>", f"{host}/{NAME}:2.4", lab=lab).base == f"{host}/{NAME}:2.4"
    assert refused(NotThere, lab, f"{host}/{NAME}:9") == (
        f"there is no image {host}/{NAME}:9.\n  seen: 404 Requested image not found\n"
        f"  next: lab.ecr.describe_images(repositoryName='{NAME}') shows those there are"
    )


def test_the_token_of_ecr_goes_to_ecr_alone(lab):
    lab.challenge, lab.token = 'Basic realm="https://evil.test/"', "Basic QVdTOnB3"
    refused(Unauthorized, lab)
    assert not any("QVdTOnB3" in headers.get("Authorization", "") for _, headers in lab.asked)


def test_no_such_tag(lab):
    assert refused(NotThere, lab, f"{HOST}/{NAME}:9") == (
        f"there is no image {HOST}/{NAME}:9.\n  seen: 404 Requested image not found\n"
        "  next: check the name and the tag on the registry's own page"
    )


def test_not_allowed(lab):
    lab.replies["manifests/2.4"] = refusal(401, "UNAUTHORIZED", "authentication required")
    assert refused(Unauthorized, lab) == (
        f"{HOST} does not let us read {BASE}.\n  seen: 401 authentication required\n"
        "  next: check the spelling; a private image of another registry cannot be a base here"
    )


def test_a_token_that_is_refused(lab):
    lab.replies["/token"] = HttpReply(403, {}, b"<html>no</html>")
    assert refused(Unauthorized, lab).splitlines()[1] == "  seen: 403"


def test_too_many_pulls_names_amazons_copy(lab):
    words = "You have reached your unauthenticated pull rate limit."
    slow_down = refusal(429, "TOOMANYREQUESTS", words)
    lab.replies = {"/v2/library/httpd/manifests/2.4": slow_down, "manifests/2.4": slow_down}
    assert refused(TooManyPulls, lab, "httpd:2.4") == (
        f"docker.io has had too many pulls from this network.\n  seen: 429 {words}\n"
        f"  next: take the same image from Amazon's registry: base='{BASE}'"
    )
    assert refused(TooManyPulls, lab).splitlines()[-1] == "  next: wait some minutes, then run the cell again"


def test_no_answer(lab):
    def silent(*_, **__):
        raise Unreachable("no answer from https://public.ecr.aws within 15 s.\n  seen: x\n  next: y")

    lab.http = silent
    assert refused(Unreachable, lab) == (
        "the registry public.ecr.aws does not answer.\n"
        "  seen: no answer from https://public.ecr.aws within 15 s.\n"
        "  next: check the network and HTTPS_PROXY, then run the cell again"
    )


@pytest.mark.parametrize(
    ("path", "reply", "reported"),
    [
        ("manifests/2.4", HttpReply(503, {}, b"busy"), "503"),
        ("manifests/2.4", HttpReply(200, {}, b"<html>"), "no manifest that can be read: '<html>'"),
        ("manifests/2.4", HttpReply(200, {}, b"[]"), "no manifest that can be read: '[]'"),
    ],
)
def test_a_registry_that_is_unwell(lab, path, reply, reported):
    lab.replies[path] = reply
    assert refused(CannotBeDone, lab) == (
        f"{HOST} did not give {BASE} as it should.\n  seen: {reported}\n"
        "  next: run the cell again; if it stays so, take another base"
    )


def test_bytes_that_are_not_those_asked_for(lab):
    digest = json.loads(lab.content["manifests/2.4"])["manifests"][2]["digest"]
    lab.content[f"manifests/{digest}"] = b"{}"
    assert f"seen: bytes whose digest is not {digest}" in refused(CannotBeDone, lab)


def test_no_such_processor(lab):
    index = json.loads(lab.content["manifests/2.4"])
    index["manifests"] = index["manifests"][:2]
    lab.content["manifests/2.4"] = encoded(index)
    assert refused(CannotBeDone, lab) == (
        f"{BASE} is not made for linux/amd64.\n  seen: linux/arm64\n"
        "  next: take another base, or name an architecture that it has"
    )


def test_an_artifact_is_no_base(lab):
    config = b"{}"
    manifest = {"schemaVersion": 2, "config": {"digest": digest_of(config)}, "layers": []}
    lab.content |= {"manifests/2.4": encoded(manifest), f"blobs/{digest_of(config)}": config}
    assert "seen: an artifact that is no image: its config names no architecture" in refused(
        CannotBeDone, lab
    )


def test_a_full_disk_is_said_and_nothing_fails(lab, monkeypatch, capsys):
    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    image = build("<p>", BASE, lab=lab)
    monkeypatch.setattr(Path, "write_bytes", full)
    capsys.readouterr()
    assert image.layers[0].read() == LAYER
    assert capsys.readouterr().out == (
        f"A layer of {len(LAYER)} bytes could not be kept in {lab.home}/lab/layers (No space left on "
        "device); it will be read again next time. Make room on the disk.\n"
    )
