"""Stage 04: what its checks say of states that are not what was asked for."""

import pytest
from course_rig import (
    HTTP,
    PUBLIC_IMAGE,
    default_vpc,
    make_group,
    make_role,
    put_image,
    register,
    run,
    run_public,
    said,
    short,
    subnet,
    until,
)

import ecslab
from ecslab.course.stages.stage_04 import STAGE

NAME, FAMILY, CLUSTER = "adgu-web-server-http", "adgu-web-server-task", "adgu-cluster"
PRACTICE = "adgu-elsewhere"
URI = "123456789012.dkr.ecr.us-east-1.amazonaws.com/adgu/web:latest"


def group(*rules):
    return lambda lab: make_group(lab, *rules)


def group_open_to(**source):
    """The lesson's group, with port 80 open to what is no range of IPv4 addresses."""

    def prepare(lab):
        group_id = make_group(lab)
        rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
        others = [{"GroupId": group_id}] if source.get("groups") else []
        extra = {"UserIdGroupPairs": others} if others else {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
        lab.ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[rule | extra])

    return prepare


def cluster(lab):
    lab.ecs.create_cluster(clusterName=CLUSTER)


def task(**settings):
    """A task of the lesson's family from a public image, in the lesson's cluster."""

    def prepare(lab):
        cluster(lab)
        run_public(lab, **settings)

    return prepare


def stop_all(lab, reason="lunch"):
    for arn in lab.ecs.list_tasks(cluster=CLUSTER)["taskArns"]:
        lab.ecs.stop_task(cluster=CLUSTER, task=arn, reason=reason)
    lab.control("advance", seconds=120)


def stopped_by_hand(lab):
    task()(lab)
    stop_all(lab)


def definition(lab, family=None):
    return register(
        lab, container_image=PUBLIC_IMAGE, executionRoleArn=None, **({"family": family} if family else {})
    )


def silent(lab):
    cluster(lab)
    run(lab, definition(lab), public_ip="DISABLED", vpc=with_nat(lab))


def silent_practice(lab):
    cluster(lab)
    run(lab, definition(lab, PRACTICE), public_ip="DISABLED", vpc=with_nat(lab))


def with_nat(lab):
    """The workshop's private subnet, given a way out."""
    vpc = workshop(lab)
    address = lab.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = lab.ec2.create_nat_gateway(SubnetId=subnet(lab, vpc), AllocationId=address)["NatGateway"]
    private = subnet(lab, vpc, public=False)
    tables = lab.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    own = [t for t in tables if any(a.get("SubnetId") == private for a in t["Associations"])]
    table = (own or [t for t in tables if any(a.get("Main") for a in t["Associations"])])[0]
    lab.ec2.create_route(
        RouteTableId=table["RouteTableId"],
        DestinationCidrBlock="0.0.0.0/0",
        NatGatewayId=nat["NatGatewayId"],
    )
    return private


def image_missing(lab):
    cluster(lab)
    lab.ecr.create_repository(repositoryName="adgu/web")
    put_image(lab, "adgu/web", "v1")
    make_role(lab)
    run(lab, register(lab), wait="STOPPED")


def in_default(lab):
    cluster(lab)
    lab.ecs.create_cluster()
    run_public(lab, cluster="default")


def workshop(lab):
    return lab.ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["workshop"]}])["Vpcs"][0]["VpcId"]


def in_workshop(public=True, **settings):
    def prepare(lab):
        cluster(lab)
        run_public(lab, vpc=subnet(lab, workshop(lab), public=public), **({"family": PRACTICE} | settings))

    return prepare


def stopped_in_workshop(public):
    def prepare(lab):
        in_workshop(public, wait="RUNNING" if public else "PENDING", public_ip="ENABLED")(lab)
        stop_all(lab)

    return prepare


def ended_in_workshop(lab):
    in_workshop(wait="STOPPED", command=["sh", "-c", "exit 3"])(lab)


def at_home(lab):
    cluster(lab)
    run_public(lab, family=PRACTICE)


def stopped_too_early(lab):
    in_workshop(wait="PENDING")(lab)
    stop_all(lab)


def ecr_task(where):
    """A task whose image is in ECR, run without a public IP until it gives up."""

    def prepare(lab):
        cluster(lab)
        lab.ecr.create_repository(repositoryName="adgu/web")
        put_image(lab, "adgu/web", "latest")
        make_role(lab)
        run(lab, register(lab, family=PRACTICE), public_ip="DISABLED", vpc=where(lab), wait="STOPPED")

    return prepare


def the(lab, cluster=CLUSTER):
    """The cluster's only task, or its last: its short id."""
    tasks = []
    for status in ("RUNNING", "STOPPED"):
        arns = lab.ecs.list_tasks(cluster=cluster, desiredStatus=status)["taskArns"]
        tasks += lab.ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
    return short(max(tasks, key=lambda task: task["createdAt"]))


def of(text, cluster=CLUSTER):
    """The message, in which ‹task› is the task's short id."""
    return lambda lab: text.replace("‹task›", the(lab, cluster))


# The name of a wrong state: the step, what makes it, and what the check says of it.
WRONG = {
    "the group has no rule": (
        "04.network",
        group(),
        f"`{NAME}` has no rule that lets anything in: a task behind it runs, and nobody reaches it.",
    ),
    "the group admits HTTPS, not HTTP": (
        "04.network",
        group(("tcp", 443, "0.0.0.0/0")),
        f"`{NAME}` admits TCP port 443, but not TCP port 80, on which the web server listens.",
    ),
    "the group admits UDP": (
        "04.network",
        group(("udp", 80, "0.0.0.0/0")),
        f"`{NAME}` admits UDP port 80, but not TCP port 80, on which the web server listens.",
    ),
    "the group admits one address": (
        "04.network",
        group(("tcp", 80, "198.51.100.7/32")),
        f"`{NAME}` admits port 80 from 198.51.100.7/32 only, not from anywhere (0.0.0.0/0).",
    ),
    "the group admits other groups": (
        "04.network",
        group_open_to(groups=True),
        f"`{NAME}` admits port 80 from other security groups only, not from anywhere (0.0.0.0/0).",
    ),
    "the group admits IPv6": (
        "04.network",
        group_open_to(ipv6=True),
        f"`{NAME}` admits port 80 over IPv6 only, not from anywhere (0.0.0.0/0).",
    ),
    "the task has no public IP": (
        "04.run",
        silent,
        of("Task ‹task› is RUNNING, but without a public IP: no visitor can reach it."),
    ),
    "the task was stopped by hand": (
        "04.run",
        stopped_by_hand,
        of("Task ‹task› was stopped (lunch), and no other runs."),
    ),
    "the program ended": (
        "04.run",
        task(wait="STOPPED", command=["sh", "-c", "exit 3"]),
        of(
            "Task ‹task› is STOPPED: Essential container in task exited. Its program ended with exit code 3, "
            "and with it the task."
        ),
    ),
    "the image's tag is missing": (
        "04.run",
        image_missing,
        of(
            "Task ‹task› is STOPPED: CannotPullContainerError: pull image manifest has been retried 1 "
            f"time(s): failed to resolve ref {URI}: {URI}: not found. Its image could not be fetched: see "
            "the image's name and tag."
        ),
    ),
    "the task runs from another family": (
        "04.run",
        task(family="adgu-hello"),
        of(f"Task ‹task› runs, but from `adgu-hello`; the lesson's definition is `{FAMILY}`."),
    ),
    "the task is in the cluster default": (
        "04.run",
        in_default,
        of(
            "Task ‹task› is in the cluster `default`, not in `adgu-cluster`: RunTask was given no cluster.",
            "default",
        ),
    ),
    "in the workshop, the group is closed": (
        "04.yours-1",
        in_workshop(),
        of("Task ‹task› runs in `workshop`, but its security group does not admit port 80 from anywhere."),
    ),
    "in the workshop, no public IP": (
        "04.yours-1",
        silent_practice,
        of("Task ‹task› runs in `workshop`, but without a public IP: it was run with none."),
    ),
    "in the default VPC": (
        "04.yours-1",
        at_home,
        of(
            f"Task ‹task› of `{PRACTICE}` runs, but not in `workshop`: the subnet decides in which VPC "
            "a task is."
        ),
    ),
    "in the workshop, from the lesson's own family": (
        "04.yours-1",
        in_workshop(family=FAMILY),
        of(f"Task ‹task› runs in `workshop`, but from `{FAMILY}`; the exercise asks for `{PRACTICE}`."),
    ),
    "in the workshop, from another family": (
        "04.yours-1",
        in_workshop(family="adgu-hello"),
        of(f"Task ‹task› runs in `workshop`, but from `adgu-hello`; the exercise asks for `{PRACTICE}`."),
    ),
    "in the workshop, stopped before it ran": (
        "04.yours-1",
        stopped_too_early,
        of("Task ‹task› was stopped by hand before it was RUNNING: run another one, and wait for it."),
    ),
    "in the workshop, the program ended": (
        "04.yours-1",
        ended_in_workshop,
        of(
            "Task ‹task› stopped in `workshop`: Essential container in task exited. Its program ended with "
            "exit "
            "code 3, and with it the task."
        ),
    ),
    "in the workshop's private subnet": (
        "04.yours-1",
        in_workshop(public=False, wait="STOPPED", public_ip="DISABLED"),
        of(
            "Task ‹task› stopped in a private subnet of `workshop`, where it could not fetch its image: this "
            "exercise asks for a public one."
        ),
    ),
    "the private subnet has a way out": (
        "04.yours-2",
        silent_practice,
        of(
            "Task ‹task› is RUNNING in a private subnet: this one has a way out, so the image could be "
            "fetched."
        ),
    ),
    "stopped by hand before it gave up": (
        "04.yours-2",
        stopped_in_workshop(public=False),
        of("Task ‹task› was stopped by hand before it gave up: leave it alone for five to six minutes."),
    ),
    "a public image in the private subnet": (
        "04.yours-2",
        in_workshop(public=False, wait="STOPPED", public_ip="DISABLED"),
        of(
            "Task ‹task› stopped in a private subnet, but with CannotPullContainerError: its image does not "
            "come from your ECR repository."
        ),
    ),
    "in a public subnet, without a public IP": (
        "04.yours-2",
        ecr_task(lambda lab: subnet(lab, workshop(lab))),
        of(
            "Task ‹task› found no way out of a public subnet, for it had no public IP; the exercise asks for "
            "a "
            "private subnet."
        ),
    ),
    "in the default VPC, without a public IP": (
        "04.yours-2",
        ecr_task(default_vpc),
        of(
            "Task ‹task› found no way out, but it was not in `workshop`; the exercise asks for a private "
            "subnet there."
        ),
    ),
    "in the private subnet, from another family": (
        "04.yours-2",
        in_workshop(public=False, family="adgu-hello", wait="PENDING", public_ip="DISABLED"),
        of(
            f"Task ‹task› is in a private subnet, but from `adgu-hello`; the exercise asks for `{PRACTICE}`, "
            "whose image is in ECR."
        ),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(lab, name):
    step, prepare, message = WRONG[name]
    prepare(lab)
    assert said(lab, step) == ("Look again", message(lab) if callable(message) else message)


def test_on_its_way(lab):
    task(wait="PENDING")(lab)
    assert said(lab, "04.run") == ("Not yet", f"Task {the(lab)} is PENDING: it is on its way.")


def test_no_way_out(lab):
    task(public_ip="DISABLED", wait="STOPPED")(lab)
    outcome, text = said(lab, "04.run")
    assert outcome == "Look again"
    assert text.startswith(f"Task {the(lab)} is STOPPED: CannotPullContainerError: ")


def test_being_stopped(lab):
    cluster(lab)
    started = run_public(lab)
    lab.ecs.stop_task(cluster=CLUSTER, task=started["taskArn"], reason="lunch")
    outcome, text = said(lab, "04.run")
    assert outcome == "Not yet"
    assert text.startswith(f"Task {short(started)} is ")
    assert text.endswith(": it is being stopped. (lunch)")


def test_the_default_vpc_is_not_the_workshop(lab):
    cluster(lab)
    run_public(lab, groups=[make_group(lab, HTTP)], vpc=default_vpc(lab))
    assert said(lab, "04.yours-1") == ("Not yet", f"No task of `{PRACTICE}` runs in the VPC `workshop`.")


def test_a_practice_task_that_ran_may_be_stopped(lab):
    stopped_in_workshop(public=True)(lab)
    done = ("Done", f"Task {the(lab)} of `{PRACTICE}` ran in `workshop`, and was stopped again.")
    assert said(lab, "04.yours-1") == done
    in_workshop(public=False, public_ip="DISABLED", wait="PENDING")(lab)
    assert said(lab, "04.yours-1") == done, "the other exercise's task is another"


def test_the_exercises_leave_the_lessons_own_task_alone(lab):
    lab.goto("05")
    before = ecslab.task.running(lab)
    for step in ("04.yours-1", "04.yours-2"):
        lab.solve(step)
        assert said(lab, step)[0] == "Done"
    assert [short(task) for task in ecslab.task.running(lab)] == [short(task) for task in before]
    assert said(lab, "04.run") == (
        "Done",
        f"Task {short(before[0])} of `{FAMILY}` is RUNNING, and has a public IP.",
    )


def test_the_questions_are_answered_by_the_account(lab):
    readers = STAGE.answers
    lab.goto("04")
    assert {name: list(read(lab)) for name, read in readers.items()} == {name: [] for name in readers}
    task = lab.solve("04.run")
    assert readers["zone"](lab) == {"use1-az1"}
    took = (task["startedAt"] - task["createdAt"]).total_seconds()
    assert round(took, 1) in readers["seconds"](lab) and int(took) in readers["seconds"](lab)
    broken = ecslab.task_definition.register(
        lab, family="adgu-broken", image=ecslab.ecr.image_uri(lab, tag="no")
    )
    failed = ecslab.task.run(lab, definition=broken["taskDefinitionArn"])
    assert not readers["never-set"](lab), "it has not stopped yet"
    until(lab, failed, "STOPPED")
    assert readers["never-set"](lab) == {"startedAt"}


def test_nowhere_takes_its_time(lab):
    in_workshop(public=False, public_ip="DISABLED", wait="PENDING")(lab)
    assert said(lab, "04.yours-2") == (
        "Not yet",
        f"Task {the(lab)} is PENDING: it still tries to reach ECR.",
    )
    assert said(lab, "04.yours-1") == ("Not yet", f"Task {the(lab)} is PENDING: it is on its way.")
