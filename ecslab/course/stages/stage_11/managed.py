"""The service of stage 11 on Managed Instances, and the capacity provider that launches these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.course import verdicts
from ecslab.course.stages.stage_11.services import running, strategy_of
from ecslab.display.verdict import Verdict, not_yet
from ecslab.operations.capacity import MANAGED
from ecslab.resources import container_instance, managed_instances
from ecslab.resources.managed_instances import LAUNCHES, REGISTERS
from ecslab.resources.network import network_reader
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import CapacityProviderTypeDef

TASKS: Final = 4
ZONES: Final = 2
"""In which the provider has subnets, and the service an instance each."""


def service(lab: Connection) -> Verdict:
    """Four tasks run on instances that AWS has chosen, in two zones."""
    name = lab.name(MANAGED)
    provider = managed_instances.provider(lab, name)
    if not provider:
        return not_yet(f"There is no capacity provider `{name}`.")
    if wrong := _provider(lab, name, provider):
        return wrong
    shown = service_reader.describe(lab, name)
    if not shown:
        return not_yet(f"The capacity provider `{name}` is {provider['status']}; no service uses it yet.")
    if shown["status"] != "ACTIVE":
        return verdicts.wrong("11.managed-deleted", name=name)
    strategy = strategy_of(shown)
    if name not in strategy:
        given = ", ".join(strategy) or f"the launch type {shown.get('launchType', 'EC2')}"
        return verdicts.wrong("11.managed-strategy", name=name, given=given)
    if shown["desiredCount"] != TASKS:
        return verdicts.wrong("11.managed-count", name=name, count=shown["desiredCount"], wanted=TASKS)
    if waiting := running(shown):
        return waiting
    count = len(container_instance.of_provider(lab, name))
    return verdicts.done("11.managed-there", name=name, count=TASKS, instances=count)


def _provider(lab: Connection, name: str, provider: CapacityProviderTypeDef) -> Verdict | None:
    """What is wrong with the capacity provider."""
    managed = provider.get("managedInstancesProvider")
    if not managed:
        return verdicts.wrong("11.managed-kind", name=name)
    if provider["cluster"] != lab.names.cluster:
        return verdicts.wrong(
            "11.managed-cluster", name=name, given=provider["cluster"], wanted=lab.names.cluster
        )
    template = managed["instanceLaunchTemplate"]
    if wrong := _roles(lab, managed["infrastructureRoleArn"], template["ec2InstanceProfileArn"]):
        return wrong
    subnets = network_reader.subnets(lab, template["networkConfiguration"]["subnets"])
    zones = {each["AvailabilityZone"] for each in subnets}
    if len(zones) < ZONES:
        return verdicts.wrong("11.managed-one-zone", name=name, zone=zones.pop())
    return None


def _roles(lab: Connection, infrastructure: str, profile: str) -> Verdict | None:
    """Whether ECS may not launch instances, or these may not register."""
    role = infrastructure.rpartition("/")[2]
    if LAUNCHES not in _policies(lab, role):
        return verdicts.wrong("11.managed-powerless", role=role, policy=LAUNCHES.rpartition("/")[2])
    name = profile.rpartition("/")[2]
    shown = or_none_if_missing(lab.iam.get_instance_profile, InstanceProfileName=name)
    for each in shown["InstanceProfile"]["Roles"] if shown else []:
        if REGISTERS in _policies(lab, each["RoleName"]):
            return None
    return verdicts.wrong("11.managed-profile", profile=name, policy=REGISTERS.rpartition("/")[2])


def _policies(lab: Connection, role: str) -> list[str]:
    attached = or_none_if_missing(lab.iam.list_attached_role_policies, RoleName=role)
    return [each["PolicyArn"] for each in attached["AttachedPolicies"]] if attached else []
