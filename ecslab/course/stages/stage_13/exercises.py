"""Stage 13's exercises: the same tag pushed again, and document 003's task run from the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks import service_page
from ecslab.display.verdict import Verdict, done, not_yet
from ecslab.resources import cluster as clusters
from ecslab.resources import ecr, task_definition
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader
from ecslab.resources.task.task_reader import short_id, task_family

if TYPE_CHECKING:
    from mypy_boto3_ecr.type_defs import ImageDetailTypeDef
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef


def forced(lab: Connection) -> Verdict:
    """Exercise: the service runs what was pushed under its tag after the service was made."""
    name = lab.name("my-ecs-service")
    service = service_reader.describe(lab, name, lab.name("my-ecs-cluster"))
    if not service or service["status"] != "ACTIVE":
        return not_yet(f"There is no ACTIVE service `{name}`: repair the guide's first.")
    definition = task_definition.find(lab, service["taskDefinition"]) or {}
    image = str(definition["containerDefinitions"][0]["image"])
    repository, _, tag = image.partition("/")[2].rpartition(":")
    if "@" in image:
        return verdicts.wrong("13.image-by-digest", name=name)
    since = [
        image_there
        for image_there in ecr.images(lab, repository)
        if image_there["imagePushedAt"] > service["createdAt"]
    ]
    pushed = next((image_there for image_there in since if tag in image_there.get("imageTags", [])), None)
    if not pushed:
        others = ecr.image_tags(since)
        if others:
            return verdicts.wrong(
                "13.other-tags", tags=", ".join(f"`{other}`" for other in others), name=name, tag=tag
            )
        return not_yet(f"Nothing was pushed to `{repository}` since `{name}` was made.")
    return service_page.trouble(lab, service) or _runs(lab, service, pushed, f"{repository}:{tag}")


def _runs(lab: Connection, service: ServiceTypeDef, pushed: ImageDetailTypeDef, image: str) -> Verdict:
    """Whether the service's tasks run that image."""
    tasks = [t for t in service_page.tasks(lab, service) if t["lastStatus"] == "RUNNING"]
    older = [t for t in tasks if t["containers"][0].get("imageDigest") != pushed["imageDigest"]]
    if len(service["deployments"]) > 1:
        return not_yet("A new deployment is under way: the new task first, then the old one stops.")
    if older:
        return verdicts.wrong("13.old-image-runs", image=image, task=short_id(older[0]))
    return done(f"Every task of `{service['serviceName']}` runs what was pushed last as `{image}`.")


def by_hand(lab: Connection) -> Verdict:
    """Exercise: document 003's task, run from the terminal."""
    family, cluster = lab.name("my-app"), lab.name("my-cluster")
    ours = [task for task in task_reader.of_cluster(lab, cluster) if task_family(task) == family]
    bare = [task for task in ours if not task["group"].startswith("service:")]
    alive = [task for task in bare if task["desiredStatus"] == "RUNNING"]
    if not alive:
        return _not_by_hand(lab, ours, bare)
    task = alive[0]
    if task["cpu"] != "512":
        return verdicts.wrong("13.other-cpu", task=short_id(task), vcpu=f"{int(task['cpu']) / 1024:g}")
    if task["lastStatus"] != "RUNNING":
        return not_yet(f"Task {short_id(task)} is {task['lastStatus']}: it is on its way.")
    return service_page.visit(lab, task, f"task {short_id(task)}") or verdicts.done(
        "13.run-by-hand", task=short_id(task), family=family
    )


def _not_by_hand(lab: Connection, ours: list[TaskTypeDef], bare: list[TaskTypeDef]) -> Verdict:
    family, cluster = lab.name("my-app"), lab.name("my-cluster")
    if bare:
        return service_page.ended(bare[0])
    if ours:
        return verdicts.wrong("13.runs-as-service", family=family)
    elsewhere = [
        other
        for other in clusters.names(lab)
        for task in task_reader.of_cluster(lab, other)
        if task_family(task) == family and task["desiredStatus"] == "RUNNING"
    ]
    if elsewhere:
        return verdicts.wrong("13.task-in-other-cluster", family=family, other=elsewhere[0], cluster=cluster)
    return not_yet(f"No task of `{family}` was run in `{cluster}`.")
