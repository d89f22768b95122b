"""ECR's repositories with real layers and images.

moto keeps what it does well: repositories, tags on them, policies, lifecycle policies, scans. It does not
keep layer bytes, invents digests and accepts any manifest; those parts are replaced here.
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html
"""

import re
from types import ModuleType
from typing import Final, TypedDict

import moto.ecr.models
from moto.ecr.models import ECRBackend, ecr_backends

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecr import put_image, tokens
from ecslab.sandbox.bridge.ecr.blobs import Blobs
from ecslab.sandbox.bridge.ecr.errors import invalid_parameter, refusal
from ecslab.sandbox.bridge.ecr.image import StoredImage
from ecslab.sandbox.bridge.ecr.layers import Layers
from ecslab.sandbox.bridge.ecr.lookup import ImageFailure, delete, look_up
from ecslab.sandbox.bridge.ecr.repository import StoredRepository

NAME: Final = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*"
"""As ECR prints it; moto's pattern refuses `__` and `--`."""

moto.ecr.models.ECR_REPOSITORY_NAME_PATTERN = NAME
moto.ecr.models.Repository = StoredRepository


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
        self.layers = Layers(self.blobs)
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
        upload = self.layers.begin(self.repository(repository_name, registry_id))
        return {"uploadId": upload.upload_id, "partSize": moto.ecr.models.DEFAULT_LAYER_PART_SIZE}

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
        upload = self.layers.upload(repository, upload_id)
        self.layers.add_part(repository, upload, part_first_byte, part_last_byte, layer_part_blob or b"")
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
        digest = self.layers.complete(repository, self.layers.upload(repository, upload_id), layer_digests)
        return {
            "registryId": repository.registry_id,
            "repositoryName": repository_name,
            "uploadId": upload_id,
            "layerDigest": digest,
        }

    def batch_check_layer_availability(
        self, repository_name: str, layer_digests: list[str], registry_id: str | None = None
    ) -> dict[str, object]:
        return self.layers.availability(self.repository(repository_name, registry_id), layer_digests)

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
        return put_image.put(
            repository, self.account_id, image_manifest, image_manifest_mediatype, image_tag, digest
        )

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
                images.append(image.with_manifest_size(wanted.get("imageTag")))
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
