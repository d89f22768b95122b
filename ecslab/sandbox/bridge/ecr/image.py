"""An image in a repository: its manifest as it was pushed, its digest, its tags."""

import json
from typing import Any, Final

from moto.ecr.models import Image as MotoImage

from ecslab.sandbox.bridge import determinism
from ecslab.sandbox.bridge.ecr.blobs import digest_of
from ecslab.sandbox.bridge.ecr.errors import invalid_parameter, refusal

PULL_RECORD: Final = 24 * 3600
"""Seconds between two refreshes of `lastRecordedPullTime` (API_ImageDetail)."""


class StoredImage(MotoImage):  # type: ignore[misc]  # moto ships no types
    """moto's image with the digest and size that ECR reports.

    moto's digest hashes the names of the layers, and its size is the config's.
    """

    def __init__(self, account: str, repository: str, manifest: str, media_type: str, size: int):
        super().__init__(
            account, None, manifest, repository, media_type, digest_of(manifest.encode()), account
        )
        self.image_pushed_at = determinism.now()
        self.size = size
        self.last_pulled_at: float | None = None
        self.scanned_at: float | None = None
        self.parsed: dict[str, Any] = json.loads(manifest)

    @property
    def children(self) -> list[str]:
        """Digests of the manifests that an index or manifest list names."""
        return [entry["digest"] for entry in self.parsed.get("manifests", [])]

    @property
    def is_index(self) -> bool:
        return "manifests" in self.parsed

    def get_image_size_in_bytes(self) -> int:
        return self.size

    def pulled(self) -> None:
        """Record a pull by a task; a refresh is due once a day at most."""
        if self.last_pulled_at is None or determinism.now() - self.last_pulled_at >= PULL_RECORD:
            self.last_pulled_at = determinism.now()

    def detail(self) -> dict[str, object]:
        """The ImageDetail shape (API_ImageDetail)."""
        config = self.parsed.get("config", {}).get("mediaType")
        return {
            "registryId": self.registry_id,
            "repositoryName": self.repository_name,
            "imageDigest": self.image_digest,
            "imageTags": list(self.image_tags) or None,
            "imageSizeInBytes": self.size,
            "imagePushedAt": self.image_pushed_at,
            "imageManifestMediaType": self.image_manifest_media_type,
            "artifactMediaType": config,
            "lastRecordedPullTime": self.last_pulled_at,
            "imageStatus": "ACTIVE",
        }

    def answer(self, tag: str | None) -> dict[str, object]:
        """The Image shape (API_Image), for the tag that was asked for."""
        return {
            "registryId": self.registry_id,
            "repositoryName": self.repository_name,
            "imageId": image_id(self.image_digest, tag),
            "imageManifest": self.image_manifest,
            "imageManifestMediaType": self.image_manifest_media_type,
        }

    def with_manifest_size(self, tag: str | None) -> dict[str, object]:
        """The Image shape as BatchGetImage answers it: with a member that botocore's model does not know."""
        return {**self.answer(tag), "imageManifestSize": len(self.image_manifest.encode())}


def image_id(digest: str | None, tag: str | None) -> dict[str, str]:
    """The ImageIdentifier shape, with what is known."""
    return {k: v for k, v in (("imageDigest", digest), ("imageTag", tag)) if v is not None}


def parse_manifest(text: str, media_type: str | None) -> tuple[dict[str, Any], str]:
    """The manifest and its media type; EcrError if there is none."""
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict) or not parsed:  # AWS says the same of `{}`
        raise invalid_parameter("ImageManifest", "Invalid JSON syntax")
    media_type = media_type or parsed.get("mediaType")
    if not media_type:
        raise refusal("no_media_type")
    return parsed, media_type


def descriptors(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The config and the layers that a manifest names."""
    return [manifest["config"], *manifest["layers"]] if "layers" in manifest else []


def parts_of(manifest: dict[str, Any]) -> dict[str, int]:
    """Digest and size of the config and the layers that a manifest names."""
    try:
        return {str(entry["digest"]): int(entry["size"]) for entry in descriptors(manifest)}
    except (KeyError, TypeError, ValueError):
        raise invalid_parameter("ImageManifest", "Invalid image manifest") from None  # U
