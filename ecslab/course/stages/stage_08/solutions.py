"""Stage 08's solutions, as a learner would write them: `lab.solution()` shows their bodies."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab


def register(lab: Connection) -> object:
    page = ecslab.image.book_page("Edition 2")
    pushed = ecslab.image.push(lab, ecslab.image.build(page, lab=lab), tag="edition-2")
    return ecslab.task_definition.register(lab, image=pushed.uri)


def roll(lab: Connection) -> object:
    lab.ecs.update_service(
        cluster=lab.names.cluster, service=lab.names.service, taskDefinition=lab.names.family
    )
    return ecslab.deployment.watch(lab)


def switch_on(lab: Connection) -> object:
    return lab.ecs.update_service(
        cluster=lab.names.cluster,
        service=lab.names.service,
        deploymentConfiguration={
            "minimumHealthyPercent": 100,
            "maximumPercent": 200,
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        },
    )["service"]


def undo(lab: Connection) -> object:
    ecslab.deployment.circuit_breaker(lab, on=True, rollback=True)
    bad = ecslab.task_definition.register(lab, image=ecslab.ecr.image_uri(lab, tag="no-such-edition"))
    arn = bad["taskDefinitionArn"]
    lab.ecs.update_service(cluster=lab.names.cluster, service=lab.names.service, taskDefinition=arn)
    saved = ecslab.deployment.watch(lab)
    lab.ecs.deregister_task_definition(taskDefinition=arn)
    return saved


def roll_one_by_one(lab: Connection) -> object:
    notice = ecslab.deployment.notice_board(lab)
    page = ecslab.image.site("<h1>Edition 3</h1>")
    pushed = ecslab.image.push(lab, ecslab.image.build(page, lab=lab), tag="edition-3")
    third = ecslab.task_definition.register(lab, image=pushed.uri, family=notice)
    lab.ecs.update_service(
        cluster=lab.names.cluster,
        service=notice,
        taskDefinition=third["taskDefinitionArn"],
        deploymentConfiguration={"minimumHealthyPercent": 50, "maximumPercent": 100},
        availabilityZoneRebalancing="DISABLED",
    )
    return ecslab.deployment.watch(lab, notice)


def pin(lab: Connection) -> object:
    notice = ecslab.deployment.notice_board(lab)
    pinned = ecslab.ecr.digest_uri(lab, tag="edition-2")
    by_digest = ecslab.task_definition.register(lab, image=pinned, family=notice)
    lab.ecs.update_service(
        cluster=lab.names.cluster,
        service=notice,
        taskDefinition=by_digest["taskDefinitionArn"],
        deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 200},
    )
    return ecslab.deployment.watch(lab, notice)
