"""The exercises of stage 07: a wrong health path and its repair, a Network Load Balancer.

They are done on a service of their own, `adgu-practice`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.stages.stage_07 import load_balancing
from ecslab.course.words import are, counted
from ecslab.display.verdict import Verdict, done, not_yet
from ecslab.resources.load_balancer import load_balancer_reader, practice, target_group_reader
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef


def repaired(lab: Connection) -> Verdict:
    """Exercise: a wrong health path was seen to make targets unhealthy, and was fixed."""
    name = lab.name(practice.NAME)
    group = target_group_reader.find_target_group(lab, name)
    service = service_reader.describe(lab, name)
    if not group or not service or service["status"] != "ACTIVE":
        return _no_practice(lab, name)
    members = target_group_reader.health(lab, group["TargetGroupArn"])
    healthy = load_balancing.in_state(members, "healthy")
    unhealthy = load_balancing.in_state(members, "unhealthy")
    events = [e["message"] for e in service["events"] if " is unhealthy in (target-group " in e["message"]]
    path = group["HealthCheckPath"]
    if trouble := _evaded(service, events):
        return trouble
    if not events and not unhealthy:
        if path in ("/", "/index.html"):
            return not_yet(f"`{name}` is healthy: first give its health check a page that does not exist.")
        return verdicts.not_yet("07.not-unhealthy-yet", path=path)
    if unhealthy and path not in ("/", "/index.html"):
        seen = unhealthy[0]["TargetHealth"]["Description"]
        targets = f"{counted(len(unhealthy), 'target')} {are(len(unhealthy))}"
        return not_yet(f"{targets} unhealthy: {seen}. Now fix the path `{path}`.")
    if len(healthy) < service["desiredCount"]:
        return verdicts.not_yet(
            "07.not-healthy-yet",
            healthy=len(healthy),
            targets=counted(service["desiredCount"], "target"),
            verb=are(len(healthy), service["desiredCount"]),
        )
    if (codes := group["Matcher"]["HttpCode"]) != "200":
        return verdicts.wrong("07.lenient-matcher", codes=codes)
    return done(f"The targets were unhealthy, and are healthy again: the health checks ask for `{path}`.")


def _no_practice(lab: Connection, name: str) -> Verdict:
    """What there is to say while the service of the exercise is not there."""
    lesson = target_group_reader.find_target_group(lab, lab.names.target_group)
    if lesson and lesson["HealthCheckPath"] not in ("/", "/index.html"):
        return verdicts.wrong("07.lesson-broken", lesson=lesson["TargetGroupName"], name=name)
    return not_yet(f"There is no service `{name}`: the cell above makes it.")


def _evaded(service: ServiceTypeDef, events: list[str]) -> Verdict | None:
    """Whether the failing checks were got rid of in another way, or failed for another reason."""
    name = service["serviceName"]
    if not service["loadBalancers"]:
        if not events:
            return not_yet(f"`{name}` is not behind a load balancer, which would check its tasks.")
        return verdicts.wrong("07.taken-from-balancer", name=name)
    if service["desiredCount"] == 0:
        return verdicts.wrong("07.scaled-to-zero", name=name)
    if events and "codes: [" not in events[0]:
        return verdicts.wrong("07.other-reason", reason=events[0].rsplit("(reason ", 1)[-1][:-2])
    return None


def network_balancer(lab: Connection) -> Verdict:
    """Exercise: the practice service behind a Network Load Balancer, too."""
    name = lab.name(practice.NETWORK_BALANCER)
    balancer = load_balancer_reader.find(lab, name)
    if not balancer:
        return not_yet(f"There is no load balancer `{name}`.")
    if balancer["Type"] != "network":
        return verdicts.wrong("07.nlb-type", name=name, type=balancer["Type"])
    if balancer["Scheme"] != "internet-facing":
        return verdicts.wrong("07.nlb-internal", name=name, scheme=balancer["Scheme"])
    listeners = load_balancer_reader.listeners(lab, balancer)
    listener = next((each for each in listeners if each["Port"] == load_balancing.PORT), None)
    if not listener:
        return verdicts.wrong("07.nlb-no-listener", name=name)
    arn = load_balancer_reader.forwards_to(listener["DefaultActions"][-1])[0]
    keeper = lab.name(practice.NAME)
    service = service_reader.describe(lab, keeper) or {}
    registers = [entry.get("targetGroupArn") for entry in service.get("loadBalancers", [])]
    if arn not in registers:
        return verdicts.wrong(
            "07.nlb-without-service",
            name=name,
            group=target_group_reader.name_in(arn),
            service=keeper,
        )
    return _targets_of(lab, balancer, arn)


def _targets_of(lab: Connection, balancer: LoadBalancerTypeDef, target_group: str) -> Verdict:
    """Whether the targets behind the Network Load Balancer are healthy."""
    name, members = balancer["LoadBalancerName"], target_group_reader.health(lab, target_group)
    if load_balancing.in_state(members, "healthy"):
        tasks = counted(len(members), "task")
        return done(f"`{name}` leads to {tasks} of `{lab.name(practice.NAME)}` as well.")
    if unhealthy := load_balancing.in_state(members, "unhealthy"):
        return verdicts.wrong(
            "07.nlb-unhealthy",
            name=name,
            description=unhealthy[0]["TargetHealth"]["Description"],
            balancer_group=lab.names.balancer_group,
        )
    if balancer["State"]["Code"] != "active":
        return not_yet(f"`{name}` is {balancer['State']['Code']}: it takes two to three minutes.")
    return not_yet(f"The targets of `{name}` are not healthy yet.")
