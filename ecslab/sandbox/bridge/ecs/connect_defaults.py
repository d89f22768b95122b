"""A cluster's default namespace for Service Connect, which is made if there is none of the name.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterServiceConnectDefaultsRequest.html
"""

from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.bridge.servicediscovery import namespaces
from ecslab.sandbox.bridge.servicediscovery import state as discovery
from ecslab.sandbox.bridge.servicediscovery.requests import NamespaceRequest
from ecslab.sandbox.bridge.servicediscovery.validation import checked_input
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.service_discovery.registry import HTTP

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

CREATE: Final = "CreateHttpNamespace"
_NOT_FOUND: Final = "Failed to retrieve namespace for"


def check(defaults: "api.ClusterServiceConnectDefaultsRequestTypeDef | None", caller: Caller) -> None:
    """Refuse what can be no default.

    Raises:
        AwsError: NamespaceNotFoundException for an ARN of none, InvalidParameterException for no name.
    """
    name = defaults["namespace"] if defaults else ""
    if name.startswith("arn:"):
        if discovery.namespace_named(caller.region, name) is None:
            raise AwsError("NamespaceNotFoundException", f"{_NOT_FOUND} {name}")
    elif name:
        try:
            checked_input(CREATE, {"Name": name})
        except AwsError as refusal:
            raise invalid(refusal.message) from None  # U


def apply(
    cluster: Cluster, defaults: "api.ClusterServiceConnectDefaultsRequestTypeDef | None", caller: Caller
) -> None:
    """Give a cluster its default; an empty name takes it away, and leaves the namespace."""
    if defaults is None:
        return
    name = defaults["namespace"]
    namespace = discovery.namespace_named(caller.region, name) if name else None
    if namespace or not name:
        cluster.connect_namespace, cluster.attachments = namespace.arn if namespace else "", []
        return
    account = current_account()
    who = discovery.Caller(account, caller.region, discovery.of(caller.region))
    namespace_id = who.registry.pending.get((name.lower(), HTTP, "")) or _made(who, name)
    attachment: dict[str, object] = {
        "id": str(rng.uuid4()), "type": "sc", "status": "ATTACHING", "details": []
    }  # fmt: skip
    cluster.connect_namespace = who.arn("namespace", namespace_id)
    cluster.attachments = [attachment]

    def attached() -> None:
        attachment["status"] = "ATTACHED"  # U

    account.clock.after(account.clock.durations.of("http_namespace_created", namespace_id), attached)


def _made(who: discovery.Caller, name: str) -> str:
    """Begin with an HTTP namespace, tagged as ECS tags it (U); its id."""
    request: NamespaceRequest = {"Name": name, "Tags": [{"Key": "AmazonECSManaged", "Value": "true"}]}
    operation = str(namespaces.create(request, who, HTTP)["OperationId"])
    return who.registry.operations[operation].targets["NAMESPACE"]


def shown_status(cluster: Cluster) -> str:
    """PROVISIONING while the namespace of a cluster is being made."""
    waits = any(each["status"] == "ATTACHING" for each in cluster.attachments)
    return "PROVISIONING" if waits and cluster.status == "ACTIVE" else cluster.status
