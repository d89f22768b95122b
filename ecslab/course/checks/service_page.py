"""Whether a service's tasks run and answer a visitor; if not, the first thing in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks import lesson_service, stopped_task
from ecslab.display.verdict import Verdict, wrong
from ecslab.errors import Unreachable
from ecslab.resources import task_definition
from ecslab.resources.network import network_reader
from ecslab.resources.network import rules as network_rules
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader
from ecslab.resources.task.network_interface import interface_of, public_ip_of
from ecslab.resources.task.task_reader import short_id

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef


def verdict(lab: Connection, service: ServiceTypeDef) -> Verdict:
    """What there is to say of an ACTIVE service."""
    return trouble(lab, service) or verdicts.done(
        "13.page-answers", name=service["serviceName"], desired_count=service["desiredCount"]
    )


def trouble(lab: Connection, service: ServiceTypeDef) -> Verdict | None:
    """What keeps visitors from a service's page, in the order in which one meets it."""
    if service["desiredCount"] == 0:
        return verdicts.wrong("13.scaled-to-zero", name=service["serviceName"])
    return (
        _shut_in(service)
        or _stranger(lab, service)
        or _shut_out(lab, service)
        or _failing(lab, service)
        or _silent(lab, service)
    )


def tasks(lab: Connection, service: ServiceTypeDef) -> list[TaskTypeDef]:
    """The tasks that a service started, those meant to run first; newest first."""
    everything = task_reader.of_cluster(lab, service["clusterArn"].rpartition("/")[2])
    return task_reader.of_service(everything, service["serviceName"])


def _shut_in(service: ServiceTypeDef) -> Verdict | None:
    """Its tasks cannot fetch their image for want of a public IP."""
    network = service_reader.network_of(service)
    if network.get("assignPublicIp") == "ENABLED" or service["runningCount"]:
        return None
    return verdicts.wrong("13.no-public-ip", name=service["serviceName"])


def _stranger(lab: Connection, service: ServiceTypeDef) -> Verdict | None:
    """Its image is in the repository of another account."""
    definition = task_definition.find(lab, service["taskDefinition"]) or {}
    for container in definition.get("containerDefinitions", []):
        owner, ecr, _ = str(container["image"]).partition(".dkr.ecr.")
        if ecr and owner != lab.account:
            return verdicts.wrong(
                "13.image-of-another-account",
                family=definition["family"],
                revision=definition["revision"],
                owner=owner,
                account=lab.account,
            )
    return None


def _shut_out(lab: Connection, service: ServiceTypeDef) -> Verdict | None:
    """Its security groups keep every visitor out."""
    ids = service_reader.network_of(service).get("securityGroups", [])
    if not ids:
        return verdicts.wrong("13.no-security-group", name=service["serviceName"])
    groups = network_reader.security_groups(lab, ids)
    if any("0.0.0.0/0" in network_rules.admitted_ranges(group, 80) for group in groups):
        return None
    names = ", ".join(f"`{group['GroupName']}`" for group in groups)
    return verdicts.wrong("13.port-80-closed", names=names, name=service["serviceName"])


def _failing(lab: Connection, service: ServiceTypeDef) -> Verdict | None:
    """None of its tasks runs; why, if that can be said."""
    name = service["serviceName"]
    seen = tasks(lab, service)
    if any(task["lastStatus"] == "RUNNING" for task in seen):
        return None
    newest = service["deployments"][0]["createdAt"]
    refused = next((e for e in service["events"] if "unable to assume the role" in e["message"]), None)
    if refused and refused["createdAt"] >= newest:
        return verdicts.wrong("13.role-not-assumable", name=name)
    last = lesson_service.last_failed(seen, service)
    if last and last["createdAt"] >= newest:
        return lesson_service.keeps_failing(name, last)
    return verdicts.not_yet(
        "13.service-at-it",
        name=name,
        desired_count=service["desiredCount"],
        pending_count=service["pendingCount"],
    )


def _silent(lab: Connection, service: ServiceTypeDef) -> Verdict | None:
    """None of its running tasks answers."""
    running = [task for task in tasks(lab, service) if task["lastStatus"] == "RUNNING"]
    answers = [visit(lab, task, f"task {short_id(task)}") for task in running]
    return None if None in answers else answers[0]


def visit(lab: Connection, task: TaskTypeDef, who: str) -> Verdict | None:
    """What is the matter with a task's page, or None: it answers."""
    address = public_ip_of(interface_of(lab, task))
    if not address:
        return verdicts.wrong("13.task-without-public-ip", who=who.capitalize())
    try:
        status = lab.http("GET", lab.url(address)).status
    except Unreachable:
        status = 0
    if 200 <= status < 300:
        return None
    if status in (0, 502, 504):
        return verdicts.wrong("13.page-silent", who=who.capitalize())
    return verdicts.wrong("13.page-status", who=who.capitalize(), status=status)


def ended(task: TaskTypeDef) -> Verdict:
    """What there is to say of a task that is not meant to run any more."""
    reason, meaning = stopped_task.why(task)
    if stopped_task.stopped_by_hand(task):
        return verdicts.wrong("13.stopped-by-hand", task=short_id(task), reason=reason)
    text = f"Task {short_id(task)} is {task['lastStatus']}: {reason}. {meaning}"
    return wrong(text.replace("..", ".").rstrip(), meaning)
