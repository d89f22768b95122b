"""The task of a daemon, as it is made for one container instance."""

from typing import TYPE_CHECKING, cast

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs import hosted_daemons, state
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.bridge.ecs.tasks import task_request, version_consistency
from ecslab.sandbox.bridge.ecs.tasks.overrides import task_overrides
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.daemon.daemon import Daemon, DaemonRevision
from ecslab.sandbox.world.placement.instance import Needs
from ecslab.sandbox.world.placement.order import Order
from ecslab.sandbox.world.task.attachment import Attachment
from ecslab.sandbox.world.task.task import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef, TaskTypeDef


def make(daemon: Daemon, revision: DaemonRevision, instance: ContainerInstance) -> Task:
    """A task of a daemon on an instance, where its room is set aside.

    Raises:
        ValueError: the instance has no room for it; nothing has changed.
    """
    account, cluster = current_account(), state.of(daemon.region).clusters[daemon.cluster]
    caller = Caller(account.id, daemon.region, f"arn:aws:iam::{account.id}:root")
    definition, needs = _definition(revision, instance), revision.needs
    task_id = f"{rng.getrandbits(128):032x}"
    assert cluster.placement is not None, "the instance is registered there"
    cluster.placement.take(
        instance, Order(hosted_daemons.group(daemon), needs, provider=instance.provider), task_id
    )
    task = Task(
        id=task_id,
        arn=caller.ecs_arn(f"task/{cluster.name}/{task_id}"),
        cluster=cluster.name,
        region=daemon.region,
        definition=definition,
        attachment=Attachment("", instance.attributes.get("ecs.subnet-id") or "", shared=True),
        containers=[
            task_request.container(caller, cluster, task_id, each)
            for each in definition["containerDefinitions"]
        ],
        settings=_settings(daemon, revision, definition, cluster, instance, needs),
        tags=_tags(daemon, revision),
        instance=instance.id,
    )
    version_consistency.pin(task, revision.digests)
    return task


def _definition(revision: DaemonRevision, instance: ContainerInstance) -> "TaskDefinitionTypeDef":
    """The definition, for the architecture of the instance: a daemon names none."""
    definition = revision.definition.task
    if instance.attributes.get("ecs.cpu-architecture") != "arm64":
        return definition
    return {**definition, "runtimePlatform": {"cpuArchitecture": "ARM64"}}


def _settings(
    daemon: Daemon, revision: DaemonRevision, definition: "TaskDefinitionTypeDef", cluster: Cluster,
    instance: ContainerInstance, needs: Needs,
) -> "TaskTypeDef":  # fmt: skip
    """What of API_Task stays as it is. U: `startedBy`."""
    architecture = instance.attributes["ecs.cpu-architecture"] or ""
    settings = {
        "attributes": [{"name": "ecs.cpu-architecture", "value": architecture}],
        "availabilityZone": instance.attributes.get("ecs.availability-zone") or "",
        "capacityProviderName": instance.provider or "",
        "clusterArn": cluster.arn,
        "containerInstanceArn": instance.arn,
        "cpu": str(needs.cpu),
        "enableExecuteCommand": revision.settings.executes,
        "group": hosted_daemons.group(daemon),
        "launchType": "MANAGED_INSTANCES",
        "memory": str(needs.memory),
        "overrides": task_overrides(definition, {}),
        "startedBy": daemon.deployment.arn.rpartition("/")[2],
        "taskDefinitionArn": revision.definition.arn,
    }
    return cast("TaskTypeDef", settings)


def _tags(daemon: Daemon, revision: DaemonRevision) -> list[dict[str, str]]:
    own = {"aws:ecs:clusterName": daemon.cluster, "aws:ecs:daemonName": daemon.name}  # U: the second
    tags = own if revision.settings.managed_tags else {}
    if revision.settings.propagates == "DAEMON":
        tags = tags | {tag["key"]: tag["value"] for tag in daemon.tags}
    return [{"key": key, "value": value} for key, value in tags.items()]
