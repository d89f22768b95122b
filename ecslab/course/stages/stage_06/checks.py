"""Stage 06: a service keeps copies of the task running, in two zones; nothing runs beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks import lesson_service
from ecslab.course.checks.similar_name import similar_name
from ecslab.course.words import counted
from ecslab.display.verdict import Verdict, not_yet
from ecslab.resources.network import network_reader
from ecslab.resources.network import rules as network_rules
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader
from ecslab.resources.task.task_reader import short_id

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef

COPIES = 2
"""Tasks that the lesson's service is to keep at least."""


def service(lab: Connection) -> Verdict:
    """The service keeps at least two tasks of the lesson's definition running, in at least two zones."""
    name = lab.names.service
    service = service_reader.describe(lab, name)
    everything = task_reader.of_cluster(lab, lab.names.cluster)
    if not service or service["status"] != "ACTIVE":
        return _not_there(lab, service, everything)
    return (
        _misdefined(lab, service)
        or _misplaced(lab, service)
        or short_of_tasks(service, everything)
        or _beside(lab, everything)
        or _running(service, everything)
    )


def _not_there(lab: Connection, service: ServiceTypeDef | None, everything: list[TaskTypeDef]) -> Verdict:
    name, cluster = lab.names.service, lab.names.cluster
    if service and service["status"] == "DRAINING":
        return verdicts.wrong("06.draining", name=name)
    if astray := lesson_service.elsewhere(lab, name):
        return verdicts.wrong(
            "06.other-cluster",
            name=name,
            astray=astray,
            cluster=cluster,
            which="no" if astray == "default" else "another",
        )
    if other := similar_name(lab, name, service_reader.names(lab)):
        return verdicts.wrong("06.other-name", other=other, name=name)
    if service:
        return verdicts.wrong("06.deleted", name=name)
    if bare := lesson_service.bare_tasks(lab, everything):
        return verdicts.not_yet(
            "06.bare-tasks-only",
            name=name,
            tasks=counted(len(bare), "bare task"),
            run="runs" if len(bare) == 1 else "run",
        )
    return not_yet(f"There is no service `{name}` in `{cluster}`.")


def _misdefined(lab: Connection, service: ServiceTypeDef) -> Verdict | None:
    """What it runs, on what, and how often, if that is not as it should be."""
    name, family = lab.names.service, lab.names.family
    runs = service["taskDefinition"].rsplit("/", 1)[-1].rsplit(":", 1)[0]
    if runs != family:
        return verdicts.wrong("06.other-definition", name=name, runs=runs, family=family)
    if service.get("launchType", "FARGATE") != "FARGATE":
        return verdicts.wrong("06.other-launch-type", name=name, launch_type=service["launchType"])
    if service["desiredCount"] == 0:
        return verdicts.wrong("06.desired-zero", name=name, copies=COPIES)
    if service["desiredCount"] < COPIES:
        return verdicts.wrong(
            "06.desired-one", name=name, desired_count=service["desiredCount"], copies=COPIES
        )
    return None


def _misplaced(lab: Connection, service: ServiceTypeDef) -> Verdict | None:
    """Where its tasks are put, if that is not as it should be."""
    name, network = lab.names.service, service_reader.network_of(service)
    zones = sorted(
        {subnet["AvailabilityZone"] for subnet in network_reader.subnets(lab, network.get("subnets", []))}
    )
    if len(zones) < 2:
        return verdicts.wrong("06.one-zone", name=name, zone=zones[0] if zones else "no zone")
    if network.get("assignPublicIp") != "ENABLED":
        return verdicts.wrong("06.no-public-ip", name=name)
    groups = network_reader.security_groups(lab, network.get("securityGroups", []))
    behind_a_balancer = bool(service.get("loadBalancers"))  # it comes in by the balancer's group
    if not behind_a_balancer and not any(network_rules.admitted_ranges(group, 80) for group in groups):
        which = f"group `{groups[0]['GroupName']}`" if groups else "default group"
        return verdicts.wrong("06.port-80-closed", name=name, which=which)
    return None


def short_of_tasks(service: ServiceTypeDef, everything: list[TaskTypeDef]) -> Verdict | None:
    """Whether fewer tasks run than are desired, and why."""
    name, desired = service["serviceName"], service["desiredCount"]
    if service["runningCount"] >= desired:
        return None
    if task := lesson_service.last_failed(everything, service):
        return lesson_service.keeps_failing(name, task)
    return verdicts.not_yet(
        "06.starting",
        name=name,
        desired=desired,
        running_count=service["runningCount"],
        pending_count=service["pendingCount"],
    )


def _beside(lab: Connection, everything: list[TaskTypeDef]) -> Verdict | None:
    bare = lesson_service.bare_tasks(lab, everything)
    if not bare:
        return None
    return verdicts.wrong("06.beside", task=short_id(bare[0]))


def _running(service: ServiceTypeDef, everything: list[TaskTypeDef]) -> Verdict:
    alive = alive_tasks(service, everything)
    where = sorted((task["availabilityZone"], short_id(task)) for task in alive)
    return verdicts.done(
        "06.running",
        name=service["serviceName"],
        tasks=counted(service["desiredCount"], "task"),
        places=" and ".join(f"{task} in {zone}" for zone, task in where),
    )


def alive_tasks(service: ServiceTypeDef, everything: list[TaskTypeDef]) -> list[TaskTypeDef]:
    """The service's tasks that run, and are meant to."""
    return [
        task
        for task in task_reader.of_service(everything, service["serviceName"])
        if (task["lastStatus"], task["desiredStatus"]) == ("RUNNING", "RUNNING")
    ]
