"""RunTask: what it refuses, and the task it makes of a request.

Sentences marked U are put together from ones that AWS is known to use; the refusal itself is real.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from moto.ec2.models import ec2_backends

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ecs import account_settings, clusters, state, task_definitions
from ecslab.sandbox.bridge.ecs.capacity_providers import checked_strategy
from ecslab.sandbox.bridge.ecs.instances import placing
from ecslab.sandbox.bridge.ecs.shapes import Tags, checked_tags, merged_tags
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster, Strategy
from ecslab.sandbox.bridge.ecs.tasks.overrides import check as check_overrides
from ecslab.sandbox.bridge.ecs.tasks.overrides import check_names, effective, task_overrides
from ecslab.sandbox.bridge.ecs.tasks.platform_versions import platform_family, platform_version
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.faults import NO_CAPACITY
from ecslab.sandbox.world.placement.cluster import CannotPlace
from ecslab.sandbox.world.placement.instance import Needs
from ecslab.sandbox.world.placement.order import Order as PlacementOrder
from ecslab.sandbox.world.task.attachment import Attachment
from ecslab.sandbox.world.task.capacity_split import next_provider
from ecslab.sandbox.world.task.container import STOP_TIMEOUT, Container
from ecslab.sandbox.world.task.task import Network, Task

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

MOST: Final = 10
"""Tasks in one call."""
EPHEMERAL_GIB: Final = 20


@dataclass(frozen=True, slots=True)
class Alike:
    """What tasks of one order share: settings by what tells them apart, networks by the subnet's place."""

    settings: "dict[tuple[str | None, ...], api.TaskTypeDef]" = field(default_factory=dict)
    networks: dict[int, Network] = field(default_factory=dict)


@dataclass(frozen=True)
class Order:
    """A RunTask request that has been found good.

    Args:
        provider: the capacity provider of the task that is made next; None with a launch type.
        version: the platform version.
        strategy: the capacity provider strategy, with base and weight filled in; empty with a launch type.
        overrides, containers: what the definition becomes by the overrides.
        placed: what is asked of container instances; None on Fargate.
        alike: settings and networks of tasks made so far, which those that are alike share: there are
            thousands of them. Read it, do not write to it.
    """

    caller: Caller
    cluster: Cluster
    definition: "api.TaskDefinitionTypeDef"
    parameters: "api.RunTaskRequestTypeDef"
    network: Network
    provider: str | None
    tags: Tags
    version: str
    strategy: Strategy
    overrides: "api.TaskOverrideOutputTypeDef"
    containers: "tuple[api.ContainerDefinitionOutputTypeDef, ...]"
    alike: "Alike"
    placed: PlacementOrder | None = None


def order(caller: Caller, parameters: "api.RunTaskRequestTypeDef", *, of_service: bool = False) -> Order:
    """Check a request as RunTask does, all but its roles: a service asks for those when it starts a task.

    A service on EC2 also waits for container instances, where RunTask is refused.

    An unknown task definition is told before all else [NAT:audit_execution_rejections].
    """
    definition = task_definitions.resolve(caller, parameters["taskDefinition"])
    cluster = clusters.find(caller, parameters.get("cluster"))
    if definition["status"] != "ACTIVE":
        raise AwsError("ClientException", "TaskDefinition is inactive")
    if not 1 <= parameters.get("count", 1) <= MOST:
        raise invalid(f"count must be between 1 and {MOST}.")  # U
    strategy = _strategy(cluster, parameters)
    if strategy is None:
        return _on_instances(caller, cluster, definition, parameters, of_service)
    refuse_placement(parameters)
    if "FARGATE" not in definition["compatibilities"]:
        raise invalid("Task definition does not support launch_type FARGATE.")
    version = platform_version(definition, parameters)
    network = _network(caller, definition, parameters)
    given = parameters.get("overrides") or {}
    check_overrides(definition, given)
    tags = _tags(caller, cluster, definition, parameters)
    overrides = task_overrides(definition, given)
    containers = tuple(effective(definition, overrides))
    return Order(
        caller, cluster, definition, parameters, network, None, tags, version, strategy, overrides,
        containers, Alike(),
    )  # fmt: skip


def _on_instances(
    caller: Caller,
    cluster: Cluster,
    definition: "api.TaskDefinitionTypeDef",
    parameters: "api.RunTaskRequestTypeDef",
    of_service: bool,
) -> Order:
    """The same, of a request for the launch type EC2."""
    placing.check_request(vpc_configuration(parameters), parameters.get("platformVersion"))
    if not of_service and not placing.has_instances(cluster):
        raise invalid(placing.NO_INSTANCES)
    placing.check(definition, vpc_configuration(parameters))
    given = parameters.get("overrides") or {}
    check_names(definition, given)
    network: Network = {"subnets": []}
    if vpc_configuration(parameters):
        network = _network(caller, definition, parameters)
    size = placing.size(definition, {**given}, definition["containerDefinitions"])
    overrides = task_overrides(definition, given)
    containers = tuple(effective(definition, overrides))
    if not (given.get("cpu") or given.get("memory")):
        size = placing.size(definition, {}, containers)
    zones = {zone_of(caller, subnet) for subnet in network["subnets"]}
    vpc = vpc_of(caller, network["subnets"][0]) if network["subnets"] else None
    group = parameters.get("group") or f"family:{definition['family']}"
    placed = placing.order(definition, group, size, containers, parameters, vpc, zones)
    tags = _tags(caller, cluster, definition, parameters)
    return Order(
        caller, cluster, definition, parameters, network, None, tags,
        "", [], overrides, containers, Alike(), placed,
    )  # fmt: skip


def network_at(order: Order, place: int) -> Network:
    """The order's network with one of its subnets alone."""
    if place not in order.alike.networks:
        subnets = [order.network["subnets"][place]]
        order.alike.networks[place] = {**order.network, "subnets": subnets}
    return order.alike.networks[place]


def split(order: Order, count: int) -> Iterator[Order]:
    """One order for each of so many tasks, which the strategy spreads over its capacity providers."""
    given: Counter[str] = Counter()
    for _ in range(count):
        provider = _next(order.strategy, given) if order.strategy else None
        yield replace(order, provider=provider)
        given.update([provider] if provider else [])


def _next(strategy: Strategy, given: Mapping[str, int]) -> str:
    if current_account().behaviour < 2:
        return str(max(strategy, key=lambda item: (item["base"], item["weight"]))["capacityProvider"])
    return next_provider(strategy, given)


class NoCapacity(AwsError):
    """Fargate has no room for the task now; RunTask tells it among its failures."""

    def __init__(self) -> None:
        super().__init__("ServiceUnavailableException", NO_CAPACITY)


def make(order: Order, index: int) -> Task:
    """The task number `index` of the call, PROVISIONING; NoCapacity if none of its subnets has room."""
    if order.placed:
        return make_on_instance(order)
    caller, cluster, definition = order.caller, order.cluster, order.definition
    task_id = f"{rng.getrandbits(128):032x}"
    arn = caller.ecs_arn(f"task/{cluster.name}/{task_id}")
    zoned = [(subnet, zone_of(caller, subnet)) for subnet in order.network["subnets"]]
    subnets = current_account().faults.places(zoned, order.provider)
    if not subnets:
        raise NoCapacity
    clock = current_account().clock
    first = clock.durations.pick(len(subnets), f"{cluster.arn}@{clock.now}")
    subnet = subnets[(first + index) % len(subnets)]  # U: which AWS takes; those of one call are spread
    return Task(
        id=task_id,
        arn=arn,
        cluster=cluster.name,
        region=caller.region,
        definition=definition,
        attachment=Attachment(_uuid(), subnet),
        containers=[_container(caller, cluster, task_id, each) for each in order.containers],
        settings=_settings_alike(order, subnet),
        tags=order.tags,
        network=order.network,
    )


def make_on_instance(order: Order, instance: ContainerInstance | None = None) -> Task:
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
    zone = instance.attributes["ecs.availability-zone"]
    subnets = [subnet for subnet in order.network["subnets"] if zone_of(caller, subnet) == zone]
    own = instance.attributes["ecs.subnet-id"] or ""
    attachment = Attachment(_uuid(), subnets[0]) if subnets else Attachment("", own, shared=True)
    return Task(
        id=task_id,
        arn=caller.ecs_arn(f"task/{cluster.name}/{task_id}"),
        cluster=cluster.name,
        region=caller.region,
        definition=order.definition,
        attachment=attachment,
        containers=[_container(caller, cluster, task_id, each) for each in order.containers],
        settings=_settings_on_instance(order, instance),
        tags=order.tags,
        network=order.network,
        instance=instance.id,
    )


def _settings_on_instance(order: Order, instance: ContainerInstance) -> "api.TaskTypeDef":
    parameters, definition = order.parameters, order.definition
    needs = order.placed.needs if order.placed else Needs()
    settings: api.TaskTypeDef = {
        "attributes": [
            {"name": "ecs.cpu-architecture", "value": instance.attributes["ecs.cpu-architecture"] or ""}
        ],
        "availabilityZone": instance.attributes["ecs.availability-zone"] or "",
        "clusterArn": order.cluster.arn,
        "containerInstanceArn": instance.arn,
        "cpu": str(needs.cpu),
        "enableExecuteCommand": bool(parameters.get("enableExecuteCommand")),
        "group": parameters.get("group") or f"family:{definition['family']}",
        "launchType": "EC2",
        "memory": str(needs.memory),
        "overrides": order.overrides,
        "taskDefinitionArn": definition["taskDefinitionArn"],
    }
    if parameters.get("startedBy"):
        settings["startedBy"] = parameters["startedBy"]
    return settings


def _strategy(cluster: Cluster, parameters: "api.RunTaskRequestTypeDef") -> Strategy | None:
    """The call's capacity provider strategy, or the cluster's; empty with the launch type FARGATE.

    None with the launch type EC2, by name or because nothing else is said.
    """
    launch_type, items = parameters.get("launchType"), parameters.get("capacityProviderStrategy")
    if launch_type and items:
        raise invalid(
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and "
            "try again."  # U: the second sentence
        )
    if launch_type == "FARGATE":
        return []
    items = items or ([] if launch_type else cluster.default_strategy)
    if not items:
        if launch_type not in (None, "EC2"):  # no cluster here has instances of another kind
            raise invalid(placing.NO_INSTANCES)
        return None
    return checked_strategy(items, cluster.capacity_providers)


def refuse_placement(parameters: "api.RunTaskRequestTypeDef | api.UpdateServiceRequestTypeDef") -> None:
    """Refuse what places tasks on instances: Fargate has none."""
    for name, what in (("placementConstraints", "constraints"), ("placementStrategy", "strategies")):
        if parameters.get(name):
            raise invalid(f"Placement {what} are not supported with FARGATE launch type.")


def vpc_configuration(
    parameters: "api.RunTaskRequestTypeDef | api.CreateServiceRequestTypeDef",
) -> "api.AwsVpcConfigurationTypeDef | api.AwsVpcConfigurationOutputTypeDef | None":
    """What a request says of the network; None or nothing in it if it says nothing."""
    network = parameters.get("networkConfiguration")
    return network.get("awsvpcConfiguration") if network else None


def _network(
    caller: Caller, definition: "api.TaskDefinitionTypeDef", parameters: "api.RunTaskRequestTypeDef"
) -> Network:
    vpc = vpc_configuration(parameters)
    if definition.get("networkMode") != "awsvpc":
        raise invalid("Network Configuration is not valid for the given networkMode of this task definition.")
    if not vpc:
        raise invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    subnets, groups = list(vpc.get("subnets") or []), list(vpc.get("securityGroups") or [])
    task_network.validate_network(caller.region, subnets, groups)
    network: Network = {
        "subnets": subnets, "groups": groups, "public": vpc.get("assignPublicIp") == "ENABLED",
    }  # fmt: skip
    if account_settings.effective(caller, "dualStackIPv6") == "disabled":
        network["ipv4_only"] = True
    return network


def check_exec(order: Order) -> None:
    """ECS Exec needs a task role (boto/boto3#3173)."""
    role = (order.parameters.get("overrides") or {}).get("taskRoleArn") or order.definition.get("taskRoleArn")
    if order.parameters.get("enableExecuteCommand") and not role and current_account().behaviour >= 2:
        raise invalid(
            "The execute command failed because a valid task role is not being used. Specify a valid task "
            "role in your task definition or as a task override and try again."
        )


def check_roles(
    caller: Caller, definition: "api.TaskDefinitionTypeDef", parameters: "api.RunTaskRequestTypeDef"
) -> None:
    """Refuse roles that ECS cannot assume (ClientException)."""
    overrides = parameters.get("overrides") or {}
    execution_role = overrides.get("executionRoleArn") or definition.get("executionRoleArn")
    task_role = overrides.get("taskRoleArn") or definition.get("taskRoleArn")
    for role in (execution_role, task_role):
        problem = role and roles.role_problem(role, region=caller.region)
        if problem:
            raise AwsError("ClientException", problem)


def _container(
    caller: Caller, cluster: Cluster, task_id: str, definition: "api.ContainerDefinitionOutputTypeDef"
) -> Container:
    return Container(
        name=definition["name"],
        arn=caller.ecs_arn(f"container/{cluster.name}/{task_id}/{_uuid()}"),
        image=definition["image"],
        definition=definition,
        essential=definition.get("essential", True),
        depends_on={each["containerName"]: each["condition"] for each in definition.get("dependsOn", [])},
        stop_timeout=float(definition.get("stopTimeout") or STOP_TIMEOUT),
        start_timeout=definition.get("startTimeout"),
    )


def _settings_alike(order: Order, subnet: str) -> "api.TaskTypeDef":
    parameters, known = order.parameters, order.alike.settings
    key = subnet, order.provider, parameters.get("group"), parameters.get("startedBy")
    if key not in known:
        known[key] = _settings(order, subnet)
    return known[key]


def _settings(order: Order, subnet: str) -> "api.TaskTypeDef":
    """What of API_Task stays as it is from beginning to end."""
    parameters, definition, overrides = order.parameters, order.definition, order.overrides
    platform = definition.get("runtimePlatform") or {}
    storage = overrides.get("ephemeralStorage") or definition.get("ephemeralStorage")
    size = storage["sizeInGiB"] if storage else EPHEMERAL_GIB
    architecture = "arm64" if platform.get("cpuArchitecture") == "ARM64" else "x86_64"
    settings: api.TaskTypeDef = {
        "attributes": [{"name": "ecs.cpu-architecture", "value": architecture}],
        "availabilityZone": zone_of(order.caller, subnet),
        "clusterArn": order.cluster.arn,
        "cpu": str(overrides.get("cpu") or definition["cpu"]),
        "enableExecuteCommand": bool(parameters.get("enableExecuteCommand")),
        "ephemeralStorage": {"sizeInGiB": size},
        "fargateEphemeralStorage": {"sizeInGiB": size},
        "group": parameters.get("group") or f"family:{definition['family']}",
        "launchType": "FARGATE",
        "memory": str(overrides.get("memory") or definition["memory"]),
        "overrides": overrides,
        "platformFamily": platform_family(definition),
        "platformVersion": order.version,
        "taskDefinitionArn": definition["taskDefinitionArn"],
    }
    if parameters.get("startedBy"):
        settings["startedBy"] = parameters["startedBy"]
    if order.provider:
        settings["capacityProviderName"] = order.provider
    return settings


def _tags(
    caller: Caller,
    cluster: Cluster,
    definition: "api.TaskDefinitionTypeDef",
    parameters: "api.RunTaskRequestTypeDef",
) -> Tags:
    tags: Tags = []
    if parameters.get("enableECSManagedTags"):
        tags = [{"key": "aws:ecs:clusterName", "value": cluster.name}]
    if parameters.get("propagateTags") == "TASK_DEFINITION":
        family = state.of(caller.region).families[definition["family"]]
        tags = merged_tags(tags, family.revisions[definition["revision"]].tags)
    return merged_tags(tags, checked_tags(parameters.get("tags")))


def vpc_of(caller: Caller, subnet_id: str) -> str:
    return str(ec2_backends[caller.account][caller.region].get_subnet(subnet_id).vpc_id)


def zone_of(caller: Caller, subnet_id: str) -> str:
    return str(ec2_backends[caller.account][caller.region].get_subnet(subnet_id).availability_zone)


def _uuid() -> str:
    return str(rng.uuid4())
