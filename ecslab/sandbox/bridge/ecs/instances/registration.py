"""How the agent registers its instance, and why it cannot.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch_container_instance.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
"""

from collections.abc import Mapping
from typing import Final

from moto.ec2.models.instances import Instance as MotoInstance

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.auto_scaling_groups import state as groups
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs import account_settings, clusters, hosted_daemons, state
from ecslab.sandbox.bridge.ecs.capacity import facts
from ecslab.sandbox.bridge.ecs.instances import external, machine
from ecslab.sandbox.bridge.ecs.managed_instances import known
from ecslab.sandbox.bridge.ecs.shapes import Tags, checked_tags
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.bridge.ssm_nodes.state import SERVICE, Node
from ecslab.sandbox.world.container_instance import agent_settings, attribute_rules, capabilities
from ecslab.sandbox.world.container_instance.container_instance import MOST_ATTRIBUTES, ContainerInstance
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.network import packets
from ecslab.sandbox.world.placement.cluster import Placement

ENDPOINTS: Final = ("ecs", "ecs-agent", "ecs-telemetry")
"""What the agent speaks to (interface VPC endpoints of ECS, in the developer guide)."""
DISCOVERING: Final = "ecs:DiscoverPollEndpoint"
POLLING: Final = (DISCOVERING, "ecs:Poll", "ecs:StartTelemetrySession")
"""What the role must allow besides the registration itself; of managed instances, all but the first for the
instance's own ARN, as AWS's policy for them has it."""


TRUNKS: Final = 7
"""The behaviour from which on an instance waits for its trunk interface."""
RULES: Final = 9
"""The behaviour from which on `ECS_INSTANCE_ATTRIBUTES` says nothing that cannot be an attribute."""


class CannotRegister(Exception):
    """The agent cannot register its instance for now; its text is for whoever reads the agent's log."""


def register(region: str, instance: MotoInstance) -> ContainerInstance:
    """Register an instance in the cluster that its user data names, or in `default`.

    The agent makes the cluster `default` if it is not there, and no other
    (ecs-agent/api/ecs/client/ecs_client.go, RegisterContainerInstance).

    Raises:
        CannotRegister: it has no way to ECS, its role does not allow it, or there is no such cluster.
    """
    settings, managed = machine.settings_of(instance), known.managed_instance(region, str(instance.id))
    if managed:
        settings = {"ECS_CLUSTER": managed.cluster}
    caller = _caller(region, instance)
    for endpoint in ENDPOINTS:
        if not packets.egress(machine.facts(region, instance), endpoint).passed:
            raise CannotRegister(f"no way to {endpoint}")
    cluster = _cluster(caller, settings.get("ECS_CLUSTER"))
    own = caller.ecs_arn(f"container-instance/{cluster.name}/*") if managed else "*"
    for action in POLLING:
        _ask(caller, action, "*" if action == DISCOVERING else own)
    _ask(caller, "ecs:RegisterContainerInstance", cluster.arn)
    made = _made(caller, cluster, instance, settings, managed is not None)
    if managed:
        made.managed, made.provider = True, managed.provider
        if hosted_daemons.wanted(region, managed.provider):
            made.joined, made.status = made.status == "ACTIVE", "REGISTERING"
    return _added(cluster, made)


def register_node(node: Node) -> ContainerInstance:
    """Register a machine outside AWS in the cluster that its registration script named.

    Raises:
        CannotRegister: its role does not allow it, or there is no such cluster.
    """
    account = current_account().id
    caller = Caller(account, node.region, f"arn:aws:sts::{account}:assumed-role/{node.role}/{node.id}")
    cluster = state.of(node.region).clusters.get(node.cluster)
    if cluster is None or cluster.status != "ACTIVE":
        raise CannotRegister("ClusterNotFoundException: Cluster not found.")
    for action in POLLING:
        _ask(caller, action, "*", SERVICE)
    _ask(caller, "ecs:RegisterContainerInstance", cluster.arn, SERVICE)
    instance_id = f"{rng.getrandbits(128):032x}"
    arn = caller.ecs_arn(f"container-instance/{cluster.name}/{instance_id}")
    return _added(cluster, external.container_instance(node, instance_id, arn))


def _added(cluster: Cluster, registered: ContainerInstance) -> ContainerInstance:
    if cluster.placement is None:
        cluster.placement = Placement(current_account().clock.durations.share)
    registered.provider = registered.provider or _provider(cluster, registered)
    cluster.placement.add(registered)
    return registered


def _provider(cluster: Cluster, instance: ContainerInstance) -> str | None:
    """The cluster's capacity provider whose group the instance is in.

    One that has registered before does not become its (developer guide, capacity providers).
    """
    group = groups.group_of(instance.region, instance.ec2_id)
    for provider in facts.providers_of(instance.region, group) if group else ():
        if provider.name in cluster.capacity_providers:
            return provider.name
    return None


def _caller(region: str, instance: MotoInstance) -> Caller:
    """The role of its instance profile, as it calls ECS."""
    role = machine.role_of(region, instance)
    if role is None:
        raise CannotRegister("NoCredentialProviders: no valid providers in chain")
    account = current_account().id
    name = role.rpartition("/")[2]
    return Caller(account, region, f"arn:aws:sts::{account}:assumed-role/{name}/{instance.id}")


def _ask(caller: Caller, action: str, resource: str, service: str = roles.INSTANCES) -> None:
    problem = roles.instance_problem(caller.arn, action, resource, service)
    if problem:
        raise CannotRegister(f"AccessDeniedException: {problem}")


def _cluster(caller: Caller, name: str | None) -> Cluster:
    known = state.of(caller.region).clusters.get(name or agent_settings.DEFAULT_CLUSTER)
    if known is not None and known.status == "ACTIVE":
        return known
    if name:
        raise CannotRegister("ClusterNotFoundException: Cluster not found.")
    _ask(caller, "ecs:CreateCluster", "*")
    try:
        clusters.create_cluster({}, caller)
    except AwsError as refusal:  # the linked role is not known yet
        raise CannotRegister(f"{refusal.code}: {refusal.message}") from None
    return state.of(caller.region).clusters[agent_settings.DEFAULT_CLUSTER]


def _made(
    caller: Caller, cluster: Cluster, instance: MotoInstance, settings: Mapping[str, str], managed: bool
) -> ContainerInstance:
    image, kind = machine.image_of(caller.region, instance), machine.type_of(instance)
    if image is None or kind is None:
        raise CannotRegister("there is no agent")
    tags, custom = _own(settings)
    attributes = _attributes(instance, image)
    instance_id, now = f"{rng.getrandbits(128):032x}", current_account().clock.timestamp()
    by_default = managed and current_account().behaviour >= known.TRUNKS
    trunking = by_default or account_settings.effective(caller, "awsvpcTrunking") == "enabled"
    # those that ECS manages have theirs from the launch on, as the primary one
    waits = not by_default and capabilities.has_trunk(kind.name, trunking)
    reserved = settings.get("ECS_RESERVED_MEMORY", "")
    return ContainerInstance(
        id=instance_id,
        ec2_id=str(instance.id),
        cpu=kind.cpus * 1024,
        memory=capabilities.registered_memory(kind.memory, int(reserved) if reserved.isdecimal() else 0),
        interfaces=capabilities.task_interfaces(kind.name, kind.interfaces, trunking),
        attributes={**custom, **attributes} if _has_rules() else {**attributes, **custom},
        status="REGISTERING" if waits and current_account().behaviour >= TRUNKS else "ACTIVE",
        agent_version=image.agent_version,
        registered_at=now,
        arn=caller.ecs_arn(f"container-instance/{cluster.name}/{instance_id}"),
        cluster=cluster.name,
        region=caller.region,
        docker_version=image.docker_version,
        tags=tags,
        built_in=frozenset(attributes) | ({attribute_rules.TRUNK} if _has_rules() else set()),
        agent_changed_at=now,
        trunk=waits,
    )


def _own(settings: Mapping[str, str]) -> tuple[Tags, dict[str, str]]:
    """Tags and attributes that the settings give the instance."""
    try:
        tags = agent_settings.named_values(settings, "ECS_CONTAINER_INSTANCE_TAGS")
        custom = agent_settings.named_values(settings, "ECS_INSTANCE_ATTRIBUTES")
        _check_attributes(custom)
        return checked_tags([{"key": key, "value": value} for key, value in tags.items()]), custom
    except (ValueError, AwsError) as wrong:
        raise CannotRegister(str(wrong)) from None


def _has_rules() -> bool:
    return current_account().behaviour >= RULES


def _check_attributes(custom: Mapping[str, str]) -> None:
    """Refuse a registration with attributes that cannot be (aws/amazon-ecs-agent#622).

    U: which it refuses besides those with invalid characters.
    """
    wrong = [name for name, value in custom.items() if attribute_rules.problem(name, value)]
    wrong += [name for name in custom if attribute_rules.reserved(name)]
    if _has_rules() and (wrong or len(custom) > MOST_ATTRIBUTES):
        raise ValueError(f"InvalidParameterException: invalid attributes {sorted(wrong or custom)}")


def _attributes(instance: MotoInstance, image: machine.AgentImage) -> dict[str, str | None]:
    """What ECS and the agent say of the instance."""
    subnet, zone = instance.nics[0].subnet, str(instance.placement.zone)
    kind, vpc = str(instance.instance_type), str(subnet.vpc_id)
    return capabilities.attributes(image.image_id, kind, image.architecture, zone, str(subnet.id), vpc)
