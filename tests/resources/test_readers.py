"""Readers of an account in which nothing is: None or empty, never an error."""

import pytest

from ecslab.connection.batches import batches
from ecslab.resources import cluster, ecr, log_group, role, secret, task_definition
from ecslab.resources.load_balancer import load_balancer_reader, target_group_reader
from ecslab.resources.network import network_reader
from ecslab.resources.network.network_reader import where
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader

ELB = "arn:aws:elasticloadbalancing:us-east-1:123456789012"
GROUP = f"{ELB}:targetgroup/none/0123456789abcdef"
BALANCER = f"{ELB}:loadbalancer/app/none/0123456789abcdef"
TASK = "arn:aws:ecs:us-east-1:123456789012:task/none/0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "read",
    [
        lambda lab: cluster.find(lab),
        lambda lab: cluster.describe(lab, "none"),
        lambda lab: cluster.with_tags(lab, ["none"]),
        lambda lab: ecr.repository(lab),
        lambda lab: ecr.image(lab, "latest"),
        lambda lab: ecr.images(lab, "none"),
        lambda lab: ecr.tags(lab, "arn:aws:ecr:us-east-1:123456789012:repository/none"),
        lambda lab: log_group.find(lab),
        lambda lab: log_group.lines(lab, "none", "none"),
        lambda lab: log_group.last_lines(lab, "none", "none", 5),
        lambda lab: role.find(lab, "none"),
        lambda lab: role.inline_policies(lab, "none"),
        lambda lab: role.allowed_resources(lab, "none", "s3:GetObject"),
        lambda lab: secret.find(lab),
        lambda lab: task_definition.find(lab),
        lambda lab: task_definition.revisions(lab),
        lambda lab: task_reader.arns(lab, cluster="none"),
        lambda lab: task_reader.of_cluster(lab, "none"),
        lambda lab: task_reader.described(lab, "none", [TASK]),
        lambda lab: service_reader.describe(lab),
        lambda lab: service_reader.find(lab),
        lambda lab: service_reader.names(lab),
        lambda lab: service_reader.with_tags(lab, "none"),
        lambda lab: load_balancer_reader.find(lab),
        lambda lab: load_balancer_reader.names(lab),
        lambda lab: load_balancer_reader.by_arns(lab, [BALANCER]),
        lambda lab: load_balancer_reader.listeners(lab, {"LoadBalancerArn": BALANCER}),
        lambda lab: load_balancer_reader.tags(lab, BALANCER),
        lambda lab: target_group_reader.find_target_group(lab),
        lambda lab: target_group_reader.names(lab),
        lambda lab: target_group_reader.by_arn(lab, GROUP),
        lambda lab: target_group_reader.health(lab, GROUP),
        lambda lab: network_reader.subnets(lab, ["subnet-0123456789abcdef0"]),
        lambda lab: network_reader.subnets(lab, []),
        lambda lab: network_reader.vpc_of(lab, ["subnet-0123456789abcdef0"]),
        lambda lab: network_reader.security_groups(lab, ["sg-0123456789abcdef0"]),
        lambda lab: network_reader.security_groups_where(lab, where("group-name", "none")),
        lambda lab: network_reader.security_group_named(lab, "vpc-0123456789abcdef0", "none"),
        lambda lab: network_reader.interface(lab, "eni-0123456789abcdef0"),
        lambda lab: network_reader.interfaces(lab, ["eni-0123456789abcdef0"]),
        lambda lab: network_reader.endpoints(lab, "vpc-0123456789abcdef0"),
        lambda lab: network_reader.network_acls(lab, "subnet-0123456789abcdef0"),
        lambda lab: network_reader.route_tables(lab, "vpc-0123456789abcdef0"),
        lambda lab: network_reader.internet_gateways(lab, "vpc-0123456789abcdef0"),
    ],
)
def test_what_is_not_there_is_none_or_empty(lab, read):
    assert not read(lab)


def test_the_tasks_of_a_cluster_are_those_that_run_then_the_stopped_ones(lab):
    lab.goto("07")
    first, second = service_reader.tasks(lab, service_reader.needed(lab))
    lab.ecs.stop_task(cluster=lab.names.cluster, task=first["taskArn"])
    tasks = task_reader.of_service(task_reader.of_cluster(lab, lab.names.cluster), lab.names.service)
    assert [task["taskArn"] for task in tasks] == [second["taskArn"], first["taskArn"]]
    assert [task["desiredStatus"] for task in tasks] == ["RUNNING", "STOPPED"]


def test_a_batch_is_as_large_as_one_call_takes():
    assert [len(batch) for batch in batches(map(str, range(250)))] == [100, 100, 50]
    assert list(batches([])) == []
