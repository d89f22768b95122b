"""Source document 001, "What Inside An Amazon ECS Cluster": its parts (1) to (6), on live resources.

Each test is one part of the document, and stands on those before it.
"""

import pytest
from account import page, run, until
from botocore.exceptions import ClientError

from ecslab import ecr, execution_role, image, network

HUB, GHCR = "busybox:latest", "ghcr.io/yourname/node-example-1"
SIDECAR = {"name": "sidecar", "image": HUB, "command": ["sleep", "36000"], "essential": False, "memory": 64}
portable = pytest.mark.portable


def web(lab, **more):
    """The main application container."""
    port = [{"containerPort": 80}]
    return {
        "name": "web",
        "image": ecr.image_uri(lab),
        "cpu": 128,
        "memory": 256,
        "portMappings": port,
    } | more


def register(lab, *containers, **more):
    registered = lab.ecs.register_task_definition(
        family=lab.names.family, requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256",
        memory="512", containerDefinitions=list(containers), **more,
    )  # fmt: skip
    return registered["taskDefinition"]


def role(lab):
    return execution_role.find(lab)["Arn"]


def start(lab):
    choice = network.default_choice(lab)
    return run(
        lab, cluster=lab.names.cluster, taskDefinition=lab.names.family, launchType="FARGATE",
        networkConfiguration=choice.configuration(),
    )  # fmt: skip


def the_service(lab):
    return lab.ecs.describe_services(cluster=lab.names.cluster, services=[lab.names.service])["services"][0]


def its_tasks(lab):
    arns = lab.ecs.list_tasks(cluster=lab.names.cluster, serviceName=lab.names.service)["taskArns"]
    return lab.ecs.describe_tasks(cluster=lab.names.cluster, tasks=arns)["tasks"] if arns else []


def running(lab):
    return [task for task in its_tasks(lab) if task["lastStatus"] == "RUNNING"]


@portable
def test_part_1_a_cluster_is_a_logical_grouping(walk):
    created = walk.ecs.create_cluster(clusterName=walk.names.cluster)["cluster"]
    assert (created["runningTasksCount"], created["activeServicesCount"]) == (0, 0)
    assert created["registeredContainerInstancesCount"] == 0  # a name; there is no machine in it


@portable
def test_part_5_ecr_is_private_so_somebody_must_be_allowed_to_pull(walk):
    walk.ecr.create_repository(repositoryName=walk.names.repository)
    image.push(walk, image.build("<h1>the main application</h1>", lab=walk))
    with pytest.raises(ClientError, match="execution role ARN to support ECR images"):
        register(walk, web(walk), SIDECAR)
    execution_role.create(walk)


@portable
def test_part_4_a_task_definition_says_how_each_container_runs(walk):
    definition = register(walk, web(walk), SIDECAR, executionRoleArn=role(walk))
    main, sidecar = definition["containerDefinitions"]
    assert (main["name"], main["image"]) == ("web", ecr.image_uri(walk))
    assert main["portMappings"][0]["containerPort"] == 80
    assert (main["cpu"], main["memory"], sidecar["memory"]) == (128, 256, 64)  # "allocated to them"
    assert sidecar["image"] == HUB  # part 5: one from ECR, one from Docker Hub


@portable
def test_part_2_and_3_a_task_is_its_containers_launched_together(walk):
    task = until(walk, start(walk), "RUNNING")
    assert {container["name"]: container["lastStatus"] for container in task["containers"]} == {
        "web": "RUNNING", "sidecar": "RUNNING"
    }  # fmt: skip
    inside = [container["networkInterfaces"][0]["privateIpv4Address"] for container in task["containers"]]
    assert inside[0] == inside[1]  # one network interface for all of them
    assert "the main application" in page(walk, task)


@portable
def test_a_task_of_no_service_is_not_replaced(walk):
    [arn] = walk.ecs.list_tasks(cluster=walk.names.cluster)["taskArns"]
    stopped = walk.ecs.stop_task(cluster=walk.names.cluster, task=arn)["task"]
    until(walk, stopped, "STOPPED")
    assert walk.ecs.list_tasks(cluster=walk.names.cluster)["taskArns"] == []


def test_part_5_or_from_ghcr(walk):
    """The name is made up, as document 002's is; on a real account it belongs to nobody."""
    register(walk, {"name": "web", "image": GHCR})
    task = until(walk, start(walk), "RUNNING")
    assert "Node" in page(walk, task)
    walk.ecs.stop_task(cluster=walk.names.cluster, task=task["taskArn"])


@portable
def test_part_6_a_service_creates_a_desired_number_of_tasks(walk):
    register(walk, web(walk), SIDECAR, executionRoleArn=role(walk))
    walk.ecs.create_service(
        cluster=walk.names.cluster, serviceName=walk.names.service, taskDefinition=walk.names.family,
        desiredCount=2, launchType="FARGATE",
        networkConfiguration=network.default_choice(walk).configuration(),
    )  # fmt: skip
    walk.wait(lambda: len(running(walk)) == 2, "two tasks")
    assert {task["group"] for task in its_tasks(walk)} == {f"service:{walk.names.service}"}


@portable
def test_part_6_it_launches_another_task_to_replace_one_that_stops(walk):
    before = {task["taskArn"] for task in its_tasks(walk)}
    walk.ecs.stop_task(cluster=walk.names.cluster, task=min(before))

    def replaced():
        now = {task["taskArn"] for task in running(walk)}
        return now if len(now) == 2 and min(before) not in now else None

    [another] = walk.wait(replaced, "the replacement") - before
    messages = [event["message"] for event in the_service(walk)["events"]]
    assert any(another.rpartition("/")[2] in message for message in messages)


@portable
def test_part_6_a_new_version_is_deployed_with_no_downtime(walk):
    image.push(walk, image.build("<h1>the new version</h1>", lab=walk), tag="v2")
    newer = register(walk, web(walk, image=ecr.image_uri(walk, tag="v2")), executionRoleArn=role(walk))
    walk.ecs.update_service(
        cluster=walk.names.cluster, service=walk.names.service, taskDefinition=newer["taskDefinitionArn"]
    )
    counts = []

    def rolled_out():
        counts.append(len(running(walk)))
        deployments = the_service(walk)["deployments"]
        return len(deployments) == 1 and deployments[0]["rolloutState"] == "COMPLETED"

    walk.wait(rolled_out, "the deployment")
    assert min(counts) >= 2  # never fewer than desired: minimumHealthyPercent is 100
    tasks = running(walk)
    assert {task["taskDefinitionArn"] for task in tasks} == {newer["taskDefinitionArn"]}
    assert all("the new version" in page(walk, task) for task in tasks)


@portable
def test_it_all_runs_on_fargate(walk):
    assert the_service(walk)["launchType"] == "FARGATE"
    assert all("containerInstanceArn" not in task for task in its_tasks(walk))
