"""ECR's refusals that moto has no class for. **U** marks a sentence not seen on AWS."""

from collections.abc import Iterable

from moto.core.exceptions import ServiceException


class EcrError(ServiceException):  # type: ignore[misc]  # moto ships no types
    """A refusal by ECR. moto reads the service off the module's name, which would not be `ecr` here."""

    __module__ = "moto.ecr.exceptions"


def _where(repository: str, registry: str) -> str:
    return f"repository with name '{repository}' in the registry with id '{registry}'"


def layers_missing(digests: Iterable[str], repository: str, registry: str) -> EcrError:
    return EcrError(
        "LayersNotFoundException",
        f"Layers with digests '[{', '.join(digests)}]' required for pushing image into "
        f"{_where(repository, registry)} do not exist",
    )


def images_missing(digests: Iterable[str], repository: str, registry: str) -> EcrError:
    return EcrError(
        "ReferencedImagesNotFoundException",
        f"Images with digests '[{', '.join(digests)}]' required for pushing image into "
        f"{_where(repository, registry)} do not exist",
    )


def layer_unknown(digest: str, repository: str, registry: str) -> EcrError:
    return EcrError(
        "LayersNotFoundException",
        f"The layer with digest '{digest}' does not exist within the {_where(repository, registry)}",
    )


def layer_missing(digest: str) -> dict[str, str]:
    """A row of `failures` (API_LayerFailure), in moto's words."""
    reason = f"Layer digest '{digest}' could not be found"
    return {"layerDigest": digest, "failureCode": "MissingLayerDigest", "failureReason": reason}


def digest_differs() -> EcrError:
    return EcrError(
        "InvalidLayerException", "None of the provided layer digests match the calculated layer digest"
    )


def layer_exists(digest: str, repository: str, registry: str) -> EcrError:
    return EcrError(
        "LayerAlreadyExistsException",
        f"Layer with digest '{digest}' already exists in the {_where(repository, registry)}",  # U
    )


def part_too_small() -> EcrError:
    return EcrError("LayerPartTooSmallException", "Layer parts must be at least 5 MiB in size.")


def upload_empty(upload: str, repository: str, registry: str) -> EcrError:
    return EcrError(
        "EmptyUploadException",
        f"Upload with id '{upload}' in the {_where(repository, registry)} does not contain any parts",  # U
    )


def layer_too_large(limit: int) -> EcrError:
    return EcrError("LimitExceededException", f"This sandbox takes layers of at most {limit >> 20} MiB.")


def image_digest_differs(given: str, computed: str) -> EcrError:
    return EcrError(
        "ImageDigestDoesNotMatchException",
        f"The provided digest '{given}' does not match the image digest '{computed}'",  # U
    )


def image_exists(digest: str, repository: str, registry: str) -> EcrError:
    """For an image that is put again without a tag. U: ECR's sentence names a tag too."""
    return EcrError(
        "ImageAlreadyExistsException",
        f"Image with digest '{digest}' already exists in the repository with name '{repository}' in registry "
        f"with id '{registry}'",
    )


def tag_immutable(tag: str, repository: str) -> EcrError:
    return EcrError(
        "ImageTagAlreadyExistsException",
        f"The image tag '{tag}' already exists in the '{repository}' repository "
        "and cannot be overwritten because the tag is immutable.",
    )


def invalid_parameter(name: str, constraint: str) -> EcrError:
    return EcrError(
        "InvalidParameterException",
        f"Invalid parameter at '{name}' failed to satisfy constraint: '{constraint}'",
    )
