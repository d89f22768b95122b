"""A registry's layers: uploaded part by part, kept once, and had by repositories."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from moto.ecr.exceptions import InvalidLayerPartException, UploadNotFoundException

from ecslab.sandbox.bridge import determinism
from ecslab.sandbox.bridge.ecr.blobs import DIGEST, Blobs, digest_of
from ecslab.sandbox.bridge.ecr.errors import refusal
from ecslab.sandbox.bridge.ecr.repository import StoredRepository

PART_MIN: Final = 5 * 1024 * 1024
PART_MAX: Final = 20 * 1024 * 1024  # API_UploadLayerPart, layerPartBlob
LAYER_MAX: Final = 1024 * 1024 * 1024  # the sandbox's own limit; ECR's is 42,000 MiB


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


class Layers:
    """The layers of one Region's registry; `blobs` holds their bytes."""

    def __init__(self, blobs: Blobs):
        self.blobs = blobs

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

    def add_part(
        self, repository: StoredRepository, upload: Upload, first: int, last: int, blob: bytes
    ) -> None:
        """Add the bytes `first` to `last` of a layer, or InvalidLayerPartException."""
        whole = 0 < len(blob) <= PART_MAX and last - first + 1 == len(blob)
        if first != len(upload.data) or not whole:
            raise InvalidLayerPartException(
                repository.registry_id, repository.name, upload.upload_id, len(upload.data) - 1
            )
        upload.add(blob)

    def complete(self, repository: StoredRepository, upload: Upload, digests: Sequence[str]) -> str:
        """Keep the uploaded layer, as CompleteLayerUpload does; its digest, which is one of `digests`."""
        if not upload.data:
            raise refusal("upload_empty", upload=upload, repository=repository)
        if any(size < PART_MIN for size in upload.parts[:-1]):
            raise refusal("part_too_small")
        known = [digest for digest in digests if self.has(repository, digest)]
        if known:
            raise refusal("layer_exists", digest=known[0], repository=repository)
        return self.finish(repository, upload, digests)

    def finish(self, repository: StoredRepository, upload: Upload, digests: Sequence[str]) -> str:
        """Keep the uploaded layer; its digest must be one of `digests`."""
        digest = digest_of(upload.data)
        if digest not in digests:
            raise refusal("digest_differs")
        self.blobs.add(upload.data)
        repository.layers[digest] = len(upload.data)
        del repository.uploads[upload.upload_id]
        return digest

    def mount(self, repository: StoredRepository, digest: str, source: StoredRepository | None) -> bool:
        """Let the repository have a layer that `source` has; False if there is no such layer."""
        if source is None or digest not in source.layers:
            return False
        repository.layers[digest] = source.layers[digest]
        return True

    def has(self, repository: StoredRepository, digest: str) -> bool:
        """Whether the layer is in the repository, and its bytes are still what they were."""
        return digest in repository.layers and self.blobs.get(digest) is not None

    def check(self, repository: StoredRepository, digest: str) -> None:
        """LayersNotFoundException unless the repository has the layer and its bytes."""
        if not self.has(repository, digest):
            raise refusal("layer_unknown", digest=digest, repository=repository)

    def availability(self, repository: StoredRepository, digests: Sequence[str]) -> dict[str, object]:
        """What BatchCheckLayerAvailability answers.

        A layer whose bytes were lost is missing, so that the next push sends it again. What is not there is
        no failure: it is UNAVAILABLE (radkawar/stackd testdata/aws/ecr).
        """
        layers: list[dict[str, object]] = []
        failures: list[dict[str, str]] = []
        for digest in digests:
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
