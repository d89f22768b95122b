"""Images of a repository: finding, freeing a tag, deleting, and the failure that says why not."""

from fnmatch import fnmatchcase
from typing import TypedDict

from moto.ecr.models import Repository

from ecslab.sandbox.bridge.ecr.blobs import DIGEST
from ecslab.sandbox.bridge.ecr.errors import refusal
from ecslab.sandbox.bridge.ecr.image import StoredImage, image_id


class ImageFailure(TypedDict):
    """API_ImageFailure."""

    imageId: dict[str, str]
    failureCode: str
    failureReason: str


def find(repository: Repository, digest: str | None = None, tag: str | None = None) -> StoredImage | None:
    """The image with this digest and this tag, where given."""
    for image in repository.images:
        if digest in (None, image.image_digest) and (tag is None or tag in image.image_tags):
            return image  # type: ignore[no-any-return]
    return None


def is_immutable(repository: Repository, tag: str) -> bool:
    """Whether the tag may not be moved; filters are wildcards and turn the repository's rule around."""
    mode = str(getattr(repository.image_tag_mutability, "value", repository.image_tag_mutability))
    filters = repository.image_tag_mutability_exclusion_filters or []
    excluded = any(fnmatchcase(tag, rule["filter"]) for rule in filters)
    return mode.startswith("IMMUTABLE") != excluded


def free_tag(repository: Repository, tag: str) -> None:
    """Take the tag from the image that has it, which stays, untagged."""
    holder = find(repository, tag=tag)
    if holder is None:
        return
    if is_immutable(repository, tag):
        raise refusal("tag_immutable", tag=tag, repository=repository)
    holder.remove_tag(tag)


def look_up(repository: Repository, wanted: dict[str, str]) -> tuple[StoredImage | None, ImageFailure | None]:
    """The image, or the failure that says why not (API_ImageFailure)."""
    digest, tag = wanted.get("imageDigest"), wanted.get("imageTag")
    if digest is None and tag is None:
        code, reason = "MissingDigestAndTag", "both tag and digest cannot be null"
        return None, _failure(wanted, code, f"Invalid request parameters: {reason}")
    if digest is not None and not DIGEST.fullmatch(digest):
        reason = "image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"
        return None, _failure(wanted, "InvalidImageDigest", f"Invalid request parameters: {reason}")
    image = find(repository, digest, tag)
    if image is not None:
        return image, None
    code, reason = "ImageNotFound", "Requested image not found"
    if digest is not None and tag is not None and find(repository, digest):
        code, reason = "ImageTagDoesNotMatchDigest", "Image tag does not match image digest"  # U
    return None, _failure(wanted, code, reason)


def _failure(wanted: dict[str, str], code: str, reason: str) -> ImageFailure:
    return {
        "imageId": image_id(wanted.get("imageDigest"), wanted.get("imageTag")),
        "failureCode": code,
        "failureReason": reason,
    }


def delete(
    repository: Repository, image: StoredImage, wanted: dict[str, str], deleted: list[dict[str, str]]
) -> ImageFailure | None:
    """Remove a tag, and the image with its last tag; by digest, the image with all its tags."""
    tag = wanted.get("imageTag")
    if tag is not None and "imageDigest" not in wanted and len(image.image_tags) > 1:
        image.remove_tag(tag)
        deleted.append(image_id(image.image_digest, tag))
        return None
    lists = [other.image_digest for other in repository.images if image.image_digest in other.children]
    if lists:
        reason = f"Requested image referenced by manifest list: [{', '.join(lists)}]"
        return _failure(wanted, "ImageReferencedByManifestList", reason)
    repository.images.remove(image)
    deleted.extend(image_id(image.image_digest, tag) for tag in image.image_tags or [None])
    return None
