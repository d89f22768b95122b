"""An OCI image: what its config says, and its layers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypedDict, cast

from ecslab.sandbox.runtime.root_fs import RootFS

SYNTHETIC: Final = "ecslab.synthetic"
"""Config label of the sandbox's own base images, and so of every image built on one."""
NOMINAL_EXTRA: Final = "ecslab.nominal-extra"
"""Config label: bytes that the real image has and the synthetic one leaves out."""


class RunConfig(TypedDict, total=False):
    """How a container of an image is run, as the OCI image specification has it. Any member may be null."""

    Entrypoint: list[str] | None
    Cmd: list[str] | None
    Env: list[str] | None
    WorkingDir: str | None
    Labels: dict[str, str] | None


@dataclass(frozen=True)
class Layer:
    """One layer as the registry holds it. `size` is in bytes, compressed; `read` brings the bytes."""

    digest: str
    media_type: str
    size: int
    read: Callable[[], bytes] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Image:
    """An image that was found in a registry, ready to run.

    Args:
        reference: as the task definition names it, with the tag or digest.
        digest: `sha256:…` of the manifest.
        architecture: `amd64` or `arm64`, from the config.
        config: the image config (https://github.com/opencontainers/image-spec/blob/main/config.md).
        layers: lowest first.
        size: bytes in the registry, compressed.
        nominal_size: bytes that the real image would have; pull times follow it.
        synthetic: built on one of the sandbox's own base images.
    """

    reference: str
    digest: str
    architecture: str
    config: dict[str, object] = field(compare=False, repr=False)
    layers: tuple[Layer, ...] = field(repr=False)
    size: int
    nominal_size: int
    synthetic: bool

    @classmethod
    def of(cls, reference: str, digest: str, config: dict[str, object], layers: tuple[Layer, ...]) -> "Image":
        """The image whose sizes and nature follow from its config and layers."""
        labels = cast("RunConfig", config.get("config") or {}).get("Labels") or {}
        size = sum(layer.size for layer in layers)
        extra = str(labels.get(NOMINAL_EXTRA, "0"))
        return cls(
            reference, digest, str(config.get("architecture") or "amd64"), config, layers, size,
            nominal_size=size + (int(extra) if extra.isdecimal() else 0),
            synthetic=SYNTHETIC in labels,
        )  # fmt: skip

    @cached_property
    def _files(self) -> RootFS:
        files = RootFS()
        for layer in self.layers:
            files.lay(layer.read())
        return files

    def rootfs(self) -> RootFS:
        """The files of all layers laid over one another; read once and shared, so never to be changed.

        Raises:
            BadLayer: a layer cannot be unpacked.
        """
        return self._files
