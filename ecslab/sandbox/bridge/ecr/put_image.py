"""PutImage: an image made of a manifest whose layers, or images, the repository has.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
"""

import re
from typing import Any, Final

from moto.ecr.exceptions import ImageAlreadyExistsException

from ecslab.sandbox.bridge.ecr import scans
from ecslab.sandbox.bridge.ecr.errors import invalid_parameter, refusal
from ecslab.sandbox.bridge.ecr.image import StoredImage, parse_manifest, parts_of
from ecslab.sandbox.bridge.ecr.lookup import find, free_tag
from ecslab.sandbox.bridge.ecr.repository import StoredRepository

TAG: Final = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")


def put(
    repository: StoredRepository, account: str, manifest: str, media_type: str | None, tag: str | None,
    digest: str | None,
) -> StoredImage:  # fmt: skip
    """Put an image into a repository, under a tag if there is one.

    Args:
        media_type: of the manifest, where the manifest itself does not say.
        digest: what the manifest's must be; None where nobody says.
    """
    if tag is not None and not TAG.fullmatch(tag):
        raise invalid_parameter("imageTag", f"must satisfy regular expression '{TAG.pattern}'")  # U
    parsed, media_type = parse_manifest(manifest, media_type)
    image = StoredImage(account, repository.name, manifest, media_type, size_of(repository, parsed))
    if digest is not None and digest != image.image_digest:
        raise refusal("image_digest_differs", given=digest, repository=repository)
    known = find(repository, image.image_digest)
    if known is not None and tag is None:
        raise refusal("image_exists", digest=image.image_digest, repository=repository)
    if known is not None and tag in known.image_tags:
        raise ImageAlreadyExistsException(
            registry_id=repository.registry_id,
            image_tag=tag,
            digest=image.image_digest,
            repository_name=repository.name,
        )
    if tag is not None:
        free_tag(repository, tag)
    if known is None:
        repository.images.append(image)
        if repository.scans_on_push and not image.is_index:
            scans.start(image)
    image = known or image
    if tag is not None:
        image.update_tag(tag)
    return image


def size_of(repository: StoredRepository, manifest: dict[str, Any]) -> int:
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
