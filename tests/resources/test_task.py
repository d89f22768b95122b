"""A task: run once for each choice, waited for, stopped, and explained when it never ran."""

import datetime

import pytest

from ecslab import cluster, ecr, execution_role, log_group, network, task, task_definition
from ecslab.errors import NotThere, TaskNeverRan
from ecslab.resources.task.diagnosis import of_failure, of_task

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"


@pytest.fixture
def ready(lab):
    """A lab in which a public image can be run."""
    cluster.create(lab)
    execution_role.create(lab)
    log_group.create(lab)
    task_definition.register(lab, image=HTTPD)
    return lab


@pytest.mark.portable
def test_a_task_comes_up_runs_once_for_each_choice_and_stops(ready):
    started = task.run(ready)
    assert started["lastStatus"] == "PROVISIONING"
    assert task.run(ready)["taskArn"] == started["taskArn"]
    running = task.wait_until_running(ready, started)
    assert running["lastStatus"] == "RUNNING"
    assert task.find(ready)["taskArn"] == started["taskArn"]
    assert [phase.name for phase in task.phases(running)] == [
        "PROVISIONING", "PENDING", "ACTIVATING", "RUNNING",
    ]  # fmt: skip
    stopped = task.stop(ready, running)
    assert stopped["lastStatus"] == "STOPPED"
    assert task.find(ready) is None
    assert task.run(ready)["taskArn"] != started["taskArn"]


def test_it_says_when_it_returns_a_task_that_is_there_already(ready, capsys):
    started = task.run(ready)
    assert capsys.readouterr().out == ""
    again = task.wait_until_running(ready, task.run(ready))
    short, since = task.task_id(started)[:8], f"{started['createdAt']:%H:%M:%S}"
    sentence = f"Task {short} was started by this same call at {since}"
    assert capsys.readouterr().out.startswith(f"{sentence}, and is PROVISIONING. No other one was started.")
    assert again["taskArn"] == started["taskArn"]
    task.run(ready)
    assert "and is RUNNING" in capsys.readouterr().out


def test_the_phase_that_lasts_is_the_last_status(ready):
    def lasting():
        described = task.describe(ready, started)
        phases = task.phases(described)
        assert [phase.seconds is None for phase in phases] == [False] * (len(phases) - 1) + [True]
        assert phases[-1].name == described["lastStatus"]
        phase_names.append(phases[-1].name)
        return described["lastStatus"]

    phase_names: list[str] = []
    started = task.run(ready)
    while lasting() != "RUNNING":
        ready.control("advance", seconds=0.2)
    ready.ecs.stop_task(cluster=started["clusterArn"], task=started["taskArn"])
    while lasting() != "STOPPED":
        ready.control("advance", seconds=0.2)
    assert {"PROVISIONING", "PENDING", "RUNNING", "DEPROVISIONING", "STOPPED"} <= set(phase_names)


def test_another_choice_or_revision_is_another_task(ready):
    choice = network.default_choice(ready)
    first = task.run(ready, choice)
    silent = network.Choice(choice.vpc_id, choice.subnet_ids)
    assert task.run(ready, silent)["taskArn"] != first["taskArn"]
    task_definition.register(ready, image=HTTPD, cpu=512, memory=1024)
    assert task.run(ready, choice)["taskArn"] != first["taskArn"]


def test_a_count_is_filled_up(ready):
    task.run(ready)
    task.run(ready, count=3)
    arns = ready.ecs.list_tasks(cluster=ready.names.cluster)["taskArns"]
    assert len(arns) == 3 and len(task.running(ready)) == 3
    task.run(ready, count=3)
    assert len(ready.ecs.list_tasks(cluster=ready.names.cluster)["taskArns"]) == 3


def test_missing_cluster_and_definition_are_named_with_their_notebook(lab):
    with pytest.raises(NotThere, match="there is no task definition adgu-web-server-task"):
        task.run(lab)
    task_definition.register(lab, image=HTTPD, logs=False)
    with pytest.raises(NotThere, match=r"there is no cluster adgu-cluster\.\n  next: cluster\.create"):
        task.run(lab)
    assert task.find(lab) is None
    assert task.stop(lab) is None
    with pytest.raises(NotThere, match="no task to wait for"):
        task.wait_until_running(lab, task.find(lab))


def test_a_private_subnet_ends_in_the_reason_and_the_way_on(ready):
    workshop = next(vpc for vpc in network.vpcs(ready) if vpc.name == "workshop")
    subnet = next(subnet for subnet in network.subnets(ready, workshop.id) if not subnet.public)
    choice = network.Choice(workshop.id, (subnet.id,), (network.http_group(ready, workshop.id),), False)
    mine = task_definition.register(ready, image=ecr.image_uri(ready), logs=False)
    failed = task.run(ready, choice, definition=mine["taskDefinitionArn"])
    with pytest.raises(TaskNeverRan) as caught:
        task.wait_until_running(ready, failed)
    text = str(caught.value)
    assert "was STOPPED after" in text and "expected RUNNING" in text
    assert "stoppedReason: ResourceInitializationError: unable to pull secrets or registry auth" in text
    assert f"its subnet {subnet.id} is private, without a NAT gateway or VPC endpoints." in text
    assert "next: choose a public subnet with a public IP" in text
    assert caught.value.task["stopCode"] == "TaskFailedToStart"


def test_while_it_hangs_in_pending_it_already_says_why(ready):
    workshop = next(vpc for vpc in network.vpcs(ready) if vpc.name == "workshop")
    subnet = next(subnet for subnet in network.subnets(ready, workshop.id) if not subnet.public)
    choice = network.Choice(workshop.id, (subnet.id,), (network.http_group(ready, workshop.id),), False)
    hanging = task.run(ready, choice)
    with pytest.raises(TaskNeverRan, match="is private and has no NAT gateway"):
        task.wait_until_running(ready, hanging, limit=30)


def test_a_missing_tag_and_a_missing_repository_are_told_apart(ready):
    ecr.create_repository(ready)
    for image, message in (
        (ecr.image_uri(ready, "no-such-tag"), "repository adgu/web has no image tagged no-such-tag."),
        (ecr.image_uri(ready).replace("adgu/web", "adgu/wep"), "there is no repository adgu/wep"),
    ):
        broken = task_definition.register(ready, family="adgu-broken", image=image)
        failed = task.run(ready, definition=broken["taskDefinitionArn"])
        with pytest.raises(TaskNeverRan, match=message):
            task.wait_until_running(ready, failed)


def test_a_log_group_deleted_behind_the_labs_back_is_named(ready):
    log_group.delete(ready)
    with pytest.raises(
        TaskNeverRan, match=r"log group .* does not exist(.|\n)*next: log_group.create\(lab\)"
    ):
        task.wait_until_running(ready, task.run(ready))


def test_a_task_that_ecs_has_forgotten_is_named(ready):
    gone = {"taskArn": f"arn:aws:ecs:us-east-1:123456789012:task/{ready.names.cluster}/{'0' * 32}"}
    with pytest.raises(NotThere, match="stopped tasks are shown for about an hour"):
        task.describe(ready, gone | {"clusterArn": ready.names.cluster})


def stopped(**more):
    return {
        "taskArn": "arn:aws:ecs:us-east-1:123456789012:task/c/abc",
        "lastStatus": "STOPPED",
        "desiredStatus": "STOPPED",
        "containers": [],
        "attachments": [],
        **more,
    }


ENDED = {"stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited"}
OOM = "OutOfMemoryError: container killed due to memory usage"
WORDS = {
    "CannotPullContainerError: … does not contain descriptor matching platform": "another CPU architecture",
    "CannotPullContainerError: … 403 Forbidden": "may sign in to ECR, but not pull",
    "CannotPullContainerError: … toomanyrequests: You have reached": "Docker Hub limits",
    "… AccessDeniedException: … ecr:GetAuthorizationToken …": "may not sign in to ECR",
    "… log stream: AccessDeniedException: … logs:CreateLogStream": "may not write to the log group",
    "Unexpected EC2 error while attempting to Create Network Interface with": "no free address",
    "Something new": "in ECS's own words",
}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        *[({"stoppedReason": reason}, words) for reason, words in WORDS.items()],
        ({"stopCode": "UserInitiated", "stoppedReason": "Task stopped by user"}, "A bare task stays stopped"),
        ({"stopCode": "UserInitiated", "group": "service:web"}, "its service starts another in its place"),
        (
            {**ENDED, "containers": [{"name": "web", "exitCode": 127}]},
            "not found in the image (exit code 127)",
        ),
        (
            {**ENDED, "containers": [{"name": "a", "exitCode": 0}, {"name": "web", "exitCode": 3}]},
            "container web: its program ended with exit code 3",
        ),
        ({**ENDED, "containers": [{"name": "web", "exitCode": 137, "reason": OOM}]}, "used more memory than"),
    ],
)
def test_reasons_in_words(lab, members, words):
    text = of_task(lab, stopped(**members))
    assert words in text
    assert text.startswith("  why:  ") and "\n  next: " in text


def test_a_runtask_that_started_nothing_says_what_it_was_told():
    assert "choose a subnet in another zone" in of_failure(
        {"reason": "Capacity is unavailable at this time."}
    )


def test_phases_of_a_task_that_failed_before_it_started():
    at = datetime.datetime(2026, 1, 1)
    described = {
        "lastStatus": "STOPPED",
        "createdAt": at,
        "executionStoppedAt": at + datetime.timedelta(seconds=18),
        "stoppingAt": at + datetime.timedelta(seconds=28),
        "stoppedAt": at + datetime.timedelta(seconds=42),
    }
    lengths = [phase.seconds for phase in task.phases(described)]
    assert lengths == [18, 10, 14, None]
