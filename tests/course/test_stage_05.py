"""Stage 05: what its checks say of states that are not what was asked for."""

import pytest
from course_rig import HTTP, default_vpc, make_group, put_image, run_public, said, subnet

import ecslab

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


def push(lab, page, tag="latest"):
    site = ecslab.image.site(page)
    return ecslab.image.push(lab, ecslab.image.build(site, lab=lab), tag=tag)


def pushed(lab, tag="latest"):
    lab.goto("05")
    push(lab, "<h1>two</h1>", tag)


def pushed_and_stopped(lab):
    pushed(lab)
    ecslab.task.stop(lab)


def run_and_stopped_again(lab):
    pushed_and_stopped(lab)
    ecslab.task.wait_until_running(lab, ecslab.task.run(lab))
    ecslab.task.stop(lab)


def latest_deleted(lab):
    lab.goto("05")
    lab.ecr.batch_delete_image(repositoryName=WEB, imageIds=[{"imageTag": "latest"}])


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
        f"`{NAME}` admits port 80 from 192.0.2.7/32 only: everyone else waits in vain.",
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
            "IP is of no use."
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
    "pushed, and not run": (
        "05.yours-1",
        pushed,
        "`latest` is a new image, but the running task still serves the old one: a task takes its image when "
        "it starts, and keeps it.",
    ),
    "pushed, and the old task stopped": (
        "05.yours-1",
        pushed_and_stopped,
        "`latest` is a new image, and the old task is stopped: now run a new one.",
    ),
    "the new task was stopped again": (
        "05.yours-1",
        run_and_stopped_again,
        "A task with the new image was run, but it does not run now.",
    ),
    "pushed under another tag": (
        "05.yours-1",
        lambda lab: pushed(lab, "v2"),
        "A new image was pushed as `v2`; `latest` is the old one still, and the definition names `latest`.",
    ),
    "latest was deleted": (
        "05.yours-1",
        latest_deleted,
        "`adgu/web:latest` is gone from ECR: what runs goes on, but no new task could start.",
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
    assert said(lab, "05.page") == ("Done", "Your page answers at the task's public IP.")


def test_the_first_edition(lab):
    lab.goto("05")
    assert said(lab, "05.yours-1") == (
        "Not yet", "The task runs what `latest` names: no changed page was pushed since it started."
    )  # fmt: skip


def test_a_tag_from_before_the_task_is_no_second_edition(lab):
    lab.goto("04")
    push(lab, "<h1>two</h1>", "v2")
    lab.goto("05")
    assert said(lab, "05.yours-1")[0] == "Not yet"


def test_no_latest(lab):
    lab.ecr.create_repository(repositoryName=WEB)
    put_image(lab, WEB, "v1")
    assert said(lab, "05.yours-1") == ("Not yet", "There is no image `adgu/web:latest`.")
