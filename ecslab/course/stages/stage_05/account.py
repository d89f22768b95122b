"""What stage 05 asks about the learner's own account."""

from ecslab.connection.connection import Connection
from ecslab.course.stages.stage_05 import editions
from ecslab.resources import task_definition
from ecslab.resources.task import task_reader
from ecslab.resources.task.task_reader import task_id


def log_streams(lab: Connection) -> set[str]:
    """The names of the log streams of the lesson's tasks that run: prefix, container, task id."""
    streams: set[str] = set()
    for task in task_reader.listed(lab, cluster=lab.names.cluster, family=lab.names.family):
        definition = task_definition.find(lab, task["taskDefinitionArn"])
        for container in definition["containerDefinitions"] if definition else []:
            options = container.get("logConfiguration", {}).get("options", {})
            if prefix := options.get("awslogs-stream-prefix"):
                streams.add(f"{prefix}/{container['name']}/{task_id(task)}")
    return streams


def digest_of_the_first(lab: Connection) -> set[str]:
    """The digest of the image of the exercise's oldest task, whole or its first 6, 8 or 12 characters."""
    ran = [task for task in editions.tasks(lab) if any("imageDigest" in c for c in task["containers"])]
    if len(ran) < 2:
        return set()
    oldest = min(ran, key=lambda task: task["createdAt"])
    whole = next(c["imageDigest"] for c in oldest["containers"] if "imageDigest" in c)
    return {whole, *(whole.removeprefix("sha256:")[:length] for length in (6, 8, 12, 64))}
