"""The exercises of stage 04, which go into the VPC `workshop`, and have a family of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks import stopped_task
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.resources import network
from ecslab.resources.network import network_reader
from ecslab.resources.network import rules as network_rules
from ecslab.resources.task import task_reader
from ecslab.resources.task.network_interface import interface_of, public_ip_of
from ecslab.resources.task.task_reader import short_id, task_family

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

_WAITING = ("PROVISIONING", "PENDING", "ACTIVATING")


_NO_WAY_OUT = "ResourceInitializationError"


def elsewhere(lab: Connection) -> Verdict:
    """Exercise: a task in the VPC `workshop`, RUNNING with a public IP; it may be stopped again by then."""
    here = _subnets(lab)
    if not here:
        return not_yet("There is no VPC whose Name tag is `workshop` in this Region.")
    ours = _of_the_exercise(lab)
    tasks_there = [task for task in ours if _subnet(task) in here]
    alive = [task for task in tasks_there if task["desiredStatus"] == "RUNNING"]
    for task in alive:
        if task["lastStatus"] == "RUNNING" and public_ip_of(interface_of(lab, task)):
            if not _admits_http(lab, task):
                return verdicts.wrong("04.workshop-closed", task=short_id(task))
            return done(f"Task {short_id(task)} of `{family(lab)}` is RUNNING in `workshop`.")
    public = [task for task in tasks_there if here[str(_subnet(task))]]
    if ran := next((task for task in public if _ran_and_was_stopped(task)), None):
        return done(f"Task {short_id(ran)} of `{family(lab)}` ran in `workshop`, and was stopped again.")
    for task in alive:
        name, status = f"Task {short_id(task)}", task["lastStatus"]
        if status == "RUNNING":
            return wrong(f"{name} runs in `workshop`, but without a public IP: it was run with none.")
        return not_yet(f"{name} is {status}: it is on its way.")
    if tasks_there:
        return _stopped_there([*public, *tasks_there][0], here)
    return _none_there(lab, ours, here)


def _ran_and_was_stopped(task: TaskTypeDef) -> bool:
    stopped = task["lastStatus"] == "STOPPED" and stopped_task.stopped_by_hand(task)
    return stopped and "startedAt" in task


def _stopped_there(task: TaskTypeDef, here: dict[str, bool]) -> Verdict:
    name = f"Task {short_id(task)}"
    if task["lastStatus"] != "STOPPED":
        return not_yet(f"{name} is {task['lastStatus']}: it is being stopped.")
    if not here[str(_subnet(task))]:
        return verdicts.wrong("04.workshop-private", name=name)
    if stopped_task.stopped_by_hand(task):
        return wrong(f"{name} was stopped by hand before it was RUNNING: run another one, and wait for it.")
    reason, meaning = stopped_task.why(task)
    return wrong(f"{name} stopped in `workshop`: {reason}. {meaning}".replace("..", ".").rstrip(), meaning)


def _none_there(lab: Connection, ours: list[TaskTypeDef], here: dict[str, bool]) -> Verdict:
    if other := _of_another_family(lab, here):
        return verdicts.wrong(
            "04.workshop-other-family",
            task=short_id(other),
            other=task_family(other),
            family=family(lab),
        )
    running = [task for task in ours if task["lastStatus"] == "RUNNING"]
    if running:
        return verdicts.wrong("04.not-in-workshop", task=short_id(running[0]), family=family(lab))
    return not_yet(f"No task of `{family(lab)}` runs in the VPC `workshop`.")


def nowhere(lab: Connection) -> Verdict:
    """Exercise: a task in a private subnet, that stopped because it could not fetch its image."""
    here = _subnets(lab)
    ours = _of_the_exercise(lab)
    private = [task for task in ours if here.get(str(_subnet(task))) is False]
    failed = [task for task in ours if str(task.get("stoppedReason", "")).startswith(_NO_WAY_OUT)]
    for task in private:
        name = f"Task {short_id(task)}"
        if task in failed and task["lastStatus"] == "STOPPED":
            return done(f"{name} stopped: it had no way out to ECR.")
        if task in failed:
            return not_yet(f"{name} is {task['lastStatus']}: it is giving up.")
        if task["lastStatus"] in _WAITING:
            return not_yet(f"{name} is {task['lastStatus']}: it still tries to reach ECR.")
    if private:
        return _otherwise(private[0])
    if failed:
        return _failed_elsewhere(failed[0], here)
    other = _of_another_family(lab, {subnet: False for subnet, public in here.items() if not public})
    if other:
        return verdicts.wrong(
            "04.private-other-family", task=short_id(other), other=task_family(other), family=family(lab)
        )
    return not_yet(f"No task of `{family(lab)}` stopped because its private subnet has no way out.")


def _otherwise(task: TaskTypeDef) -> Verdict:
    """A task in a private subnet that did not run out of patience."""
    name = f"Task {short_id(task)}"
    if task["lastStatus"] == "RUNNING":
        return verdicts.wrong("04.private-with-way-out", name=name)
    if stopped_task.stopped_by_hand(task):
        return wrong(f"{name} was stopped by hand before it gave up: leave it alone for five to six minutes.")
    reason = str(task.get("stoppedReason", "")).split(":")[0] or "no reason"
    return verdicts.wrong("04.private-other-reason", name=name, reason=reason)


def _failed_elsewhere(task: TaskTypeDef, here: dict[str, bool]) -> Verdict:
    if _subnet(task) in here:
        return verdicts.wrong("04.public-without-ip", task=short_id(task))
    return verdicts.wrong("04.failed-elsewhere", task=short_id(task))


def _subnets(lab: Connection) -> dict[str, bool]:
    """The subnets of the VPC `workshop`, and whether each is public."""
    workshop = [vpc.id for vpc in network.vpcs(lab) if vpc.name == "workshop"]
    return {subnet.id: subnet.public for vpc in workshop for subnet in network.subnets(lab, vpc)}


def family(lab: Connection) -> str:
    """The family of both exercises: the lesson's own task stays as it is."""
    return lab.name("adgu-elsewhere")


def _of_the_exercise(lab: Connection) -> list[TaskTypeDef]:
    return [t for t in task_reader.of_cluster(lab, lab.names.cluster) if task_family(t) == family(lab)]


def _of_another_family(lab: Connection, here: dict[str, bool]) -> TaskTypeDef | None:
    """A task that is meant to run in one of these subnets, but is not of the exercise's family."""
    tasks = task_reader.of_cluster(lab, lab.names.cluster)
    others = [t for t in tasks if task_family(t) != family(lab) and _subnet(t) in here]
    return next((task for task in others if task["desiredStatus"] == "RUNNING"), None)


def _subnet(task: TaskTypeDef) -> str | None:
    details = {d["name"]: d["value"] for a in task.get("attachments", []) for d in a.get("details", [])}
    return details.get("subnetId")


def _admits_http(lab: Connection, task: TaskTypeDef) -> bool:
    interface = interface_of(lab, task) or {}
    groups = network_reader.security_groups(lab, [group["GroupId"] for group in interface.get("Groups", [])])
    return any("0.0.0.0/0" in network_rules.admitted_ranges(group, 80) for group in groups)
