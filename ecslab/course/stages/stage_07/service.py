"""Is the service behind its load balancer, and do its tasks pass the health checks?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.stages.stage_07 import load_balancing
from ecslab.course.words import are, counted
from ecslab.display.verdict import Verdict, not_yet, wrong
from ecslab.resources.load_balancer import target_group_reader
from ecslab.resources.network import network_reader
from ecslab.resources.network import rules as network_rules
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef
    from mypy_boto3_elbv2.type_defs import TargetGroupTypeDef, TargetHealthDescriptionTypeDef


def service(lab: Connection) -> Verdict:
    """The service registers its tasks in the target group, behind the tasks' group, and they are healthy."""
    name, wanted = lab.names.service, lab.names.target_group
    service = service_reader.describe(lab, name)
    if not service or service["status"] != "ACTIVE":
        return not_yet(f"There is no service `{name}` that could be put behind a load balancer.")
    group = target_group_reader.find_target_group(lab, wanted)
    if not service["loadBalancers"] or not group:
        return not_yet(f"`{name}` is not behind a load balancer yet.")
    registers = [entry.get("targetGroupArn", "") for entry in service["loadBalancers"]]
    if group["TargetGroupArn"] not in registers:
        others = ", ".join(f"`{target_group_reader.name_in(arn)}`" for arn in registers if arn)
        return verdicts.wrong("07.registers-elsewhere", name=name, others=others, wanted=wanted)
    if service["desiredCount"] == 0:
        return verdicts.wrong("07.desired-zero", name=name)
    members = target_group_reader.health(lab, group["TargetGroupArn"])
    return doors(lab, service) or _sick(lab, service, group, members) or _well(lab, service, members)


def doors(lab: Connection, service: ServiceTypeDef) -> Verdict | None:
    """Who gets to the tasks, if not the balancer alone."""
    name, back = service["serviceName"], lab.names.tasks_group
    worn = network_reader.security_groups(lab, service_reader.network_of(service).get("securityGroups", []))
    for group in worn:
        if network_rules.ANYWHERE in load_balancing.sources(group):
            return verdicts.wrong("07.tasks-open", name=name, group_name=group["GroupName"])
    if back not in [group["GroupName"] for group in worn]:
        theirs = ", ".join(f"`{group['GroupName']}`" for group in worn) or "the VPC's default group"
        return verdicts.wrong("07.tasks-other-group", name=name, theirs=theirs, back=back)
    return None


def _sick(
    lab: Connection,
    service: ServiceTypeDef,
    group: TargetGroupTypeDef,
    members: list[TargetHealthDescriptionTypeDef],
) -> Verdict | None:
    """What the health checks have against the tasks, if anything."""
    for member in load_balancing.in_state(members, "unused"):
        if "Availability Zone" in member["TargetHealth"].get("Description", ""):
            return verdicts.wrong(
                "07.target-unused",
                id=member["Target"]["Id"],
                zone=member["Target"].get("AvailabilityZone", "?"),
            )
    unhealthy = load_balancing.in_state(members, "unhealthy")
    reasons = [
        member["TargetHealth"].get("Description", "") for member in unhealthy
    ] or load_balancing.verdicts(service)
    if not reasons or len(load_balancing.in_state(members, "healthy")) >= service["desiredCount"]:
        return None
    meaning = _meaning(lab, group, reasons[0])
    why, hint = meaning.text, meaning.hint
    if service.get("healthCheckGracePeriodSeconds", 0) == 0:
        why += " And with a grace period of 0 s, ECS does not wait before it stops such a task."
    if unhealthy:
        share = f"{len(unhealthy)} of {counted(len(members), 'target')} {are(len(unhealthy), len(members))}"
        return wrong(f"{share} unhealthy: {reasons[0]}. {why}", hint)
    return wrong(f"ECS keeps replacing tasks that were unhealthy: {reasons[0]}. {why}", hint)


def _meaning(lab: Connection, group: TargetGroupTypeDef, reason: str) -> Verdict:
    path = group.get("HealthCheckPath", "/")
    if "codes" in reason:
        return verdicts.wrong("07.path-answers-otherwise", path=path, code=group["Matcher"]["HttpCode"])
    if reason == "Request timed out":
        return verdicts.wrong("07.timed-out", group=lab.names.tasks_group)
    return verdicts.wrong("07.nothing-listens", port=group["HealthCheckPort"])


def _well(lab: Connection, service: ServiceTypeDef, members: list[TargetHealthDescriptionTypeDef]) -> Verdict:
    name, desired = service["serviceName"], service["desiredCount"]
    healthy = load_balancing.in_state(members, "healthy")
    if len(healthy) >= desired:
        zones = sorted({member["Target"].get("AvailabilityZone", "") for member in healthy})
        return verdicts.done(
            "07.service-right",
            name=name,
            load_balancer=lab.names.load_balancer,
            targets=counted(len(healthy), "healthy target"),
            zones=" and ".join(zones),
        )
    states = ("initial", "draining", "unused", "unavailable")
    seen = [f"{len(some)} {state}" for state in states if (some := load_balancing.in_state(members, state))]
    besides = f" ({', '.join(seen)})" if seen else ""
    share = f"{len(healthy)} of {counted(desired, 'target')} {are(len(healthy), desired)}"
    return not_yet(f"{share} healthy{besides}: the service is still busy.")
