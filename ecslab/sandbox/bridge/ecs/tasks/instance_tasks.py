"""Tasks on container instances: what RunTask refuses there, and the task it makes of a request.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch_types.html
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.capacity import look
from ecslab.sandbox.bridge.ecs.instances import placing
from ecslab.sandbox.bridge.ecs.managed_instances import known
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster, Strategy, Waiting
from ecslab.sandbox.bridge.ecs.tasks import store, task_request
from ecslab.sandbox.bridge.ecs.tasks.overrides import check_names, effective, task_overrides
from ecslab.sandbox.bridge.ecs.tasks.task_request import Alike, Order, vpc_configuration, zone_of
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.placement.cluster import CannotPlace
from ecslab.sandbox.world.placement.instance import Needs
from ecslab.sandbox.world.placement.order import Order as PlacementOrder
from ecslab.sandbox.world.task.attachment import Attachment
from ecslab.sandbox.world.task.task import Network, Task

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api
    from mypy_boto3_ecs.literals import LaunchTypeType as LaunchType

MANAGED: Final = "MANAGED_INSTANCES"
MOST_WAITING: Final = 500
"""Tasks of a cluster that wait for capacity (quotas of ECS)."""


class TooManyWait(AwsError):
    """So many tasks of a cluster wait for capacity already; a service's event has these words."""

    def __init__(self) -> None:
        super().__init__(
            "ClientException",
            "was unable to place tasks in your cluster because the tasks provisioning capacity limit was "
            "exceeded.",
        )


def order(
    caller: Caller,
    cluster: Cluster,
    definition: "api.TaskDefinitionTypeDef",
    parameters: "api.RunTaskRequestTypeDef",
    strategy: Strategy,
    of_service: bool,
) -> Order:
    """Check a request for EC2, EXTERNAL, or providers of Auto Scaling groups (`task_order.order`)."""
    launch_type = parameters.get("launchType") or "EC2"
    if strategy and known.is_managed(caller.region, strategy[0]["capacityProvider"]):
        launch_type = MANAGED
        placing.refuse_strategies(parameters, launch_type)
    placing.check_request(vpc_configuration(parameters), parameters.get("platformVersion"), launch_type)
    external = launch_type == "EXTERNAL"
    if not of_service and not strategy and not placing.has_instances(cluster, external=external):
        raise invalid(placing.NO_INSTANCES)
    placing.check(definition, vpc_configuration(parameters), launch_type)
    given = parameters.get("overrides") or {}
    check_names(definition, given)
    network: Network = {"subnets": []}
    if vpc_configuration(parameters):
        network = task_request.network(caller, definition, parameters)
    size = placing.size(definition, {**given}, definition["containerDefinitions"])
    overrides = task_overrides(definition, given)
    containers = tuple(effective(definition, overrides))
    if not (given.get("cpu") or given.get("memory")):
        size = placing.size(definition, {}, containers)
    zones = {zone_of(caller, subnet) for subnet in network["subnets"]}
    vpc = task_request.vpc_of(caller, network["subnets"][0]) if network["subnets"] else None
    group = parameters.get("group") or f"family:{definition['family']}"
    placed = placing.order(definition, group, size, containers, parameters, vpc, zones)
    tags = task_request.tags(caller, cluster, definition, parameters)
    return Order(
        caller, cluster, definition, parameters, network, None, tags,
        "", strategy, overrides, containers, Alike(), placed,
    )  # fmt: skip


def make(order: Order, instance: ContainerInstance | None = None) -> Task:
    """A task of this order on a container instance, or one that waits for it.

    Args:
        instance: the one that StartTask names, which has room; otherwise placement chooses one.

    Raises:
        CannotPlace: no instance can take it, and its capacity provider brings none.
        TooManyWait: too many wait for one already.
    """
    caller, cluster, placement = order.caller, order.cluster, order.cluster.placement
    placed = _of_provider(order)
    if placement is None:
        raise CannotPlace({})
    task_id = f"{rng.getrandbits(128):032x}"
    try:
        if instance is None:
            chosen = placement.place(placed, task_id)
            assert isinstance(chosen, ContainerInstance), "no other is registered"
            instance = chosen
        else:
            placement.take(instance, placed, task_id)
    except CannotPlace:
        if not _may_wait(order):
            raise
    task = Task(
        id=task_id,
        arn=caller.ecs_arn(f"task/{cluster.name}/{task_id}"),
        cluster=cluster.name,
        region=caller.region,
        definition=order.definition,
        attachment=_attachment(order, instance),
        containers=[task_request.container(caller, cluster, task_id, each) for each in order.containers],
        settings=_settings(order, instance),
        tags=order.tags,
        network=order.network,
        instance=instance.id if instance else None,
    )
    return task if instance else _waiting(order, placed, task)


def _of_provider(order: Order) -> PlacementOrder:
    """What is asked of container instances: of those of the task's capacity provider, if it has one."""
    assert order.placed is not None, "it runs on container instances"
    return replace(order.placed, provider=order.provider) if order.provider else order.placed


def _may_wait(order: Order) -> bool:
    """Whether a task waits for capacity: its provider has managed scaling, which brings some.

    Raises:
        TooManyWait: too many do.
    """
    region = state.of(order.caller.region)
    provider = region.providers.get(order.provider or "")
    brings = provider.scaling.enabled if provider else order.provider in region.managed_providers
    if not brings:
        return False
    if len(order.cluster.waiting) >= MOST_WAITING:
        raise TooManyWait
    return True


def _attachment(order: Order, instance: ContainerInstance | None) -> Attachment:
    """The interface of a task on this instance; of one that waits, none yet."""
    if instance is None:
        return Attachment("", "", shared=True)
    zone = instance.attributes.get("ecs.availability-zone")
    subnets = [subnet for subnet in order.network["subnets"] if zone_of(order.caller, subnet) == zone]
    own = instance.attributes.get("ecs.subnet-id") or ""
    return Attachment(task_request.new_uuid(), subnets[0]) if subnets else Attachment("", own, shared=True)


def _waiting(order: Order, placed: PlacementOrder, task: Task) -> Task:
    """The task, which waits for capacity of its provider from here on."""
    task.waiting = True
    order.cluster.waiting[task.id] = Waiting(
        task, order.provider or "", placed, lambda instance: _place(order, placed, task, instance)
    )
    look.soon(order.caller.region, order.cluster)
    return task


def _place(
    order: Order, placed: PlacementOrder, task: Task, instance: ContainerInstance | None = None
) -> bool:
    """Place a task that has waited; whether an instance, or the one that was launched for it, has room."""
    placement = order.cluster.placement
    assert placement is not None, "its provider is associated"
    if instance is not None:
        if placed.refusal(instance):
            return False
        placement.take(instance, placed, task.id)
    else:
        try:
            chosen = placement.place(placed, task.id)
        except CannotPlace:
            return False
        assert isinstance(chosen, ContainerInstance), "no other is registered"
        instance = chosen
    task.instance, task.attachment = instance.id, _attachment(order, instance)
    task.settings = _settings(order, instance)
    store.place(task)
    return True


def _launch_type(order: Order) -> "LaunchType":
    if known.is_managed(order.caller.region, order.provider):
        return MANAGED
    return "EXTERNAL" if order.placed and order.placed.external else "EC2"


def _settings(order: Order, instance: ContainerInstance | None) -> "api.TaskTypeDef":
    """What of API_Task stays; of a task that waits, without what its instance decides."""
    parameters, definition = order.parameters, order.definition
    needs = order.placed.needs if order.placed else Needs()
    settings: api.TaskTypeDef = {
        "attributes": [],
        "clusterArn": order.cluster.arn,
        "cpu": str(needs.cpu),
        "enableExecuteCommand": bool(parameters.get("enableExecuteCommand")),
        "group": parameters.get("group") or f"family:{definition['family']}",
        "launchType": _launch_type(order),
        "memory": str(needs.memory),
        "overrides": order.overrides,
        "taskDefinitionArn": definition["taskDefinitionArn"],
    }
    if instance is not None:
        architecture = instance.attributes["ecs.cpu-architecture"] or ""
        settings["attributes"] = [{"name": "ecs.cpu-architecture", "value": architecture}]
        settings["containerInstanceArn"] = instance.arn
        zone = instance.attributes.get("ecs.availability-zone")
        if zone:
            settings["availabilityZone"] = zone
    if parameters.get("startedBy"):
        settings["startedBy"] = parameters["startedBy"]
    if order.provider:
        settings["capacityProviderName"] = order.provider
    return settings
