"""The names of the lesson, with the learner's prefix in front."""

import re
from dataclasses import dataclass

from .errors import BadName

_PREFIX = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Names:
    """What the stages call the things they make, unless told otherwise."""

    repository: str
    cluster: str
    family: str
    container: str
    execution_role: str
    log_group: str
    security_group: str


def names(prefix: str = "") -> Names:
    """The names for one prefix.

    Args:
        prefix: lower-case letters, digits and single hyphens, at most 20 characters, beginning with a letter:
            what ECR, ECS, IAM and EC2 all accept. Empty for the names as the lesson has them.

    Raises:
        BadName: the prefix would be refused by one of them.
    """
    if prefix and (len(prefix) > 20 or not _PREFIX.fullmatch(prefix)):
        raise BadName(
            f"prefix {prefix!r} cannot be used.\n"
            "  expected: lower-case letters, digits and single hyphens, at most 20, beginning with a letter "
            "(ECR wants lower case, and every name of the lesson begins with it)\n"
            "  next:     for example connect(prefix='ana')"
        )
    front = f"{prefix}-" if prefix else ""
    return Names(
        repository=f"{front}adgu/web",
        cluster=f"{front}adgu-cluster",
        family=f"{front}adgu-web-server-task",
        container=f"{front}adgu-container",
        execution_role=f"{front}ecsTaskExecutionRole",
        log_group=f"/ecs/{front}adgu-web-server-task",
        security_group=f"{front}adgu-web-server-http",
    )
