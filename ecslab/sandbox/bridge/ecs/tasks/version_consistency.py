"""Tasks of one revision run the same images, though a tag may stand for another one by then.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
"""

from collections.abc import Mapping

from ecslab.sandbox.world.task.task import Task


def pin(task: Task, digests: Mapping[str, str]) -> None:
    """Let a task pull what the revision's first task did, though a tag may have moved since then.

    U: that DescribeTasks shows the digest in the place of the tag.
    """
    for container in task.containers:
        digest = digests.get(container.name)
        if digest and container.definition.get("versionConsistency") != "disabled":
            folder, slash, last = container.image.partition("@")[0].rpartition("/")
            container.image = f"{folder}{slash}{last.partition(':')[0]}@{digest}"


def note_digests(task: Task, digests: dict[str, str]) -> None:
    """Keep what the image tags stand for from the first task of a revision on."""
    if not digests:
        digests |= {
            container.name: container.image_digest for container in task.containers if container.image_digest
        }
