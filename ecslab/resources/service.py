"""The service: so many copies of a task, kept running. Stage 06.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ecslab.connection.connection import Connection
from ecslab.connection.missing import error_message, or_none_if_missing
from ecslab.display.tables import Table, elapsed
from ecslab.errors import NeverStable, NotThere, StillWaiting
from ecslab.resources import network, task_definition
from ecslab.resources.network import Choice
from ecslab.resources.task import diagnosis, running

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import DeploymentTypeDef, ServiceTypeDef, TaskTypeDef

_FAILURES: Final = 2  # tasks that failed while we waited, and nothing that would end it: no use to wait on


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
        lab: from `ecslab.connect()`.
        definition: a family or the ARN of a revision; the lesson's family, newest revision, unless given.
        count: how many tasks are to run, 0 or more: `desiredCount`.
        choice: VPC, subnets, security groups and public IP; `default_choice(lab)` unless given.
        name: letters, digits, `-` and `_`, at most 255. The lesson's name unless given.
        **more: further parameters of CreateService, such as `loadBalancers`.

    Returns:
        A `service` as CreateService or DescribeServices shows it. CreateService answers at once: no task of
        it runs yet.

    Raises:
        NotThere: the cluster, the definition or (without a choice) the default VPC is missing.
        botocore.exceptions.ClientError: ECS refuses the call (InvalidParameterException and others).
    """
    name = name or lab.names.service
    there = find(lab, name)
    if there:
        return there
    request = {
        "cluster": lab.names.cluster,
        "serviceName": name,
        "taskDefinition": _definition_arn(lab, definition),
        "desiredCount": count,
        "launchType": "FARGATE",
        "networkConfiguration": (choice or default_choice(lab)).configuration(),
        "tags": lab.tags("ecs"),
    }
    _wait_until_free(lab, name)
    return lab.wait(lambda: _made(lab, {**request, **more}), "ECS's own role in this account", limit=60)


def _definition_arn(lab: Connection, definition: str | None) -> str:
    found = task_definition.find(lab, definition)
    if not found:
        raise NotThere(
            f"there is no task definition {definition or lab.names.family}.\n"
            "  next: task_definition.register(lab), in notebook 03"
        )
    return str(found["taskDefinitionArn"])


def _made(lab: Connection, request: dict[str, Any]) -> ServiceTypeDef | None:
    """The new service; None while ECS is still making its service-linked role, on first use in an account."""
    try:
        return dict(lab.ecs.create_service(**request)["service"])
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


def find(lab: Connection, name: str | None = None) -> ServiceTypeDef | None:
    """The ACTIVE service as DescribeServices shows it, or None. (A deleted one is shown for a while yet.)"""
    found = _shown(lab, name)
    return found if found and found["status"] == "ACTIVE" else None


def _shown(lab: Connection, name: str | None) -> ServiceTypeDef | None:
    """The service in any status: ACTIVE, DRAINING while its last tasks stop, or INACTIVE."""
    answer = or_none_if_missing(
        lab.ecs.describe_services, cluster=lab.names.cluster, services=[name or lab.names.service]
    )
    return dict(answer["services"][0]) if answer and answer["services"] else None


def _needed(lab: Connection, name: str | None) -> ServiceTypeDef:
    found = _shown(lab, name)
    if not found:
        raise NotThere(
            f"there is no service {name or lab.names.service} in the cluster {lab.names.cluster}.\n"
            "  next: service.create(lab), in notebook 06"
        )
    return found


def tasks(lab: Connection, name: str | None = None) -> list[TaskTypeDef]:
    """The service's tasks that are meant to run, oldest first, as DescribeTasks shows them."""
    found = _shown(lab, name)
    return _tasks(lab, found, "RUNNING") if found and found["status"] != "INACTIVE" else []


def _tasks(lab: Connection, service: ServiceTypeDef, status: str) -> list[TaskTypeDef]:
    where = {"cluster": service["clusterArn"]}
    pages = lab.ecs.get_paginator("list_tasks").paginate(
        **where, serviceName=service["serviceName"], desiredStatus=status
    )
    arns = [arn for page in pages for arn in page["taskArns"]]
    found: list[dict[str, Any]] = []
    for start in range(0, len(arns), 100):  # as many as DescribeTasks takes
        found += lab.ecs.describe_tasks(**where, tasks=arns[start : start + 100])["tasks"]
    return sorted(found, key=lambda task: (task["createdAt"], task["availabilityZone"]))


def events(lab: Connection, name: str | None = None, last: int = 10) -> Table:
    """What the service says it did, newest first.

    Args:
        lab: from `ecslab.connect()`.
        name: the lesson's service unless given.
        last: so many, the newest; ECS keeps a hundred.

    Raises:
        NotThere: there is no such service, and was none of late.
    """
    found = _needed(lab, name)
    rows = (
        (elapsed(event["createdAt"] - found["createdAt"]), str(event["message"]))
        for event in found["events"][:last]
    )
    return Table("", ("after", "event"), tuple(rows))


def scale(lab: Connection, count: int, name: str | None = None) -> ServiceTypeDef:
    """Say how many tasks are to run from now on, and return the service; ECS starts or stops the difference.

    Raises:
        NotThere: there is no such service.
    """
    return update(lab, name, desiredCount=count)


def update(lab: Connection, name: str | None = None, **changes: Any) -> ServiceTypeDef:
    """Change the service, and return it.

    Args:
        lab: from `ecslab.connect()`.
        name: the lesson's service unless given.
        **changes: parameters of UpdateService, such as `taskDefinition`; all but the desired count and the
            like begin a new deployment.

    Raises:
        NotThere: there is no such service.
        botocore.exceptions.ClientError: ECS refuses the change (ServiceNotActiveException and others).
    """
    found = _needed(lab, name)
    where = {"cluster": lab.names.cluster, "service": found["serviceName"]}
    answer = lab.ecs.update_service(**where, **changes)
    return dict(answer["service"])


def wait_until_stable(lab: Connection, name: str | None = None, limit: float = 900) -> ServiceTypeDef:
    """Wait until as many tasks run as are desired, and one deployment is left, COMPLETED.

    Args:
        lab: from `ecslab.connect()`.
        name: the lesson's service unless given.
        limit: seconds at most.

    Returns:
        The service as DescribeServices shows it.

    Raises:
        NeverStable: it failed, its tasks keep failing, it was deleted, or it still is not stable after
            `limit`; with its events, and what became of its last task.
        NotThere: there is no such service.
    """
    began = lab.now()
    seen = _needed(lab, name)
    failed_before = _primary(seen).get("failedTasks", 0)

    def look() -> dict[str, Any] | None:
        nonlocal seen
        seen = _needed(lab, name)
        if _hopeless(seen, failed_before):
            raise _never_stable(lab, seen, lab.now() - began)
        return seen if _stable(seen) and _all_run(lab, seen) else None

    try:
        return lab.wait(look, f"service {seen['serviceName']} to be stable", limit)
    except StillWaiting:
        raise _never_stable(lab, seen, lab.now() - began) from None


def _primary(service: ServiceTypeDef) -> DeploymentTypeDef:
    return next((one for one in service["deployments"] if one["status"] == "PRIMARY"), {})


def _stable(service: ServiceTypeDef) -> bool:
    """As the waiter ServicesStable has it; and the deployment is over, where it says so."""
    one, *others = service["deployments"]
    over = one.get("rolloutState", "COMPLETED") == "COMPLETED"
    return over and not others and service["runningCount"] == service["desiredCount"]


def _all_run(lab: Connection, service: ServiceTypeDef) -> bool:
    """Whether it is true of the tasks, too.

    The counters still hold one that was told to stop just now; and a service at 0 is done when its last task
    has stopped.
    """
    meant = _tasks(lab, service, "RUNNING")
    if service["desiredCount"] == 0 and not meant:
        return all(task["lastStatus"] == "STOPPED" for task in _tasks(lab, service, "STOPPED"))
    return len(meant) == service["desiredCount"] and all(task["lastStatus"] == "RUNNING" for task in meant)


def _hopeless(service: ServiceTypeDef, failed_before: int) -> bool:
    """Whether nothing will change by itself: deleted, failed for good, or failing again and again."""
    if service["status"] != "ACTIVE":
        return True
    breaker = service.get("deploymentConfiguration", {}).get("deploymentCircuitBreaker", {})
    now = _primary(service)
    if breaker.get("enable"):  # it ends the failing by itself, and rolls back if it is told to
        return now.get("rolloutState") == "FAILED" and not breaker.get("rollback")
    return bool(now.get("failedTasks", 0) - failed_before >= _FAILURES)


def _never_stable(lab: Connection, service: ServiceTypeDef, waited: float) -> NeverStable:
    stopped = _tasks(lab, service, "STOPPED") if service["status"] == "ACTIVE" else []
    failed = [task for task in stopped if task.get("stopCode") not in ("UserInitiated", None)]
    last = failed[-1] if failed else None
    return NeverStable(service, waited, last, diagnosis.of_task(lab, last) if last else "")


def delete(lab: Connection, name: str | None = None) -> ServiceTypeDef | None:
    """Scale the service to 0, delete it, and wait until its last task is gone and it is INACTIVE.

    Returns:
        The service as DescribeServices last shows it, or None if there is none and was none of late.
    """
    found = _shown(lab, name)
    if found and found["status"] == "ACTIVE":
        where = {"cluster": lab.names.cluster, "service": found["serviceName"]}
        lab.ecs.update_service(**where, desiredCount=0)
        lab.ecs.delete_service(**where)
    return _wait_until_free(lab, name)


def _wait_until_free(lab: Connection, name: str | None) -> ServiceTypeDef | None:
    """Wait while the service is DRAINING: until then its name cannot be given again."""
    found = _shown(lab, name)

    def gone() -> dict[str, Any] | None:
        nonlocal found
        found = _shown(lab, name)
        return {"found": found} if not found or found["status"] != "DRAINING" else None

    if found and found["status"] == "DRAINING":
        lab.wait(gone, f"the last tasks of service {found['serviceName']} to stop")
    return found


def bare_tasks(lab: Connection) -> list[TaskTypeDef]:
    """The tasks of the lesson's family that are meant to run, and that no service keeps, newest first."""
    return [task for task in running(lab) if not task["group"].startswith("service:")]
