"""Amazon ECR: the repository that holds your image. Stage 01.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/
"""

from typing import Any

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing


def create_repository(lab: Connection, name: str | None = None) -> dict[str, Any]:
    """Make the private repository, or return the one that is there.

    Args:
        lab: from `ecslab.connect()`.
        name: lower-case letters and digits, with `.`, `_`, `-` and `/` between them; 2 to 256 characters.
            The lesson's name unless given.

    Returns:
        A `repository` as CreateRepository returns it, with `repositoryUri` and `repositoryArn`.

    Raises:
        botocore.exceptions.ClientError: ECR refuses the name (InvalidParameterException).
    """
    name = name or lab.names.repository
    found = repository(lab, name)
    if found:
        return found
    try:
        return dict(lab.ecr.create_repository(repositoryName=name, tags=lab.tags("ecr"))["repository"])
    except lab.ecr.exceptions.RepositoryAlreadyExistsException:  # another notebook was a moment quicker
        return repository(lab, name) or {}


def repository(lab: Connection, name: str | None = None) -> dict[str, Any] | None:
    """The repository as DescribeRepositories shows it, or None."""
    names = [name or lab.names.repository]
    answer = or_none_if_missing(lab.ecr.describe_repositories, repositoryNames=names)
    return dict(answer["repositories"][0]) if answer else None


def delete_repository(lab: Connection, name: str | None = None) -> None:
    """Delete the repository with all its images. Does nothing if it is not there."""
    name = name or lab.names.repository
    or_none_if_missing(lab.ecr.delete_repository, repositoryName=name, force=True)


def image(lab: Connection, tag: str = "latest") -> dict[str, Any] | None:
    """The image of that tag: an `imageDetail` as DescribeImages shows it, or None."""
    wanted = [{"imageTag": tag}]
    answer = or_none_if_missing(lab.ecr.describe_images, repositoryName=lab.names.repository, imageIds=wanted)
    return dict(answer["imageDetails"][0]) if answer else None


def image_uri(lab: Connection, tag: str = "latest") -> str:
    """What a task definition calls the image: `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`.

    It is worked out, not looked up, so it can be asked for before the repository is there.
    """
    domain = "amazonaws.com.cn" if lab.region.startswith("cn-") else "amazonaws.com"
    return f"{lab.account}.dkr.ecr.{lab.region}.{domain}/{lab.names.repository}:{tag}"
