"""What a registry holds, as JSON spells it: indexes, manifests, configs.

https://github.com/opencontainers/image-spec
"""

from typing import TypedDict


class Platform(TypedDict, total=False):
    """What an image runs on."""

    os: str
    architecture: str


class Descriptor(TypedDict):
    """How a manifest names a config or a layer."""

    mediaType: str
    digest: str
    size: int


class IndexEntry(Descriptor, total=False):
    """One of the manifests of an index."""

    platform: Platform | None


class Manifest(TypedDict, total=False):
    """A manifest (`config` and `layers`), or an index (`manifests`)."""

    config: Descriptor
    layers: list[Descriptor]
    manifests: list[IndexEntry]


class ContainerConfig(TypedDict, total=False):
    """What a container starts with."""

    Env: list[str] | None
    Cmd: list[str] | None
    Labels: dict[str, str] | None


class RootFs(TypedDict, total=False):
    """The digests of the layers before compression, lowest first."""

    type: str
    diff_ids: list[str]


class HistoryStep(TypedDict, total=False):
    """How one layer came about."""

    created: str
    created_by: str
    comment: str
    empty_layer: bool


class Config(Platform, total=False):
    """An image's config."""

    created: str
    config: ContainerConfig | None
    rootfs: RootFs
    history: list[HistoryStep]


def container_config(config: Config) -> ContainerConfig:
    """What a container of the image starts with; empty where the config does not say."""
    return config.get("config") or {}
