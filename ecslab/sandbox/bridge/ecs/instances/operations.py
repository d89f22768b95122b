"""API operations on container instances: Describe, List, UpdateState, Deregister, UpdateContainerAgent.

Source of the sentences: moto's for the tasks that hold an instance; those marked U are put together.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import clusters, hosted_tasks
from ecslab.sandbox.bridge.ecs.instances import external
from ecslab.sandbox.bridge.ecs.instances.agents import Agents
from ecslab.sandbox.bridge.ecs.instances.view import view
from ecslab.sandbox.bridge.ecs.managed_instances import fleet, known
from ecslab.sandbox.bridge.ecs.shapes import Answer, at_most, failure, page
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.world.container_instance.container_instance import NEWEST_AGENT, ContainerInstance
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.placement import query, rules

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

MOST_STATES: Final = 10
"""Instances in one UpdateContainerInstancesState (API)."""
SETTABLE: Final = ("ACTIVE", "DRAINING")


def list_container_instances(params: "api.ListContainerInstancesRequestTypeDef", caller: Caller) -> Answer:
    """ARNs of a cluster's instances that a filter selects; all but INACTIVE ones unless a status is named."""
    cluster, expression = clusters.find(caller, params.get("cluster")), params.get("filter")
    problem = rules.expression_problem(expression) if expression else None
    if problem:
        raise invalid(problem)
    selects = query.parse(expression) if expression else None
    arns = [
        instance.arn
        for instance in registered(cluster)
        if params.get("status", instance.status) == instance.status and (not selects or selects(instance))
    ]
    return page("containerInstanceArns", arns, params)


def describe_container_instances(
    params: "api.DescribeContainerInstancesRequestTypeDef", caller: Caller
) -> Answer:
    cluster = clusters.find(caller, params.get("cluster"))
    instances, failures = _instances(cluster, params["containerInstances"], caller)
    include = params.get("include", ())
    return {"containerInstances": [view(each, include) for each in instances], "failures": failures}


def update_container_instances_state(
    params: "api.UpdateContainerInstancesStateRequestTypeDef", caller: Caller
) -> Answer:
    """Let instances take tasks again, or drain."""
    cluster, status = clusters.find(caller, params.get("cluster")), params["status"]
    if status not in SETTABLE:  # U
        raise invalid(f"Container instance status should be one of [{','.join(SETTABLE)}]")
    wanted = params["containerInstances"]
    at_most("containerInstances", wanted, MOST_STATES)  # U
    instances, failures = _instances(cluster, wanted, caller)
    for instance in instances:
        if instance.status in ("REGISTERING", "DEREGISTERING"):  # U: the sentences
            left = "yet" if instance.status == "REGISTERING" else "any more"
            now = f"{instance.status} and cannot be changed {left}"
            raise invalid(f"Container instance {instance.id} is {now}.")
    changed = []
    for instance in instances:
        if instance.status == "INACTIVE":
            failures.append(failure(instance.arn, "INACTIVE"))
            continue
        if instance.status != status:
            hosted_tasks.drain(instance, status == "DRAINING")
            hosted_tasks.tell_services(cluster)
        changed.append(view(instance))
    return {"containerInstances": changed, "failures": failures}


def deregister_container_instance(
    params: "api.DeregisterContainerInstanceRequestTypeDef", caller: Caller
) -> Answer:
    """Take an instance out of its cluster; its machine runs on, unless ECS manages it."""
    cluster = clusters.find(caller, params.get("cluster"))
    instance = named(cluster, params["containerInstance"])
    if any(not task.stopping for task in hosted_tasks.tasks_on(instance)) and not params.get("force"):
        raise invalid("Found running tasks on the instance.")  # U: moto's
    hosted_tasks.lose_all(instance, hosted_tasks.DEREGISTERED)
    agents().deregister(instance)
    managed = known.managed_instance(caller.region, instance.ec2_id)
    if managed:
        fleet.terminate(managed)
    return {"containerInstance": view(instance)}


def update_container_agent(params: "api.UpdateContainerAgentRequestTypeDef", caller: Caller) -> Answer:
    """Replace the agent by the newest one."""
    instance = named(clusters.find(caller, params.get("cluster")), params["containerInstance"])
    if instance.update in ("PENDING", "UPDATING"):
        raise AwsError("UpdateInProgressException", "There is already an update in progress.")  # U
    if external.is_external(instance):  # U: the sentence
        raise AwsError("ClientException", "The container agent of an external instance cannot be updated.")
    if instance.managed:  # U: the sentence
        raise AwsError("ClientException", "The container agent of a managed instance cannot be updated.")
    if not instance.agent_connected:  # U
        raise AwsError("ClientException", "The container instance's agent is not connected.")
    if instance.agent_version == NEWEST_AGENT:  # U
        raise AwsError("NoUpdateAvailableException", "There is no update available for your container agent.")
    agents().update(instance)
    return {"containerInstance": view(instance)}


def agents() -> Agents:
    """The account's."""
    account_agents = current_account().agents
    assert account_agents is not None, "made with the account"
    return account_agents


def registered(cluster: Cluster) -> Iterator[ContainerInstance]:
    """The container instances of a cluster that are not INACTIVE."""
    for instance in cluster.placement.instances.values() if cluster.placement else ():
        assert isinstance(instance, ContainerInstance), "no other is registered"
        yield instance


def find(cluster: Cluster, reference: str) -> ContainerInstance | None:
    """The instance with this id or ARN, INACTIVE ones too."""
    instance_id = reference.rpartition("/")[2]
    instance = cluster.placement.instances.get(instance_id) if cluster.placement else None
    instance = instance or cluster.former_instances.get(instance_id)
    if not isinstance(instance, ContainerInstance) or not _is_visible(instance):
        return None
    return None if reference.startswith("arn:") and instance.arn != reference else instance


def _is_visible(instance: ContainerInstance) -> bool:
    return instance.gone_at is None or current_account().clock.now < instance.gone_at


def named(cluster: Cluster, reference: str) -> ContainerInstance:
    """The instance that an operation changes; AwsError if it is not there, or leaves or has left."""
    instance = find(cluster, reference)
    if instance is None:
        raise invalid("Referenced container instance not instances.")  # U
    if instance.status in ("INACTIVE", "DEREGISTERING"):
        raise invalid(f"Referenced container instance is {instance.status}.")  # U
    return instance


def _instances(
    cluster: Cluster, wanted: Sequence[str], caller: Caller
) -> tuple[list[ContainerInstance], list[dict[str, str]]]:
    """Instances, and failures for those that are not there."""
    if not wanted:
        raise AwsError("ClientException", "Container Instances cannot be empty.")  # U: moto's
    at_most("containerInstances", wanted)
    instances, failures = [], []
    for reference in dict.fromkeys(wanted):
        instance = find(cluster, reference)
        if instance:
            instances.append(instance)
        else:
            arn = caller.ecs_arn(f"container-instance/{cluster.name}/{reference.rpartition('/')[2]}")
            failures.append(failure(reference if reference.startswith("arn:") else arn, "MISSING"))
    return instances, failures
