"""Stage 04's solutions, as a learner would write them: `lab.solution()` shows their bodies."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab


def make_group(lab: Connection) -> None:
    vpc = next(vpc for vpc in ecslab.network.vpcs(lab) if vpc.default)
    ecslab.network.http_group(lab, vpc.id)


def run(lab: Connection) -> object:
    # RunTask always starts another task: look first. The helper stands for this call, and makes it again
    # while IAM has not yet told ECS of a new execution role:
    #     lab.ecs.run_task(
    #         cluster=lab.names.cluster,
    #         taskDefinition=lab.names.family,
    #         launchType="FARGATE",
    #         networkConfiguration=ecslab.network.default_choice(lab).configuration(),
    #     )["tasks"][0]
    task = ecslab.task.find(lab) or ecslab.task.run(lab)
    return ecslab.task.wait_until_running(lab, task)


def run_in_workshop(lab: Connection) -> object:
    practice = ecslab.task_definition.register(lab, family=lab.name("adgu-elsewhere"))
    workshop = next(vpc for vpc in ecslab.network.vpcs(lab) if vpc.name == "workshop")
    public = next(subnet for subnet in ecslab.network.subnets(lab, workshop.id) if subnet.public)
    choice = ecslab.network.Choice(
        vpc_id=workshop.id,
        subnet_ids=(public.id,),
        security_group_ids=(ecslab.network.http_group(lab, workshop.id),),
        assign_public_ip=True,
    )
    answer = lab.ecs.run_task(
        cluster=lab.names.cluster,
        taskDefinition=practice["taskDefinitionArn"],
        launchType="FARGATE",
        networkConfiguration=choice.configuration(),
    )
    return ecslab.task.wait_until_running(lab, answer["tasks"][0])


def run_nowhere(lab: Connection) -> None:
    practice = ecslab.task_definition.register(lab, family=lab.name("adgu-elsewhere"))
    workshop = next(vpc for vpc in ecslab.network.vpcs(lab) if vpc.name == "workshop")
    private = next(subnet for subnet in ecslab.network.subnets(lab, workshop.id) if not subnet.public)
    choice = ecslab.network.Choice(
        vpc_id=workshop.id,
        subnet_ids=(private.id,),
        security_group_ids=(ecslab.network.http_group(lab, workshop.id),),
        assign_public_ip=False,
    )
    answer = lab.ecs.run_task(
        cluster=lab.names.cluster,
        taskDefinition=practice["taskDefinitionArn"],
        launchType="FARGATE",
        networkConfiguration=choice.configuration(),
    )
    try:
        ecslab.task.wait_until_running(lab, answer["tasks"][0])
    except ecslab.EcslabError as error:
        print(error)  # noqa: T201
