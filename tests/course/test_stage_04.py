import pytest
from course_rig import (
    HTTP,
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
)

NAME = "adgu-web-server-http"


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ([], f"`{NAME}` has no rule that lets anything in: a task behind it runs, and nobody reaches it."),
        (
            [("tcp", 443, "0.0.0.0/0")],
            f"`{NAME}` admits TCP port 443, but not TCP port 80, on which the web server listens.",
        ),
        (
            [("udp", 80, "0.0.0.0/0")],
            f"`{NAME}` admits UDP port 80, but not TCP port 80, on which the web server listens.",
        ),
        (
            [("tcp", 80, "198.51.100.7/32")],
            f"`{NAME}` admits port 80 from 198.51.100.7/32 only, not from anywhere (0.0.0.0/0).",
        ),
    ],
)
def test_a_closed_group(lab, rules, text):
    make_group(lab, *rules)
    assert said(lab, "04.network") == ("Look again", text)


@pytest.fixture
def cluster(lab):
    lab.ecs.create_cluster(clusterName="adgu-cluster")
    return "adgu-cluster"


def test_on_its_way(lab, cluster):
    task = run_public(lab, wait="PENDING")
    assert said(lab, "04.run") == ("Not yet", f"Task {short(task)} is PENDING: it is on its way.")


def test_without_a_public_ip(lab, cluster):
    definition = run_public(lab)["taskDefinitionArn"]
    for task in lab.ecs.list_tasks(cluster=cluster)["taskArns"]:
        lab.ecs.stop_task(cluster=cluster, task=task)
    vpc = _vpc_with_nat(lab)
    task = run(lab, definition, public_ip="DISABLED", vpc=vpc)
    assert said(lab, "04.run") == (
        "Look again", f"Task {short(task)} is RUNNING, but without a public IP: no visitor can reach it."
    )  # fmt: skip


def _vpc_with_nat(lab):
    """The workshop's private subnet, given a way out."""
    vpc = lab.ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["workshop"]}])["Vpcs"][0]["VpcId"]
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


def test_stopped_by_hand(lab, cluster):
    task = run_public(lab)
    lab.ecs.stop_task(cluster=cluster, task=task["taskArn"], reason="lunch")
    lab.control("advance", seconds=120)
    assert said(lab, "04.run") == (
        "Look again",
        f"Task {short(task)} was stopped (lunch), and no other runs.",
    )


def test_being_stopped(lab, cluster):
    task = run_public(lab)
    lab.ecs.stop_task(cluster=cluster, task=task["taskArn"], reason="lunch")
    outcome, text = said(lab, "04.run")
    assert outcome == "Not yet"
    assert text.startswith(f"Task {short(task)} is ")
    assert text.endswith(": it is being stopped. (lunch)")


def test_the_program_ended(lab, cluster):
    task = run_public(lab, wait="STOPPED", command=["sh", "-c", "exit 3"])
    assert said(lab, "04.run") == (
        "Look again",
        f"Task {short(task)} is STOPPED: Essential container in task exited. Its program ended with exit "
        "code 3, and with it the task.",
    )


def test_the_image_is_missing(lab, cluster):
    uri = f"{lab.account}.dkr.ecr.{lab.region}.amazonaws.com/adgu/web"
    lab.ecr.create_repository(repositoryName="adgu/web")
    put_image(lab, "adgu/web", "v1")
    make_role(lab)
    task = run(lab, register(lab), wait="STOPPED")
    outcome, text = said(lab, "04.run")
    assert outcome == "Look again"
    assert text.startswith(f"Task {short(task)} is STOPPED: CannotPullContainerError: ")
    assert f"{uri}:latest: not found" in text
    assert text.endswith(". Its image could not be fetched: see the image's name and tag.")


def test_no_way_out(lab, cluster):
    task = run_public(lab, public_ip="DISABLED", wait="STOPPED")
    outcome, text = said(lab, "04.run")
    assert outcome == "Look again"
    assert text.startswith(f"Task {short(task)} is STOPPED: CannotPullContainerError: ")


def test_of_another_family(lab, cluster):
    task = run_public(lab, family="adgu-hello")
    assert said(lab, "04.run") == (
        "Look again",
        f"Task {short(task)} runs, but from `adgu-hello`; the lesson's definition is `adgu-web-server-task`.",
    )


def test_in_the_cluster_default(lab, cluster):
    lab.ecs.create_cluster()
    task = run_public(lab, cluster="default")
    assert said(lab, "04.run") == (
        "Look again",
        f"Task {short(task)} is in the cluster `default`, not in `adgu-cluster`: RunTask was given no "
        "cluster.",
    )


@pytest.fixture
def workshop(lab, cluster):
    return lab.ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["workshop"]}])["Vpcs"][0]["VpcId"]


def test_workshop_with_a_closed_group(lab, workshop):
    task = run_public(lab, vpc=workshop)
    assert said(lab, "04.yours-1") == (
        "Look again",
        f"Task {short(task)} runs in `workshop`, but its security group does not admit port 80 from "
        "anywhere.",
    )


def test_workshop_without_a_public_ip(lab, workshop):
    definition = register(
        lab, container_image="public.ecr.aws/docker/library/httpd:2.4", executionRoleArn=None
    )
    run(lab, definition, public_ip="DISABLED", vpc=_vpc_with_nat(lab))
    assert said(lab, "04.yours-1") == (
        "Look again", "A task runs in `workshop`, but without a public IP: it was run with none."
    )  # fmt: skip


def test_the_default_vpc_is_not_the_workshop(lab, cluster):
    run_public(lab, groups=[make_group(lab, HTTP)], vpc=default_vpc(lab))
    assert said(lab, "04.yours-1") == (
        "Not yet",
        "No task of the lesson's definition runs in the VPC `workshop`.",
    )


def test_nowhere_takes_its_time(lab, workshop):
    task = run_public(lab, vpc=subnet(lab, workshop, public=False), public_ip="DISABLED", wait="PENDING")
    assert said(lab, "04.yours-2") == (
        "Not yet",
        f"Task {short(task)} is PENDING: it still tries to reach ECR.",
    )
