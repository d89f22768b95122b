"""Containers that never rest: the sandbox answers meanwhile, and a restart finds the same account."""

import pytest
from aws_client import CLUSTER, FAMILY, GROUP, Aws

from ecslab.sandbox import in_process
from ecslab.sandbox.engine import timekeeper
from ecslab.sandbox.engine.sandbox import Sandbox


def opened(home, **options):
    sandbox = Sandbox(home, **{"mode": "stepped", "seed": 3, **options})
    aws = Aws(in_process.endpoint_of(sandbox))
    aws.sandbox = sandbox
    return aws


def run(aws, *scripts, count=1):
    """Tasks, each with a container for every script; the first's ARN."""
    definition = aws.ecs.describe_task_definition(taskDefinition=FAMILY)["taskDefinition"]
    log = definition["containerDefinitions"][0]["logConfiguration"]
    containers = [
        {"name": f"c{number}", "image": "busybox", "command": ["sh", "-c", script], "logConfiguration": log}
        for number, script in enumerate(scripts)
    ]
    aws.ecs.register_task_definition(
        family="busy", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        executionRoleArn=definition["executionRoleArn"], containerDefinitions=containers,
    )  # fmt: skip
    subnet = aws.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    network = {"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}}
    return aws.ecs.run_task(
        cluster=CLUSTER,
        taskDefinition="busy",
        launchType="FARGATE",
        networkConfiguration=network,
        count=count,
    )["tasks"][0]["taskArn"]


def lines(aws):
    return aws.logs.filter_log_events(logGroupName=GROUP)["events"]


def test_loops_without_end_stop_nothing_and_replay_as_they_went(tmp_path):
    aws = opened(tmp_path)
    aws.prepare({"index.html": b"x"})
    arn = run(
        aws, "while true; do nginx; done", "while true; do sleep 0; done", "while true; do echo x; done"
    )
    assert aws.endpoint.control("advance", seconds=90)["moved"] == 90
    before = aws.task(arn), lines(aws), aws.sandbox.clock.now
    assert before[0]["lastStatus"] == "RUNNING" and len(before[1]) > 500
    aws.sandbox.close()
    again = opened(tmp_path, seed=None)
    assert (again.task(arn), lines(again), again.sandbox.clock.now) == before
    assert list(again.sandbox.notices) == []
    again.sandbox.close()


def test_a_task_that_takes_too_much_memory_or_disk_says_so_as_on_aws(tmp_path):
    aws = opened(tmp_path)
    aws.prepare({"index.html": b"x"})
    double = "x=0123456789abcdef; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do x=$x$x; done; "
    arn = run(aws, double + 'while n=${n}y; do export "V$n=$x"; done')
    aws.endpoint.control("advance", seconds=600)
    (container,) = aws.task(arn)["containers"]
    assert (container["exitCode"], container["reason"]) == (
        137, "OutOfMemoryError: container killed due to memory usage"
    )  # fmt: skip
    run(aws, double + "while n=${n}y; do echo $x > /$n || exit 1; done")
    aws.endpoint.control("advance", seconds=1200)
    assert any("No space left on device" in event["message"] for event in lines(aws))
    aws.sandbox.close()


@pytest.mark.parametrize("seconds", [0.0, 100.0])
def test_a_request_waits_only_so_long_for_what_was_due(tmp_path, monkeypatch, seconds):
    monkeypatch.setattr(timekeeper, "ARRIVAL", seconds)
    wall = [1_800_000_000.0]
    sandbox = Sandbox(tmp_path, mode="paced", seed=3, wall=lambda: wall[0])
    happened = []
    for number in range(5):
        sandbox.clock.after(float(number), lambda number=number: happened.append(number))
    wall[0] += 10
    with sandbox.lock:
        sandbox.timekeeper.arrive()
    slow = seconds == 0.0
    assert (len(happened) < 5, timekeeper.BEHIND in sandbox.notices) == (slow, slow)
    assert (sandbox.clock.now < 100) == slow
    sandbox.close()
