"""A second service behind one path of the load balancer, to practise on; the lesson's own stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.resources import service
from ecslab.resources.load_balancer import load_balancer_reader
from ecslab.resources.load_balancer.path_rules import needed_listener, path_rule
from ecslab.resources.load_balancer.security_groups import groups
from ecslab.resources.load_balancer.target_group_reader import find_target_group, name_in
from ecslab.resources.load_balancer.target_groups import target_group
from ecslab.resources.network import PORT, Choice, network_reader
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

NAME: Final = "adgu-practice"
PATH: Final = "/index.html"
"""Requests for this page go to the second service."""
PRIORITY: Final = 20
"""Of the rule that does it; the learner's own rules have others."""
NETWORK_BALANCER: Final = "adgu-nlb"
NETWORK_TARGETS: Final = "adgu-practice-tcp"


def practice_service(lab: Connection, listener_arn: str | None = None) -> ServiceTypeDef:
    """A service of one task, of the lesson's definition; the load balancer sends `/index.html` to it.

    Args:
        listener_arn: the listener that gets the rule; the lesson's on port 80 unless given.

    Returns:
        A `service` as CreateService or DescribeServices shows it, once its target is healthy.

    Raises:
        NotThere: the load balancer, its listener or the lesson's service is missing.
        NotOurs: on a real account, somebody else has a thing of such a name.
    """
    name, lesson = lab.name(NAME), service_reader.needed_active(lab)
    listener_arn = listener_arn or needed_listener(lab)["ListenerArn"]
    vpc = service_reader.network_of(lesson)
    vpc_id = network_reader.vpc_of(lab, vpc["subnets"])
    group = target_group(lab, name=name, vpc_id=vpc_id)["TargetGroupArn"]
    path_rule(lab, PATH, group, PRIORITY, listener_arn)
    _, tasks_group = groups(lab, vpc_id)
    service.create(
        lab,
        name=name,
        count=1,
        choice=Choice(vpc_id or "", tuple(vpc["subnets"]), (tasks_group,)),
        loadBalancers=[
            {"targetGroupArn": group, "containerName": lab.names.container, "containerPort": PORT}
        ],
    )
    return service.wait_until_stable(lab, name)


def delete_practice(lab: Connection) -> None:
    """Delete the second service, and what the exercises put before it; safe if nothing is there.

    A rule that forwards to another target group than the exercises' stays: that is the lesson's.
    """
    service.delete(lab, lab.name(NAME))
    if balancer := load_balancer_reader.find(lab, lab.names.load_balancer):
        for listener in load_balancer_reader.listeners(lab, balancer):
            for rule in load_balancer_reader.rules(lab, listener["ListenerArn"]):
                forwards = [arn for each in rule["Actions"] for arn in load_balancer_reader.forwards_to(each)]
                if {*map(name_in, forwards)} <= {lab.name(NAME)}:
                    lab.elbv2.delete_rule(RuleArn=rule["RuleArn"])
    if balancer := load_balancer_reader.find(lab, lab.name(NETWORK_BALANCER)):
        lab.elbv2.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
        lab.wait(
            lambda: load_balancer_reader.find(lab, lab.name(NETWORK_BALANCER)) is None,
            "the second load balancer to be gone",
        )
    for name in (lab.name(NAME), lab.name(NETWORK_TARGETS)):
        if group := find_target_group(lab, name):
            lab.elbv2.delete_target_group(TargetGroupArn=group["TargetGroupArn"])
