"""From an image's name, as a task definition gives it, to the image.

Two places have images: ECR's repositories in this account, and the catalogue of public images, which needs no
network. Of any other public name `elsewhere` says whether it may exist in the world.
"""

import json
from collections.abc import Callable, Sequence
from typing import Final, Literal

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecr.backend import registry
from ecslab.sandbox.bridge.ecr.lookup import find
from ecslab.sandbox.bridge.images import catalogue, elsewhere
from ecslab.sandbox.bridge.images.catalogue import Descriptor, Manifest
from ecslab.sandbox.runtime.image import Image, Layer
from ecslab.sandbox.runtime.image_config import checked_config
from ecslab.sandbox.runtime.layer_stream import BadLayer
from ecslab.sandbox.runtime.limits import LARGEST_CONFIG
from ecslab.sandbox.world.image_names import ImageName, parse

Missing = Literal["repository", "tag", "platform", "elsewhere"]
_ARCHITECTURE: Final = {"X86_64": "amd64", "ARM64": "arm64"}


class NotInRegistry(LookupError):
    """The registry does not have the image.

    Args:
        kind: what is missing: the `repository`, the `tag` (or digest) in it, or the task's `platform`;
            `elsewhere` for what may well be in the world, and is not here.
        canonical_reference: the image's full name, registry and tag included.
    """

    def __init__(self, kind: Missing, canonical_reference: str):
        super().__init__(f"{canonical_reference}: no such {kind}")
        self.kind, self.canonical_reference = kind, canonical_reference


def resolve(reference: str, region: str, architecture: str = "X86_64") -> Image:  # noqa: ARG001
    """The image that a task in `region` gets when it pulls `reference`, or NotInRegistry.

    Of an index, the image for the task's processor is taken; an image that stands alone is given as it is,
    whatever processor it was built for. Its digest is that of what the name stands for, index or image.

    Args:
        reference: as in a task definition: `httpd`, `public.ecr.aws/…:tag`, `<ECR registry>/<name>@sha256:…`.
        region: it decides nothing yet: a name in ECR carries its own Region.
        architecture: `X86_64` or `ARM64`, as `runtimePlatform.cpuArchitecture`.

    Raises:
        NotInRegistry: see there.
        BadLayer: its manifest or its configuration is not one of an image.
    """
    try:
        return _resolved(parse(reference), reference, architecture)
    except (KeyError, TypeError, AttributeError) as problem:  # whoever pushed it wrote what they liked
        raise BadLayer(f"the manifest of {reference} is none of an image: {problem!r}") from None


def _resolved(name: ImageName, reference: str, architecture: str) -> Image:
    repository = _ecr_repository(name) if name.ecr else _public_repository(name)
    digest, manifest = repository.manifest(name.reference)
    if "manifests" in manifest:
        child = _for_platform(manifest["manifests"], _ARCHITECTURE.get(architecture, architecture))
        if child is None:
            raise NotInRegistry("platform", name.canonical)
        _, manifest = repository.manifest(child)
    return _image(reference, digest, manifest, repository.blob)


class _Repository:
    """One repository, read."""

    def __init__(
        self,
        name: ImageName,
        manifest: Callable[[str], tuple[str, str] | None],
        blob: Callable[[str], bytes | None],
    ):
        self._name, self._manifest, self._blob = name, manifest, blob

    def manifest(self, reference: str) -> tuple[str, Manifest]:
        stored = self._manifest(reference)
        if stored is None:
            is_elsewhere = not self._name.ecr and elsewhere.may_have_tag(self._name)
            raise NotInRegistry("elsewhere" if is_elsewhere else "tag", self._name.canonical)
        return stored[0], json.loads(stored[1])

    def blob(self, digest: str) -> bytes:
        blob = self._blob(digest)
        if blob is None:
            raise BadLayer(f"the registry has lost the layer {digest} of {self._name.uri}")
        return blob


def _ecr_repository(name: ImageName) -> _Repository:
    assert name.ecr is not None
    account, region = name.ecr
    backend = registry(account, region) if account == current_account().id else None
    repository = backend and backend.repositories.get(name.repository)
    if backend is None or repository is None:
        raise NotInRegistry("repository", name.canonical)

    def manifest(reference: str) -> tuple[str, str] | None:
        wanted = {"digest": reference} if ":" in reference else {"tag": reference}
        image = find(repository, **wanted)
        if image is None:
            return None
        image.pulled()
        return image.image_digest, image.image_manifest

    return _Repository(name, manifest, backend.blobs.get)


def _public_repository(name: ImageName) -> _Repository:
    public = catalogue.repository(name.uri)
    if public is None:
        kind: Missing = "elsewhere" if elsewhere.may_have(name) else "repository"
        raise NotInRegistry(kind, name.canonical)

    def manifest(reference: str) -> tuple[str, str] | None:
        stored = public.manifest(reference)
        return (stored[0], stored[2].decode()) if stored else None

    return _Repository(name, manifest, public.blobs.get)


def _for_platform(entries: Sequence[Descriptor], architecture: str) -> str | None:
    """Digest of the Linux image for this processor."""
    for entry in entries:
        platform = entry.get("platform")
        if platform and (platform.get("os"), platform.get("architecture")) == ("linux", architecture):
            return entry["digest"]
    return None


def _image(reference: str, digest: str, manifest: Manifest, blob: Callable[[str], bytes]) -> Image:
    layers = tuple(
        Layer(entry["digest"], entry.get("mediaType", ""), entry["size"], _reader(blob, entry["digest"]))
        for entry in manifest.get("layers", [])
    )
    return Image.of(reference, digest, _config(manifest, blob), layers)


def _reader(blob: Callable[[str], bytes], digest: str) -> Callable[[], bytes]:
    return lambda: blob(digest)


def _config(manifest: Manifest, blob: Callable[[str], bytes]) -> dict[str, object]:
    """The image config; empty where what was pushed is no image config (an artifact, say)."""
    try:
        text = blob(manifest["config"]["digest"])
        config = json.loads(text) if len(text) <= LARGEST_CONFIG else None
    except (ValueError, KeyError):
        return {}
    except RecursionError:
        config = None
    if config is None:
        raise BadLayer(f"the image's configuration is deeper, or longer than {LARGEST_CONFIG >> 20} MiB")
    return checked_config(config) if isinstance(config, dict) else {}
