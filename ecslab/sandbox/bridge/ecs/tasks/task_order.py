"""RunTask: what it refuses, and the task it makes of a request.

Sentences marked U are put together from ones that AWS is known to use; the refusal itself is real.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs import clusters, task_definitions
from ecslab.sandbox.bridge.ecs.capacity_providers import checked_strategy, is_fargate
from ecslab.sandbox.bridge.ecs.instances import placing
from ecslab.sandbox.bridge.ecs.managed_instances.sentences import sentence
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster, Strategy
from ecslab.sandbox.bridge.ecs.tasks import instance_tasks, task_request
from ecslab.sandbox.bridge.ecs.tasks.overrides import check as check_overrides
from ecslab.sandbox.bridge.ecs.tasks.overrides import effective, task_overrides
from ecslab.sandbox.bridge.ecs.tasks.platform_versions import platform_family, platform_version
from ecslab.sandbox.bridge.ecs.tasks.task_request import Alike, Order
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.faults import NO_CAPACITY
from ecslab.sandbox.world.task.attachment import Attachment
from ecslab.sandbox.world.task.capacity_split import next_provider
from ecslab.sandbox.world.task.task import Network, Task

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

MOST: Final = 10
"""Tasks in one call."""
EPHEMERAL_GIB: Final = 20
WHOLE_REQUESTS: Final = 9
"""The behaviour from which on nobody puts a task into a service's group, or starts one nowhere."""


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
    strategy = _strategy(caller, cluster, parameters)
    if strategy is None or (strategy and not is_fargate(strategy)):
        return instance_tasks.order(caller, cluster, definition, parameters, strategy or [], of_service)
    refuse_placement(parameters)
    if "FARGATE" not in definition["compatibilities"]:
        raise invalid("Task definition does not support launch_type FARGATE.")
    version = platform_version(definition, parameters)
    network = task_request.network(caller, definition, parameters)
    given = parameters.get("overrides") or {}
    check_overrides(definition, given)
    tags = task_request.tags(caller, cluster, definition, parameters)
    overrides = task_overrides(definition, given)
    containers = tuple(effective(definition, overrides))
    return Order(
        caller, cluster, definition, parameters, network, None, tags, version, strategy, overrides,
        containers, Alike(),
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
        return instance_tasks.make(order)
    caller, cluster, definition = order.caller, order.cluster, order.definition
    task_id = f"{rng.getrandbits(128):032x}"
    arn = caller.ecs_arn(f"task/{cluster.name}/{task_id}")
    zoned = [(subnet, task_request.zone_of(caller, subnet)) for subnet in order.network["subnets"]]
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
        attachment=Attachment(task_request.new_uuid(), subnet),
        containers=[task_request.container(caller, cluster, task_id, each) for each in order.containers],
        settings=_settings_alike(order, subnet),
        tags=order.tags,
        network=order.network,
    )


def _strategy(
    caller: Caller, cluster: Cluster, parameters: "api.RunTaskRequestTypeDef"
) -> Strategy | None:
    """The call's capacity provider strategy, or the cluster's; empty with the launch type FARGATE.

    None with the launch type EC2, by name or because nothing else is said, and with EXTERNAL.
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
        if launch_type == "MANAGED_INSTANCES":
            raise invalid(sentence("launch_type"))
        if launch_type not in (None, "EC2", "EXTERNAL"):  # no cluster here has instances of another kind
            raise invalid(placing.NO_INSTANCES)
        return None
    return checked_strategy(items, cluster.capacity_providers, caller.region)


def refuse_placement(parameters: "api.RunTaskRequestTypeDef | api.UpdateServiceRequestTypeDef") -> None:
    """Refuse what places tasks on instances: Fargate has none."""
    for name, what in (("placementConstraints", "constraints"), ("placementStrategy", "strategies")):
        if parameters.get(name):
            raise invalid(f"Placement {what} are not supported with FARGATE launch type.")


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
        "availabilityZone": task_request.zone_of(order.caller, subnet),
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
