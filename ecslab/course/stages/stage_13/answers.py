"""What stage 13 asks about the learner's own account."""

from ecslab.connection.connection import Connection
from ecslab.course.stages.stage_13.checks import GUIDE
from ecslab.resources.task import task_reader


def group(lab: Connection) -> list[str]:
    """What started the tasks of the guide's cluster: `service:` and the service's name."""
    return sorted({task["group"] for task in task_reader.of_cluster(lab, lab.name(GUIDE.cluster))})


def caller(lab: Connection) -> list[str]:
    """Who calls, as STS says it: what follows the account's number, its last name alone, or the whole ARN."""
    arn = lab.client("sts").get_caller_identity()["Arn"]
    name = arn.rpartition(":")[2]
    return [name, name.rpartition("/")[2], arn]
