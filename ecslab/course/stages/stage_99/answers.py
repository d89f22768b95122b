"""What stage 99 asks about the learner's own account."""

from ecslab.connection.connection import Connection
from ecslab.operations import cleanup
from ecslab.resources import task_definition


def cents_an_hour(lab: Connection) -> list[float]:
    """What all that this lab made costs, to the cent or more exactly."""
    cents = 100 * cleanup.plan(lab).hourly
    return [round(cents, digits) for digits in (0, 1, 2)] if cents else []


def inactive_revisions(lab: Connection) -> list[int]:
    """How many revisions of the lesson's family were deregistered."""
    count = len(task_definition.revisions(lab, status="INACTIVE"))
    return [count] if count else []
