"""What happens again and again in quiet times is done at once, and leaves what it leaves one by one."""

import random
import time

import pytest
from aws_client import CLUSTER, FAMILY, GROUP
from balancer_rig import Balanced

from ecslab.sandbox import in_process

NETWORK = {"assignPublicIp": "ENABLED"}


@pytest.fixture(scope="module")
def now():
    """The wall's time, the same for all that is compared. Not as the tests were collected: signatures age."""
    return time.time()


@pytest.fixture
def world(tmp_path, now):
    """A service of three tasks behind a load balancer, and the sandbox it is in."""

    def make(check):
        place = in_process.start(tmp_path, "stepped", 7, wall=lambda: now)
        aws = Balanced(place).prepared()
        group = aws.target_group(HealthCheckPath=check["path"], HealthCheckIntervalSeconds=check["interval"])
        aws.listener(aws.balancer(), group)
        network = {**NETWORK, "subnets": aws.subnets, "securityGroups": [aws.behind]}
        aws.ecs.create_service(
            cluster=CLUSTER, serviceName="web", taskDefinition=FAMILY, launchType="FARGATE", desiredCount=3,
            networkConfiguration={"awsvpcConfiguration": network}, healthCheckGracePeriodSeconds=10**6,
            loadBalancers=[{"targetGroupArn": group, "containerName": "adgu-container", "containerPort": 80}],
        )  # fmt: skip
        return aws, group, place.transport.sandbox

    return make


def lived(world, check, steps):
    """What is to be seen after a life in so many steps, and what was counted inside."""
    aws, group, sandbox = world(check)
    for step in steps:
        if step == "visit":
            aws.register(group, "172.31.0.77")  # nobody is there: its checks time out
        elif step == "deploy":
            aws.ecs.update_service(cluster=CLUSTER, service="web", forceNewDeployment=True)
        else:
            aws.pass_time(step)
    sandbox.backend.enter()
    budget = sandbox.backend._account.budget.meter
    budget.wait()
    pages = aws.logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP)
    events = [event for page in pages for event in page["events"]]
    streams = aws.logs.describe_log_streams(logGroupName=GROUP)["logStreams"]
    service = aws.ecs.describe_services(cluster=CLUSTER, services=["web"])["services"]
    tasks = aws.ecs.list_tasks(cluster=CLUSTER)["taskArns"]
    described = aws.ecs.describe_tasks(cluster=CLUSTER, tasks=tasks)["tasks"]
    clock = sandbox.clock
    return (
        events, streams, service, described, aws.health(group), clock.changes, clock.now, clock.next_at(),
        (budget._credit, budget.used, budget.since), next(clock._order),
    )  # fmt: skip


@pytest.mark.parametrize(
    "check", [{"path": "/", "interval": 30}, {"path": "/missing", "interval": 7}], ids=["passes", "fails"]
)
@pytest.mark.parametrize("between", [(), ("deploy",), ("visit",)], ids=["alone", "deployed", "timing out"])
def test_a_life_at_once_is_the_life_in_small_steps(world, check, between):
    steps = random.Random(7)
    small = [steps.randrange(2, 160) / 4 for _ in range(150)]
    at_once = lived(world, check, [600, *between, sum(small)])
    assert lived(world, check, [600, *between, *small]) == at_once


def test_a_quiet_day_takes_few_events(world):
    aws, _, sandbox = world({"path": "/", "interval": 5})
    aws.pass_time(3600)
    happened = []
    sandbox.clock.on_event = happened.append
    aws.pass_time(86_400)
    assert len(happened) < 100, "17,280 health checks of each of three tasks"
