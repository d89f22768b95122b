"""The exercises of stage 06: a service of the learner's own in three zones, and how to get rid of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks import lesson_service, stopped_task
from ecslab.course.stages.stage_06.checks import COPIES, alive_tasks, short_of_tasks
from ecslab.course.words import counted
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.resources import task_definition
from ecslab.resources.network import network_reader
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader
from ecslab.resources.task.task_reader import short_id

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef

ZONES = 3
"""Zones, and tasks, of the service of the first exercise."""


def spread(lab: Connection) -> Verdict:
    """Exercise: a service of the learner's own keeps three tasks, one in each of three zones."""
    name, cluster = lab.name("adgu-second"), lab.names.cluster
    service = service_reader.find(lab, name)
    if not service:
        return _no_second(lab, name, cluster)
    network = service_reader.network_of(service)
    subnets = network_reader.subnets(lab, network.get("subnets", []))
    zones = sorted({subnet["AvailabilityZone"] for subnet in subnets})
    if len(zones) != ZONES:
        return verdicts.wrong(
            "06.not-three-zones", name=name, zones=counted(len(zones), "zone"), which=", ".join(zones)
        )
    if service["desiredCount"] != ZONES:
        return verdicts.wrong("06.not-three-tasks", name=name, desired=service["desiredCount"])
    if network.get("assignPublicIp") != "ENABLED":
        return verdicts.wrong("06.second-no-public-ip", name=name)
    everything = task_reader.of_cluster(lab, cluster)
    if trouble := short_of_tasks(service, everything):
        return trouble
    where = sorted((task["availabilityZone"], short_id(task)) for task in alive_tasks(service, everything))
    if len({zone for zone, _ in where}) < ZONES:
        return not_yet(f"`{name}` is moving its tasks: they run in {', '.join(zone for zone, _ in where)}.")
    places = ", ".join(f"{task} in {zone}" for zone, task in where)
    return done(f"`{name}` keeps {counted(ZONES, 'task')} running: {places}.")


def _no_second(lab: Connection, name: str, cluster: str) -> Verdict:
    """What there is to say while there is no such service in the lesson's cluster."""
    if astray := lesson_service.elsewhere(lab, name):
        return wrong(f"The service `{name}` is in the cluster `{astray}`, not in `{cluster}`.")
    lesson = service_reader.find(lab)
    if lesson and lesson["desiredCount"] > COPIES:
        return verdicts.wrong(
            "06.lesson-service-scaled", lesson=lesson["serviceName"], name=name, copies=COPIES
        )
    return not_yet(f"There is no service `{name}` in `{cluster}`.")


def gone(lab: Connection) -> Verdict:
    """Exercise: a second service was made, and is gone with its tasks."""
    name, cluster = lab.name("adgu-second"), lab.names.cluster
    service = service_reader.describe(lab, name)
    ours = task_reader.of_service(task_reader.of_cluster(lab, cluster), name)
    if not service:
        if astray := lesson_service.elsewhere(lab, name):
            return wrong(f"The service `{name}` is in the cluster `{astray}`, not in `{cluster}`.")
        return not_yet(f"There is no service `{name}` in `{cluster}`: make it first, then remove it.")
    if service["status"] == "INACTIVE":
        return done(f"`{name}` is INACTIVE, and none of its tasks runs.")
    if service["status"] == "DRAINING":
        return not_yet(f"`{name}` is DRAINING: its last tasks are stopping.")
    return _still_kept(lab, service, ours)


def _still_kept(lab: Connection, service: ServiceTypeDef, tasks: list[TaskTypeDef]) -> Verdict:
    """What was done in place of deleting the service."""
    name = service["serviceName"]
    alive = [task for task in tasks if task["desiredStatus"] == "RUNNING"]
    by_hand = [task for task in tasks if stopped_task.stopped_by_hand(task)]
    if service["desiredCount"] == 0:
        return verdicts.wrong("06.second-scaled-to-zero", name=name)
    if len(by_hand) > 0 and len(alive) >= service["desiredCount"]:
        return verdicts.wrong(
            "06.second-task-replaced", stopped=short_id(by_hand[0]), task=short_id(alive[0]), name=name
        )
    if by_hand:
        return verdicts.wrong("06.second-task-stopped", task=short_id(by_hand[0]), name=name)
    family = task_definition.family_of(service["taskDefinition"])
    if service["taskDefinition"] not in task_definition.revisions(lab, family):
        return verdicts.wrong("06.second-deregistered", name=name)
    return verdicts.not_yet("06.second-active", name=name, tasks=counted(service["desiredCount"], "task"))
