"""What is still there of the lesson and its exercises, looked for by name."""

from ecslab.connection.connection import Connection
from ecslab.operations.guestbook import back as guestbook
from ecslab.resources import cluster as clusters
from ecslab.resources import ecr, log_group, secret
from ecslab.resources import role as roles
from ecslab.resources.load_balancer import load_balancer_reader, target_group_reader
from ecslab.resources.network import network_reader


def left(lab: Connection) -> list[str]:
    """What is there of the lesson and its exercises, in words."""
    names = lab.names
    things: list[str] = []
    cluster_names, repositories = clusters.names(lab), ecr.repository_names(lab)
    ours: tuple[str, ...] = (
        names.cluster,
        lab.name("adgu-blue"),
        lab.name("my-ecs-cluster"),
        lab.name("my-cluster"),
    )
    things += [f"cluster `{name}`" for name in ours if name in cluster_names]
    mine = ("adgu/scratch", "adgu/frozen", "adgu/practice")
    ours = (names.repository, *map(lab.name, mine))
    things += [f"repository `{name}`" for name in ours if name in repositories]
    things += _balancer(lab)
    for group in (names.security_group, names.balancer_group, names.tasks_group):
        if network_reader.security_groups_where(lab, network_reader.where("group-name", group)):
            things.append(f"security group `{group}`")
    if log_group.find(lab):
        things.append(f"log group `{names.log_group}`")
    if (stored := secret.find(lab)) and "DeletedDate" not in stored:
        things.append(f"secret `{names.secret}`")
    for role in (names.execution_role, names.task_role):
        shown = roles.find(lab, role)
        if shown and any(
            tag["Key"] == "ecslab" for tag in shown.get("Tags", [])
        ):  # one that was here before stays
            things.append(f"role `{role}`")
    return things


def _balancer(lab: Connection) -> list[str]:
    balancer = lab.names.load_balancer
    things = [f"load balancer `{balancer}`"] if load_balancer_reader.find(lab, balancer) else []
    groups = (lab.names.target_group, lab.name(guestbook.BACK))
    return things + [
        f"target group `{group}`" for group in groups if target_group_reader.find_target_group(lab, group)
    ]
