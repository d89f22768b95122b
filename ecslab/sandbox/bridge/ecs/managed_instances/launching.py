"""Launches managed instances for tasks that wait, under the infrastructure role; or says why it cannot."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from moto.ec2.exceptions import EC2ClientError

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ec2 import launch_checks
from ecslab.sandbox.bridge.ec2 import machines as ec2_machines
from ecslab.sandbox.bridge.ecs import hosted_daemons
from ecslab.sandbox.bridge.ecs.managed_instances import instance_types, known
from ecslab.sandbox.bridge.ecs.managed_instances.request import SERVICE
from ecslab.sandbox.bridge.ecs.managed_instances.sentences import sentence
from ecslab.sandbox.bridge.ecs.state import Cluster, Waiting
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.world.container_instance import capabilities
from ecslab.sandbox.world.container_instance.container_instance import NEWEST_AGENT
from ecslab.sandbox.world.managed_instances import packing, requirements
from ecslab.sandbox.world.managed_instances.instance_type import InstanceType
from ecslab.sandbox.world.managed_instances.packing import Launch, Wanted
from ecslab.sandbox.world.managed_instances.provider import ManagedInstance, ManagedProvider
from ecslab.sandbox.world.placement.instance import Instance, lacking_resource

SESSION: Final = "ECSManagedInstancesForCompute"
"""The name of ECS's session under the infrastructure role (developer guide, infrastructure IAM role)."""
TAG: Final = "AmazonECSManaged"
"""Put on each instance; AWS's managed policy for the infrastructure role asks for it."""
OPERATOR: Final = {"Managed": True, "Principal": SERVICE, "HiddenByDefault": False}
"""What DescribeInstances says of who manages an instance (API_OperatorResponse). U: the last member."""
_IMAGES: Final = {
    "x86_64": "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
    "arm64": "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id",
}
"""Images for the instances; on AWS they are of Bottlerocket, and no parameter names them."""

Failed = dict[str, str]
"""Why there is no instance for a task, by its id."""


def launch(
    region: str, cluster: Cluster, provider: ManagedProvider, waiting: Sequence[Waiting]
) -> tuple[list[ManagedInstance], Failed]:
    """Launch instances for tasks that wait, as the provider's requirements and the tasks' needs have it."""
    problem = _problem(region, provider)
    if problem:
        why = sentence("unauthorized", problem=problem)
        return [], dict.fromkeys((each.task.id for each in waiting), why)
    subnets = _subnets(region, provider)
    if not subnets:
        why = "InvalidSubnetID.NotFound: None of the subnets can be used now."  # U
        return [], dict.fromkeys((each.task.id for each in waiting), why)
    empty = partial(_empty, region=region, provider=provider, subnets=subnets)
    types = requirements.candidates(instance_types.known(), requirements.of(provider.template))
    if hosted_daemons.wanted(region, provider.name):
        zone = next(iter(subnets))
        types = [kind for kind in types if _takes_daemons(empty(kind, zone), region, provider)]
    wanted = [Wanted(each.task.id, each.order, _architecture(each)) for each in waiting]
    by_zone = _groups(region, cluster, provider)
    launches, impossible = packing.plan(wanted, list(subnets), types, by_zone, empty)
    launched: list[ManagedInstance] = []
    failed = dict.fromkeys(impossible, sentence("no_type"))
    for each in launches:
        try:
            launched.append(_run(region, provider, each, subnets[each.zone]))
        except launch_checks.LaunchRefused as refused:
            failed |= dict.fromkeys(each.tasks, refused.message)
        except EC2ClientError as refused:
            failed |= dict.fromkeys(each.tasks, f"{refused.code}: {refused.message}")
    return launched, failed


def _run(region: str, provider: ManagedProvider, launch: Launch, subnet: str) -> ManagedInstance:
    template = provider.template
    tags = {tag["key"]: tag["value"] for tag in provider.tags} if provider.propagates else {}
    instance = ec2_machines.run(
        region,
        launch_checks.image_of(region, _IMAGES[launch.type.architecture]),
        launch.type.name,
        subnet,
        template["networkConfiguration"].get("securityGroups") or (),
        {TAG: "true", **tags},
        profile=launch_checks.profile_of({"Arn": template["ec2InstanceProfileArn"]}),
    )
    instance.operator = dict(OPERATOR)
    now = current_account().clock.now
    return ManagedInstance(
        str(instance.id), provider.name, provider.cluster, region, now, dict.fromkeys(launch.tasks)
    )


def _problem(region: str, provider: ManagedProvider) -> str | None:
    """Why the infrastructure role does not let ECS launch an instance, in IAM's sentence."""
    account = current_account().id
    lost = roles.role_problem(provider.role, region=region, service=SERVICE)
    if lost:
        return lost
    session = f"arn:aws:sts::{account}:assumed-role/{provider.role.rpartition('/')[2]}/{SESSION}"
    asked = (
        ("ec2:CreateFleet", f"arn:aws:ec2:{region}:{account}:fleet/*"),
        ("ec2:RunInstances", f"arn:aws:ec2:{region}:{account}:instance/*"),
        *(("iam:PassRole", role) for role in _instance_roles(provider)),
    )
    problems = (roles.session_problem(provider.role, session, *each) for each in asked)
    return next((problem for problem in problems if problem), None)


def _instance_roles(provider: ManagedProvider) -> Iterator[str]:
    """The ARN of the role in the instance profile; a profile that is not there is EC2's to tell."""
    role = ec2_machines.role_in(provider.template["ec2InstanceProfileArn"])
    if role:
        yield role


def _subnets(region: str, provider: ManagedProvider) -> dict[str, str]:
    """By Availability Zone, the provider's subnet there; none that is gone, and no zone that is away."""
    backend, away = ec2_machines.backend(region), current_account().faults.zones
    known_ids = {subnet.id: subnet for subnet in backend.describe_subnets()}
    subnets: dict[str, str] = {}
    for subnet_id in provider.template["networkConfiguration"]["subnets"]:
        zone = str(known_ids[subnet_id].availability_zone) if subnet_id in known_ids else ""
        if zone and zone not in away:
            subnets.setdefault(zone, subnet_id)
    return subnets


def _groups(region: str, cluster: Cluster, provider: ManagedProvider) -> dict[str, Counter[str]]:
    """Tasks by group on the provider's instances, of each zone; those too that wait for theirs to come."""
    counts: dict[str, Counter[str]] = {}
    placement = cluster.placement
    for instance in placement.instances.values() if placement else ():
        if instance.provider == provider.name and instance.status == "ACTIVE":
            zone = instance.attributes.get("ecs.availability-zone") or ""
            counts.setdefault(zone, Counter()).update(instance.groups)
    for managed in known.instances_of(region, cluster.name, provider.name):
        host = ec2_machines.find(region, managed.id)
        groups = [cluster.waiting[task].order.group for task in managed.planned if task in cluster.waiting]
        if host:
            counts.setdefault(str(host.placement.zone), Counter()).update(groups)
    return counts


def _empty(
    kind: InstanceType, zone: str, region: str, provider: ManagedProvider, subnets: Mapping[str, str]
) -> Instance:
    """An instance of a type as it will register in a zone."""
    subnet = ec2_machines.backend(region).get_subnet(subnets[zone])
    image = launch_checks.image_of(region, _IMAGES[kind.architecture])
    vpc = str(subnet.vpc_id)
    attributes = capabilities.attributes(image, kind.name, kind.architecture, zone, str(subnet.id), vpc)
    instance = Instance(
        id="", ec2_id="", cpu=kind.cpus * 1024, memory=capabilities.registered_memory(kind.memory),
        interfaces=capabilities.task_interfaces(kind.name, kind.interfaces, known.trunking(region)),
        attributes=attributes, agent_version=NEWEST_AGENT, provider=provider.name,
    )  # fmt: skip
    _takes_daemons(instance, region, provider)
    return instance


def _takes_daemons(instance: Instance, region: str, provider: ManagedProvider) -> bool:
    """Set the room of its daemons aside on an empty instance; whether it has so much."""
    for daemon in hosted_daemons.wanted(region, provider.name):
        assert daemon.target is not None, "it is wanted"
        needs = daemon.target.needs
        if daemon.arn in instance.tasks:
            continue
        if lacking_resource(instance, needs):
            return False
        instance.take(daemon.arn, hosted_daemons.group(daemon), needs)
    return True


def _architecture(waiting: Waiting) -> str:
    platform = waiting.task.definition.get("runtimePlatform") or {}
    return "arm64" if platform.get("cpuArchitecture") == "ARM64" else "x86_64"
