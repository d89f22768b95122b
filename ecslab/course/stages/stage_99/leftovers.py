"""What is still there of the lesson and its exercises, looked for by name."""

from collections.abc import Callable

from ecslab.connection.connection import Connection
from ecslab.course.readers import account
from ecslab.course.readers.account import Facts


def left(lab: Connection) -> list[str]:
    """What is there of the lesson and its exercises, in words."""
    names = lab.names
    things: list[str] = []
    clusters, repositories = account.cluster_names(lab), account.repository_names(lab)
    ours: tuple[str, ...] = (
        names.cluster,
        lab.name("adgu-blue"),
        lab.name("my-ecs-cluster"),
        lab.name("my-cluster"),
    )
    things += [f"cluster `{name}`" for name in ours if name in clusters]
    ours = (names.repository, lab.name("adgu/scratch"), lab.name("adgu/frozen"))
    things += [f"repository `{name}`" for name in ours if name in repositories]
    things += _balancer(lab)
    for group in (names.security_group, names.balancer_group, names.tasks_group):
        if account.groups_named(lab, group):
            things.append(f"security group `{group}`")
    if names.log_group in account.log_groups(lab, names.log_group):
        things.append(f"log group `{names.log_group}`")
    secret = _unless_missing(lab.client("secretsmanager").describe_secret, SecretId=names.secret)
    if secret and "DeletedDate" not in secret:
        things.append(f"secret `{names.secret}`")
    for role in (names.execution_role, names.task_role):
        tags = (account.role(lab, role) or {}).get("Tags", [])
        if any(tag["Key"] == "ecslab" for tag in tags):  # one that was here before stays
            things.append(f"role `{role}`")
    return things


def _balancer(lab: Connection) -> list[str]:
    balancer, group = lab.names.load_balancer, lab.names.target_group
    things: list[str] = []
    if _unless_missing(lab.elbv2.describe_load_balancers, Names=[balancer]):
        things.append(f"load balancer `{balancer}`")
    if _unless_missing(lab.elbv2.describe_target_groups, Names=[group]):
        things.append(f"target group `{group}`")
    return things


def _unless_missing(call: Callable[..., Facts], **arguments: object) -> Facts | None:
    codes = ("LoadBalancerNotFound", "TargetGroupNotFound", "ResourceNotFoundException")
    answer: Facts | None = account.unless_missing(call, codes=codes, **arguments)
    return answer
