"""From a request on the wire to the module that answers it, and back.

ECS speaks JSON 1.1: the operation is in `X-Amz-Target`, a refusal is `{"__type": code, "message": …}`.
"""

import json
from collections.abc import Callable, Mapping
from typing import Final, Never, cast

from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs import (
    account_settings,
    clusters,
    tag_operations,
    task_definitions,
)
from ecslab.sandbox.bridge.ecs.capacity import operations as capacity
from ecslab.sandbox.bridge.ecs.daemons import definitions as daemon_definitions
from ecslab.sandbox.bridge.ecs.daemons import deployments as daemon_deployments
from ecslab.sandbox.bridge.ecs.daemons import operations as daemons
from ecslab.sandbox.bridge.ecs.exec.operations import execute_command
from ecslab.sandbox.bridge.ecs.input_validation import checked_input, model
from ecslab.sandbox.bridge.ecs.instances import attributes
from ecslab.sandbox.bridge.ecs.instances import operations as instances
from ecslab.sandbox.bridge.ecs.services import deployments, task_protection
from ecslab.sandbox.bridge.ecs.services import operations as services
from ecslab.sandbox.bridge.ecs.shapes import Answer
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.bridge.ecs.tasks import operations as tasks
from ecslab.sandbox.world.errors import AwsError

__all__ = ["OPERATIONS", "TARGET", "Caller", "call", "respond"]

TARGET: Final = "AmazonEC2ContainerServiceV20141113."
CONTENT_TYPE: Final = "application/x-amz-json-1.1"

OPERATIONS: Final[Mapping[str, Callable[[Never, Caller], Answer]]] = {
    "CreateCapacityProvider": capacity.create_capacity_provider,
    "CreateCluster": clusters.create_cluster,
    "CreateDaemon": daemons.create_daemon,
    "CreateService": services.create_service,
    "DeleteAccountSetting": account_settings.delete_account_setting,
    "DeleteAttributes": attributes.delete_attributes,
    "DeleteCapacityProvider": capacity.delete_capacity_provider,
    "DeleteCluster": clusters.delete_cluster,
    "DeleteDaemon": daemons.delete_daemon,
    "DeleteDaemonTaskDefinition": daemon_definitions.delete_daemon_task_definition,
    "DeleteService": services.delete_service,
    "DeleteTaskDefinitions": task_definitions.delete_task_definitions,
    "DeregisterContainerInstance": instances.deregister_container_instance,
    "DeregisterTaskDefinition": task_definitions.deregister_task_definition,
    "DescribeCapacityProviders": capacity.describe_capacity_providers,
    "DescribeClusters": clusters.describe_clusters,
    "DescribeContainerInstances": instances.describe_container_instances,
    "DescribeDaemon": daemons.describe_daemon,
    "DescribeDaemonDeployments": daemon_deployments.describe_daemon_deployments,
    "DescribeDaemonRevisions": daemon_deployments.describe_daemon_revisions,
    "DescribeDaemonTaskDefinition": daemon_definitions.describe_daemon_task_definition,
    "DescribeServiceDeployments": deployments.describe_service_deployments,
    "DescribeServiceRevisions": deployments.describe_service_revisions,
    "DescribeServices": services.describe_services,
    "DescribeTaskDefinition": task_definitions.describe_task_definition,
    "DescribeTasks": tasks.describe_tasks,
    "ExecuteCommand": execute_command,
    "GetTaskProtection": task_protection.get_task_protection,
    "ListAccountSettings": account_settings.list_account_settings,
    "ListAttributes": attributes.list_attributes,
    "ListClusters": clusters.list_clusters,
    "ListContainerInstances": instances.list_container_instances,
    "ListDaemonDeployments": daemon_deployments.list_daemon_deployments,
    "ListDaemonTaskDefinitions": daemon_definitions.list_daemon_task_definitions,
    "ListDaemons": daemons.list_daemons,
    "ListServiceDeployments": deployments.list_service_deployments,
    "ListServices": services.list_services,
    "ListServicesByNamespace": services.list_services_by_namespace,
    "ListTagsForResource": tag_operations.list_tags_for_resource,
    "ListTaskDefinitionFamilies": task_definitions.list_task_definition_families,
    "ListTaskDefinitions": task_definitions.list_task_definitions,
    "ListTasks": tasks.list_tasks,
    "PutAccountSetting": account_settings.put_account_setting,
    "PutAccountSettingDefault": account_settings.put_account_setting_default,
    "PutAttributes": attributes.put_attributes,
    "PutClusterCapacityProviders": clusters.put_cluster_capacity_providers,
    "RegisterDaemonTaskDefinition": daemon_definitions.register_daemon_task_definition,
    "RegisterTaskDefinition": task_definitions.register_task_definition,
    "RunTask": tasks.run_task,
    "StartTask": tasks.start_task,
    "StopServiceDeployment": deployments.stop_service_deployment,
    "StopTask": tasks.stop_task,
    "TagResource": tag_operations.tag_resource,
    "UntagResource": tag_operations.untag_resource,
    "UpdateCapacityProvider": capacity.update_capacity_provider,
    "UpdateCluster": clusters.update_cluster,
    "UpdateClusterSettings": clusters.update_cluster,
    "UpdateContainerAgent": instances.update_container_agent,
    "UpdateContainerInstancesState": instances.update_container_instances_state,
    "UpdateDaemon": daemons.update_daemon,
    "UpdateService": services.update_service,
    "UpdateTaskProtection": task_protection.update_task_protection,
}
"""What this sandbox carries, by the operation's name. Each takes its own request, checked before."""

OF_THE_AGENT: Final = frozenset({
    "DiscoverPollEndpoint", "RegisterContainerInstance", "SubmitAttachmentStateChanges",
    "SubmitContainerStateChange", "SubmitTaskStateChange",
})  # fmt: skip
"""Operations that the container agent alone calls (API reference)."""
_AGENTS_ONLY: Final = "the container agent alone calls it, and agents are part of the sandbox."


def call(action: str, params: object, caller: Caller) -> Answer:
    """Carry out one operation (`RunTask`), whose input is `params`.

    Its output has timestamps in epoch seconds. It may share parts with the state: read it, do not change it.
    AwsError is in AWS's words; UnsupportedFeatureException for an operation this sandbox does not carry.
    """
    if action not in model().operation_names:
        raise AwsError("UnknownOperationException", f"ECS has no operation {action}.")
    if action == "StartTask":
        tasks.check_start(params, caller)
    if action not in OPERATIONS:
        why = " yet." if action not in OF_THE_AGENT else f": {_AGENTS_ONLY}"
        raise AwsError("UnsupportedFeatureException", f"This sandbox does not carry {action}{why}")
    return OPERATIONS[action](cast("Never", checked_input(action, params)), caller)


def respond(target: str, body: bytes, caller: Caller) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body for a request with this `X-Amz-Target`; a refusal is answered, not raised."""
    try:
        status, answer = 200, call(target.removeprefix(TARGET), _decoded(body), caller)
    except AwsError as refusal:
        status = refusal.status
        answer = {"__type": refusal.code, "message": refusal.message, **refusal.fields}
    headers = {"Content-Type": CONTENT_TYPE, "x-amzn-RequestId": str(rng.uuid4())}
    return status, headers, json.dumps(answer, ensure_ascii=False).encode()


def _decoded(body: bytes) -> object:
    try:
        return json.loads(body or b"{}")
    except ValueError:
        raise AwsError("SerializationException", "The request body is not JSON.") from None
