"""The HTTP namespaces that ECS makes for a cluster's `serviceConnectDefaults`: the ledger has them, too.

Such a call creates two things, and ECS does not give the namespace the cluster's tags. So the ledger alone
says whose the namespace is: that it was not there before the call, and what the answer calls it. Where the
answer was never seen, the cluster names it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterServiceConnectDefaultsRequest.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from ecslab.connection.missing import or_none_if_missing
from ecslab.connection.tags import made_by

if TYPE_CHECKING:
    from botocore.awsrequest import AWSResponse
    from botocore.model import OperationModel

    from ecslab.connection.ledger import Context, Ledger
    from ecslab.connection.record import Record

KIND: Final = "HTTP namespace"
_CALLS: Final = {"CreateCluster": "clusterName", "UpdateCluster": "cluster"}
"""The operations that make one, and where they name the cluster."""


class Clients(Protocol):
    """Gives a boto3 client for a service. The clients have a type each, and so do their answers."""

    def __call__(self, service: str, /) -> Any: ...


class ClusterNamespaces:
    """Listens to the calls that make such a namespace; see `hooks`.

    Args:
        clients: to look whether a namespace is there already.
        ledger: where it is written down.
        record: which leaves out that look.
    """

    def __init__(self, clients: Clients, ledger: Ledger, record: Record):
        self._clients, self._ledger, self._record = clients, ledger, record

    def note(self, params: dict[str, object], model: OperationModel, context: Context, **_: object) -> None:
        """Keep the names for `intend`, where they are known no more."""
        defaults = params.get("serviceConnectDefaults")
        if model.service_model.service_name != "ecs" or model.name not in _CALLS:
            return
        name = defaults.get("namespace") if isinstance(defaults, Mapping) else None
        if isinstance(name, str) and name and not name.startswith("arn:"):
            cluster = str(params.get(_CALLS[model.name]) or "default").rpartition("/")[2]
            context["ecslab_namespace"] = {"name": name, "cluster": cluster}

    def intend(self, model: OperationModel, context: Context, **_: object) -> None:
        """Write down that a namespace is about to be made, if none of the name is there."""
        asked = cast("Context", context.get("ecslab_namespace") or {})
        if not asked or "ecslab_ledger" in asked:
            return
        with self._record.away():
            pages = self._clients("servicediscovery").get_paginator("list_namespaces").paginate()
            if any(each["Name"] == asked["name"] for page in pages for each in page["Namespaces"]):
                return
        self._ledger.note_intention(
            asked, model.name, kind=KIND, name=asked["name"], cluster=asked["cluster"]
        )

    def settle(
        self, http_response: AWSResponse, parsed: Mapping[str, object], context: Context, **_: object
    ) -> None:
        """Write down what came of it."""
        asked = cast("Context", context.get("ecslab_namespace") or {})
        if asked:
            ok = http_response.status_code < 300
            self._ledger.note_outcome(asked, ok, ids=_named_by(parsed.get("cluster")) if ok else [])


def recover(clients: Clients, ledger: Ledger) -> None:
    """Write down which namespaces came of calls whose answer was never seen, as long as the clusters show it.

    Args:
        clients: to read with.
        ledger: whose open intentions are settled.
    """
    for entry in ledger.entries():
        if (entry.kind, entry.outcome) != (KIND, "intended") or not entry.cluster:
            continue
        answer = clients("ecs").describe_clusters(clusters=[entry.cluster], include=["TAGS"])
        for cluster in answer["clusters"]:
            arns = _named_by(cluster) if made_by(ledger.owner, cluster.get("tags")) else []
            if any(_name_of(clients, arn) in (entry.name, None) for arn in arns):
                ledger.note_outcome({"ecslab_ledger": entry.key}, ok=True, ids=arns)


def _named_by(cluster: object) -> list[str]:
    """The ARN of a cluster's default namespace, as a list; empty where it has none."""
    defaults = cluster.get("serviceConnectDefaults") if isinstance(cluster, Mapping) else None
    name = str(defaults.get("namespace", "")) if isinstance(defaults, Mapping) else ""
    return [name] if name.startswith("arn:") else []


def _name_of(clients: Clients, arn: str) -> str | None:
    """What a namespace is called; None where it is not there yet, or no more."""
    answer = or_none_if_missing(clients("servicediscovery").get_namespace, Id=arn.rpartition("/")[2])
    return answer["Namespace"]["Name"] if answer else None
