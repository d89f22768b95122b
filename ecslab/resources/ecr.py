"""Amazon ECR: the repository that holds your image. Stage 01.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.errors import NotThere

if TYPE_CHECKING:
    from mypy_boto3_ecr.type_defs import (
        GetLifecyclePolicyPreviewResponseTypeDef,
        ImageDetailTypeDef,
        ImageIdentifierTypeDef,
        ImageScanStatusTypeDef,
        LifecyclePolicyPreviewResultTypeDef,
        RepositoryTypeDef,
        TagTypeDef,
    )


def create_repository(lab: Connection, name: str | None = None) -> RepositoryTypeDef:
    """Make the private repository, or return the one that is there.

    Args:
        name: lower-case letters and digits, with `.`, `_`, `-` and `/` between them; 2 to 256 characters.
            The lesson's name unless given.

    Returns:
        A `repository` as CreateRepository returns it, with `repositoryUri` and `repositoryArn`.

    Raises:
        NotOurs: on a real account, somebody else has a repository of that name.
        botocore.exceptions.ClientError: ECR refuses the name (InvalidParameterException).
    """
    name = name or lab.names.repository
    lab.guard.claim("repository", name)
    existing = repository(lab, name)
    if existing:
        return existing
    try:
        return lab.ecr.create_repository(repositoryName=name, tags=lab.tags("ecr"))["repository"]
    except lab.ecr.exceptions.RepositoryAlreadyExistsException:  # another notebook was a moment quicker
        return lab.wait(lambda: repository(lab, name), f"repository {name} to be there", limit=60)


def repository(lab: Connection, name: str | None = None) -> RepositoryTypeDef | None:
    """The repository as DescribeRepositories shows it, or None."""
    names = [name or lab.names.repository]
    response = or_none_if_missing(lab.ecr.describe_repositories, repositoryNames=names)
    return response["repositories"][0] if response else None


def repository_names(lab: Connection) -> list[str]:
    """The names of all private repositories of this account and Region."""
    pages = lab.ecr.get_paginator("describe_repositories").paginate()
    return [repository["repositoryName"] for page in pages for repository in page["repositories"]]


def delete_repository(lab: Connection, name: str | None = None) -> None:
    """Delete the repository with all its images. Does nothing if it is not there."""
    name = name or lab.names.repository
    or_none_if_missing(lab.ecr.delete_repository, repositoryName=name, force=True)


def tags(lab: Connection, arn: str) -> list[TagTypeDef]:
    """The tags of a repository, none if it is gone."""
    response = or_none_if_missing(lab.ecr.list_tags_for_resource, resourceArn=arn)
    return response["tags"] if response else []


def image(lab: Connection, tag: str = "latest", name: str | None = None) -> ImageDetailTypeDef | None:
    """The image of that tag: an `imageDetail` as DescribeImages shows it, or None.

    Args:
        tag: such as `latest`.
        name: of the repository; the lesson's unless given.
    """
    wanted: list[ImageIdentifierTypeDef] = [{"imageTag": tag}]
    response = or_none_if_missing(
        lab.ecr.describe_images, repositoryName=name or lab.names.repository, imageIds=wanted
    )
    return response["imageDetails"][0] if response else None


def images(lab: Connection, name: str) -> list[ImageDetailTypeDef]:
    """The images of a repository, newest first; none if there is no repository."""
    response = or_none_if_missing(lab.ecr.describe_images, repositoryName=name)
    details = response["imageDetails"] if response else []
    return sorted(details, key=lambda detail: str(detail.get("imagePushedAt", "")), reverse=True)


def image_tags(images: Iterable[ImageDetailTypeDef]) -> list[str]:
    """The tags of images, in order."""
    return sorted(tag for image in images for tag in image.get("imageTags", []))


def stored_bytes(lab: Connection, name: str) -> int:
    """Bytes of a repository's images; a layer that two images share is counted twice here."""
    pages = lab.ecr.get_paginator("describe_images").paginate(repositoryName=name)
    return sum(detail.get("imageSizeInBytes", 0) for page in pages for detail in page["imageDetails"])


def scan(lab: Connection, tag: str = "latest", name: str | None = None) -> ImageScanStatusTypeDef:
    """Scan the image of that tag for known vulnerabilities, and wait for the result.

    An image is scanned at most once a day: again, this gives the result that is there.

    Args:
        tag: such as `latest`.
        name: of the repository; the lesson's unless given.

    Returns:
        An `imageScanStatus` as DescribeImageScanFindings returns it: COMPLETE, or FAILED with a description.
    """
    name = name or lab.names.repository
    wanted: ImageIdentifierTypeDef = {"imageTag": tag}
    with suppress(lab.ecr.exceptions.LimitExceededException):
        lab.ecr.start_image_scan(repositoryName=name, imageId=wanted)

    def ended() -> ImageScanStatusTypeDef | None:
        status = lab.ecr.describe_image_scan_findings(repositoryName=name, imageId=wanted)["imageScanStatus"]
        return status if status["status"] in ("COMPLETE", "FAILED") else None

    return lab.wait(ended, "the scan to end", limit=_most(lab))


def would_expire(
    lab: Connection, selection: dict[str, object], name: str | None = None
) -> list[LifecyclePolicyPreviewResultTypeDef]:
    """The images that a lifecycle policy of one rule would delete. Nothing is deleted: it is a preview.

    Args:
        selection: which images the rule is about, as a lifecycle policy has it: `tagStatus`, `countType` and
            `countNumber`.
        name: of the repository; the lesson's unless given.
    """
    name = name or lab.names.repository
    rule = {"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}
    policy = json.dumps({"rules": [rule]})
    lab.ecr.start_lifecycle_policy_preview(repositoryName=name, lifecyclePolicyText=policy)

    def complete() -> GetLifecyclePolicyPreviewResponseTypeDef | None:
        preview = lab.ecr.get_lifecycle_policy_preview(repositoryName=name)
        return preview if preview["status"] == "COMPLETE" else None

    return lab.wait(complete, "the preview", limit=_most(lab))["previewResults"]


def _most(lab: Connection) -> float:
    """Seconds at most for a scan or a preview; AWS does not say how long they take."""
    return 600 if lab.where == "aws" else 15


def image_uri(lab: Connection, tag: str = "latest") -> str:
    """What a task definition calls the image: `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`.

    It is worked out, not looked up, so it can be asked for before the repository is there.
    """
    domain = "amazonaws.com.cn" if lab.region.startswith("cn-") else "amazonaws.com"
    return f"{lab.account}.dkr.ecr.{lab.region}.{domain}/{lab.names.repository}:{tag}"


def digest_uri(lab: Connection, tag: str = "latest") -> str:
    """The image's address by its digest, which names these bytes alone, wherever the tag is moved to.

    Raises:
        NotThere: the lesson's repository has no image of that tag, or is not there.
    """
    tagged = image(lab, tag)
    if not tagged:
        raise NotThere(
            f"there is no image {lab.names.repository}:{tag}.\n"
            f"  next: image.push(lab, image.build(…), tag={tag!r})"
        )
    return f"{image_uri(lab, tag).removesuffix(f':{tag}')}@{tagged['imageDigest']}"
