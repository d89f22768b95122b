"""A cluster's association with capacity providers, and how one of them is taken out of it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.resources.machines import machine_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ClusterTypeDef


def end(lab: Connection, cluster: ClusterTypeDef, name: str) -> None:
    """Take a provider of an Auto Scaling group out of a cluster, which keeps its others.

    Providers of managed instances stay without being named: AWS refuses a call that names one.

    Args:
        cluster: as DescribeClusters shows it.
        name: the provider's.
    """
    providers = machine_reader.capacity_providers(lab)
    managed = {each["name"] for each in providers if "managedInstancesProvider" in each}
    others = [each for each in cluster["capacityProviders"] if each != name and each not in managed]
    strategy = [
        item for item in cluster["defaultCapacityProviderStrategy"] if item["capacityProvider"] != name
    ]
    lab.ecs.put_cluster_capacity_providers(
        cluster=cluster["clusterArn"], capacityProviders=others, defaultCapacityProviderStrategy=strategy
    )
