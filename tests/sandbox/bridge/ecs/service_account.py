"""An account with a cluster, a definition, and short ways to services."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from account_rig import ACCOUNT, REGION, Account
from ecs_wire import held_against_model

from ecslab.sandbox.world.errors import AwsError

ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}:"


@contextmanager
def refused(code: str, message: str) -> Iterator[None]:
    """Within this a call is refused, in these words."""
    with pytest.raises(AwsError) as refusal:
        yield
    assert (refusal.value.code, refusal.value.message) == (code, message)


def invalid(message: str):
    return refused("InvalidParameterException", message)


class Services:
    """`account` with services in cluster `lab`, in two zones of the default VPC."""

    def __init__(self, account: Account):
        self.account = account
        account.cluster()
        account.define()
        self.subnets = [account.subnet(zone=zone) for zone in ("us-east-1a", "us-east-1b")]

    def __call__(self, operation, **parameters):
        return self.region(operation, cluster="lab", **parameters)

    def region(self, operation, **parameters):
        """An operation that is about no cluster. Its answer is held against AWS's own model."""
        answer = self.account.ecs(operation, **parameters)
        held_against_model(operation, answer)
        return answer

    def usual(self, **more):
        """The parameters of a CreateService that works, with what `more` changes; None leaves one out."""
        usual = {"serviceName": "web", "taskDefinition": "web", "desiredCount": 1, "launchType": "FARGATE",
                 "networkConfiguration": self.account.network(self.subnets)}  # fmt: skip
        return {name: value for name, value in {**usual, **more}.items() if value is not None}

    def create(self, **more):
        return self("CreateService", **self.usual(**more))["service"]

    def update(self, service="web", **more):
        return self("UpdateService", service=service, **more)["service"]

    def see(self, name="web", **more):
        answer = self("DescribeServices", services=[name], **more)
        assert answer["failures"] == []
        return answer["services"][0]

    def settle(self, seconds=600):
        self.account.run(self.account.clock.now + seconds)

    def tasks(self, name="web", status="RUNNING"):
        arns = self("ListTasks", serviceName=name, desiredStatus=status)["taskArns"]
        return self("DescribeTasks", tasks=arns)["tasks"] if arns else []

    def words(self, name="web"):
        """Messages of the service's events, oldest first, without its name."""
        return [
            event["message"].removeprefix(f"(service {name}").removeprefix(") ")
            for event in reversed(self.see(name)["events"])
        ]
