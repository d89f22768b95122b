"""Stage 08's solutions, as a learner would write them: `lab.solution()` shows their bodies."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab


def register(lab: Connection) -> None:
    page = ecslab.image.site("<h1>Edition 2</h1>")
    pushed = ecslab.image.push(lab, ecslab.image.build(page, lab=lab), tag="edition-2")
    ecslab.task_definition.register(lab, image=pushed.uri)


def roll(lab: Connection) -> None:
    ecslab.deployment.roll(lab)
    ecslab.deployment.watch(lab)


def switch_on(lab: Connection) -> None:
    ecslab.deployment.set_limits(lab, minimum=100, maximum=200)
    ecslab.deployment.circuit_breaker(lab, on=True, rollback=True)


def undo(lab: Connection) -> None:
    ecslab.deployment.circuit_breaker(lab, on=True, rollback=True)
    bad = ecslab.task_definition.register(lab, image=ecslab.ecr.image_uri(lab, tag="no-such-edition"))
    ecslab.deployment.roll(lab, bad["taskDefinitionArn"])
    ecslab.deployment.watch(lab)
    ecslab.task_definition.deregister(lab, bad["taskDefinitionArn"])


def roll_one_by_one(lab: Connection) -> None:
    page = ecslab.image.site("<h1>Edition 3</h1>")
    pushed = ecslab.image.push(lab, ecslab.image.build(page, lab=lab), tag="edition-3")
    third = ecslab.task_definition.register(lab, image=pushed.uri)
    ecslab.deployment.set_limits(lab, minimum=50, maximum=100)
    ecslab.deployment.roll(lab, third["taskDefinitionArn"])
    ecslab.deployment.watch(lab)


def pin(lab: Connection) -> None:
    pinned = ecslab.ecr.digest_uri(lab, tag="edition-2")
    by_digest = ecslab.task_definition.register(lab, image=pinned)
    ecslab.deployment.roll(lab, by_digest["taskDefinitionArn"])
    ecslab.deployment.watch(lab)
