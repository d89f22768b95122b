"""Stage 06's solutions, as a learner would write them: `lab.solution()` shows their bodies."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab


def create(lab: Connection) -> object:
    for task in ecslab.service.bare_tasks(lab):
        ecslab.task.stop(lab, task, reason="the service takes over")
    ecslab.service.create(lab, count=2)
    ecslab.service.update(  # for one that was there already, and is not as the lesson has it
        lab,
        taskDefinition=lab.names.family,
        desiredCount=2,
        networkConfiguration=ecslab.service.default_choice(lab).configuration(),
    )
    return ecslab.service.wait_until_stable(lab)


def spread(lab: Connection) -> object:
    choice, second = ecslab.service.default_choice(lab), lab.name("adgu-second")
    zones = {s.az: s.id for s in ecslab.network.subnets(lab, choice.vpc_id) if s.public}
    vpc = choice.configuration()["awsvpcConfiguration"]
    vpc["subnets"] = list(zones.values())[:3]
    if not ecslab.service.find(lab, second):
        lab.ecs.create_service(
            cluster=lab.names.cluster,
            serviceName=second,
            taskDefinition=lab.names.family,
            desiredCount=3,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": vpc},
        )
    return ecslab.service.wait_until_stable(lab, second)


def remove(lab: Connection) -> object:
    second = lab.name("adgu-second")
    if not ecslab.service.find(lab, second):
        ecslab.service.create(lab, name=second, count=1)
    return ecslab.service.delete(lab, second)
