"""The exercises of stage 05: two editions of a page under one tag, each run by the learner's own call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks import stopped_task
from ecslab.course.stages.stage_05 import page
from ecslab.display.verdict import Outcome, Verdict, done, not_yet, wrong
from ecslab.resources import cluster as clusters
from ecslab.resources import ecr
from ecslab.resources.task import task_reader
from ecslab.resources.task.network_interface import interface_of, public_ip_of
from ecslab.resources.task.task_reader import short_id, task_family

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

TAG: Final = "latest"


def family(lab: Connection) -> str:
    """The family of both exercises: the lesson's own task stays as it is."""
    return lab.name("adgu-edition")


def repository(lab: Connection) -> str:
    """The repository of both exercises."""
    return lab.name("adgu/edition")


def tasks(lab: Connection, cluster: str | None = None) -> list[TaskTypeDef]:
    """The tasks of that family, those meant to run first, newest first."""
    seen = task_reader.of_cluster(lab, cluster or lab.names.cluster)
    return [task for task in seen if task_family(task) == family(lab)]


def first(lab: Connection) -> Verdict:
    """Exercise: a page of one's own, run by a call of one's own; the task may be stopped again by then."""
    ours = tasks(lab)
    wanted = [task for task in ours if _image(task).endswith(_wanted(lab))]
    if ran := next((task for task in wanted if _ran_and_was_stopped(task)), None):
        return done(f"Task {short_id(ran)} of `{family(lab)}` ran, and was stopped again.")
    seen = [_alive(lab, task) for task in wanted if task["desiredStatus"] == "RUNNING"]
    if seen:
        return next((verdict for verdict in seen if verdict.outcome is Outcome.DONE), seen[0])
    if wanted:
        return _ended(wanted[0])
    if ours:
        return verdicts.wrong(
            "05.other-image", task=short_id(ours[0]), image=_image(ours[0]), wanted=_wanted(lab)[1:]
        )
    return _none(lab)


def _alive(lab: Connection, task: TaskTypeDef) -> Verdict:
    name = short_id(task)
    if task["lastStatus"] != "RUNNING":
        return not_yet(f"Task {name} of `{family(lab)}` is {task['lastStatus']}: it is on its way.")
    interface = interface_of(lab, task)
    if not interface or not public_ip_of(interface):
        return verdicts.wrong("05.edition-without-ip", task=name)
    seen = page.visit(lab, interface)
    if seen.outcome is Outcome.DONE:
        return done(f"Task {name} of `{family(lab)}` answers at {public_ip_of(interface)}.")
    return Verdict(seen.outcome, f"Task {name} of `{family(lab)}`: {seen.text}", seen.hint)


def _ended(task: TaskTypeDef) -> Verdict:
    name = f"Task {short_id(task)}"
    if task["lastStatus"] != "STOPPED":
        return not_yet(f"{name} is {task['lastStatus']}: it is being stopped.")
    reason, meaning = stopped_task.why(task)
    return wrong(f"{name} is STOPPED: {reason}. {meaning}".replace("..", ".").rstrip(), meaning)


def _none(lab: Connection) -> Verdict:
    here = task_reader.of_cluster(lab, lab.names.cluster)
    if other := next((task for task in here if _image(task).endswith(_wanted(lab))), None):
        return verdicts.wrong(
            "05.other-family", task=short_id(other), other=task_family(other), family=family(lab)
        )
    astray = tasks(lab, "default") if "default" in clusters.names(lab) else []
    if astray and lab.names.cluster != "default":
        return verdicts.wrong("05.default-cluster", task=short_id(astray[0]), cluster=lab.names.cluster)
    return not_yet(f"No task of `{family(lab)}` was run in `{lab.names.cluster}`.")


def second(lab: Connection) -> Verdict:
    """Exercise: a changed page under the same tag, served by another task."""
    name, ours = repository(lab), tasks(lab)
    held = next((i for i in ecr.images(lab, name) if TAG in i.get("imageTags", [])), None)
    if not held:
        if any(task["lastStatus"] == "RUNNING" for task in ours):
            return wrong(f"`{name}:{TAG}` is gone from ECR: what runs goes on, but no new task could start.")
        return not_yet(f"There is no image `{name}:{TAG}`.")
    digests = [(task, c["imageDigest"]) for task in ours for c in task["containers"] if "imageDigest" in c]
    older = [task for task, digest in digests if digest != held["imageDigest"]]
    newest = [task for task, digest in digests if digest == held["imageDigest"]]
    served = next((t for t in newest if t["lastStatus"] == "RUNNING" or _ran_and_was_stopped(t)), None)
    if older and served:
        return done(f"Task {short_id(served)} has the new page: same tag, other digest.")
    if older and newest:
        return verdicts.wrong("05.new-task-ended", task=short_id(newest[0]))
    if any(task["lastStatus"] == "RUNNING" for task in older):
        return verdicts.wrong("05.old-task-runs", task=short_id(older[0]), tag=TAG)
    if older:
        return wrong(f"`{TAG}` is a new image, and only the old one was run: now run a new task.")
    if tag := _pushed_under(lab, ours):
        return verdicts.wrong("05.other-tag", tag=tag, next=TAG)
    return not_yet(f"No task of `{family(lab)}` runs another image than `{TAG}` names now.")


def _pushed_under(lab: Connection, ours: list[TaskTypeDef]) -> str | None:
    """The tag under which an image was pushed since the newest task was run."""
    held = ecr.images(lab, repository(lab))
    run = max((task["createdAt"] for task in ours), default=None)
    newest = held[0] if held else {}
    if run is None or "imagePushedAt" not in newest or newest["imagePushedAt"] <= run:
        return None
    return next(iter(newest.get("imageTags", [])), None)


def _ran_and_was_stopped(task: TaskTypeDef) -> bool:
    stopped = task["lastStatus"] == "STOPPED" and stopped_task.stopped_by_hand(task)
    return stopped and "startedAt" in task


def _wanted(lab: Connection) -> str:
    """How the address of the exercise's image ends."""
    return f"/{repository(lab)}:{TAG}"


def _image(task: TaskTypeDef) -> str:
    return next((str(container.get("image", "")) for container in task["containers"]), "")
