"""The cluster: a name to run tasks under. Stage 02.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/clusters.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from ecslab.connection.batches import batches
from ecslab.connection.connection import Connection
from ecslab.connection.missing import error_message, or_none_if_missing

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ClusterTypeDef

PROVISIONING: Final = "PROVISIONING"
"""The status of a cluster while the namespace of its `serviceConnectDefaults` is made."""


def create(lab: Connection, name: str | None = None) -> ClusterTypeDef:
    """Make the cluster, or return the one that is there.

    Args:
        name: letters, digits, `-` and `_`, at most 255. The lesson's name unless given.

    Returns:
        A `cluster` as CreateCluster returns it.

    Raises:
        NotOurs: on a real account, somebody else has a cluster of that name.
        botocore.exceptions.ClientError: ECS refuses the name (InvalidParameterException).
    """
    name = name or lab.names.cluster
    lab.guard.claim("cluster", name)
    return find(lab, name) or lab.wait(
        lambda: _created(lab, name), "ECS's own role in this account", limit=60
    )


def _created(lab: Connection, name: str) -> ClusterTypeDef | None:
    """The new cluster; None while ECS is still making its service-linked role, on first use in an account."""
    try:
        return lab.ecs.create_cluster(clusterName=name, tags=lab.tags("ecs"))["cluster"]
    except lab.ecs.exceptions.InvalidParameterException as error:
        if "service linked role" in error_message(error):
            return None
        raise


def find(lab: Connection, name: str | None = None) -> ClusterTypeDef | None:
    """The ACTIVE cluster as DescribeClusters shows it, or None. (A deleted one is still shown, INACTIVE.)"""
    clusters = lab.ecs.describe_clusters(clusters=[name or lab.names.cluster])["clusters"]
    return clusters[0] if clusters and clusters[0]["status"] == "ACTIVE" else None


def describe(lab: Connection, name: str) -> ClusterTypeDef | None:
    """The cluster with its settings, in any status (ACTIVE, INACTIVE); or None."""
    clusters = lab.ecs.describe_clusters(clusters=[name], include=["SETTINGS"])["clusters"]
    return clusters[0] if clusters else None


def with_tags(lab: Connection, names: Iterable[str]) -> list[ClusterTypeDef]:
    """Those of the clusters that are ACTIVE, or PROVISIONING for a moment, with their tags."""
    return [
        cluster
        for batch in batches(names)
        for cluster in lab.ecs.describe_clusters(clusters=batch, include=["TAGS"])["clusters"]
        if cluster["status"] in ("ACTIVE", PROVISIONING)
    ]


def settled(lab: Connection, names: Iterable[str]) -> bool:
    """Whether none of the clusters is PROVISIONING."""
    return all(cluster["status"] != PROVISIONING for cluster in with_tags(lab, names))


def names(lab: Connection) -> list[str]:
    """The names of the ACTIVE clusters."""
    pages = lab.ecs.get_paginator("list_clusters").paginate()
    return [arn.rsplit("/", 1)[-1] for page in pages for arn in page["clusterArns"]]


def delete(lab: Connection, name: str | None = None) -> None:
    """Delete the cluster. Does nothing if it is not there.

    Raises:
        botocore.exceptions.ClientError: ClusterContainsTasksException while a task is not STOPPED.
    """
    or_none_if_missing(lab.ecs.delete_cluster, cluster=name or lab.names.cluster)
    lab.seen(lambda quiet: find(quiet, name) is None)
