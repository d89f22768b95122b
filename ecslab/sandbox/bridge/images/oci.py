"""What an image manifest, or an index of them, looks like in JSON (OCI image specification)."""

from typing import NotRequired, TypedDict


class Platform(TypedDict):
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
