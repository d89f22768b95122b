"""Stage 05's solutions, as a learner would write them: `lab.solution()` shows their bodies."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab


def ask_for_the_page(lab: Connection) -> object:
    task = ecslab.task.wait_until_running(lab, ecslab.task.find(lab))
    return ecslab.verify.page(lab, task)


def run_first_edition(lab: Connection) -> object:
    page = ecslab.image.site("<h1>The first edition</h1>")
    repository = lab.name("adgu/edition")
    ecslab.ecr.create_repository(lab, repository)
    pushed = ecslab.image.push(lab, ecslab.image.build(page, lab=lab), repository=repository)
    edition = ecslab.task_definition.register(lab, family=lab.name("adgu-edition"), image=pushed.uri)
    answer = lab.ecs.run_task(
        cluster=lab.names.cluster,
        taskDefinition=edition["taskDefinitionArn"],
        launchType="FARGATE",
        networkConfiguration=ecslab.network.default_choice(lab).configuration(),
    )
    return ecslab.task.wait_until_running(lab, answer["tasks"][0])


def run_second_edition(lab: Connection) -> object:
    page = ecslab.image.site("<h1>The second edition</h1>")
    ecslab.image.push(lab, ecslab.image.build(page, lab=lab), repository=lab.name("adgu/edition"))
    answer = lab.ecs.run_task(
        cluster=lab.names.cluster,
        taskDefinition=lab.name("adgu-edition"),
        launchType="FARGATE",
        networkConfiguration=ecslab.network.default_choice(lab).configuration(),
    )
    return ecslab.task.wait_until_running(lab, answer["tasks"][0])
