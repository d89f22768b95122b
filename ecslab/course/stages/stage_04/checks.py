"""Stage 04: a way in for HTTP, and the task, RUNNING with a public IP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks import stopped_task
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.resources import cluster as clusters
from ecslab.resources.network import network_reader
from ecslab.resources.network import rules as network_rules
from ecslab.resources.task import task_reader
from ecslab.resources.task.network_interface import interface_of, public_ip_of
from ecslab.resources.task.task_reader import short_id, task_family

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import IpPermissionOutputTypeDef
    from mypy_boto3_ecs.type_defs import TaskTypeDef


def network(lab: Connection) -> Verdict:
    """A security group that admits HTTP from anywhere."""
    name = lab.names.security_group
    groups = network_reader.security_groups_where(lab, network_reader.where("group-name", name))
    if not groups:
        return not_yet(f"There is no security group `{name}`: nothing admits port 80.")
    if any("0.0.0.0/0" in network_rules.admitted_ranges(group, 80) for group in groups):
        return done(f"`{name}` admits HTTP, TCP port 80, from anywhere.")
    sources = [source for group in groups for source in network_rules.admitted_ranges(group, 80)]
    if sources:
        return verdicts.wrong("04.other-sources", name=name, sources=", ".join(sources))
    rules = [rule for group in groups for rule in group["IpPermissions"]]
    if not rules:
        return verdicts.wrong("04.no-rule", name=name)
    if any(_covers_http(rule) for rule in rules):  # by none of them through an IPv4 range
        whom = "over IPv6" if any(rule.get("Ipv6Ranges") for rule in rules) else "from other security groups"
        return verdicts.wrong("04.no-ipv4-range", name=name, whom=whom)
    ports = ", ".join(sorted({_spelled(rule) for rule in rules}))
    return verdicts.wrong("04.other-ports", name=name, ports=ports)


def running(lab: Connection) -> Verdict:
    """A task of the lesson's definition is RUNNING, with a public IP."""
    family = lab.names.family
    everything = task_reader.of_cluster(lab, lab.names.cluster)
    ours = [task for task in everything if task_family(task) == family]
    alive = [task for task in ours if task["desiredStatus"] == "RUNNING"]
    silent = None
    for task in alive:
        if task["lastStatus"] == "RUNNING":
            if public_ip_of(interface_of(lab, task)):
                return done(f"Task {short_id(task)} of `{family}` is RUNNING, and has a public IP.")
            silent = silent or task
    if silent:
        return verdicts.wrong("04.no-public-ip", task=short_id(silent))
    if alive:
        return not_yet(f"Task {short_id(alive[0])} is {alive[0]['lastStatus']}: it is on its way.")
    if ours:
        return _stopped(ours[0])
    return _none_of_ours(lab, everything)


def _stopped(task: TaskTypeDef) -> Verdict:
    reason, meaning = stopped_task.why(task)
    if task["lastStatus"] != "STOPPED":
        return not_yet(f"Task {short_id(task)} is {task['lastStatus']}: it is being stopped. ({reason})")
    if stopped_task.stopped_by_hand(task):
        return verdicts.wrong("04.stopped-by-hand", task=short_id(task), reason=reason)
    after = f" {meaning}" if meaning else ""
    return wrong(f"Task {short_id(task)} is STOPPED: {reason}.{after}".replace("..", "."), meaning)


def _none_of_ours(lab: Connection, others: list[TaskTypeDef]) -> Verdict:
    live = [task for task in others if task["desiredStatus"] == "RUNNING"]
    if live:
        return verdicts.wrong(
            "04.other-family", task=short_id(live[0]), other=task_family(live[0]), family=lab.names.family
        )
    if "default" in clusters.names(lab) and lab.names.cluster != "default":
        astray = [
            task for task in task_reader.of_cluster(lab, "default") if task_family(task) == lab.names.family
        ]
        if astray:
            return verdicts.wrong("04.default-cluster", task=short_id(astray[0]), cluster=lab.names.cluster)
    return not_yet(f"No task of `{lab.names.family}` was run in `{lab.names.cluster}`.")


def _covers_http(rule: IpPermissionOutputTypeDef) -> bool:
    if rule["IpProtocol"] == "-1":
        return True
    return bool(rule["IpProtocol"] == "tcp" and rule["FromPort"] <= 80 <= rule["ToPort"])


def _spelled(rule: IpPermissionOutputTypeDef) -> str:
    first, last = rule.get("FromPort"), rule.get("ToPort")
    return f"{rule['IpProtocol'].upper()} port {first}" + (f"–{last}" if last != first else "")
