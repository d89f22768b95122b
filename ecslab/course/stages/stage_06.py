"""Stage 06: a service keeps copies of the task running, in two zones; nothing runs beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab
from ecslab.course import verdicts
from ecslab.course.checks import lesson_service, stopped_task
from ecslab.course.checks.similar_name import similar_name
from ecslab.course.stage import FOUNDATION, Minutes, Stage, Step
from ecslab.course.words import counted
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.operations import prices
from ecslab.resources import task_definition
from ecslab.resources.network import network_reader
from ecslab.resources.network import rules as network_rules
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader
from ecslab.resources.task.task_reader import short_id

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef

COPIES = 2


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
        or _short(service, everything)
        or _beside(lab, everything)
        or _kept(service, everything)
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


def _short(service: ServiceTypeDef, everything: list[TaskTypeDef]) -> Verdict | None:
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


def _kept(service: ServiceTypeDef, everything: list[TaskTypeDef]) -> Verdict:
    alive = [
        task
        for task in task_reader.of_service(everything, service["serviceName"])
        if (task["lastStatus"], task["desiredStatus"]) == ("RUNNING", "RUNNING")
    ]
    zones = sorted({task["availabilityZone"] for task in alive})
    return verdicts.done(
        "06.running",
        name=service["serviceName"],
        tasks=counted(service["desiredCount"], "task"),
        zones=" and ".join(zones),
    )


def scaled(lab: Connection) -> Verdict:
    """Exercise: the service runs three tasks, by its desired count."""
    name = lab.names.service
    service = service_reader.describe(lab, name)
    if not service or service["status"] != "ACTIVE":
        return not_yet(f"There is no service `{name}` to scale.")
    desired, running = service["desiredCount"], service["runningCount"]
    everything = task_reader.of_cluster(lab, lab.names.cluster)
    bare = lesson_service.bare_tasks(lab, everything)
    if desired != 3 and bare:
        return verdicts.wrong("06.bare-task-added", task=short_id(bare[0]), desired=desired)
    if desired > 3:
        return wrong(f"The desired count is {desired}; the exercise asks for 3.")
    if desired < COPIES:
        return verdicts.wrong("06.fewer", desired=desired)
    if desired < 3:
        return not_yet(f"The desired count of `{name}` is {desired}.")
    if trouble := _short(service, everything):
        return trouble
    if running > 3:
        return not_yet(f"`{name}` runs {running} tasks and wants 3: it is stopping the rest.")
    return done(f"`{name}` runs 3 tasks.")


def gone(lab: Connection) -> Verdict:
    """Exercise: a second service was made, and is gone with its tasks."""
    name, cluster = lab.name("adgu-second"), lab.names.cluster
    service = service_reader.describe(lab, name)
    ours = task_reader.of_service(task_reader.of_cluster(lab, cluster), name)
    if not service:
        if astray := lesson_service.elsewhere(lab, name):
            return wrong(f"The service `{name}` is in the cluster `{astray}`, not in `{cluster}`.")
        return not_yet(f"There is no service `{name}` in `{cluster}`: make it first, then get rid of it.")
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
    if by_hand and alive:
        return verdicts.wrong(
            "06.second-task-replaced", stopped=short_id(by_hand[0]), task=short_id(alive[0]), name=name
        )
    if by_hand:
        return verdicts.wrong("06.second-task-stopped", task=short_id(by_hand[0]), name=name)
    family = task_definition.family_of(service["taskDefinition"])
    if service["taskDefinition"] not in task_definition.revisions(lab, family):
        return verdicts.wrong("06.second-deregistered", name=name)
    return verdicts.not_yet("06.second-active", name=name, desired_count=service["desiredCount"])


def _create(lab: Connection) -> None:
    for task in ecslab.service.bare_tasks(lab):
        ecslab.task.stop(lab, task, reason="the service takes over")
    ecslab.service.create(lab, count=2)
    ecslab.service.update(  # for one that was there already, and is not as the lesson has it
        lab,
        taskDefinition=lab.names.family,
        desiredCount=2,
        networkConfiguration=ecslab.service.default_choice(lab).configuration(),
    )
    ecslab.service.wait_until_stable(lab)


def _scale(lab: Connection) -> None:
    ecslab.service.scale(lab, 3)
    ecslab.service.wait_until_stable(lab)


def _make_and_delete(lab: Connection) -> None:
    second = lab.name("adgu-second")
    ecslab.service.create(lab, name=second, count=1)
    ecslab.service.wait_until_stable(lab, second)
    ecslab.service.delete(lab, second)


STAGE = Stage(
    notebook="06-service.ipynb",
    needs=(*FOUNDATION, "04"),
    minutes=Minutes(reading=31, waiting=9),
    part="service",
    steps=(
        Step("06.service", 8, service, _create, hourly=COPIES * prices.task_hour(256, 512)),
        Step("06.yours-1", 4, scaled, _scale, hourly=prices.task_hour(256, 512)),
        Step("06.yours-2", 6, gone, _make_and_delete),
    ),
)
