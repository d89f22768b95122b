"""Tasks on container instances: what RunTask refuses there, and the task it makes of a request.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch_types.html
"""

from typing import TYPE_CHECKING

from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs.instances import placing
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.bridge.ecs.tasks import task_request
from ecslab.sandbox.bridge.ecs.tasks.overrides import check_names, effective, task_overrides
from ecslab.sandbox.bridge.ecs.tasks.task_request import Alike, Order, vpc_configuration, zone_of
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.errors import invalid
from ecslab.sandbox.world.placement.cluster import CannotPlace
from ecslab.sandbox.world.placement.instance import Needs
from ecslab.sandbox.world.task.attachment import Attachment
from ecslab.sandbox.world.task.task import Network, Task

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api


def order(
    caller: Caller,
    cluster: Cluster,
    definition: "api.TaskDefinitionTypeDef",
    parameters: "api.RunTaskRequestTypeDef",
    of_service: bool,
) -> Order:
    """Check a request for the launch type EC2 or EXTERNAL (`task_order.order`)."""
    launch_type = parameters.get("launchType") or "EC2"
    placing.check_request(vpc_configuration(parameters), parameters.get("platformVersion"), launch_type)
    if not of_service and not placing.has_instances(cluster, external=launch_type == "EXTERNAL"):
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
        "", [], overrides, containers, Alike(), placed,
    )  # fmt: skip


def make(order: Order, instance: ContainerInstance | None = None) -> Task:
    """A task of this order on a container instance; CannotPlace if no instance can take it.

    Args:
        instance: the one that StartTask names, which has room; otherwise placement chooses one.
    """
    caller, cluster, placement = order.caller, order.cluster, order.cluster.placement
    assert order.placed is not None, "the launch type is EC2"
    if placement is None:
        raise CannotPlace({})
    task_id = f"{rng.getrandbits(128):032x}"
    if instance is None:
        chosen = placement.place(order.placed, task_id)
        assert isinstance(chosen, ContainerInstance), "no other is registered"
        instance = chosen
    else:
        placement.take(instance, order.placed, task_id)
    zone = instance.attributes.get("ecs.availability-zone")
    subnets = [subnet for subnet in order.network["subnets"] if zone_of(caller, subnet) == zone]
    own = instance.attributes.get("ecs.subnet-id") or ""
    attachment = (
        Attachment(task_request.new_uuid(), subnets[0]) if subnets else Attachment("", own, shared=True)
    )
    return Task(
        id=task_id,
        arn=caller.ecs_arn(f"task/{cluster.name}/{task_id}"),
        cluster=cluster.name,
        region=caller.region,
        definition=order.definition,
        attachment=attachment,
        containers=[task_request.container(caller, cluster, task_id, each) for each in order.containers],
        settings=_settings(order, instance),
        tags=order.tags,
        network=order.network,
        instance=instance.id,
    )


def _settings(order: Order, instance: ContainerInstance) -> "api.TaskTypeDef":
    parameters, definition = order.parameters, order.definition
    needs = order.placed.needs if order.placed else Needs()
    settings: api.TaskTypeDef = {
        "attributes": [
            {"name": "ecs.cpu-architecture", "value": instance.attributes["ecs.cpu-architecture"] or ""}
        ],
        "clusterArn": order.cluster.arn,
        "containerInstanceArn": instance.arn,
        "cpu": str(needs.cpu),
        "enableExecuteCommand": bool(parameters.get("enableExecuteCommand")),
        "group": parameters.get("group") or f"family:{definition['family']}",
        "launchType": "EXTERNAL" if order.placed and order.placed.external else "EC2",
        "memory": str(needs.memory),
        "overrides": order.overrides,
        "taskDefinitionArn": definition["taskDefinitionArn"],
    }
    zone = instance.attributes.get("ecs.availability-zone")
    if zone:
        settings["availabilityZone"] = zone
    if parameters.get("startedBy"):
        settings["startedBy"] = parameters["startedBy"]
    return settings
