"""Two sandboxes in one process: neither sees what the other holds, whoever was asked last."""

import threading

import pytest
from aws_client import CLUSTER
from balancer_rig import Balanced, forward_to
from test_sandbox import opened

from ecslab.sandbox.bridge.account import current_account


@pytest.fixture
def both(tmp_path):
    """A sandbox with a service behind a load balancer, and one with nothing."""
    first, second = (opened(tmp_path / name, seed=name) for name in ("first", "second"))
    first, second = Balanced(first.endpoint), Balanced(second.endpoint)
    return first, second


def inventory(aws):
    """What an account shows of each kind."""
    return {
        "clusters": aws.ecs.list_clusters()["clusterArns"],
        "repositories": [row["repositoryName"] for row in
                         aws.client("ecr").describe_repositories()["repositories"]],
        "load balancers": [row["DNSName"] for row in aws.elb.describe_load_balancers()["LoadBalancers"]],
        "groups": [row["logGroupName"] for row in aws.client("logs").describe_log_groups()["logGroups"]],
        "interfaces": [row["NetworkInterfaceId"] for row in
                       aws.ec2.describe_network_interfaces()["NetworkInterfaces"]],
        "roles": sorted(row["RoleName"] for row in aws.client("iam").list_roles()["Roles"]),
    }  # fmt: skip


def test_neither_sees_what_the_other_holds(both):
    first, second = both
    empty = inventory(second)
    first.prepared()
    group = first.target_group()
    balancer = first.balancer()
    first.listener(balancer, forward_to(group))
    task = first.run()
    assert inventory(second) == empty
    second.pass_time(300)
    assert inventory(second) == empty
    full = inventory(first)
    assert all(full.values())
    second.ecs.create_cluster(clusterName="other")
    assert inventory(first) == full
    assert first.task(task)["lastStatus"] == "PROVISIONING"  # no time has passed here
    first.until(task, "RUNNING")
    assert second.ecs.list_tasks(cluster="other")["taskArns"] == []


def test_each_has_its_own_faults_and_clock(both):
    first, second = both
    first.endpoint.control("inject", kind="zone", zone="us-east-1b")
    second.ecs.list_clusters()
    assert current_account().faults.zones == set()
    first.ecs.list_clusters()
    assert current_account().faults.zones == {"us-east-1b"}


def test_one_that_starts_over_leaves_the_other_as_it_is(both):
    first, second = both
    first.prepared()
    full = inventory(first)
    second.endpoint.control("reset")
    assert inventory(first) == full
    first.endpoint.control("reset")
    assert inventory(first)["clusters"] == inventory(second)["clusters"] == []


def test_what_comes_does_not_depend_on_the_other(both, tmp_path):
    """The same requests give the same ids, whether or not another sandbox is asked in between."""
    first, second = both
    alone = Balanced(opened(tmp_path / "alone", seed="first").endpoint)
    for aws in (alone, first):
        second.ecs.create_cluster(clusterName="other")
        aws.prepared()
        second.pass_time(30)
        aws.arn = aws.run()
    assert first.arn == alone.arn
    assert inventory(first) == inventory(alone)


def test_both_can_be_asked_at_once(both):
    first, second = both
    problems = []

    def ask(aws, name):
        try:
            for number in range(20):
                aws.ecs.create_cluster(clusterName=f"{name}-{number}")
            arns = aws.ecs.list_clusters()["clusterArns"]
            assert {arn.rpartition("/")[2].rpartition("-")[0] for arn in arns} == {name}
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=ask, args=pair) for pair in ((first, "a"), (second, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert CLUSTER not in first.ecs.list_clusters()["clusterArns"]
