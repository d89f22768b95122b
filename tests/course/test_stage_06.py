"""Stage 06: what its checks say of states that are not what was asked for."""

import pytest
from course_rig import (
    HTTP,
    PUBLIC_IMAGE,
    default_vpc,
    make_group,
    run,
    said,
    short,
    until_pending,
)

import ecslab

NAME, FAMILY, CLUSTER = "adgu-web", "adgu-web-server-task", "adgu-cluster"
STEP, SPREAD, GONE = "06.service", "06.yours-1", "06.yours-2"


def definition(lab, family=FAMILY, image=PUBLIC_IMAGE, on="FARGATE", **container):
    registered = lab.ecs.register_task_definition(
        family=family,
        networkMode="awsvpc",
        requiresCompatibilities=[on],
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": lab.names.container, "image": image} | container],
    )
    return registered["taskDefinition"]["taskDefinitionArn"]


def network(lab, zones=("us-east-1a", "us-east-1b"), rules=(HTTP,), public_ip="ENABLED"):
    vpc = default_vpc(lab)
    subnets = [s.id for s in ecslab.network.subnets(lab, vpc) if s.az in zones and s.public]
    http_group = ecslab.network.find_http_group(lab, vpc)
    group = http_group["GroupId"] if http_group else make_group(lab, *rules)
    vpc_configuration = {"subnets": subnets, "securityGroups": [group], "assignPublicIp": public_ip}
    return {"awsvpcConfiguration": vpc_configuration}


def make(lab, wait=True, name=NAME, cluster=CLUSTER, count=2, **request):
    """The service, as a learner's own CreateService would make it."""
    lab.ecs.create_cluster(clusterName=cluster)
    request = {"launchType": "FARGATE", "networkConfiguration": None, "taskDefinition": None} | request
    request["networkConfiguration"] = request["networkConfiguration"] or network(lab)
    request["taskDefinition"] = request["taskDefinition"] or definition(lab)
    lab.ecs.create_service(cluster=cluster, serviceName=name, desiredCount=count, **request)
    if wait:
        ecslab.service.wait_until_stable(lab, name)


def tasks_of(lab, name=NAME, status="RUNNING"):
    arns = lab.ecs.list_tasks(cluster=CLUSTER, serviceName=name, desiredStatus=status)["taskArns"]
    return lab.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"] if arns else []


def bare(lab):
    return ecslab.service.bare_tasks(lab)[0]


def deleted_by_force(lab):
    make(lab)
    lab.ecs.delete_service(cluster=CLUSTER, service=NAME, force=True)


def deleted(lab):
    deleted_by_force(lab)
    lab.control("advance", seconds=120)


def with_a_bare_task_beside(lab):
    make(lab)
    run(lab, FAMILY, groups=[make_group(lab, HTTP, name="another")])


def failing(lab):
    make(lab, wait=False, taskDefinition=definition(lab, image=f"{PUBLIC_IMAGE}-missing"))
    lab.control("advance", seconds=120)


def ending(lab):
    make(lab, wait=False, taskDefinition=definition(lab, command=["sh", "-c", "exit 3"]))
    lab.control("advance", seconds=60)


def on_ec2(lab):
    arn = definition(lab, on="EC2")
    vpc = network(lab)
    vpc["awsvpcConfiguration"].pop("assignPublicIp")
    make(lab, wait=False, launchType="EC2", taskDefinition=arn, networkConfiguration=vpc)


def last_failed(lab, name=NAME):
    return short(max(tasks_of(lab, name, "STOPPED"), key=lambda task: task["createdAt"]))


def spread(lab, zones="abc", count=3, **request):
    """The service of exercise 1, as a learner's own call would make it."""
    where = network(
        lab, tuple(f"us-east-1{zone}" for zone in zones), public_ip=request.pop("public_ip", "ENABLED")
    )
    make(lab, name="adgu-second", count=count, networkConfiguration=where, **request)


def three_that_fail(lab):
    spread(lab, wait=False, taskDefinition=definition(lab, image=f"{PUBLIC_IMAGE}-missing"))
    lab.control("advance", seconds=120)


def second(lab, **request):
    make(lab, name="adgu-second", count=1, **request)


def second_s_task_stopped(lab):
    second(lab)
    lab.ecs.stop_task(cluster=CLUSTER, task=tasks_of(lab, "adgu-second")[0]["taskArn"])


def second_s_task_stopped_and_replaced(lab):
    second_s_task_stopped(lab)
    lab.control("advance", seconds=30)


def second_scaled_to_0(lab):
    second(lab)
    lab.ecs.update_service(cluster=CLUSTER, service="adgu-second", desiredCount=0)


def second_s_definition_deregistered(lab):
    second(lab)
    lab.ecs.deregister_task_definition(taskDefinition=f"{FAMILY}:1")


def replaced(lab):
    by_hand = [t for t in tasks_of(lab, "adgu-second", "STOPPED") if t.get("stopCode") == "UserInitiated"]
    return (
        f"You stopped task {short(by_hand[0])}, and the service started "
        f"{short(tasks_of(lab, 'adgu-second')[0])} in its place: delete the service, not its tasks."
    )


# The name of a wrong state: the step, what makes it, and what the check says of it.
WRONG = {
    "the service was deleted, and its tasks are stopping": (
        STEP, deleted_by_force, "`adgu-web` is DRAINING: it was deleted, and its last tasks are stopping."
    ),
    "the service was deleted": (
        STEP, deleted, "`adgu-web` is INACTIVE: it was deleted, and it keeps nothing running."
    ),
    "the service is in the cluster default": (
        STEP,
        lambda lab: make(lab, wait=False, cluster="default"),
        "The service `adgu-web` is in the cluster `default`, not in `adgu-cluster`: CreateService was given "
        "no cluster.",
    ),
    "the service is in another cluster": (
        STEP,
        lambda lab: make(lab, wait=False, cluster="adgu-blue"),
        "The service `adgu-web` is in the cluster `adgu-blue`, not in `adgu-cluster`: CreateService was "
        "given another cluster.",
    ),
    "the service has another name": (
        STEP,
        lambda lab: make(lab, name="ADGU_web"),
        "There is a service `ADGU_web`, but the lesson's is called `adgu-web`.",
    ),
    "the service runs another family": (
        STEP,
        lambda lab: make(lab, taskDefinition=definition(lab, "adgu-hello")),
        "`adgu-web` runs `adgu-hello`; the lesson's definition is `adgu-web-server-task`.",
    ),
    "the launch type is EC2": (
        STEP,
        on_ec2,
        "`adgu-web` has the launch type EC2, and the cluster has no instances for its tasks. The lesson's "
        "launch type is FARGATE.",
    ),
    "the desired count is 0": (
        STEP,
        lambda lab: make(lab, count=0),
        "`adgu-web` is there, but its desired count is 0: it keeps nothing running.",
    ),
    "the desired count is 1": (
        STEP,
        lambda lab: make(lab, count=1),
        "The desired count of `adgu-web` is 1: while the service replaces that one task, nobody "
        "gets an answer.",
    ),
    "all subnets are in one zone": (
        STEP,
        lambda lab: make(lab, networkConfiguration=network(lab, zones=("us-east-1b",))),
        "All subnets of `adgu-web` are in us-east-1b: if that zone fails, every task fails with it.",
    ),
    "the tasks get no public IP": (
        STEP,
        lambda lab: make(lab, wait=False, networkConfiguration=network(lab, public_ip="DISABLED")),
        "`adgu-web` gives its tasks no public IP. In a public subnet they then cannot pull their image, and "
        "no visitor reaches them.",
    ),
    "the security group is closed": (
        STEP,
        lambda lab: make(lab, networkConfiguration=network(lab, rules=())),
        "The tasks of `adgu-web` are in the group `adgu-web-server-http`, which does not admit port 80: "
        "they run, and nobody reaches them.",
    ),
    "the image is missing, and the tasks keep failing": (
        STEP,
        failing,
        lambda lab: (
            f"Tasks of `adgu-web` keep failing; the last was {last_failed(lab)}: CannotPullContainerError: "
            "pull image manifest has been retried 1 time(s): failed to resolve ref "
            f"{PUBLIC_IMAGE}-missing: {PUBLIC_IMAGE}-missing: not found. Its image could not be fetched: see "
            "the image's name and tag."
        ),
    ),
    "the program ends, and the tasks keep failing": (
        STEP,
        ending,
        lambda lab: (
            f"Tasks of `adgu-web` keep failing; the last was {last_failed(lab)}: Essential container in task "
            "exited. Its program ended with exit code 3, and with it the task."
        ),
    ),
    "a task started by hand runs beside the service": (
        STEP,
        with_a_bare_task_beside,
        lambda lab: (
            f"Task {short(bare(lab))} was started by hand and runs beside the service: it costs money, and "
            "the service does not count it."
        ),
    ),
    "the lesson's own service was scaled": (
        SPREAD,
        lambda lab: make(lab, count=3),
        "You changed `adgu-web`, the lesson's service. The exercise asks for a service of its own, "
        "`adgu-second`.",
    ),
    "three tasks in two zones": (
        SPREAD,
        lambda lab: spread(lab, zones="ab"),
        "The subnets of `adgu-second` are in 2 zones: us-east-1a, us-east-1b. The exercise asks for three.",
    ),
    "three tasks in one zone": (
        SPREAD,
        lambda lab: spread(lab, zones="c"),
        "The subnets of `adgu-second` are in 1 zone: us-east-1c. The exercise asks for three.",
    ),
    "three zones and one task": (
        SPREAD,
        lambda lab: spread(lab, count=1),
        "The desired count of `adgu-second` is 1; the exercise asks for 3, one task in each zone.",
    ),
    "three zones and six tasks": (
        SPREAD,
        lambda lab: spread(lab, count=6),
        "The desired count of `adgu-second` is 6; the exercise asks for 3, one task in each zone.",
    ),
    "three zones and no public IP": (
        SPREAD,
        lambda lab: spread(lab, public_ip="DISABLED", wait=False),
        "`adgu-second` gives its tasks no public IP, so they cannot pull their image.",
    ),
    "the second service is spread in another cluster": (
        SPREAD,
        lambda lab: spread(lab, wait=False, cluster="adgu-blue"),
        "The service `adgu-second` is in the cluster `adgu-blue`, not in `adgu-cluster`.",
    ),
    "the second service's image is missing": (
        SPREAD,
        three_that_fail,
        lambda lab: (
            f"Tasks of `adgu-second` keep failing; the last was {last_failed(lab, 'adgu-second')}: "
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
            f"{PUBLIC_IMAGE}-missing: {PUBLIC_IMAGE}-missing: not found. Its image could not be fetched: see "
            "the image's name and tag."
        ),
    ),
    "the task was stopped, not the service": (
        GONE,
        second_s_task_stopped,
        lambda lab: (
            f"You stopped task {short(tasks_of(lab, 'adgu-second', 'STOPPED')[0])}. In a moment the service "
            "will start another: delete the service, not its tasks."
        ),
    ),
    "the task was stopped, and the service brought another": (
        GONE, second_s_task_stopped_and_replaced, replaced
    ),
    "scaled to 0, not deleted": (
        GONE,
        second_scaled_to_0,
        "The desired count of `adgu-second` is 0: it costs nothing, but it is still there, and one call "
        "starts its tasks again.",
    ),
    "the definition was deregistered, not the service deleted": (
        GONE,
        second_s_definition_deregistered,
        "The definition of `adgu-second` was deregistered. That stops nothing: the service still runs it.",
    ),
    "the second service is in another cluster": (
        GONE,
        lambda lab: second(lab, wait=False, cluster="adgu-blue"),
        "The service `adgu-second` is in the cluster `adgu-blue`, not in `adgu-cluster`.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong(lab, name):
    step, prepare, message = WRONG[name]
    prepare(lab)
    assert said(lab, step) == ("Look again", message(lab) if callable(message) else message)


def test_a_bare_task_alone_is_not_yet_a_service(lab):
    lab.ecs.create_cluster(clusterName=CLUSTER)
    run(lab, definition(lab), groups=[make_group(lab, HTTP)])
    assert said(lab, STEP) == (
        "Not yet",
        "There is no service `adgu-web`. 1 bare task runs, and nothing will replace one that stops.",
    )


def test_on_its_way(lab):
    make(lab, wait=False)
    pending = until_pending(lab, CLUSTER, NAME)
    assert said(lab, STEP) == (
        "Not yet", f"`adgu-web`: desired 2, running 0, pending {pending}. The service is still busy."
    )  # fmt: skip
    ecslab.service.wait_until_stable(lab)
    first, second = sorted(tasks_of(lab), key=lambda task: task["availabilityZone"])
    assert said(lab, STEP) == (
        "Done",
        f"`adgu-web` keeps 2 tasks running: {short(first)} in us-east-1a and {short(second)} in us-east-1b.",
    )
    assert said(lab, SPREAD) == ("Not yet", "There is no service `adgu-second` in `adgu-cluster`.")


def test_the_solution_mends_what_is_there(lab):
    lab.goto("04")
    make(lab, count=0, networkConfiguration=network(lab, zones=("us-east-1c",)))
    assert said(lab, STEP)[0] == "Look again"
    ecslab.course.catalogue.step_named(STEP).solve(lab)
    assert said(lab, STEP)[0] == "Done"


def test_a_second_service_in_between(lab):
    second(lab)
    assert said(lab, GONE) == (
        "Not yet", "`adgu-second` still keeps 1 task running: now remove the service."
    )  # fmt: skip
    lab.ecs.delete_service(cluster=CLUSTER, service="adgu-second", force=True)
    assert said(lab, GONE) == ("Not yet", "`adgu-second` is DRAINING: its last tasks are stopping.")


def test_one_task_is_said_in_the_singular(lab):
    second(lab)
    assert "1 tasks" not in repr(lab.check())


def test_the_two_exercises_can_be_done_in_either_order(lab):
    """One makes the service again where the other has removed it; the lesson's service is as it was."""
    make(lab)
    step = ecslab.course.catalogue.step_named
    for first, then in ((SPREAD, GONE), (GONE, SPREAD)):
        step(first).solve(lab)
        assert said(lab, first)[0] == "Done"
        step(then).solve(lab)
        assert said(lab, then)[0] == "Done"
        assert said(lab, STEP)[0] == "Done"


def test_what_the_questions_ask_is_read_in_the_account(lab):
    newest, group = lab.question("06.newest"), lab.question("06.group")
    assert newest.answer("1f3c5a7e").startswith("The service has no task yet.")
    make(lab)
    lab.ecs.stop_task(cluster=CLUSTER, task=tasks_of(lab)[0]["taskArn"])
    ecslab.service.wait_until_stable(lab)
    by_age = sorted(tasks_of(lab), key=lambda task: task["createdAt"])
    assert newest.answer(short(by_age[0])).startswith("Not this.")
    assert newest.answer(short(by_age[1])).startswith("Right.")
    assert group.answer(f"family:{FAMILY}").startswith("Not this.")
    assert group.answer("service:adgu-web").startswith("Right.")
