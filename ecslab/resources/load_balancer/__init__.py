"""One address for all tasks: security groups, target group, load balancer, listener, service. Stage 07.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.connection.http import HttpReply
from ecslab.display.frames import Frame
from ecslab.errors import NotThere, Unreachable
from ecslab.resources import network, service
from ecslab.resources.load_balancer import load_balancer_reader
from ecslab.resources.load_balancer.load_balancer_reader import find
from ecslab.resources.load_balancer.path_rules import path_rule
from ecslab.resources.load_balancer.practice import delete_practice, practice_service
from ecslab.resources.load_balancer.reachability import meaning, refusal
from ecslab.resources.load_balancer.request_path import Chain, follow
from ecslab.resources.load_balancer.security_groups import groups
from ecslab.resources.load_balancer.target_group_reader import find_target_group, target_group_needed
from ecslab.resources.load_balancer.target_groups import DRAIN, target_group
from ecslab.resources.load_balancer.target_health import Targets, look, settled
from ecslab.resources.load_balancer.visit_log import Visits, sent, sent_until
from ecslab.resources.network import PORT, SubnetFacts, network_reader
from ecslab.resources.page_frame import page_frame
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import LoadBalancerTypeDef as ServiceLoadBalancerTypeDef
    from mypy_boto3_ecs.type_defs import ServiceTypeDef
    from mypy_boto3_elbv2.type_defs import ActionTypeDef, ListenerTypeDef, LoadBalancerTypeDef

__all__ = [
    "DRAIN", "GRACE", "Chain", "Targets", "Visits", "attach", "chain", "create", "delete",
    "delete_practice", "find", "find_target_group", "frame", "groups", "listener", "page", "path_rule",
    "practice_service", "settled", "target_group", "targets", "visits", "visits_until",
    "wait_until_active", "wait_until_healthy", "why_not",
]  # fmt: skip

GRACE: Final = 60
"""Seconds after its start in which ECS does not stop a task of the lesson for failing health checks."""


def create(lab: Connection, subnet_ids: tuple[str, ...] = ()) -> LoadBalancerTypeDef:
    """An Application Load Balancer on the internet; its listener on port 80 forwards to the target group.

    Args:
        subnet_ids: public ones, in at least two Availability Zones; those of the service, or the first two
            of the default VPC, unless given.

    Returns:
        A `LoadBalancer` as DescribeLoadBalancers shows it; new, it is `provisioning` for some two minutes.

    Raises:
        NotOurs: on a real account, somebody else has a load balancer, target group or group so named.
    """
    lab.guard.claim("load balancer", lab.names.load_balancer)
    lab.guard.claim("target group", lab.names.target_group)
    balancer = find(lab) or _created(lab, subnet_ids)
    if not listener(lab, balancer):
        forward: ActionTypeDef = {"Type": "forward", "TargetGroupArn": target_group(lab)["TargetGroupArn"]}
        lab.elbv2.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=PORT,
            DefaultActions=[forward],
            Tags=lab.tags("elbv2"),
        )
        lab.seen(lambda quiet: listener(quiet, balancer))
    return balancer


def _created(lab: Connection, subnet_ids: tuple[str, ...]) -> LoadBalancerTypeDef:
    subnets = subnet_ids or tuple(subnet.id for subnet in _public_subnets(lab))
    vpc_id = lab.ec2.describe_subnets(SubnetIds=[subnets[0]])["Subnets"][0]["VpcId"]
    created = lab.elbv2.create_load_balancer(
        Name=lab.names.load_balancer,
        Type="application",
        Scheme="internet-facing",
        Subnets=list(subnets),
        SecurityGroups=[groups(lab, vpc_id)[0]],
        Tags=lab.tags("elbv2"),
    )["LoadBalancers"][0]
    lab.seen(find)
    return created


def _public_subnets(lab: Connection) -> list[SubnetFacts]:
    """Public subnets in two zones or more: where the service's tasks are, so that each zone has its node."""
    existing = service.find(lab)
    used = service_reader.network_of(existing)["subnets"] if existing else []
    by_zone: dict[str, SubnetFacts] = {}
    for subnet in network.subnets(lab, network.default_subnet(lab)[0].id):
        if subnet.public and (subnet.id in used or subnet.az not in by_zone):
            by_zone[subnet.az] = subnet
    of_service = [subnet for subnet in by_zone.values() if subnet.id in used]
    return of_service if len(of_service) > 1 else list(by_zone.values())[:2]


def listener(
    lab: Connection, balancer: LoadBalancerTypeDef | None = None, port: int = PORT
) -> ListenerTypeDef | None:
    """The listener on `port` as DescribeListeners shows it, or None; the lesson's balancer unless given."""
    listeners = load_balancer_reader.listeners(lab, balancer or _needed(lab))
    return next((each for each in listeners if each["Port"] == port), None)


def wait_until_active(lab: Connection, limit: float = 600) -> LoadBalancerTypeDef:
    """Wait until the load balancer serves; it takes two to three minutes.

    Raises:
        NotThere: there is none.
        StillWaiting: it does not after `limit` seconds.
    """

    def active() -> LoadBalancerTypeDef | None:
        balancer = _needed(lab)
        return balancer if balancer["State"]["Code"] == "active" else None

    return lab.wait(active, "the load balancer to be active", limit)


def attach(lab: Connection, grace: int = GRACE) -> ServiceTypeDef:
    """Put the service behind the load balancer; its tasks are replaced by some that only this one reaches.

    Args:
        grace: seconds after a task's start in which failing health checks do not stop it.

    Returns:
        A `service` as UpdateService shows it; its new tasks are not there yet: `wait_until_healthy(lab)`.

    Raises:
        NotThere: there is no service, or no load balancer.
        NotOurs: on a real account, the service is somebody else's.
    """
    existing = service_reader.needed_active(lab)
    lab.guard.claim("service", existing["serviceName"], lab.names.cluster)
    _needed(lab)
    vpc = service_reader.network_of(existing)
    behind: ServiceLoadBalancerTypeDef = {
        "targetGroupArn": target_group(lab)["TargetGroupArn"],
        "containerName": lab.names.container,
        "containerPort": PORT,
    }
    _, tasks_group = groups(lab, network_reader.vpc_of(lab, vpc["subnets"]))
    if behind in existing["loadBalancers"] and vpc.get("securityGroups") == [tasks_group]:
        return existing
    return service.update(
        lab,
        loadBalancers=[behind],
        networkConfiguration={"awsvpcConfiguration": {**vpc, "securityGroups": [tasks_group]}},
        healthCheckGracePeriodSeconds=grace,
    )


def targets(lab: Connection, name: str | None = None) -> Targets:
    """The target group's members: which task, where, and what the health checks say of it.

    Raises:
        NotThere: there is no target group.
    """
    return look(lab, target_group_needed(lab, name))


def chain(lab: Connection) -> Chain:
    """Follow the way from the balancer's name to the tasks: listener, target group, targets, service.

    Raises:
        NotThere: there is no load balancer, or no target group.
    """
    balancer = _needed(lab)
    return follow(lab, balancer, listener(lab, balancer), target_group_needed(lab))


def wait_until_healthy(lab: Connection, limit: float = 900) -> Targets:
    """Wait until as many targets are healthy as the service wants tasks, and there are no others.

    Raises:
        NotThere: there is no target group.
        StillWaiting: not after `limit` seconds; `targets(lab)` says what the health checks found.
    """
    return lab.wait(lambda: settled(lab), "all targets to be healthy", limit)


def page(lab: Connection, path: str = "/") -> HttpReply:
    """Ask the load balancer for a page by its DNS name, as a visitor on the internet would.

    Raises:
        NotThere: there is no load balancer.
        Unreachable: nobody answered; the message names what stands in the way.
    """
    return _asked(lab, _needed(lab), path)


def _asked(lab: Connection, balancer: LoadBalancerTypeDef, path: str) -> HttpReply:
    try:
        return lab.http("GET", _link(lab, balancer, path))
    except Unreachable as error:
        raise Unreachable(refusal(lab, balancer, PORT) or str(error)) from None


def why_not(lab: Connection) -> str:
    """What stands between a visitor and the page behind the balancer, or that nothing does.

    Raises:
        NotThere: there is no load balancer, or no target group.
    """
    balancer, members = _needed(lab), targets(lab)
    return refusal(lab, balancer, PORT) or meaning(_asked(lab, balancer, "/").status, members)


def frame(lab: Connection, path: str = "/", height: int = 300) -> Frame:
    """The page in a frame inside the notebook, and a link that opens it in a tab of its own.

    Raises:
        NotThere: there is no load balancer.
    """
    balancer = _needed(lab)
    address = f"http://{balancer['DNSName']}/{path.lstrip('/')}"
    return page_frame(lab, _link(lab, balancer, path), address, height)


def visits(lab: Connection, times: int = 10) -> Visits:
    """Visit the page some times, and read in the tasks' own access logs which of them answered.

    Raises:
        NotThere: there is no load balancer, or the tasks send no logs to CloudWatch.
        Unreachable: nobody answered.
    """
    balancer = _needed(lab)
    return sent(lab, lambda path: _asked(lab, balancer, path), times)


def visits_until(
    lab: Connection, done: Callable[[], object], what: str, each: int = 5, limit: float = 900
) -> Visits:
    """Visit the page again and again until `done()` returns something, as a stream of visitors would.

    Args:
        done: looks, and returns None (or another false value) while the visits are to go on.
        what: what is awaited, as a phrase that follows "waiting for".
        each: how many visits between two looks.
        limit: seconds at most.

    Raises:
        NotThere: there is no load balancer, or the tasks send no logs to CloudWatch.
        Unreachable: nobody answered.
        StillWaiting: the limit was reached.
    """
    balancer = _needed(lab)
    return sent_until(lab, lambda path: _asked(lab, balancer, path), done, what, each, limit)


def _needed(lab: Connection) -> LoadBalancerTypeDef:
    balancer = find(lab)
    if not balancer:
        raise NotThere(
            f"there is no load balancer {lab.names.load_balancer}.\n"
            "  next: load_balancer.create(lab), in notebook 07"
        )
    return balancer


def _link(lab: Connection, balancer: LoadBalancerTypeDef, path: str) -> str:
    return lab.url(balancer["DNSName"], PORT).rstrip("/") + "/" + path.lstrip("/")


def delete(lab: Connection, name: str | None = None, group: str | None = None) -> bool:
    """Delete a load balancer with its listeners, and then a target group; True if one of them was there.

    Args:
        name, group: what they are called; the lesson's unless given.

    A service goes on without them; but as long as it names a target group that is gone, no new task of it
    comes up.
    """
    balancer, targets = find(lab, name), find_target_group(lab, group)
    if balancer:
        lab.elbv2.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
        lab.wait(lambda: find(lab, name) is None, "the load balancer to be gone")
    if targets:
        lab.elbv2.delete_target_group(TargetGroupArn=targets["TargetGroupArn"])
        lab.seen(lambda quiet: find_target_group(quiet, group) is None)
    return bool(balancer or targets)
