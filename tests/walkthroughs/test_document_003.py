"""Source document 003, "Elastic Container Service": its numbered steps 1 to 7, on an account.

Each test is one step of the document, and stands on those before it.
"""

import pytest
from account import changes, default_vpc, http_from_anywhere, in_order, page, run, until
from botocore.exceptions import ClientError

from ecslab import console, network

pytestmark = pytest.mark.portable
FAMILY = "my-app"
IMAGE = "httpd:2.4"  # "located on a registry somewhere (Dockerhub/…)"


def the_tasks(lab, cluster, **filters):
    arns = lab.ecs.list_tasks(cluster=cluster, **filters)["taskArns"]
    return lab.ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []


@pytest.fixture
def cluster(walk):
    return walk.name("my-cluster")


@pytest.fixture
def family(walk):
    return walk.name(FAMILY)


def test_step_1_and_2_create_cluster(walk, cluster):
    created = walk.ecs.create_cluster(clusterName=cluster, capacityProviders=["FARGATE", "FARGATE_SPOT"])
    assert created["cluster"]["status"] == "ACTIVE"
    assert default_vpc(walk)  # "use the default as this is configured already"
    assert created["cluster"]["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]  # "already selected"


def test_step_3_half_a_vcpu_does_not_go_with_half_a_gigabyte(walk, family):
    """The CPU is this document's, the memory document 000's."""
    with pytest.raises(ClientError, match="No Fargate configuration exists for given values"):
        register(walk, family, memory="512")


def test_step_3_go_to_task_definitions_and_create_a_new_one(walk, family):
    definition = register(walk, family, memory="1024")
    assert (definition["family"], definition["revision"], definition["cpu"]) == (family, 1, "512")
    assert "logConfiguration" not in definition["containerDefinitions"][0]  # "uncheck use log collection"
    assert "executionRoleArn" not in definition  # a public image and no logs: nobody needs one


def register(lab, family, memory):
    return lab.ecs.register_task_definition(
        family=family,
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        runtimePlatform={"operatingSystemFamily": "LINUX", "cpuArchitecture": "X86_64"},
        cpu="512",  # ".5 vCPU"
        memory=memory,
        containerDefinitions=[{"name": "my-app", "image": IMAGE, "portMappings": [{"containerPort": 80}]}],
    )["taskDefinition"]


def test_step_4_to_6_run_new_task(walk, cluster, family):
    assert the_tasks(walk, cluster) == []  # "select your cluster and go to tasks tab"
    vpc = default_vpc(walk)
    subnets = tuple(subnet.id for subnet in network.subnets(walk, vpc.id) if subnet.public)
    group = http_from_anywhere(walk, vpc.id, walk.names.security_group)
    task = run(
        walk,
        cluster=cluster,
        taskDefinition=family,
        launchType="FARGATE",
        networkConfiguration=network.Choice(vpc.id, subnets, (group,)).configuration(),
    )
    assert "serviceName" not in task
    assert task["group"] == f"family:{family}"  # "application type is Task"
    running = until(walk, task, "RUNNING")
    assert "It works!" in page(walk, running)


def test_step_7_not_the_cluster_first(walk, cluster):
    with pytest.raises(ClientError, match="The Cluster cannot be deleted while Tasks are active"):
        walk.ecs.delete_cluster(cluster=cluster)


def test_step_7_stop_the_container(walk, cluster):
    [task] = the_tasks(walk, cluster)
    walk.ecs.stop_task(cluster=cluster, task=task["taskArn"])
    stopped = until(walk, task, "STOPPED")
    assert stopped["stopCode"] == "UserInitiated"
    assert the_tasks(walk, cluster) == []  # nobody brings it back: it was no service's
    [described] = the_tasks(walk, cluster, desiredStatus="STOPPED")
    assert described["taskArn"] == task["taskArn"]  # for about an hour


def test_step_7_deregister(walk, family, cluster):
    walk.ecs.deregister_task_definition(taskDefinition=f"{family}:1")
    definition = walk.ecs.describe_task_definition(taskDefinition=f"{family}:1")["taskDefinition"]
    assert definition["status"] == "INACTIVE"  # not gone: it can still be described
    assert walk.ecs.list_task_definitions(familyPrefix=family)["taskDefinitionArns"] == []
    with pytest.raises(ClientError, match="TaskDefinition is inactive"):
        walk.ecs.run_task(cluster=cluster, taskDefinition=f"{family}:1", launchType="FARGATE")


def test_step_7_go_to_your_cluster_and_delete(walk, cluster):
    assert walk.ecs.delete_cluster(cluster=cluster)["cluster"]["status"] == "INACTIVE"
    [described] = walk.ecs.describe_clusters(clusters=[cluster])["clusters"]
    assert described["status"] == "INACTIVE"  # and for a while that can be seen
    assert not [arn for arn in walk.ecs.list_clusters()["clusterArns"] if arn.endswith(f"/{cluster}")]


def test_what_the_document_leaves_behind(walk, family):
    """ "To remove" names neither the security group nor the revision, which stays INACTIVE."""
    vpc = default_vpc(walk)
    assert network.find_http_group(walk, vpc.id)
    inactive = walk.ecs.list_task_definitions(familyPrefix=family, status="INACTIVE")["taskDefinitionArns"]
    assert [arn.rpartition("/")[2] for arn in inactive] == [f"{family}:1"]
    gone = walk.ecs.delete_task_definitions(taskDefinitions=inactive)["taskDefinitions"]
    assert [definition["status"] for definition in gone] == ["DELETE_IN_PROGRESS"]


def test_the_clicks_of_the_steps_send_these_calls(walk):
    assert in_order(console.clicks("003").sent, changes(walk))
