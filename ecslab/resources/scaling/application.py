"""A small web shop behind a load balancer of its own: something that visitors can overload. Stage 12.

Load balancer, target group, family and service have one name; the lesson's own stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.resources import load_balancer, service, task_definition
from ecslab.resources.load_balancer import load_balancer_reader
from ecslab.resources.load_balancer.security_groups import groups
from ecslab.resources.load_balancer.target_groups import target_group
from ecslab.resources.network import PORT, Choice, network_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

SHOP: Final = "adgu-shop"
CPU, MEMORY = "256", "512"
"""Of each task: CPU units and MiB, the smallest that Fargate has."""
_CHECK: Final = {"HealthCheckIntervalSeconds": 15, "HealthyThresholdCount": 2}
_GRACE: Final = 60


def shop(lab: Connection, name: str | None = None, count: int = 2) -> ServiceTypeDef:
    """The service and all before it, made if it is not there; its tasks are healthy when this returns.

    Args:
        name: what all its parts are called, at most 32 characters; `adgu-shop` unless given.
        count: how many tasks, if it is made now.

    Returns:
        A `service` as DescribeServices shows it.

    Raises:
        NotThere: cluster, image, role or default VPC is missing.
        NotOurs: on a real account, somebody else has a thing of such a name.
    """
    name = name or lab.name(SHOP)
    lab.guard.claim("load balancer", name)
    definition = task_definition.register(lab, family=name, cpu=CPU, memory=MEMORY)["taskDefinitionArn"]
    choice = service.default_choice(lab)
    vpc_id = network_reader.vpc_of(lab, list(choice.subnet_ids))
    front, back = groups(lab, vpc_id)
    group = target_group(lab, vpc_id=vpc_id, name=name)["TargetGroupArn"]
    lab.elbv2.modify_target_group(TargetGroupArn=group, **_CHECK)  # type: ignore[arg-type]
    _balancer(lab, name, choice.subnet_ids, front, group)
    registers = {"targetGroupArn": group, "containerName": lab.names.container, "containerPort": PORT}
    service.create(
        lab, definition, count, Choice(choice.vpc_id, choice.subnet_ids, (back,)), name,
        loadBalancers=[registers], healthCheckGracePeriodSeconds=_GRACE,
    )  # fmt: skip
    lab.wait(lambda: _active(lab, name), f"the load balancer {name} to be active")
    return service.wait_until_stable(lab, name)


def _balancer(lab: Connection, name: str, subnets: tuple[str, ...], front: str, group: str) -> None:
    balancer = load_balancer_reader.find(lab, name) or lab.elbv2.create_load_balancer(
        Name=name, Type="application", Scheme="internet-facing", Subnets=list(subnets),
        SecurityGroups=[front], Tags=lab.tags("elbv2"),
    )["LoadBalancers"][0]  # fmt: skip
    if not load_balancer_reader.listeners(lab, balancer):
        lab.elbv2.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=PORT,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}], Tags=lab.tags("elbv2"),
        )  # fmt: skip


def _active(lab: Connection, name: str) -> bool:
    balancer = load_balancer_reader.find(lab, name)
    return bool(balancer and balancer["State"]["Code"] == "active")


def delete_shop(lab: Connection, name: str | None = None) -> bool:
    """Delete the service with what scales it, its load balancer and target group; True if one was there.

    Deleting the service removes its scalable target, policies and the alarms of the policies.
    """
    name = name or lab.name(SHOP)
    deleted = service.delete(lab, name)
    return bool(load_balancer.delete(lab, name, name) or deleted)
