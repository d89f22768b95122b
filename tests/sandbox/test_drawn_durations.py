"""What takes time is drawn, as it was recorded of AWS: seen through the API, by one seed."""

import statistics
from collections import Counter
from itertools import pairwise

import pytest
from aws_client import CLUSTER
from balancer_rig import Balanced

from ecslab.sandbox import in_process

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"
DEPLOYMENTS = 12
EVENTS = ("has started 1 tasks", ") registered 1 targets", "has stopped 1 running tasks",
          ") deregistered 1 targets", "has reached a steady state")  # fmt: skip
GAPS = {
    # between two events of a roll-out: least and greatest seconds, and where they were recorded
    ("has started 1 tasks", ") registered 1 targets"): (18, 78),  # 18-65 s; 40 s in one roll-out
    (") registered 1 targets", "has stopped 1 running tasks"): (12, 75),  # 50 s, health checks included
    ("has stopped 1 running tasks", ") deregistered 1 targets"): (8, 13),  # 10.1 s
    (") deregistered 1 targets", "has reached a steady state"): (30, 110),  # 52 s, draining included
}


class Account(Balanced):
    """Tasks of a public image, which Fargate pulls at its real size."""

    def network(self):
        vpc = {"subnets": self.subnets, "securityGroups": [self.behind], "assignPublicIp": "ENABLED"}
        return {"launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": vpc}}

    def define(self):
        container = {"name": "web", "image": HTTPD, "portMappings": [{"containerPort": 80}]}
        self.ecs.register_task_definition(
            family="web", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            executionRoleArn="arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
            containerDefinitions=[container],
        )  # fmt: skip

    def run_tasks(self, count):
        """The subnets of the tasks of one call, and their ARNs."""
        order = {"cluster": CLUSTER, "taskDefinition": "web", "count": count, **self.network()}
        tasks = self.ecs.run_task(**order)["tasks"]
        subnets = [task["attachments"][0]["details"][0]["value"] for task in tasks]
        return subnets, [task["taskArn"] for task in tasks]

    def roll_outs(self):
        """Seconds between the events of `GAPS`, in each of many roll-outs of a service of one task."""
        group = self.target_group()
        self.listener(self.balancer(), group)
        delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "30"}
        self.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=[delay])
        self.pass_time(180)
        balancer = {"targetGroupArn": group, "containerName": "web", "containerPort": 80}
        self.ecs.create_service(cluster=CLUSTER, serviceName="web", taskDefinition="web", desiredCount=1,
                                loadBalancers=[balancer], **self.network())  # fmt: skip
        self.pass_time(600)
        for _ in range(DEPLOYMENTS):
            self.ecs.update_service(cluster=CLUSTER, service="web", forceNewDeployment=True)
            self.pass_time(900)
            yield self._gaps()

    def _gaps(self):
        [service] = self.ecs.describe_services(cluster=CLUSTER, services=["web"])["services"]
        at = {}
        for event in reversed(service["events"]):  # the newest of each kind stays
            at |= {words: event["createdAt"] for words in EVENTS if words in event["message"]}
        return {pair: (at[pair[1]] - at[pair[0]]).total_seconds() for pair in GAPS}


def account(home, seed):
    lab = Account(in_process.start(home, seed=seed)).prepared()
    lab.define()
    return lab


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    return account(tmp_path_factory.mktemp("home"), seed=5)


def test_two_hundred_starts_are_spread_as_recorded_ones(aws):
    arns = [arn for _ in range(20) for arn in aws.run_tasks(10)[1]]
    aws.pass_time(150)
    halves = [aws.ecs.describe_tasks(cluster=CLUSTER, tasks=some) for some in (arns[:100], arns[100:])]
    tasks = [task for half in halves for task in half["tasks"]]
    seconds = [(task["startedAt"] - task["createdAt"]).total_seconds() for task in tasks]
    assert statistics.median(seconds) == pytest.approx(23, rel=0.15)
    assert 19.8 <= min(seconds) < max(seconds) <= 115 and max(seconds) - min(seconds) > 8


def test_tasks_of_a_call_are_spread_over_its_subnets_and_single_ones_fall_anywhere(aws):
    assert sorted(Counter(aws.run_tasks(10)[0]).values()) == [5, 5]
    single = []
    for _ in range(24):
        single += aws.run_tasks(1)[0]
        aws.pass_time(7)
    assert min(Counter(single).values()) >= 5 and len(Counter(single)) == 2
    assert any(before == after for before, after in pairwise(single))


def test_the_steps_of_a_roll_out_are_drawn_each_time(aws, tmp_path):
    roll_outs = list(aws.roll_outs())
    for pair, (least, greatest) in GAPS.items():
        seconds = [gaps[pair] for gaps in roll_outs]
        assert least <= min(seconds) and max(seconds) <= greatest, (pair, seconds)
        assert len(set(seconds)) > DEPLOYMENTS / 2, pair
    again, other = (next(account(tmp_path / name, seed).roll_outs()) for name, seed in (("a", 3), ("b", 4)))
    assert next(account(tmp_path / "c", 3).roll_outs()) == again != other
