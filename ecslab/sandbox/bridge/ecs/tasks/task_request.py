"""A RunTask request that has been found good, and what is the same of tasks wherever they run."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from moto.ec2.models import ec2_backends

from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ecs import account_settings, state
from ecslab.sandbox.bridge.ecs.shapes import Tags, checked_tags, merged_tags
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster, Strategy
from ecslab.sandbox.world.errors import invalid
from ecslab.sandbox.world.placement.order import Order as PlacementOrder
from ecslab.sandbox.world.task.container import STOP_TIMEOUT, Container
from ecslab.sandbox.world.task.task import Network

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api


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


def vpc_configuration(
    parameters: "api.RunTaskRequestTypeDef | api.CreateServiceRequestTypeDef",
) -> "api.AwsVpcConfigurationTypeDef | api.AwsVpcConfigurationOutputTypeDef | None":
    """What a request says of the network; None or nothing in it if it says nothing."""
    network = parameters.get("networkConfiguration")
    return network.get("awsvpcConfiguration") if network else None


def network(
    caller: Caller, definition: "api.TaskDefinitionTypeDef", parameters: "api.RunTaskRequestTypeDef"
) -> Network:
    """The network of a request whose tasks have interfaces of their own; AwsError if it cannot be."""
    vpc = vpc_configuration(parameters)
    if definition.get("networkMode") != "awsvpc":
        raise invalid("Network Configuration is not valid for the given networkMode of this task definition.")
    if not vpc:
        raise invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    subnets, groups = list(vpc.get("subnets") or []), list(vpc.get("securityGroups") or [])
    task_network.validate_network(caller.region, subnets, groups)
    described: Network = {
        "subnets": subnets, "groups": groups, "public": vpc.get("assignPublicIp") == "ENABLED",
    }  # fmt: skip
    if account_settings.effective(caller, "dualStackIPv6") == "disabled":
        described["ipv4_only"] = True
    return described


def container(
    caller: Caller, cluster: Cluster, task_id: str, definition: "api.ContainerDefinitionOutputTypeDef"
) -> Container:
    """A container of a task that is made."""
    return Container(
        name=definition["name"],
        arn=caller.ecs_arn(f"container/{cluster.name}/{task_id}/{new_uuid()}"),
        image=definition["image"],
        definition=definition,
        essential=definition.get("essential", True),
        depends_on={each["containerName"]: each["condition"] for each in definition.get("dependsOn", [])},
        stop_timeout=float(definition.get("stopTimeout") or STOP_TIMEOUT),
        start_timeout=definition.get("startTimeout"),
    )


def tags(
    caller: Caller,
    cluster: Cluster,
    definition: "api.TaskDefinitionTypeDef",
    parameters: "api.RunTaskRequestTypeDef",
) -> Tags:
    """The tags of a request's tasks."""
    own: Tags = []
    if parameters.get("enableECSManagedTags"):
        own = [{"key": "aws:ecs:clusterName", "value": cluster.name}]
    if parameters.get("propagateTags") == "TASK_DEFINITION":
        family = state.of(caller.region).families[definition["family"]]
        own = merged_tags(own, family.revisions[definition["revision"]].tags)
    return merged_tags(own, checked_tags(parameters.get("tags")))


def vpc_of(caller: Caller, subnet_id: str) -> str:
    """The VPC of a subnet."""
    return str(ec2_backends[caller.account][caller.region].get_subnet(subnet_id).vpc_id)


def zone_of(caller: Caller, subnet_id: str) -> str:
    """The Availability Zone of a subnet."""
    return str(ec2_backends[caller.account][caller.region].get_subnet(subnet_id).availability_zone)


def new_uuid() -> str:
    """An id as attachments and containers have."""
    return str(rng.uuid4())
