"""Images without Docker: your page as one layer on a base image, pushed through the ECR API. Stages 00, 01.

An image is tar archives and JSON. `build` does what a Dockerfile of two lines would, `push` what `docker
push` does. https://github.com/opencontainers/image-spec/blob/main/spec.md
"""

import os
from functools import partial
from typing import Final, Literal

from ecslab.connection.connection import Connection
from ecslab.errors import CannotBeDone, EcslabError
from ecslab.resources.image.catalogue import public
from ecslab.resources.image.layer import gzip, tar
from ecslab.resources.image.names import parse
from ecslab.resources.image.oci import Config, Descriptor, HistoryStep, Manifest, RootFs, container_config
from ecslab.resources.image.registry import Registry, TooManyPulls, Unauthorized
from ecslab.resources.image.site_files import BadPage, Site, book_page, read, site
from ecslab.resources.image.types import GZIP, TAR, Image, Layer, Pushed, digest_of
from ecslab.resources.image.upload import SyntheticImage, TagTaken, push

__all__ = [
    "BASE", "BadPage", "Image", "Layer", "Pushed", "Site", "SyntheticImage", "TagTaken", "TooManyPulls",
    "Unauthorized", "UnknownFolder", "book_page", "build", "public", "push", "site",
]  # fmt: skip

BASE: Final = "public.ecr.aws/docker/library/httpd:2.4"
"""The Apache web server, as Amazon's public registry copies it from Docker Hub."""

_HTTPD_LAYER: Final = "application/vnd.docker.image.rootfs.diff.tar"
_MEDIA_TYPES: Final = {_HTTPD_LAYER: TAR, f"{_HTTPD_LAYER}.gzip": GZIP}


class UnknownFolder(EcslabError, ValueError):
    """Nobody can tell where the base looks for the pages it serves."""


def build(
    page: "str | os.PathLike[str] | Site",
    base: str = BASE,
    *,
    lab: Connection,
    folder: str | None = None,
    architecture: Literal["amd64", "arm64"] = "amd64",
) -> Image:
    """Lay a page on top of a base image. Nothing is sent yet, and the base's layers are not fetched yet.

    The same page on the same base gives the same digest, on every machine.

    Args:
        page: HTML, the path of an HTML file or of a folder with an `index.html`, or what `site` gives.
        base: the image to build on: a public one, or one in the account's own ECR.
        lab: from `ecslab.connect()`; the base is read from where it is.
        folder: where in the image the web server looks for pages; known for httpd and nginx.
        architecture: of the base; a task definition takes `amd64` unless it says `ARM64`.

    Raises:
        NotThere: no such page, or no such base.
        BadPage: a folder without `index.html`, or too large.
        BadName: `base` is no name of an image.
        Unauthorized, TooManyPulls, Unreachable, CannotBeDone: the registry does not give the base.
        UnknownFolder: `folder` is needed for this base.
    """
    files = read(page).files
    name = parse(base)
    registry = Registry(lab, name)
    manifest = _for_platform(registry, registry.manifest(name.reference), base, architecture)
    config = _config(registry, manifest, base, architecture)
    folder = folder or _folder(config, name.repository, base)
    below = tuple(_layer_of_base(registry, layer) for layer in manifest["layers"])
    archive = tar(files, folder)
    blob = gzip(archive)
    top = Layer(digest_of(blob), GZIP, len(blob), lambda: blob)
    return Image(base, _with_layer(config, digest_of(archive), folder, sorted(files)), (*below, top))


def _layer_of_base(registry: Registry, layer: Descriptor) -> Layer:
    media_type = _MEDIA_TYPES.get(layer["mediaType"], layer["mediaType"])
    return Layer(layer["digest"], media_type, layer["size"], partial(registry.blob, layer["digest"]))


def _for_platform(registry: Registry, manifest: Manifest, base: str, architecture: str) -> Manifest:
    """The manifest for this processor, where there is one for each."""
    if "manifests" not in manifest:
        return manifest
    platforms = []
    for entry in manifest["manifests"]:
        platform = entry.get("platform") or {}
        platforms.append(f"{platform.get('os')}/{platform.get('architecture')}")
        if platforms[-1] == f"linux/{architecture}":
            return registry.manifest(entry["digest"])
    raise _wrong_platform(base, architecture, ", ".join(sorted(set(platforms) - {"unknown/unknown"})))


def _config(registry: Registry, manifest: Manifest, base: str, architecture: str) -> Config:
    config = registry.config(manifest["config"]["digest"])
    if config.get("architecture") != architecture:
        raise _wrong_platform(base, architecture, f"{config.get('os')}/{config.get('architecture')}")
    return config


def _wrong_platform(base: str, architecture: str, platforms: str) -> CannotBeDone:
    return CannotBeDone(
        f"{base} is not made for linux/{architecture}.\n"
        f"  seen: {platforms}\n"
        "  next: take another base, or name an architecture that it has"
    )


def _folder(config: Config, repository: str, base: str) -> str:
    """Where the web server of a well-known image looks for pages."""
    settings = dict(entry.partition("=")[::2] for entry in container_config(config).get("Env") or [])
    if "HTTPD_PREFIX" in settings:
        return f"{settings['HTTPD_PREFIX']}/htdocs"
    if "NGINX_VERSION" in settings or repository.rpartition("/")[2] == "nginx":
        return "/usr/share/nginx/html"
    raise UnknownFolder(
        f"where {base} looks for pages is not known.\n  next: say it: build(page, base, lab=lab, folder='/…')"
    )


def _with_layer(config: Config, diff_id: str, folder: str, names: list[str]) -> Config:
    """The base's config, one layer later. Its date stays: today's would give another digest every day."""
    rootfs = config.get("rootfs") or RootFs()
    step: HistoryStep = {
        "created": config.get("created", "1970-01-01T00:00:00Z"),
        "created_by": f"COPY . {folder}/",
        "comment": f"your page: {', '.join(names)}",
    }
    return {
        **config,
        "rootfs": {"type": "layers", "diff_ids": [*rootfs.get("diff_ids", []), diff_id]},
        "history": [*config.get("history", []), step],
    }
