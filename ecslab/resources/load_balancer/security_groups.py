"""The two security groups of a service behind a load balancer: one is the public door, one the tasks'."""

from ecslab.connection.connection import Connection
from ecslab.resources import network
from ecslab.resources.network import rules
from ecslab.resources.network.web_groups import web_group


def groups(lab: Connection, vpc_id: str | None = None) -> tuple[str, str]:
    """Two security groups: the balancer's admits HTTP from anywhere, the tasks' only from the balancer.

    Args:
        vpc_id: the default VPC unless given.

    Returns:
        The ids (balancer's group, tasks' group); what is missing of them is made.

    Raises:
        NotOurs: on a real account, somebody else has a group of such a name.
    """
    vpc_id = vpc_id or network.default_subnet(lab)[0].id
    for name in (lab.names.balancer_group, lab.names.tasks_group):
        lab.guard.claim("security group", name, vpc=vpc_id)
    balancer_group = web_group(
        lab,
        vpc_id,
        lab.names.balancer_group,
        "HTTP from anywhere, for the load balancer (ecslab course)",
        {"IpRanges": [{"CidrIp": rules.ANYWHERE}]},
    )
    tasks_group = web_group(
        lab,
        vpc_id,
        lab.names.tasks_group,
        "HTTP from the load balancer, for the tasks (ecslab course)",
        {"UserIdGroupPairs": [{"GroupId": balancer_group}]},
    )
    return balancer_group, tasks_group
