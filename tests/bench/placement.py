"""What it costs to choose container instances for tasks."""

import json
import random
import time
from collections.abc import Callable
from typing import Any, Final

from ecslab.sandbox.world.placement.cluster import Placement
from ecslab.sandbox.world.placement.instance import Instance, Needs
from ecslab.sandbox.world.placement.order import Order
from ecslab.sandbox.world.placement.rules import Constraint, Strategy
from tests.bench.measure import Row, in_turns
from tests.bench.rows import sandbox
from tests.bench.stock import client

__all__ = ["PLACEMENT_ROWS"]

PARAMETER: Final = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
POLICY: Final = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
ORDER = Order(
    "service:web",
    Needs(cpu=128, memory=256),
    (Constraint("memberOf", "attribute:ecs.instance-type =~ c5.*"),),
    (Strategy("spread", "attribute:ecs.availability-zone"), Strategy("binpack", "memory")),
)


def placed() -> Row:
    """1,000 tasks on 200 instances with two strategies and a constraint, against 100 on 20."""
    times = in_turns(_placing(1000, 200), _placing(100, 20), rounds=15)
    return Row(
        "1,000 tasks placed on 200 instances", "100 on 20", 15.0, times[0] * 1000, times[1] * 1000, "ms"
    )


def _placing(tasks: int, instances: int) -> Callable[[], float]:
    def measured() -> float:
        placement = Placement(_share())
        for number in range(instances):
            attributes = {"ecs.availability-zone": "abc"[number % 3], "ecs.instance-type": "c5.large"}
            placement.add(Instance(f"{number:032x}", f"i-{number}", 2048, 3800, attributes=dict(attributes)))
        began = time.process_time()
        for number in range(tasks):
            placement.place(ORDER, str(number))
        return time.process_time() - began

    return measured


def _share() -> Callable[[str], float]:
    drawn = random.Random(7)
    return lambda _: drawn.random()


def user_data(cluster: str) -> str:
    """What names the agent's cluster."""
    return f"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config"


def idle_with_instances() -> Row:
    """A request when nothing is due, in a cluster of 200 container instances, against one of none."""
    with sandbox() as (_, full), sandbox() as (_, empty):
        _register(full, 200)
        client(empty, "ecs").create_cluster(clusterName="lab")
        times = in_turns(_asking(full), _asking(empty), rounds=15)
    what = "a request when nothing is due, 200 container instances"
    return Row(what, "with none", 1.2, times[0] * 1000, times[1] * 1000, "ms")


def _register(place: Any, count: int) -> None:
    """So many container instances in the cluster `lab`."""
    ecs, ec2, iam, ssm = (client(place, name) for name in ("ecs", "ec2", "iam", "ssm"))
    ecs.create_cluster(clusterName="lab")
    iam.create_role(RoleName="agent", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.attach_role_policy(RoleName="agent", PolicyArn=POLICY)
    iam.create_instance_profile(InstanceProfileName="agent")
    iam.add_role_to_instance_profile(InstanceProfileName="agent", RoleName="agent")
    image = ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    for _ in range(count):
        ec2.run_instances(
            ImageId=image, InstanceType="t3.medium", MinCount=1, MaxCount=1, UserData=user_data("lab"),
            IamInstanceProfile={"Name": "agent"},
        )  # fmt: skip
    place.control("advance", seconds=600)
    assert (
        ecs.describe_clusters(clusters=["lab"])["clusters"][0]["registeredContainerInstancesCount"] == count
    )


def _asking(place: Any, times: int = 20) -> Callable[[], float]:
    ecs = client(place, "ecs")

    def measured() -> float:
        began = time.perf_counter()
        for _ in range(times):
            ecs.list_clusters()
        return (time.perf_counter() - began) / times

    return measured


PLACEMENT_ROWS = {"placed": placed, "idle_with_instances": idle_with_instances}
