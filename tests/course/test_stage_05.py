"""Stage 05: what its checks say of states that are not what was asked for."""

import pytest
from course_rig import (
    HTTP,
    default_vpc,
    make_group,
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
from ecslab.course.stages.stage_05 import STAGE

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
FAMILY, EDITION = "adgu-edition", "adgu/edition"
NAME, WEB = "adgu-web-server-http", "adgu/web"
PERMISSION = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}


def answering(lab, **settings):
    """A task with the lesson's group, open to all; the group's id."""
    lab.ecs.create_cluster(clusterName="adgu-cluster")
    group = make_group(lab, HTTP)
    run_public(lab, groups=[group], **settings)
    return group


def close(lab, group):
    rule = PERMISSION | {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    lab.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[rule])


def closed(lab):
    close(lab, answering(lab))


def open_for_one(lab):
    group = answering(lab)
    close(lab, group)
    rule = PERMISSION | {"IpRanges": [{"CidrIp": "192.0.2.7/32"}]}
    lab.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])


def default_group(lab):
    lab.ecs.create_cluster(clusterName="adgu-cluster")
    run_public(lab)


def no_route(lab):
    answering(lab)
    here = [{"Name": "vpc-id", "Values": [default_vpc(lab)]}]
    for table in lab.ec2.describe_route_tables(Filters=here)["RouteTables"]:
        lab.ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")


def acl(lab):
    here = [{"Name": "association.subnet-id", "Values": [subnet(lab, default_vpc(lab))]}]
    return lab.ec2.describe_network_acls(Filters=here)["NetworkAcls"][0]["NetworkAclId"]


def refused_by_the_acl(lab):
    answering(lab)
    lab.ec2.create_network_acl_entry(
        NetworkAclId=acl(lab), RuleNumber=50, Protocol="6", RuleAction="deny", Egress=False,
        CidrBlock="0.0.0.0/0", PortRange={"From": 80, "To": 80},
    )  # fmt: skip


def push(lab, page, tag="latest", repository=EDITION):
    ecslab.ecr.create_repository(lab, repository)
    built = ecslab.image.build(ecslab.image.site(page), lab=lab)
    return ecslab.image.push(lab, built, repository=repository, tag=tag).uri


def edition(family=FAMILY, image=None, wait="RUNNING", **how):
    """The page in a repository of its own, a definition that names it, and a task of it."""

    def prepare(lab):
        lab.goto("05")
        named = image or push(lab, "<h1>one</h1>")
        registered = ecslab.task_definition.register(lab, family=family, image=named)
        groups = how.pop("groups", None) or [ecslab.network.http_group(lab, default_vpc(lab))]
        return run(lab, registered["taskDefinitionArn"], groups=groups, wait=wait, **how)

    return prepare


def behind_a_closed_door(lab):
    lab.goto("05")
    edition(groups=[make_group(lab, name="closed")])(lab)


def in_default(lab):
    lab.ecs.create_cluster()
    edition(cluster="default")(lab)


def without_ip(lab):
    """Only with a way out of its own does a task without a public IP come up."""
    vpc = default_vpc(lab)
    address = lab.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = lab.ec2.create_nat_gateway(SubnetId=subnet(lab, vpc), AllocationId=address)["NatGateway"]
    table = lab.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    lab.ec2.create_route(
        RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat["NatGatewayId"]
    )
    private = ecslab.network.subnets(lab, vpc)[-1].id
    lab.ec2.associate_route_table(RouteTableId=table, SubnetId=private)
    edition(public_ip="DISABLED", vpc=private)(lab)


def pushed(lab, tag="latest"):
    edition()(lab)
    push(lab, "<h1>two</h1>", tag)


def stop_editions(lab, wait="STOPPED"):
    for arn in lab.ecs.list_tasks(cluster="adgu-cluster", family=FAMILY)["taskArns"]:
        stopping = lab.ecs.stop_task(cluster="adgu-cluster", task=arn)["task"]
        until(lab, stopping, wait)


def pushed_and_stopped(lab):
    pushed(lab)
    stop_editions(lab)


def second_ended(lab):
    edition()(lab)
    uri = push(lab, "<h1>two</h1>")
    ends = register(lab, family=FAMILY, container_image=uri, container_command=["sh", "-c", "exit 3"])
    run(lab, ends, wait="STOPPED")


def latest_deleted(lab):
    edition()(lab)
    lab.ecr.batch_delete_image(repositoryName=EDITION, imageIds=[{"imageTag": "latest"}])


def the_edition(lab, cluster="adgu-cluster"):
    """The short id of the newest task of the exercise."""
    task_arns = []
    for status in ("RUNNING", "STOPPED"):
        task_arns += lab.ecs.list_tasks(cluster=cluster, desiredStatus=status)["taskArns"]
    tasks = lab.ecs.describe_tasks(cluster=cluster, tasks=task_arns)["tasks"]
    return short(max(tasks, key=lambda task: task["createdAt"]))


def of(text, cluster="adgu-cluster"):
    return lambda lab: text.replace("‹task›", the_edition(lab, cluster))


# The name of a wrong state: the step, what makes it, and what the check says of it.
WRONG = {
    "the door was closed": (
        "05.page",
        closed,
        f"The security group `{NAME}` does not admit TCP port 80: a browser would load for ever.",
    ),
    "the door is open for one": (
        "05.page",
        open_for_one,
        f"`{NAME}` admits port 80 from 192.0.2.7/32 only: nobody else gets an answer.",
    ),
    "the task has the VPC's default group": (
        "05.page",
        default_group,
        "The task has the VPC's default security group, which admits only itself: nobody gets in.",
    ),
    "nothing listens": (
        "05.page",
        lambda lab: answering(lab, command=["sleep", "3600"]),
        "Its security group admits port 80, yet nothing answers: the container does not listen there.",
    ),
    "the route is gone": (
        "05.page",
        no_route,
        lambda lab: (
            f"The route table of subnet {subnet_of_the_task(lab)} leads to no internet gateway: its public "
            "IP cannot be reached."
        ),
    ),
    "the network ACL refuses": (
        "05.page",
        refused_by_the_acl,
        lambda lab: f"The network ACL {acl(lab)} of the task's subnet refuses TCP port 80.",
    ),
    "the page is not in the image": (
        "05.page",
        lambda lab: answering(lab, command=["sh", "-c", "rm htdocs/index.html; httpd-foreground"]),
        "The container answers with status 404: the web server runs, but not with your page.",
    ),
    "the edition runs the lesson's own image": (
        "05.yours-1",
        edition(image=f"{REGISTRY}/adgu/web:latest"),
        of(
            f"Task ‹task› runs `{REGISTRY}/adgu/web:latest`; the exercise asks for your own page, "
            "`adgu/edition:latest`."
        ),
    ),
    "the edition is of the lesson's own family": (
        "05.yours-1",
        edition(family="adgu-web-server-task"),
        of(
            "Task ‹task› runs the image, but from `adgu-web-server-task`; the exercise asks for a family of "
            "its own, `adgu-edition`."
        ),
    ),
    "the edition's door is closed": (
        "05.yours-1",
        behind_a_closed_door,
        of(
            "Task ‹task› of `adgu-edition`: The security group `closed` does not admit TCP port 80: a "
            "browser would load for ever."
        ),
    ),
    "the edition has no public IP": (
        "05.yours-1",
        without_ip,
        of("Task ‹task› is RUNNING, but has no public IP: nobody outside its VPC can reach it."),
    ),
    "the edition is in the cluster default": (
        "05.yours-1",
        in_default,
        of(
            "Task ‹task› is in the cluster `default`, not in `adgu-cluster`: RunTask was given no cluster.",
            "default",
        ),
    ),
    "the edition's image was never pushed": (
        "05.yours-1",
        edition(image=f"{REGISTRY}/adgu/edition:latest", wait="STOPPED"),
        of(
            "Task ‹task› is STOPPED: CannotPullContainerError: pull image manifest has been retried 1 time(s)"
            f": failed to resolve ref {REGISTRY}/adgu/edition:latest: {REGISTRY}/adgu/edition:latest: not "
            "found. Its image could not be fetched: see the image's name and tag."
        ),
    ),
    "pushed, and not run": (
        "05.yours-2",
        pushed,
        of(
            "`latest` is a new image, but task ‹task› still serves the old one: a task takes its image when "
            "it starts, and keeps it."
        ),
    ),
    "pushed, and the old task stopped": (
        "05.yours-2",
        pushed_and_stopped,
        "`latest` is a new image, and only the old one was run: now run a new task.",
    ),
    "the new task ended by itself": (
        "05.yours-2",
        second_ended,
        of("Task ‹task› has the new image, but it did not run, or ended by itself."),
    ),
    "pushed under another tag": (
        "05.yours-2",
        lambda lab: pushed(lab, "v2"),
        "A new image was pushed as `v2`; `latest` is still the old one, and the definition names `latest`.",
    ),
    "the tag was deleted": (
        "05.yours-2",
        latest_deleted,
        "`adgu/edition:latest` is gone from ECR: what runs goes on, but no new task could start.",
    ),
}


def subnet_of_the_task(lab):
    task = ecslab.task.find(lab)
    return next(d["value"] for d in task["attachments"][0]["details"] if d["name"] == "subnetId")


@pytest.mark.parametrize("name", WRONG)
def test_wrong(lab, name):
    step, prepare, message = WRONG[name]
    prepare(lab)
    assert said(lab, step) == ("Look again", message(lab) if callable(message) else message)


def test_nothing_runs(lab):
    assert said(lab, "05.page") == (
        "Not yet", "No task of `adgu-web-server-task` is RUNNING in `adgu-cluster`: stage 04 runs one."
    )  # fmt: skip


def test_it_answers(lab):
    answering(lab)
    address = ecslab.verify.public_ip(lab, ecslab.task.find(lab))
    assert said(lab, "05.page") == ("Done", f"Your page answers at {address}, the task's public IP.")


def test_behind_a_load_balancer_the_closed_group_is_no_failure(lab):
    lab.goto("08")
    assert said(lab, "05.page") == (
        "Done", "Your page answers at the load balancer `adgu-alb`, which alone may ask the tasks."
    )  # fmt: skip
    arrival = lab.goto("99")
    assert "0.0.0.0/0" not in repr(arrival) and "did not work" not in repr(arrival)
    balancer = ecslab.load_balancer.find(lab)
    [listener] = lab.elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    lab.elbv2.delete_listener(ListenerArn=listener["ListenerArn"])
    outcome, text = said(lab, "05.page")
    assert outcome == "Not yet" and text.endswith("and the page does not answer there yet.")


def test_the_first_edition(lab):
    assert said(lab, "05.yours-1") == ("Not yet", "No task of `adgu-edition` was run in `adgu-cluster`.")
    task = edition()(lab)
    address = ecslab.verify.public_ip(lab, task)
    assert said(lab, "05.yours-1") == ("Done", f"Task {short(task)} of `adgu-edition` answers at {address}.")
    assert said(lab, "05.yours-2") == (
        "Not yet", "No task of `adgu-edition` runs another image than `latest` names now."
    )  # fmt: skip
    stop_editions(lab)
    assert said(lab, "05.yours-1") == (
        "Done",
        f"Task {short(task)} of `adgu-edition` ran, and was stopped again.",
    )


def test_no_image(lab):
    lab.ecr.create_repository(repositoryName=EDITION)
    put_image(lab, EDITION, "v1")
    assert said(lab, "05.yours-2") == ("Not yet", "There is no image `adgu/edition:latest`.")


def test_the_exercises_leave_the_lessons_own_task_and_image_alone(lab):
    lab.goto("06")
    before, latest = ecslab.task.running(lab), ecslab.ecr.image(lab, "latest")
    for step in ("05.yours-1", "05.yours-2"):
        lab.solve(step)
        assert said(lab, step)[0] == "Done"
    assert [short(task) for task in ecslab.task.running(lab)] == [short(task) for task in before]
    assert ecslab.ecr.image(lab, "latest") == latest
    assert said(lab, "04.run")[1].startswith(f"Task {short(before[0])} of ")


def test_the_questions_are_answered_by_the_account(lab):
    readers = STAGE.answers
    lab.goto("04")
    assert not readers["stream"](lab) and not readers["digest"](lab)
    lab.goto("05")
    [stream] = readers["stream"](lab)
    streams = lab.logs.describe_log_streams(logGroupName=lab.names.log_group)["logStreams"]
    assert stream in [each["logStreamName"] for each in streams]
    first = lab.solve("05.yours-1")
    assert not readers["digest"](lab), "there is only one yet"
    lab.solve("05.yours-2")
    digest = first["containers"][0]["imageDigest"]
    assert {digest, digest[7:15]} <= readers["digest"](lab)
