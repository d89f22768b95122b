"""Task protection: keeps tasks of services from scale-in and deployments for a while.

API operations UpdateTaskProtection and GetTaskProtection.
"""

from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import clusters
from ecslab.sandbox.bridge.ecs.services import scheduler_adapter
from ecslab.sandbox.bridge.ecs.shapes import Answer, at_most, failure
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.bridge.ecs.tasks.store import find
from ecslab.sandbox.world.errors import invalid
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.task.task import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

MOST_TASKS: Final = 10
DEFAULT_MINUTES: Final = 120
MOST_MINUTES: Final = 2880


def update_task_protection(params: "api.UpdateTaskProtectionRequestTypeDef", caller: Caller) -> Answer:
    cluster, wanted = clusters.find(caller, params["cluster"]), params["tasks"]
    if not wanted:
        raise invalid("Tasks cannot be empty.")
    at_most("taskIds", wanted, MOST_TASKS)
    minutes = params.get("expiresInMinutes", DEFAULT_MINUTES)
    if not 1 <= minutes <= MOST_MINUTES:  # U
        raise invalid(f"expiresInMinutes must be between 1 and {MOST_MINUTES}.")
    until = current_account().clock.now + 60.0 * minutes if params["protectionEnabled"] else 0.0
    protected, failures = [], []
    for reference in wanted:
        held = _task(cluster, reference, caller)
        if isinstance(held, dict):
            failures.append(held)
            continue
        task, service, member = held
        scheduler_adapter.services().scheduler.protect(service, member, until)
        protected.append(_view(task, member))
    return {"protectedTasks": protected, "failures": failures}


def get_task_protection(params: "api.GetTaskProtectionRequestTypeDef", caller: Caller) -> Answer:
    cluster, wanted = clusters.find(caller, params["cluster"]), params.get("tasks") or []
    at_most("taskIds", wanted, MOST_TASKS)
    held = [_task(cluster, reference, caller) for reference in wanted]
    return {
        "protectedTasks": [_view(entry[0], entry[2]) for entry in held if not isinstance(entry, dict)],
        "failures": [entry for entry in held if isinstance(entry, dict)],
    }


def _task(cluster: Cluster, reference: str, caller: Caller) -> tuple[Task, Service, Member] | dict[str, str]:
    """A task of a service, or the failure to answer instead."""
    task = find(cluster, reference)
    task_id = reference.rpartition("/")[2]
    arn = caller.ecs_arn(f"task/{cluster.name}/{task_id}")
    if task is None or task.last_status == "STOPPED":
        return failure(arn, "MISSING")
    membership = scheduler_adapter.services().member_of(task_id)
    return (task, *membership) if membership else failure(arn, "TASK_NOT_VALID")


def _view(task: Task, member: Member) -> dict[str, object]:
    """API_ProtectedTask."""
    clock = current_account().clock
    on = member.protected_until > clock.now
    ends = {"expirationDate": round(clock.timestamp_at(member.protected_until), 3)} if on else {}
    return {"taskArn": task.arn, "protectionEnabled": on, **ends}
