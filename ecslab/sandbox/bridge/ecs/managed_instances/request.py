"""What CreateCapacityProvider and UpdateCapacityProvider refuse of a managed instances provider.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateManagedInstancesProviderConfiguration.html
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ecs.managed_instances import instance_types
from ecslab.sandbox.bridge.ecs.managed_instances.sentences import sentence
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.managed_instances import requirements
from ecslab.sandbox.world.managed_instances.provider import LONGEST_IDLE, NEVER, ManagedProvider

SERVICE: Final = "ecs.amazonaws.com"
"""Who assumes the infrastructure role (developer guide, infrastructure IAM role)."""
_PROFILE: Final = re.compile(r"arn:aws:iam::\d{12}:instance-profile/[\w+=,.@/-]+")
_PROPAGATES: Final = ("CAPACITY_PROVIDER", "NONE")


def configure(provider: ManagedProvider, region: str, given: Mapping[str, Any]) -> None:
    """Let a provider have the settings of a request: what an update leaves out stays.

    Args:
        given: CreateManagedInstancesProviderConfiguration, or UpdateManagedInstancesProviderConfiguration.

    Raises:
        AwsError: they cannot be.
    """
    template = {**provider.template, **given["instanceLaunchTemplate"]}
    _check_role(given["infrastructureRoleArn"], region)
    _check_template(template, region)
    optimization = given.get("infrastructureOptimization")
    if optimization is not None:
        provider.scale_in_after = _idle(optimization.get("scaleInAfter"))
    propagates = given.get("propagateTags")
    if propagates is not None and propagates not in _PROPAGATES:
        raise invalid(f"propagateTags should be one of [{','.join(_PROPAGATES)}]")  # U
    if propagates is not None:
        provider.propagates = propagates == "CAPACITY_PROVIDER"
    repairs = given.get("autoRepairConfiguration") or {}
    provider.repairs = repairs.get("actionsStatus", provider.repairs)
    provider.role, provider.template = given["infrastructureRoleArn"], template


def _check_role(role: str, region: str) -> None:
    if roles.role_problem(role, region=region, service=SERVICE):  # U: that it is looked at already now
        raise refused("assume", role=role)


def _check_template(template: Mapping[str, Any], region: str) -> None:
    if not _PROFILE.fullmatch(template["ec2InstanceProfileArn"]):
        raise refused("profile")
    network = template["networkConfiguration"]
    subnets, groups = list(network.get("subnets") or ()), list(network.get("securityGroups") or ())
    task_network.validate_network(region, subnets, groups)  # U: RunTask's sentences
    _check_requirements(requirements.of(template))


def _check_requirements(asked: requirements.Requirements) -> None:
    for member in requirements.RANGES:
        bounds = requirements.bounds(asked, member)
        if bounds.get("min", 0) > bounds.get("max", float("inf")):
            raise refused("range", member=member)
    if not requirements.candidates(instance_types.known(), asked):
        raise refused("types")


def _idle(seconds: int | None) -> int | None:
    if seconds is not None and not NEVER <= seconds <= LONGEST_IDLE:
        raise refused("idle")
    return seconds


def refused(name: str, /, **parts: object) -> AwsError:
    """A ClientException with one of our sentences."""
    return AwsError("ClientException", sentence(name, **parts))
