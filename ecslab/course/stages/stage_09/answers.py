"""What stage 09 asks about the learner's own account."""

from ecslab.connection.connection import Connection
from ecslab.operations import guestbook
from ecslab.resources.task import task_reader
from ecslab.resources.task.task_reader import task_family, task_id


def failed_first(lab: Connection) -> list[str]:
    """The container of the draft whose own program failed; the others were stopped with it."""
    ended = [
        container
        for task in task_reader.of_cluster(lab, lab.names.cluster)
        if task_family(task) == lab.name(guestbook.DRAFT)
        for container in task["containers"]
    ]
    return sorted({container["name"] for container in ended if container.get("exitCode") == 1})


def addresses(lab: Connection) -> list[int]:
    """How many private addresses the containers of a guestbook task have together."""
    counts = []
    for task in task_reader.of_cluster(lab, lab.names.cluster):
        if task_family(task) == lab.names.guestbook and task["lastStatus"] == "RUNNING":
            shown = [each for container in task["containers"] for each in container["networkInterfaces"]]
            counts.append(len({interface["privateIpv4Address"] for interface in shown}))
    return counts[:1]


def writers_stream(lab: Connection) -> list[str]:
    """The log streams of the guestbook's writers: `prefix/container/task-id`."""
    family = lab.names.guestbook
    ours = [task for task in task_reader.of_cluster(lab, lab.names.cluster) if task_family(task) == family]
    return [f"guestbook/writer/{task_id(task)}" for task in ours if "startedAt" in task]
