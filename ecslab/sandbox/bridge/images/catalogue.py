"""Public images that can be had without a network.

Each is a small stand-in for the image of the same name, made here: a config as the real one has it, a few
files, and no program binaries, because the embedded runtime knows the programs by name. All carry the label
`ecslab.synthetic`, and so does every image built on one. Sizes are the real images' (linux/amd64, compressed,
rounded), so that pulling takes as long as it would.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from ecslab.sandbox.bridge.images.public_files import (
    ALPINE,
    AWS_CLI,
    BUSYBOX,
    DEBIAN,
    HTTPD,
    NGINX,
    NODE_EXAMPLE,
    REDIS,
)
from ecslab.sandbox.runtime.image import NOMINAL_EXTRA, SYNTHETIC

ARCHITECTURES: Final = ("amd64", "arm64")
CREATED: Final = "2026-01-01T00:00:00Z"
INDEX: Final = "application/vnd.oci.image.index.v1+json"
MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
CONFIG: Final = "application/vnd.oci.image.config.v1+json"
LAYER: Final = "application/vnd.oci.image.layer.v1.tar"
MB: Final = 1_000_000
PATH: Final = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class PublicImage:
    """What an entry of the catalogue is made from. `size` is the real image's, in bytes."""

    names: tuple[str, ...]
    tags: tuple[str, ...]
    description: str
    size: int
    config: Mapping[str, Any]
    layers: tuple[Mapping[str, str], ...]  # path: text, lowest layer first
    holds: tuple[str, ...]  # what each layer stands for

    @property
    def ports(self) -> list[int]:
        """TCP ports that the image says it listens on."""
        return [int(port.split("/")[0]) for port in self.config.get("ExposedPorts", {})]


@dataclass
class PublicRepository:
    """Manifests and blobs of one public name, by digest."""

    name: str
    tags: dict[str, str] = field(default_factory=dict)
    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)

    def manifest(self, reference: str) -> tuple[str, str, bytes] | None:
        """Digest, media type and bytes of a tag or digest."""
        digest = self.tags.get(reference, reference)
        found = self.manifests.get(digest)
        return (digest, *found) if found else None


CATALOGUE: Final = (
    PublicImage(
        ("docker.io/library/httpd", "public.ecr.aws/docker/library/httpd"),
        ("2.4", "latest"),
        "The Apache web server; answers “It works!” on port 80",
        45 * MB,
        {
            "ExposedPorts": {"80/tcp": {}},
            "Env": [PATH.replace("=", "=/usr/local/apache2/bin:"), "HTTPD_PREFIX=/usr/local/apache2"],
            "Cmd": ["httpd-foreground"],
            "WorkingDir": "/usr/local/apache2",
            "StopSignal": "SIGWINCH",
        },
        (DEBIAN, HTTPD),
        ("Debian GNU/Linux", "the Apache web server"),
    ),
    PublicImage(
        ("docker.io/library/nginx", "public.ecr.aws/docker/library/nginx", "public.ecr.aws/nginx/nginx"),
        ("latest", "stable", "alpine"),
        "The nginx web server; answers “Welcome to nginx!” on port 80",
        63 * MB,
        {
            "ExposedPorts": {"80/tcp": {}},
            "Env": [PATH],
            "Entrypoint": ["/docker-entrypoint.sh"],
            "Cmd": ["nginx", "-g", "daemon off;"],
            "StopSignal": "SIGQUIT",
        },
        (DEBIAN, NGINX),
        ("Debian GNU/Linux", "the nginx web server"),
    ),
    PublicImage(
        ("docker.io/library/busybox", "public.ecr.aws/docker/library/busybox"),
        ("latest", "stable"),
        "A shell and small commands; ends at once unless given a command",
        2 * MB,
        {"Env": [PATH], "Cmd": ["sh"]},
        (BUSYBOX,),
        ("BusyBox",),
    ),
    PublicImage(
        ("docker.io/library/alpine", "public.ecr.aws/docker/library/alpine"),
        ("latest", "3"),
        "A small Linux; ends at once unless given a command",
        4 * MB,
        {"Env": [PATH], "Cmd": ["/bin/sh"], "WorkingDir": "/"},
        (ALPINE,),
        ("Alpine Linux",),
    ),
    PublicImage(
        ("docker.io/library/redis", "public.ecr.aws/docker/library/redis"),
        ("7", "latest"),
        "Redis, an in-memory database, on port 6379; here: PING, SET, GET, INCR",
        45 * MB,
        {
            "ExposedPorts": {"6379/tcp": {}},
            "Env": [PATH],
            "Entrypoint": ["docker-entrypoint.sh"],
            "Cmd": ["redis-server"],
            "WorkingDir": "/data",
        },
        (DEBIAN, REDIS),
        ("Debian GNU/Linux", "Redis"),
    ),
    PublicImage(
        ("public.ecr.aws/aws-cli/aws-cli", "docker.io/amazon/aws-cli"),
        ("latest",),
        "The AWS CLI; here it shows what a task role may do",
        120 * MB,
        {"Env": [PATH], "Entrypoint": ["/usr/local/bin/aws"], "WorkingDir": "/aws"},
        (DEBIAN, AWS_CLI),
        ("a small Linux", "the AWS CLI"),
    ),
    PublicImage(
        ("docker.io/yourname/node-example-1", "ghcr.io/yourname/node-example-1"),
        ("latest",),
        "The example of the lecture notes: a small Node application on port 80",
        41 * MB,
        {
            "ExposedPorts": {"80/tcp": {}},
            "Env": [PATH, "NODE_VERSION=14"],
            "Entrypoint": ["docker-entrypoint.sh"],
            "Cmd": ["node", "app.js"],
            "WorkingDir": "/app",
        },
        (ALPINE, NODE_EXAMPLE),
        ("Alpine Linux with Node.js", "the application"),
    ),
)


def listing() -> list[dict[str, Any]]:
    """What there is, for people: `reference`, `description` and `ports` of every name and tag."""
    return [
        {"reference": f"{name.removeprefix('docker.io/library/').removeprefix('docker.io/')}:{tag}",
         "description": image.description, "ports": image.ports}
        for image in CATALOGUE for name in image.names for tag in image.tags
    ]  # fmt: skip


@cache
def repository(name: str) -> PublicRepository | None:
    """The public repository with this canonical name (`docker.io/library/httpd`), or None."""
    for image in CATALOGUE:
        if name in image.names:
            return _build(name, image)
    return None


def _build(name: str, image: PublicImage) -> PublicRepository:
    made = PublicRepository(name)
    entries = []
    for architecture in ARCHITECTURES:
        manifest = _json(_manifest(made, image, architecture))
        digest = digest_of(manifest)
        made.manifests[digest] = (MANIFEST, manifest)
        platform = {"architecture": architecture, "os": "linux"}
        entries.append({"mediaType": MANIFEST, "digest": digest, "size": len(manifest), "platform": platform})
    index = _json({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
    made.manifests[digest_of(index)] = (INDEX, index)
    made.tags = dict.fromkeys(image.tags, digest_of(index))
    return made


def _manifest(made: PublicRepository, image: PublicImage, architecture: str) -> dict[str, Any]:
    layers = [_tar(files) for files in image.layers]
    extra = max(0, image.size - sum(map(len, layers)))
    labels = {SYNTHETIC: "true", NOMINAL_EXTRA: str(extra)}
    config = _json({
        "created": CREATED,
        "architecture": architecture,
        "os": "linux",
        "config": {**image.config, "Labels": labels},
        "rootfs": {"type": "layers", "diff_ids": [digest_of(layer) for layer in layers]},
        "history": [
            {"created": CREATED, "created_by": "ecslab", "comment": f"stand-in for {what}"}
            for what in image.holds
        ],
    })  # fmt: skip
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _descriptor(made, CONFIG, config),
        "layers": [_descriptor(made, LAYER, layer) for layer in layers],
        "annotations": {SYNTHETIC: "true"},
    }


def _descriptor(made: PublicRepository, media_type: str, blob: bytes) -> dict[str, Any]:
    digest = digest_of(blob)
    made.blobs[digest] = blob
    return {"mediaType": media_type, "digest": digest, "size": len(blob)}


def _tar(files: Mapping[str, str]) -> bytes:
    """The same bytes from the same files, always: no dates, no owners, sorted."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, text in sorted(files.items()):
            content = text.encode()
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(content), 0o755 if text.startswith("#!") else 0o644
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(blob: bytes) -> str:
    """`sha256:` and the 64 hex digits of the bytes."""
    return "sha256:" + hashlib.sha256(blob).hexdigest()
