"""EC2 instances that ECS runs on: who hears that one starts or ends, and who alone may start or end it."""

from typing import TYPE_CHECKING

from moto.ec2.exceptions import EC2ClientError

from ecslab.sandbox.bridge.account import current_account

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.ecs.instances.agents import Agents


def launched(region: str, ec2_id: str) -> None:
    """Tell ECS's agents of a new instance."""
    if agents := _agents():
        agents.launched(region, ec2_id)


def started(region: str, ec2_id: str) -> None:
    """Tell ECS's agents that an instance runs again."""
    if agents := _agents():
        agents.started(region, ec2_id)


def stopped(region: str, ec2_id: str) -> None:
    """Tell whoever wants to know that an instance was stopped."""
    if agents := _agents():
        agents.stopped(ec2_id)
    _tell_lost(region, ec2_id)


def terminated(region: str, ec2_id: str) -> None:
    """Tell whoever wants to know that an instance is gone."""
    if agents := _agents():
        agents.terminated(ec2_id)
    _tell_lost(region, ec2_id)


def refuse_if_ecs_manages(region: str, instance_ids: list[str], operation: str) -> None:
    """Nobody but ECS starts, stops or ends its managed instances.

    That a policy of the instance denies it is known of EKS's (aws/eks-node-monitoring-agent#151). U: of
    ECS's, and how the sentence ends.
    """
    state = current_account().regions.get(region)
    managed = next((each for each in instance_ids if state and each in state.managed_instances), None)
    if managed:
        account = current_account().id
        raise EC2ClientError(
            "UnauthorizedOperation",
            f"You are not authorized to perform this operation. User: arn:aws:iam::{account}:root is not "
            f"authorized to perform: ec2:{operation} on resource: arn:aws:ec2:{region}:{account}:"
            f"instance/{managed} with an explicit deny in a resource-based policy",
        )


def _agents() -> "Agents | None":
    """None in an account without ECS."""
    return current_account().agents


def _tell_lost(region: str, ec2_id: str) -> None:
    for listener in current_account().instance_lost_listeners:
        listener(region, ec2_id)
