"""An OCI image as the helper has it, and what a push did. Both show themselves, as text and in a notebook.

https://github.com/opencontainers/image-spec
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from markupsafe import Markup

from ecslab.display.markup import html, joined
from ecslab.display.printable import printable
from ecslab.display.tables import html_table, text_table
from ecslab.resources.image.oci import Config, Descriptor, container_config

MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
INDEX: Final = "application/vnd.oci.image.index.v1+json"
CONFIG: Final = "application/vnd.oci.image.config.v1+json"
TAR: Final = "application/vnd.oci.image.layer.v1.tar"
GZIP: Final = f"{TAR}+gzip"
SYNTHETIC: Final = "ecslab.synthetic"
"""The config label of the sandbox's stand-ins, and so of every image built on one."""

_HEAD: Final = ("layer", "digest", "bytes", "what it holds")


def digest_of(blob: bytes) -> str:
    """`sha256:` and the 64 hex digits of the bytes."""
    return "sha256:" + hashlib.sha256(blob).hexdigest()


@dataclass(frozen=True)
class Layer:
    """One layer. `size` is in bytes, as stored; `read` brings them, from the base's registry if need be."""

    digest: str
    media_type: str
    size: int
    read: Callable[[], bytes] = field(compare=False, repr=False)

    @property
    def descriptor(self) -> Descriptor:
        """How a manifest names it."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": self.size}


@dataclass(frozen=True)
class Image:
    """An image that is ready to push.

    Attributes:
        base: what it was built on, as it was named.
        config: what the container starts with, and the history of the layers.
        layers: lowest first; the last one holds the page.
    """

    base: str
    config: Config
    layers: tuple[Layer, ...]

    @cached_property
    def config_blob(self) -> Layer:
        """The config as it is stored: a blob as the layers are."""
        blob = to_json(self.config)
        return Layer(digest_of(blob), CONFIG, len(blob), lambda: blob)

    @cached_property
    def manifest(self) -> bytes:
        """The list that ties config and layers together, as it is stored."""
        config, layers = self.config_blob.descriptor, [layer.descriptor for layer in self.layers]
        return to_json({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers})

    @property
    def digest(self) -> str:
        """The image's own: that of its manifest."""
        return digest_of(self.manifest)

    @property
    def size(self) -> int:
        """Bytes of config and layers, as a registry counts them."""
        return self.config_blob.size + sum(layer.size for layer in self.layers)

    @property
    def platform(self) -> str:
        """What it runs on, such as `linux/amd64`."""
        return f"{self.config.get('os', 'linux')}/{self.config.get('architecture', 'amd64')}"

    @property
    def synthetic(self) -> bool:
        """Built on one of the sandbox's stand-ins, which never leave it."""
        return SYNTHETIC in (container_config(self.config).get("Labels") or {})

    def __repr__(self) -> str:
        return printable("\n".join((self._title(), text_table(_HEAD, self._rows()), *self._notes())))

    def _repr_html_(self) -> Markup:
        notes = joined(html("<p>{}</p>", note) for note in self._notes())
        return html("<p>{}</p>{}{}", self._title(), html_table(_HEAD, self._rows()), notes)

    def _title(self) -> str:
        return f"Image {short(self.digest)} for {self.platform}, on {self.base}"

    def _notes(self) -> list[str]:
        command = container_config(self.config).get("Cmd") or []
        starts = [f"It starts: {' '.join(command)}"] if command else []
        stand_in = "The base is a small stand-in made by the sandbox; it is never sent to a real account."
        return [*starts, *([stand_in] if self.synthetic else [])]

    def _rows(self) -> list[tuple[str, ...]]:
        """From the top, as layers lie."""
        steps = [step for step in self.config.get("history", []) if not step.get("empty_layer")]
        words = [str(step.get("comment") or step.get("created_by") or "") for step in steps]
        words += [""] * (len(self.layers) - len(words))
        rows: list[tuple[str, ...]] = [
            (str(n), short(layer.digest), f"{layer.size:,}", _cut(what))
            for n, (layer, what) in enumerate(zip(self.layers, words, strict=False), 1)
        ]
        return rows[::-1]


@dataclass(frozen=True)
class Pushed:
    """What a push did.

    Attributes:
        uri: the image's address, as a task definition names it.
        digest: of the manifest; it names exactly these bytes, whatever happens to the tag.
        uploaded: layers that were sent.
        skipped: layers that the repository had already.
    """

    uri: str
    digest: str
    uploaded: int
    skipped: int

    def __repr__(self) -> str:
        return text_table(("Pushed", self.uri), self._rows())

    def _repr_html_(self) -> Markup:
        return html_table(("Pushed", self.uri), self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        sent = f"{self.uploaded} uploaded, {self.skipped} there already"
        return [("digest", self.digest), ("layers", sent)]


def to_json(value: object) -> bytes:
    """The same bytes for the same value."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def short(digest: str) -> str:
    """A digest as people compare them: its first 12 hex digits."""
    return digest[:19] + "…"


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
