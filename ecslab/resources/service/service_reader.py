"""What ECS shows of services, by calls that read. What is not there is None or empty, never an error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecslab.connection.batches import batches
from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.errors import NotThere
from ecslab.resources.task import task_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.literals import DesiredStatusType
    from mypy_boto3_ecs.type_defs import (
        AwsVpcConfigurationOutputTypeDef,
        DeploymentCircuitBreakerTypeDef,
        DeploymentTypeDef,
        ServiceTypeDef,
        TaskTypeDef,
    )

_AT_ONCE = 10  # services in one DescribeServices


def describe(lab: Connection, name: str | None = None, cluster: str | None = None) -> ServiceTypeDef | None:
    """The service in any status: ACTIVE, DRAINING while its last tasks stop, or INACTIVE; or None.

    Args:
        name, cluster: the lesson's unless given.
    """
    response = or_none_if_missing(
        lab.ecs.describe_services,
        cluster=cluster or lab.names.cluster,
        services=[name or lab.names.service],
    )
    return response["services"][0] if response and response["services"] else None


def find(lab: Connection, name: str | None = None, cluster: str | None = None) -> ServiceTypeDef | None:
    """The ACTIVE service as DescribeServices shows it, or None. (A deleted one is shown for a while yet.)"""
    service = describe(lab, name, cluster)
    return service if service and service["status"] == "ACTIVE" else None


def needed(lab: Connection, name: str | None = None) -> ServiceTypeDef:
    """The service in any status. Raises NotThere."""
    service = lab.patient(lambda: describe(lab, name), limit=10)
    if not service:
        raise _no_such_service(lab, name)
    return service


def needed_active(lab: Connection, name: str | None = None) -> ServiceTypeDef:
    """The ACTIVE service. Raises NotThere."""
    service = find(lab, name)
    if not service:
        raise _no_such_service(lab, name)
    return service


def _no_such_service(lab: Connection, name: str | None) -> NotThere:
    return NotThere(
        f"there is no service {name or lab.names.service} in the cluster {lab.names.cluster}.\n"
        "  next: service.create(lab), in notebook 06"
    )


def names(lab: Connection, cluster: str | None = None) -> list[str]:
    """The names of the ACTIVE services in a cluster, the lesson's unless given."""
    return [arn.rsplit("/", 1)[-1] for arn in _arns(lab, cluster or lab.names.cluster)]


def with_tags(lab: Connection, cluster: str) -> list[ServiceTypeDef]:
    """The ACTIVE services of a cluster with their tags."""
    return described(lab, cluster, _arns(lab, cluster))


def described(lab: Connection, cluster: str, names: Sequence[str]) -> list[ServiceTypeDef]:
    """These services of a cluster, in any status, with their tags. Names or ARNs."""
    services: list[ServiceTypeDef] = []
    for batch in batches(names, _AT_ONCE):
        response = lab.ecs.describe_services(cluster=cluster, services=batch, include=["TAGS"])
        services += response["services"]
    return services


def _arns(lab: Connection, cluster: str) -> list[str]:
    def pages() -> list[str]:
        paginator = lab.ecs.get_paginator("list_services")
        return [arn for page in paginator.paginate(cluster=cluster) for arn in page["serviceArns"]]

    return or_none_if_missing(pages) or []


def tasks(
    lab: Connection, service: ServiceTypeDef, status: DesiredStatusType = "RUNNING"
) -> list[TaskTypeDef]:
    """The service's tasks that are meant to run, or those that were STOPPED of late; oldest first."""
    tasks = task_reader.listed(
        lab, cluster=service["clusterArn"], serviceName=service["serviceName"], desiredStatus=status
    )
    return sorted(tasks, key=lambda task: (task["createdAt"], task.get("availabilityZone", "")))


def network_of(service: ServiceTypeDef | DeploymentTypeDef) -> AwsVpcConfigurationOutputTypeDef:
    """The `awsvpcConfiguration` of a service or a deployment; without one, one of no subnets."""
    none: AwsVpcConfigurationOutputTypeDef = {"subnets": []}
    return service.get("networkConfiguration", {}).get("awsvpcConfiguration", none)


def primary(service: ServiceTypeDef) -> DeploymentTypeDef | None:
    """The newest deployment: the one that is to stay."""
    return next((each for each in service["deployments"] if each["status"] == "PRIMARY"), None)


def circuit_breaker_of(service: ServiceTypeDef) -> DeploymentCircuitBreakerTypeDef:
    """The `deploymentCircuitBreaker`; one that is off where the service has none."""
    off: DeploymentCircuitBreakerTypeDef = {"enable": False, "rollback": False}
    return service.get("deploymentConfiguration", {}).get("deploymentCircuitBreaker", off)
