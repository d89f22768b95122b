"""Whether a service is stable, and waiting until it is.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.errors import NeverStable, StillWaiting
from ecslab.resources.service import service_reader
from ecslab.resources.service.service_reader import needed, primary
from ecslab.resources.task import diagnosis

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

_FAILURES: Final = 2  # tasks that failed while we waited, and nothing that would end it: no use to wait on


def wait_until_stable(lab: Connection, name: str | None = None, limit: float = 900) -> ServiceTypeDef:
    """Wait until as many tasks run as are desired, and one deployment is left, COMPLETED.

    Args:
        name: the lesson's service unless given.
        limit: seconds at most.

    Returns:
        The service as DescribeServices shows it.

    Raises:
        NeverStable: it failed, its tasks keep failing, it was deleted, or it still is not stable after
            `limit`; with its events, and what became of its last task.
        NotThere: there is no such service.
    """
    began, service = lab.now(), needed(lab, name)
    failed_before = _failed_tasks(service)

    def look() -> ServiceTypeDef | None:
        nonlocal service
        service = needed(lab, name)
        if _hopeless(service, failed_before):
            raise _never_stable(lab, service, lab.now() - began)
        return service if _counts_agree(service) and _tasks_agree(lab, service) else None

    try:
        return lab.wait(look, f"service {service['serviceName']} to be stable", limit)
    except StillWaiting:
        raise _never_stable(lab, service, lab.now() - began) from None


def deployed(service: ServiceTypeDef) -> bool:
    """Whether the service has one deployment only, and it is complete, where it says so."""
    newest, *others = service["deployments"]
    return not others and newest.get("rolloutState", "COMPLETED") == "COMPLETED"


def _counts_agree(service: ServiceTypeDef) -> bool:
    """As the waiter ServicesStable has it; and the deployment is over."""
    return deployed(service) and service["runningCount"] == service["desiredCount"]


def _tasks_agree(lab: Connection, service: ServiceTypeDef) -> bool:
    """Whether what the counters say is true of the tasks, too.

    The counters still hold one that was told to stop just now; and a service at 0 is done when its last task
    has stopped.
    """
    tasks = service_reader.tasks(lab, service)
    if service["desiredCount"] == 0 and not tasks:
        stopped_tasks = service_reader.tasks(lab, service, "STOPPED")
        return all(task["lastStatus"] == "STOPPED" for task in stopped_tasks)
    return len(tasks) == service["desiredCount"] and all(task["lastStatus"] == "RUNNING" for task in tasks)


def _failed_tasks(service: ServiceTypeDef) -> int:
    deployment = primary(service)
    return deployment.get("failedTasks", 0) if deployment else 0


def _hopeless(service: ServiceTypeDef, failed_before: int) -> bool:
    """Whether nothing will change by itself: deleted, failed for good, or failing again and again."""
    if service["status"] != "ACTIVE":
        return True
    breaker, deployment = service_reader.circuit_breaker_of(service), primary(service)
    if breaker["enable"]:  # it ends the failing by itself, and rolls back if it is told to
        failed = deployment is not None and deployment.get("rolloutState") == "FAILED"
        return failed and not breaker["rollback"]
    return _failed_tasks(service) - failed_before >= _FAILURES


def _never_stable(lab: Connection, service: ServiceTypeDef, waited: float) -> NeverStable:
    stopped_tasks = service_reader.tasks(lab, service, "STOPPED") if service["status"] == "ACTIVE" else []
    failed_tasks = [task for task in stopped_tasks if task.get("stopCode") not in ("UserInitiated", None)]
    last = failed_tasks[-1] if failed_tasks else None
    return NeverStable(service, waited, last, diagnosis.of_task(lab, last) if last else "")
