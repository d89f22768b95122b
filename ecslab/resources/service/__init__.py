"""The service: so many copies of a task, kept running. Stage 06.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from ecslab.connection.connection import Connection
from ecslab.connection.missing import error_message
from ecslab.display.tables import Table, elapsed
from ecslab.errors import NotThere
from ecslab.resources import network, task_definition
from ecslab.resources.network import Choice
from ecslab.resources.service import service_reader
from ecslab.resources.service.service_reader import describe, find, needed
from ecslab.resources.service.stability import wait_until_stable
from ecslab.resources.task import running
from ecslab.resources.task.task_reader import in_service

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import CreateServiceRequestTypeDef, ServiceTypeDef, TaskTypeDef

__all__ = [
    "bare_tasks", "create", "default_choice", "delete", "describe", "events", "find", "scale", "tasks",
    "update", "wait_until_stable",
]  # fmt: skip


def create(
    lab: Connection,
    definition: str | None = None,
    count: int = 2,
    choice: Choice | None = None,
    name: str | None = None,
    **more: Any,
) -> ServiceTypeDef:
    """Make the service, or return the one of that name as it is.

    Args:
        definition: a family or the ARN of a revision; the lesson's family, newest revision, unless given.
        count: how many tasks are to run, 0 or more: `desiredCount`.
        choice: VPC, subnets, security groups and public IP; `default_choice(lab)` unless given.
        name: letters, digits, `-` and `_`, at most 255. The lesson's name unless given.
        **more: of CreateService: `loadBalancers`, or `capacityProviderStrategy` instead of a launch type;
            `networkConfiguration` is None for tasks without a network interface of their own.

    Returns:
        A `service` as CreateService or DescribeServices shows it. CreateService answers at once: no task of
        it runs yet.

    Raises:
        NotThere: the cluster, the definition or (without a choice) the default VPC is missing.
        NotOurs: on a real account, the cluster or the service of that name is somebody else's.
        botocore.exceptions.ClientError: ECS refuses the call (InvalidParameterException and others).
    """
    name = name or lab.names.service
    lab.guard.claim("cluster", lab.names.cluster)
    lab.guard.claim("service", name, lab.names.cluster)
    existing = find(lab, name)
    if existing:
        return existing
    request = _request(lab, name, task_definition.needed_arn(lab, definition), count, choice)
    if "capacityProviderStrategy" in more:
        del request["launchType"]
    request.update(cast("CreateServiceRequestTypeDef", more))
    if request["networkConfiguration"] is None:  # of tasks that have no network interface of their own
        del request["networkConfiguration"]
    _wait_until_free(lab, name)
    made = lab.wait(lambda: _created(lab, request), "ECS's own role in this account", limit=60)
    lab.seen(lambda quiet: find(quiet, name))
    return made


def _request(
    lab: Connection, name: str, definition_arn: str, count: int, choice: Choice | None
) -> CreateServiceRequestTypeDef:
    return {
        "cluster": lab.names.cluster,
        "serviceName": name,
        "taskDefinition": definition_arn,
        "desiredCount": count,
        "launchType": "FARGATE",
        "networkConfiguration": (choice or default_choice(lab)).configuration(),
        "tags": lab.tags("ecs"),
    }


def _created(lab: Connection, request: CreateServiceRequestTypeDef) -> ServiceTypeDef | None:
    """The new service; None while ECS is still making its service-linked role, on first use in an account."""
    try:
        return lab.ecs.create_service(**request)["service"]
    except lab.ecs.exceptions.ClusterNotFoundException:
        raise NotThere(
            f"there is no cluster {request['cluster']}.\n  next: cluster.create(lab), in notebook 02"
        ) from None
    except lab.ecs.exceptions.InvalidParameterException as error:
        if "service linked role" in error_message(error):
            return None
        raise


def default_choice(lab: Connection) -> Choice:
    """The lesson's choice for a service: a public subnet in each of two zones of the default VPC.

    The group admits HTTP from anywhere, and each task gets a public IP.

    Raises:
        NotThere: there is no default VPC, or it has no public subnets in two zones.
    """
    vpc, _ = network.default_subnet(lab)
    zones: dict[str, str] = {}
    for subnet in network.subnets(lab, vpc.id):
        if subnet.public:
            zones.setdefault(subnet.az, subnet.id)
    if len(zones) < 2:
        raise NotThere(
            f"the default VPC {vpc.id} has public subnets in {len(zones)} zone only; the service is to be "
            "spread over two.\n  next: choose subnets yourself: network.subnets(lab, vpc_id) lists them"
        )
    return Choice(vpc.id, tuple(list(zones.values())[:2]), (network.http_group(lab, vpc.id),))


def tasks(lab: Connection, name: str | None = None) -> list[TaskTypeDef]:
    """The service's tasks that are meant to run, oldest first, as DescribeTasks shows them."""
    service = describe(lab, name)
    return service_reader.tasks(lab, service) if service and service["status"] != "INACTIVE" else []


def bare_tasks(lab: Connection) -> list[TaskTypeDef]:
    """The tasks of the lesson's family that are meant to run, and that no service keeps, newest first."""
    return [task for task in running(lab) if not in_service(task)]


def events(lab: Connection, name: str | None = None, last: int = 10, since: datetime | None = None) -> Table:
    """What the service says it did, newest first.

    Args:
        name: the lesson's service unless given.
        last: so many, the newest; ECS keeps a hundred.
        since: leave out what is older, and count the time from then; else from the service's creation.

    Raises:
        NotThere: there is no such service, and was none of late.
    """
    service = needed(lab, name)
    begin = since or service["createdAt"]
    newest = [event for event in service["events"] if event["createdAt"] >= begin][:last]
    rows = ((elapsed(event["createdAt"] - begin), event["message"]) for event in newest)
    return Table("", ("later (min:s)" if since else "after (min:s)", "event"), tuple(rows))


def scale(lab: Connection, count: int, name: str | None = None) -> ServiceTypeDef:
    """Say how many tasks are to run from now on, and return the service; ECS starts or stops the difference.

    Raises:
        NotThere: there is no such service.
    """
    return update(lab, name, desiredCount=count)


def update(lab: Connection, name: str | None = None, **changes: Any) -> ServiceTypeDef:
    """Change the service, and return it.

    Args:
        name: the lesson's service unless given.
        **changes: parameters of UpdateService, such as `taskDefinition`; all but the desired count and the
            like begin a new deployment.

    Raises:
        NotThere: there is no such service.
        botocore.exceptions.ClientError: ECS refuses the change (ServiceNotActiveException and others).
    """
    service = needed(lab, name)["serviceName"]
    updated = lab.ecs.update_service(cluster=lab.names.cluster, service=service, **changes)["service"]
    lab.seen(lambda quiet: _asked(needed(quiet, service)) == _asked(updated))
    return updated


def _asked(service: ServiceTypeDef) -> tuple[object, ...]:
    """What an update changes: how many tasks are to run, of which deployment, in which way."""
    newest = service_reader.primary(service)
    return service["desiredCount"], newest and newest["id"], service.get("deploymentConfiguration")


def delete(lab: Connection, name: str | None = None) -> ServiceTypeDef | None:
    """Scale the service to 0, delete it, and wait until its last task is gone and it is INACTIVE.

    Returns:
        The service as DescribeServices last shows it, or None if there is none and was none of late.
    """
    service = describe(lab, name)
    if service and service["status"] == "ACTIVE":
        lab.ecs.update_service(cluster=lab.names.cluster, service=service["serviceName"], desiredCount=0)
        lab.ecs.delete_service(cluster=lab.names.cluster, service=service["serviceName"])
        lab.seen(lambda quiet: find(quiet, name) is None)
    return _wait_until_free(lab, name)


def _wait_until_free(lab: Connection, name: str | None) -> ServiceTypeDef | None:
    """Wait while the service is DRAINING: until then its name cannot be given again."""
    service = describe(lab, name)

    def drained() -> bool:
        nonlocal service
        service = describe(lab, name)
        return service is None or service["status"] != "DRAINING"

    if service and service["status"] == "DRAINING":
        lab.wait(drained, f"the last tasks of service {service['serviceName']} to stop")
    return service
