import pytest
from course_rig import HTTP, default_vpc, make_group, put_image, run_public, said, subnet

import ecslab

NAME = "adgu-web-server-http"


@pytest.fixture
def group(lab):
    lab.ecs.create_cluster(clusterName="adgu-cluster")
    return make_group(lab, HTTP)


def test_nothing_runs(lab):
    assert said(lab, "05.page") == (
        "Not yet", "No task of `adgu-web-server-task` is RUNNING in `adgu-cluster`: stage 04 runs one."
    )  # fmt: skip


def test_it_answers(lab, group):
    run_public(lab, groups=[group])
    assert said(lab, "05.page") == ("Done", "Your page answers at the task's public IP.")


def close(lab, group):
    permission = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    lab.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[permission])


def test_the_door_was_closed(lab, group):
    run_public(lab, groups=[group])
    close(lab, group)
    assert said(lab, "05.page") == (
        "Look again",
        f"The security group `{NAME}` does not admit TCP port 80: a browser would load for ever.",
    )


def test_the_door_is_open_for_one(lab, group):
    run_public(lab, groups=[group])
    close(lab, group)
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 80,
        "ToPort": 80,
        "IpRanges": [{"CidrIp": "192.0.2.7/32"}],
    }
    lab.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    assert said(lab, "05.page") == (
        "Look again", f"`{NAME}` admits port 80 from 192.0.2.7/32 only: everyone else waits in vain."
    )  # fmt: skip


def test_the_default_group(lab, group):
    run_public(lab)
    assert said(lab, "05.page") == (
        "Look again",
        "The task has the VPC's default security group, which admits only itself: nobody gets in.",
    )


def test_nothing_listens(lab, group):
    run_public(lab, groups=[group], command=["sleep", "3600"])
    assert said(lab, "05.page") == (
        "Look again",
        "Its security group admits port 80, yet nothing answers: the container does not listen there.",
    )


def test_the_route_is_gone(lab, group):
    run_public(lab, groups=[group])
    vpc = default_vpc(lab)
    own = subnet(lab, vpc)
    for table in lab.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]:
        lab.ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")
    assert said(lab, "05.page") == (
        "Look again",
        f"The route table of subnet {own} leads to no internet gateway: its public IP is of no use.",
    )


def test_the_network_acl_refuses(lab, group):
    run_public(lab, groups=[group])
    here = [{"Name": "association.subnet-id", "Values": [subnet(lab, default_vpc(lab))]}]
    acl = lab.ec2.describe_network_acls(Filters=here)["NetworkAcls"][0]["NetworkAclId"]
    lab.ec2.create_network_acl_entry(
        NetworkAclId=acl, RuleNumber=50, Protocol="6", RuleAction="deny", Egress=False,
        CidrBlock="0.0.0.0/0", PortRange={"From": 80, "To": 80},
    )  # fmt: skip
    assert said(lab, "05.page") == (
        "Look again", f"The network ACL {acl} of the task's subnet refuses TCP port 80."
    )  # fmt: skip


def test_no_such_page(lab, group):
    run_public(lab, groups=[group], command=["sh", "-c", "rm htdocs/index.html; httpd-foreground"])
    outcome, text = said(lab, "05.page")
    assert outcome == "Look again"
    assert text.startswith("The container answers with status 40")


@pytest.fixture
def first_edition(lab):
    lab.goto("05")


def push(lab, page):
    site = ecslab.image.site(page)
    return ecslab.image.push(lab, ecslab.image.build(site, lab=lab))


def test_the_first_edition(lab, first_edition):
    assert said(lab, "05.yours-1") == (
        "Not yet", "The task runs what `latest` names: no changed page was pushed since it started."
    )  # fmt: skip


def test_pushed_and_not_run(lab, first_edition):
    push(lab, "<h1>two</h1>")
    assert said(lab, "05.yours-1") == (
        "Look again",
        "`latest` is a new image, but the running task still serves the old one: a task takes its image when "
        "it starts, and keeps it.",
    )


def test_pushed_and_stopped(lab, first_edition):
    push(lab, "<h1>two</h1>")
    ecslab.task.stop(lab)
    assert said(lab, "05.yours-1") == (
        "Look again", "`latest` is a new image, and the old task is stopped: now run a new one."
    )  # fmt: skip


def test_run_and_stopped_again(lab, first_edition):
    push(lab, "<h1>two</h1>")
    ecslab.task.stop(lab)
    ecslab.task.wait_until_running(lab, ecslab.task.run(lab))
    ecslab.task.stop(lab)
    assert said(lab, "05.yours-1") == (
        "Look again", "A task with the new image was run, but it does not run now."
    )  # fmt: skip


def test_no_latest(lab):
    lab.ecr.create_repository(repositoryName="adgu/web")
    put_image(lab, "adgu/web", "v1")
    assert said(lab, "05.yours-1") == ("Not yet", "There is no image `adgu/web:latest`.")
