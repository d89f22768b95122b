"""The exercises of stage 04, which go into the VPC `workshop`: what its tasks say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
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
    """Exercise: a second task in the VPC `workshop`, RUNNING with a public IP."""
    here = _subnets(lab)
    if not here:
        return not_yet("There is no VPC whose Name tag is `workshop` in this Region.")
    ours = _of_the_lesson(lab)
    tasks_there = [task for task in ours if _subnet(task) in here]
    alive = [task for task in tasks_there if task["desiredStatus"] == "RUNNING"]
    for task in alive:
        if task["lastStatus"] == "RUNNING" and public_ip_of(interface_of(lab, task)):
            if not _admits_http(lab, task):
                return wrong(
                    f"Task {short_id(task)} runs in `workshop`, but its security group does not admit "
                    "port 80 from anywhere.",
                    "`ecslab.network.http_group(lab, vpc_id)` gives one of that VPC that does.",
                )
            return done(f"Task {short_id(task)} is RUNNING in `workshop`, and has a public IP.")
    if any(task["lastStatus"] == "RUNNING" for task in alive):
        return wrong("A task runs in `workshop`, but without a public IP: it was run with none.")
    if alive:
        return not_yet(f"Task {short_id(alive[0])} is {alive[0]['lastStatus']}: it is on its way.")
    if tasks_there:
        return _stopped_there(tasks_there[0], here)
    return _none_there(lab, ours, here)


def _stopped_there(task: TaskTypeDef, here: dict[str, bool]) -> Verdict:
    name = f"Task {short_id(task)}"
    if task["lastStatus"] != "STOPPED":
        return not_yet(f"{name} is {task['lastStatus']}: it is being stopped.")
    if stopped_task.stopped_by_hand(task):
        return wrong(f"{name} ran in `workshop`, and was stopped by hand: run another one.")
    if not here[str(_subnet(task))]:
        return wrong(
            f"{name} stopped in a private subnet of `workshop`, where it could not fetch its image: this "
            "exercise asks for a public one."
        )
    reason, meaning = stopped_task.why(task)
    return wrong(f"{name} stopped in `workshop`: {reason}. {meaning}".replace("..", ".").rstrip(), meaning)


def _none_there(lab: Connection, ours: list[TaskTypeDef], here: dict[str, bool]) -> Verdict:
    if other := _of_another_family(lab, here):
        return wrong(
            f"Task {short_id(other)} runs in `workshop`, but from `{task_family(other)}`; the "
            f"exercise asks for `{lab.names.family}`."
        )
    running = [task for task in ours if task["lastStatus"] == "RUNNING" and _bare(task)]
    if len(running) > 1:
        return wrong(
            f"{len(running)} tasks of `{lab.names.family}` run, but none of them in `workshop`: the subnet "
            "decides in which VPC a task is.",
            "`ecslab.network.subnets(lab, vpc_id)` lists the subnets of one VPC.",
        )
    return not_yet("No task of the lesson's definition runs in the VPC `workshop`.")


def nowhere(lab: Connection) -> Verdict:
    """Exercise: a task in a private subnet, that stopped because it could not fetch its image."""
    here = _subnets(lab)
    ours = [task for task in _of_the_lesson(lab) if _bare(task)]
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
        return wrong(
            f"Task {short_id(other)} is in a private subnet, but from `{task_family(other)}`; the "
            f"exercise asks for `{lab.names.family}`, whose image is in ECR."
        )
    return not_yet("No task stopped for want of a way out of a private subnet.")


def _otherwise(task: TaskTypeDef) -> Verdict:
    """A task in a private subnet that did not run out of patience."""
    name = f"Task {short_id(task)}"
    if task["lastStatus"] == "RUNNING":
        return wrong(
            f"{name} is RUNNING in a private subnet: this one has a way out, so the image could be fetched.",
            "Is there a NAT gateway in its route table? The exercise needs a subnet without.",
        )
    if stopped_task.stopped_by_hand(task):
        return wrong(f"{name} was stopped by hand before it gave up: leave it alone for about five minutes.")
    reason = str(task.get("stoppedReason", "")).split(":")[0] or "no reason"
    return wrong(
        f"{name} stopped in a private subnet, but with {reason}: its image does not come from your ECR "
        "repository.",
        "Run the revision that names `ecslab.ecr.image_uri(lab)`.",
    )


def _failed_elsewhere(task: TaskTypeDef, here: dict[str, bool]) -> Verdict:
    if _subnet(task) in here:
        return wrong(
            f"Task {short_id(task)} found no way out of a public subnet, for it had no public IP; the "
            "exercise asks for a private subnet."
        )
    return wrong(
        f"Task {short_id(task)} found no way out, but it was not in `workshop`; the exercise asks for a "
        "private subnet there."
    )


def _subnets(lab: Connection) -> dict[str, bool]:
    """The subnets of the VPC `workshop`, and whether each is public."""
    workshop = [vpc.id for vpc in network.vpcs(lab) if vpc.name == "workshop"]
    return {subnet.id: subnet.public for vpc in workshop for subnet in network.subnets(lab, vpc)}


def _of_the_lesson(lab: Connection) -> list[TaskTypeDef]:
    return [t for t in task_reader.of_cluster(lab, lab.names.cluster) if task_family(t) == lab.names.family]


def _of_another_family(lab: Connection, here: dict[str, bool]) -> TaskTypeDef | None:
    """A task that is meant to run in one of these subnets, but is not of the lesson's family."""
    tasks = task_reader.of_cluster(lab, lab.names.cluster)
    others = [t for t in tasks if task_family(t) != lab.names.family and _subnet(t) in here]
    return next((task for task in others if task["desiredStatus"] == "RUNNING"), None)


def _bare(task: TaskTypeDef) -> bool:
    """Whether it was run by hand; a service's tasks are another lesson's."""
    return not str(task.get("group", "")).startswith("service:")


def _subnet(task: TaskTypeDef) -> str | None:
    details = {d["name"]: d["value"] for a in task.get("attachments", []) for d in a.get("details", [])}
    return details.get("subnetId")


def _admits_http(lab: Connection, task: TaskTypeDef) -> bool:
    interface = interface_of(lab, task) or {}
    groups = network_reader.security_groups(lab, [group["GroupId"] for group in interface.get("Groups", [])])
    return any("0.0.0.0/0" in network_rules.admitted_ranges(group, 80) for group in groups)
