"""What CreateDaemon and UpdateDaemon refuse, and what they make of a request."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.cloudwatch.backend import cloudwatch_of
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.daemons.sentences import refused
from ecslab.sandbox.bridge.ecs.managed_instances.sentences import sentence as provider_sentence
from ecslab.sandbox.bridge.ecs.shapes import name_in
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.world.daemon.daemon import Settings
from ecslab.sandbox.world.daemon.deployment import DRAIN_PERCENT, LONGEST_BAKE, Configuration
from ecslab.sandbox.world.errors import invalid

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

    Request = api.CreateDaemonRequestTypeDef | api.UpdateDaemonRequestTypeDef

LONGEST_TOKEN: Final = 36
_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,255}")
_FARGATE: Final = ("FARGATE", "FARGATE_SPOT")


def check_name(name: str, token: str) -> None:
    """Refuse a name or a client token that cannot be."""
    if not _NAME.fullmatch(name):
        raise refused("name")
    if len(token) > LONGEST_TOKEN:
        raise invalid(f"idempotency token longer than {LONGEST_TOKEN}.")


def settings(params: "Request") -> Settings:
    """What a revision is a snapshot of; what a request leaves out is the default, in an update as well."""
    return Settings(
        params.get("propagateTags", "NONE"),
        params.get("enableECSManagedTags", False),
        params.get("enableExecuteCommand", False),
        params.get("critical", True),
    )


def providers(references: Sequence[str], cluster: Cluster, caller: Caller) -> list[str]:
    """Names of the capacity providers of a request, each of managed instances and of this cluster.

    Raises:
        AwsError: one of them is not. U: the sentences.
    """
    if not references:
        raise refused("no_providers")
    region, names = state.of(caller.region), []
    for reference in dict.fromkeys(references):
        name = name_in("capacity-provider", reference, caller) or ""
        managed = region.managed_providers.get(name)
        if name in _FARGATE or name in region.providers:
            raise refused("provider_kind", name=name)
        if managed is None or managed.status == "INACTIVE":
            raise refused("provider_missing", name=name or reference)
        if managed.cluster != cluster.name:
            raise invalid(provider_sentence("elsewhere"))
        if managed.status != "ACTIVE":
            raise invalid(provider_sentence("inactive", name=name))
        names.append(name)
    return names


def configuration(params: "Request", region: str) -> Configuration:
    """DaemonDeploymentConfiguration with its defaults; AwsError for what cannot be. U: the sentences."""
    given = params.get("deploymentConfiguration") or {}
    drain, bake = given.get("drainPercent", DRAIN_PERCENT), given.get("bakeTimeInMinutes", 0)
    if not 0.0 <= drain <= 100.0:
        raise refused("drain")
    if not 0 <= bake <= LONGEST_BAKE:
        raise refused("bake")
    alarms = given.get("alarms") or {}
    names, watches = tuple(alarms.get("alarmNames") or ()), alarms.get("enable", False)
    if watches and not names:
        raise refused("no_alarms")
    known = cloudwatch_of(current_account(), region).alarms if watches else None
    missing = [name for name in names if known and known.get(name) is None]
    if missing:
        raise refused("alarm_missing", names=", ".join(missing))
    return Configuration(float(drain), bake, names, watches)
