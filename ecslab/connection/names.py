"""The names of the lesson, with the learner's prefix in front."""

import re
from dataclasses import dataclass

from ecslab.errors import BadName

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
    service: str
    load_balancer: str
    target_group: str
    balancer_group: str
    tasks_group: str
    task_role: str
    guestbook: str
    reader: str
    secret: str


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
    return Names(
        repository=prefixed(prefix, "adgu/web"),
        cluster=prefixed(prefix, "adgu-cluster"),
        family=prefixed(prefix, "adgu-web-server-task"),
        container=prefixed(prefix, "adgu-container"),
        execution_role=prefixed(prefix, "ecsTaskExecutionRole"),
        log_group=prefixed(prefix, "/ecs/adgu-web-server-task"),
        security_group=prefixed(prefix, "adgu-web-server-http"),
        service=prefixed(prefix, "adgu-web"),
        load_balancer=prefixed(prefix, "adgu-alb"),  # at most 32 characters, prefix included
        target_group=prefixed(prefix, "adgu-web"),
        balancer_group=prefixed(prefix, "adgu-alb-http"),
        tasks_group=prefixed(prefix, "adgu-web-from-alb"),
        task_role=prefixed(prefix, "adguGuestbookTaskRole"),
        guestbook=prefixed(prefix, "adgu-guestbook"),
        reader=prefixed(prefix, "adgu-guestbook-reader"),
        secret=prefixed(prefix, "adgu/database-password"),
    )


def prefixed(prefix: str, name: str) -> str:
    """`ana` and `adgu/web` → `ana-adgu/web`; of a log group's name the custom `/ecs/` stays in front."""
    custom = "/ecs/" if name.startswith("/ecs/") else ""
    return f"{custom}{prefix}-{name.removeprefix(custom)}" if prefix else name
