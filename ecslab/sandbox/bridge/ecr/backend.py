"""ECR's repositories with real layers and images.

moto keeps what it does well: repositories, tags on them, policies, lifecycle policies, scans. It does not
keep layer bytes, invents digests and accepts any manifest; those parts are replaced here.
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final, TypedDict

import moto.ecr.models
from moto.ecr.exceptions import (
    ImageAlreadyExistsException,
    InvalidLayerPartException,
    UploadNotFoundException,
)
from moto.ecr.models import ECRBackend, ecr_backends

from ecslab.sandbox.bridge import determinism
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecr import scans, tokens
from ecslab.sandbox.bridge.ecr.blobs import DIGEST, Blobs, digest_of
from ecslab.sandbox.bridge.ecr.errors import invalid_parameter, refusal
from ecslab.sandbox.bridge.ecr.image import StoredImage, parse_manifest, parts_of
from ecslab.sandbox.bridge.ecr.lookup import ImageFailure, delete, find, free_tag, look_up
from ecslab.sandbox.bridge.ecr.repository import StoredRepository

NAME: Final = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*"
"""As ECR prints it; moto's pattern refuses `__` and `--`."""
TAG: Final = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
PART_MIN: Final = 5 * 1024 * 1024
PART_MAX: Final = 20 * 1024 * 1024  # API_UploadLayerPart, layerPartBlob
LAYER_MAX: Final = 1024 * 1024 * 1024  # the sandbox's own limit; ECR's is 42,000 MiB

moto.ecr.models.ECR_REPOSITORY_NAME_PATTERN = NAME
moto.ecr.models.Repository = StoredRepository


@dataclass
class Upload:
    """A layer on its way. `parts` holds the length of each part in bytes."""

    upload_id: str
    data: bytearray = field(default_factory=bytearray)
    parts: list[int] = field(default_factory=list)

    def add(self, blob: bytes) -> None:
        if len(self.data) + len(blob) > LAYER_MAX:
            raise refusal("layer_too_large", mebibytes=LAYER_MAX >> 20)
        self.data += blob
        self.parts.append(len(blob))


class DeletedImages(TypedDict):
    """What BatchDeleteImage answers."""

    imageIds: list[dict[str, str]]
    failures: list[ImageFailure]


class EcrBackend(ECRBackend):  # type: ignore[misc]  # moto ships no types
    """One region's registry. Layers are kept in the account's folder, or in memory without one."""

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        folder = current_account().folder
        self.blobs = Blobs(folder and folder / "blobs")
        self.key = tokens.key(folder)

    @property
    def _url_module(self) -> ModuleType:
        from ecslab.sandbox.bridge.ecr import responses

        return responses

    def repository(self, name: str, registry_id: str | None = None) -> StoredRepository:
        """The repository, or RepositoryNotFoundException."""
        repository: StoredRepository = self._get_repository(name, registry_id)
        return repository

    def create_repository(self, repository_name: str, *args: object, **kwargs: object) -> StoredRepository:
        if not re.fullmatch(NAME, repository_name):
            raise invalid_parameter("repositoryName", f"must satisfy regular expression '{NAME}'")
        if not 2 <= len(repository_name) <= 256:
            raise invalid_parameter("repositoryName", "must have a length of 2 to 256 characters")  # U
        made: StoredRepository = super().create_repository(repository_name, *args, **kwargs)
        return made

    @staticmethod
    def validate_image_tag_mutability_params_compatibility(mutability: str, filters: object) -> None:
        """Exclusion filters go with the modes that have exclusions, and with no other."""
        with_exclusions = str(mutability).endswith("_WITH_EXCLUSION")
        if with_exclusions != (filters is not None):
            kind = "filters_missing" if with_exclusions else "filters_too_many"
            raise refusal(kind, mutability=mutability or "MUTABLE")

    def put_image_tag_mutability(
        self,
        registry_id: str,
        repository_name: str,
        image_tag_mutability: str,
        image_tag_mutability_exclusion_filters: list[dict[str, str]] | None = None,
    ) -> dict[str, str]:
        """moto looks at the filters of CreateRepository alone."""
        filters = image_tag_mutability_exclusion_filters
        self.validate_image_tag_mutability_params_compatibility(image_tag_mutability, filters)
        answer: dict[str, str] = super().put_image_tag_mutability(
            registry_id, repository_name, image_tag_mutability, filters
        )
        return answer

    def batch_get_repository_scanning_configuration(
        self, names: list[str]
    ) -> tuple[list[dict[str, object]], list[str]]:
        settings = [self.repository(name).scanning() for name in names if name in self.repositories]
        return settings, [name for name in names if name not in self.repositories]

    # layers

    def initiate_layer_upload(
        self, repository_name: str, registry_id: str | None = None
    ) -> dict[str, object]:
        upload = self.begin(self.repository(repository_name, registry_id))
        return {"uploadId": upload.upload_id, "partSize": moto.ecr.models.DEFAULT_LAYER_PART_SIZE}

    def begin(self, repository: StoredRepository) -> Upload:
        """A new, empty upload."""
        upload = Upload(str(determinism.rng.uuid4()))
        repository.uploads[upload.upload_id] = upload
        return upload

    def upload(self, repository: StoredRepository, upload_id: str) -> Upload:
        """The upload in progress, or UploadNotFoundException."""
        upload: Upload | None = repository.uploads.get(upload_id)
        if upload is None:
            raise UploadNotFoundException(upload_id, repository.name, repository.registry_id)
        return upload

    def upload_layer_part(
        self,
        repository_name: str,
        upload_id: str,
        part_first_byte: int,
        part_last_byte: int,
        layer_part_blob: bytes,
        registry_id: str | None = None,
    ) -> dict[str, object]:
        repository = self.repository(repository_name, registry_id)
        upload = self.upload(repository, upload_id)
        blob = layer_part_blob or b""
        whole = 0 < len(blob) <= PART_MAX and part_last_byte - part_first_byte + 1 == len(blob)
        if part_first_byte != len(upload.data) or not whole:
            raise InvalidLayerPartException(
                repository.registry_id, repository_name, upload_id, len(upload.data) - 1
            )
        upload.add(blob)
        return {
            "registryId": repository.registry_id,
            "repositoryName": repository_name,
            "uploadId": upload_id,
            "lastByteReceived": len(upload.data) - 1,
        }

    def complete_layer_upload(
        self,
        repository_name: str,
        upload_id: str,
        layer_digests: list[str],
        registry_id: str | None = None,
    ) -> dict[str, object]:
        repository = self.repository(repository_name, registry_id)
        upload = self.upload(repository, upload_id)
        if not upload.data:
            raise refusal("upload_empty", upload=upload, repository=repository)
        if any(size < PART_MIN for size in upload.parts[:-1]):
            raise refusal("part_too_small")
        known = [digest for digest in layer_digests if self.has(repository, digest)]
        if known:
            raise refusal("layer_exists", digest=known[0], repository=repository)
        digest = self.finish(repository, upload, layer_digests)
        return {
            "registryId": repository.registry_id,
            "repositoryName": repository_name,
            "uploadId": upload_id,
            "layerDigest": digest,
        }

    def finish(self, repository: StoredRepository, upload: Upload, digests: Sequence[str]) -> str:
        """Keep the uploaded layer; its digest must be one of `digests`."""
        digest = digest_of(upload.data)
        if digest not in digests:
            raise refusal("digest_differs")
        self.blobs.add(upload.data)
        repository.layers[digest] = len(upload.data)
        del repository.uploads[upload.upload_id]
        return digest

    def mount(self, repository: StoredRepository, digest: str, source: str) -> bool:
        """Let the repository have a layer that `source` has; False if there is no such layer."""
        other = self.repositories.get(source)
        if other is None or digest not in other.layers:
            return False
        repository.layers[digest] = other.layers[digest]
        return True

    def has(self, repository: StoredRepository, digest: str) -> bool:
        """Whether the layer is in the repository, and its bytes are still what they were."""
        return digest in repository.layers and self.blobs.get(digest) is not None

    def batch_check_layer_availability(
        self, repository_name: str, layer_digests: list[str], registry_id: str | None = None
    ) -> dict[str, object]:
        """A layer whose bytes were lost is missing, so that the next push sends it again.

        What is not there is no failure: it is UNAVAILABLE (radkawar/stackd testdata/aws/ecr).
        """
        repository = self.repository(repository_name, registry_id)
        layers: list[dict[str, object]] = []
        failures: list[dict[str, str]] = []
        for digest in layer_digests:
            if not DIGEST.fullmatch(digest):
                reason = f"Invalid layer digest '{digest}'"  # moto's words
                failures.append(
                    {"layerDigest": digest, "failureCode": "InvalidLayerDigest", "failureReason": reason}
                )
            elif self.has(repository, digest):
                size, kind = repository.layers[digest], repository.media_type(digest)
                layers.append({"layerDigest": digest, "layerAvailability": "AVAILABLE", "layerSize": size,
                               "mediaType": kind})  # fmt: skip
            else:
                layers.append({"layerDigest": digest, "layerAvailability": "UNAVAILABLE"})
        return {"layers": layers, "failures": failures}

    def layer(self, repository: StoredRepository, digest: str) -> bytes:
        """The bytes of a layer, or LayersNotFoundException."""
        blob = self.blobs.get(digest) if digest in repository.layers else None
        if blob is None:
            raise refusal("layer_unknown", digest=digest, repository=repository)
        return blob

    # images

    def put_image(
        self,
        repository_name: str,
        image_manifest: str,
        image_tag: str | None = None,
        image_manifest_mediatype: str | None = None,
        digest: str | None = None,
        registry_id: str | None = None,
    ) -> StoredImage:
        repository = self.repository(repository_name, registry_id)
        if image_tag is not None and not TAG.fullmatch(image_tag):
            raise invalid_parameter("imageTag", f"must satisfy regular expression '{TAG.pattern}'")  # U
        parsed, media_type = parse_manifest(image_manifest, image_manifest_mediatype)
        image = StoredImage(
            self.account_id, repository_name, image_manifest, media_type, self._size(repository, parsed)
        )
        if digest is not None and digest != image.image_digest:
            raise refusal("image_digest_differs", given=digest, repository=repository)
        known = find(repository, image.image_digest)
        if known is not None and image_tag is None:
            raise refusal("image_exists", digest=image.image_digest, repository=repository)
        if known is not None and image_tag in known.image_tags:
            raise ImageAlreadyExistsException(
                registry_id=repository.registry_id,
                image_tag=image_tag,
                digest=image.image_digest,
                repository_name=repository_name,
            )
        if image_tag is not None:
            free_tag(repository, image_tag)
        if known is None:
            repository.images.append(image)
            if repository.scans_on_push and not image.is_index:
                scans.start(image)
        image = known or image
        if image_tag is not None:
            image.update_tag(image_tag)
        return image

    @staticmethod
    def _size(repository: StoredRepository, manifest: dict[str, Any]) -> int:
        """Bytes of the config and layers; of an index, those of its largest image."""
        parts = parts_of(manifest)
        missing = [digest for digest in parts if digest not in repository.layers]
        if missing:
            raise refusal("layers_missing", digests=",".join(missing), repository=repository)
        entries = manifest.get("manifests", [])
        children = {entry["digest"]: find(repository, entry["digest"]) for entry in entries}
        missing = [digest for digest, child in children.items() if child is None]
        if missing:
            raise refusal("images_missing", digests=",".join(missing), repository=repository)
        return sum(parts.values()) or max((child.size for child in children.values() if child), default=0)

    def batch_get_image(
        self,
        repository_name: str,
        registry_id: str | None = None,
        image_ids: list[dict[str, str]] | None = None,
    ) -> dict[str, object]:
        repository = self.repository(repository_name, registry_id)
        images: list[dict[str, object]] = []
        failures: list[ImageFailure | None] = []
        for wanted in image_ids or []:
            image, failure = look_up(repository, wanted)
            if image is not None:
                images.append(image.found(wanted.get("imageTag")))
            else:
                failures.append(failure)
        return {"images": images, "failures": failures}

    def batch_delete_image(
        self,
        repository_name: str,
        registry_id: str | None = None,
        image_ids: list[dict[str, str]] | None = None,
    ) -> DeletedImages:
        repository = self.repository(repository_name, registry_id)
        answer: DeletedImages = {"imageIds": [], "failures": []}
        for wanted in image_ids or []:
            image, failure = look_up(repository, wanted)
            if image is not None:
                failure = delete(repository, image, wanted, answer["imageIds"])
            if failure:
                answer["failures"].append(failure)
        return answer


def registry(account: str, region: str) -> EcrBackend | None:
    """The registry of this account and Region, or None if there is no such Region."""
    regions = ecr_backends[account]
    return regions[region] if region in regions.regions else None
