"""Tags on what is there already: API operations TagResource, UntagResource, ListTagsForResource."""

import re
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.ecs import clusters, state, task_definitions
from ecslab.sandbox.bridge.ecs.daemons import definitions as daemon_definitions
from ecslab.sandbox.bridge.ecs.daemons import operations as daemons
from ecslab.sandbox.bridge.ecs.instances import operations as instances
from ecslab.sandbox.bridge.ecs.shapes import Answer, Tags, checked_tags, merged_tags, without_tags
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster, Revision
from ecslab.sandbox.world.capacity_provider.provider import Provider
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.daemon.daemon import Daemon, DaemonTaskDefinition
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.managed_instances.provider import ManagedProvider
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.task.task import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

Holder = (
    Cluster | ContainerInstance | Daemon | DaemonTaskDefinition | ManagedProvider | Provider | Revision
    | Service | Task
)  # fmt: skip

_ARN: Final = re.compile(r"arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:(?P<kind>[a-z-]+)/(?P<rest>.+)")


def tag_resource(params: "api.TagResourceRequestTypeDef", caller: Caller) -> Answer:
    holder = _holder(params["resourceArn"], caller)
    _keep(holder, merged_tags(holder.tags, checked_tags(params["tags"])))
    return {}


def untag_resource(params: "api.UntagResourceRequestTypeDef", caller: Caller) -> Answer:
    holder = _holder(params["resourceArn"], caller)
    _keep(holder, without_tags(holder.tags, params["tagKeys"]))
    return {}


def list_tags_for_resource(params: "api.ListTagsForResourceRequestTypeDef", caller: Caller) -> Answer:
    return {"tags": list(_holder(params["resourceArn"], caller).tags)}


def _keep(holder: Holder, tags: Tags) -> None:
    holder.tags = tags
    if isinstance(holder, Task):
        holder.changed(told=False)


def _holder(arn: str, caller: Caller) -> Holder:
    """What carries the tags."""
    match = _ARN.fullmatch(arn)
    if not match:
        raise invalid("The ARN provided is invalid.")  # U
    if match["kind"] == "cluster":
        return _cluster(arn, caller)
    if match["kind"] == "task-definition":
        return task_definitions.find(caller, arn)
    if match["kind"] == "task":
        return _task(arn, caller)
    if match["kind"] == "container-instance":
        return _instance(match["rest"].partition("/")[0], arn, caller)
    if match["kind"] == "capacity-provider":
        return _provider(arn, caller)
    if match["kind"] == "daemon":
        return daemons.find(arn, caller)
    if match["kind"] == "daemon-task-definition":
        return daemon_definitions.find(arn, caller)
    if match["kind"] == "service":
        cluster, _, name = match["rest"].partition("/")
        return _service(cluster, name, caller)
    raise AwsError("ResourceNotFoundException", "The specified resource could not be found.")  # U


def _cluster(identifier: str, caller: Caller) -> Cluster:
    cluster = clusters.known(caller, identifier)
    if cluster is None:
        raise invalid("The specified cluster does not exist.")
    if cluster.status != "ACTIVE":
        raise invalid("The specified cluster is inactive. Specify an active cluster and try again.")
    return cluster


def _provider(arn: str, caller: Caller) -> Provider | ManagedProvider:
    name, region = arn.rpartition("/")[2], state.of(caller.region)
    provider = region.providers.get(name) or region.managed_providers.get(name)
    if provider is None or provider.arn != arn or provider.status == "INACTIVE":  # U: Fargate's two as well
        raise invalid("The specified capacity provider does not exist.")
    return provider


def _instance(cluster: str, arn: str, caller: Caller) -> ContainerInstance:
    instance = instances.find(_cluster(cluster, caller), arn)
    if instance is None:  # U: these two, after those of tasks
        raise invalid("The specified container instance does not exist.")
    if instance.status == "INACTIVE":
        raise invalid(
            "The specified container instance is inactive. Specify an active container instance and try "
            "again."
        )
    return instance


def _task(arn: str, caller: Caller) -> Task:
    task = state.of(caller.region).tasks.get(arn.rpartition("/")[2])
    if task is None or task.arn != arn:
        raise invalid("The specified task does not exist.")
    if task.last_status == "STOPPED":
        raise invalid("The specified task is stopped. Specify a running task and try again.")
    return task


def _service(cluster: str, name: str, caller: Caller) -> Service:
    service = _cluster(cluster, caller).services.get(name)
    if service is None:
        raise invalid("The specified service does not exist.")
    if service.status == "INACTIVE":
        raise invalid("The specified service is inactive. Specify an active service and try again.")
    return service
