"""Public images that can be had without a network.

Each is a small stand-in for the image of the same name, made here: a config as the real one has it, a few
files, and no program binaries, because the embedded runtime knows the programs by name. All carry the label
`ecslab.synthetic`, and so does every image built on one. Sizes are the real images' (linux/amd64, compressed,
rounded), so that pulling takes as long as it would.
"""

import io
import json
import tarfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, NotRequired, TypedDict

from ecslab.sandbox.bridge.ecr.blobs import digest_of
from ecslab.sandbox.runtime.image import NOMINAL_EXTRA, SYNTHETIC

ARCHITECTURES: Final = ("amd64", "arm64")
CREATED: Final = "2026-01-01T00:00:00Z"
INDEX: Final = "application/vnd.oci.image.index.v1+json"
MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
CONFIG: Final = "application/vnd.oci.image.config.v1+json"
LAYER: Final = "application/vnd.oci.image.layer.v1.tar"
MB: Final = 1_000_000


class Platform(TypedDict):
    """Of the OCI image specification, as what follows."""

    architecture: str
    os: str


class Descriptor(TypedDict):
    """A blob or a manifest by its digest; `size` is in bytes."""

    mediaType: str
    digest: str
    size: int
    platform: NotRequired[Platform]


class Manifest(TypedDict, total=False):
    """An image has a config and layers; an index has manifests."""

    schemaVersion: int
    mediaType: str
    config: Descriptor
    layers: list[Descriptor]
    manifests: list[Descriptor]
    annotations: dict[str, str]


@dataclass(frozen=True)
class PublicImage:
    """What an entry of the catalogue is made from. `size` is the real image's, in bytes."""

    names: tuple[str, ...]
    tags: tuple[str, ...]
    description: str
    size: int
    config: Mapping[str, object]
    ports: tuple[int, ...]  # TCP ports that the image says it listens on
    layers: tuple[Mapping[str, str], ...]  # path: text, lowest layer first
    stands_for: tuple[str, ...]  # what each layer stands for
    newest: tuple[int, int] | None  # version, of the real image; None where it has no versions
    source: str  # of what is said here of it


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
        stored = self.manifests.get(digest)
        return (digest, *stored) if stored else None


def _read() -> tuple[PublicImage, ...]:
    tables = tomllib.loads((files(__package__) / "catalogue.toml").read_text(encoding="utf-8"))
    layers = {name: _files(layer, tables["stub"], tables["note"]) for name, layer in tables["layer"].items()}
    return tuple(
        PublicImage(
            names=tuple(image["names"]),
            tags=tuple(image["tags"]),
            description=image["description"],
            size=image["megabytes"] * MB,
            config=image["config"],
            ports=tuple(int(port.split("/")[0]) for port in image["config"].get("ExposedPorts", {})),
            layers=tuple(layers[layer["files"]] for layer in image["layers"]),
            stands_for=tuple(layer["stands_for"] for layer in image["layers"]),
            newest=tuple(image["newest"]) if "newest" in image else None,
            source=image["source"],
        )
        for image in tables["image"]
    )


def _files(layer: Mapping[str, Any], stub: str, note: str) -> dict[str, str]:
    """The files of a layer, by path."""
    notes = {"ECSLAB-SYNTHETIC.txt": note} if layer.get("note") else {}
    return {**notes, **dict.fromkeys(layer["programs"], stub), **layer.get("files", {})}


CATALOGUE: Final = _read()


def listing() -> list[dict[str, object]]:
    """What there is, for people: `reference`, `description` and `ports` of every name and tag."""
    return [
        {"reference": f"{_short(name)}:{tag}",
         "description": image.description, "ports": list(image.ports)}
        for image in CATALOGUE for name in image.names for tag in image.tags
    ]  # fmt: skip


def carried(name: str) -> str:
    """The tags that there are of this name, in one line; of another name, the images that there are."""
    tags = [tag for image in CATALOGUE if name in image.names for tag in image.tags]
    if tags:
        return f"the tags {', '.join(tags)} of it"
    return ", ".join(sorted({_short(image.names[0]) for image in CATALOGUE}))


def newest(name: str) -> tuple[int, int] | None:
    """Major and minor number of the newest version that the real image has, as far as is known here."""
    return next((image.newest for image in CATALOGUE if name in image.names), None)


def _short(name: str) -> str:
    """As people write it."""
    return name.removeprefix("docker.io/library/").removeprefix("docker.io/")


@cache
def repository(name: str) -> PublicRepository | None:
    """The public repository with this canonical name (`docker.io/library/httpd`), or None."""
    built = PublicRepository(name)
    for image in CATALOGUE:
        if name in image.names:
            _add(built, image)
    return built if built.tags else None


def _add(built: PublicRepository, image: PublicImage) -> None:
    entries: list[Descriptor] = []
    for architecture in ARCHITECTURES:
        manifest = _json(_manifest(built, image, architecture))
        digest = digest_of(manifest)
        built.manifests[digest] = (MANIFEST, manifest)
        entries.append({"mediaType": MANIFEST, "digest": digest, "size": len(manifest),
                        "platform": {"architecture": architecture, "os": "linux"}})  # fmt: skip
    index = _json({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
    built.manifests[digest_of(index)] = (INDEX, index)
    built.tags |= dict.fromkeys(image.tags, digest_of(index))


def _manifest(built: PublicRepository, image: PublicImage, architecture: str) -> Manifest:
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
            for what in image.stands_for
        ],
    })  # fmt: skip
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _descriptor(built, CONFIG, config),
        "layers": [_descriptor(built, LAYER, layer) for layer in layers],
        "annotations": {SYNTHETIC: "true"},
    }


def _descriptor(built: PublicRepository, media_type: str, blob: bytes) -> Descriptor:
    digest = digest_of(blob)
    built.blobs[digest] = blob
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


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
