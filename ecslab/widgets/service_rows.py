"""From a service and its tasks, as ECS shows them, to what their view draws: no widget here.

Source: the API's `Service`, `Task` and `ServiceEvent`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ecslab.display.tables import elapsed
from ecslab.resources.task.task_reader import short_id

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef

    from ecslab.operations.visitors import VisitorCounts

_COUNTS: Final = ("desired", "running", "pending")
LAST: Final = 8
"""Events that are shown."""
STOPPED_SHOWN: Final = 4
"""Stopped tasks that are shown, the newest."""


def heading(service: "ServiceTypeDef", visitors: "Iterable[VisitorCounts]" = ()) -> str:
    """`Service adgu-web: 2 desired, 2 running, 0 pending`, and those who visit it."""
    status = "" if service["status"] == "ACTIVE" else f" ({service['status']})"
    counts = (service["desiredCount"], service["runningCount"], service["pendingCount"])
    words = ", ".join(f"{count} {word}" for count, word in zip(counts, _COUNTS, strict=True))
    people = [f"; {each.rate:,.0f} visitors a second, {each.lost:.1f} % lost" for each in visitors]
    return f"Service {service['serviceName']}{status}: {words}{''.join(people)}"


def task_rows(tasks: "Iterable[TaskTypeDef]", addresses: Mapping[str, str]) -> list[dict[str, str]]:
    """One row a task, oldest first: those that are meant to run, and the last that are not.

    Args:
        tasks: as DescribeTasks shows them.
        addresses: public IPs by the tasks' ARNs.
    """
    ordered = sorted(tasks, key=lambda task: (task["createdAt"], task.get("availabilityZone", "")))
    meant = [task for task in ordered if task["desiredStatus"] == "RUNNING"]
    ended = [task for task in ordered if task["desiredStatus"] != "RUNNING"][-STOPPED_SHOWN:]
    return [_task_row(task, addresses) for task in sorted(meant + ended, key=ordered.index)]


def _task_row(task: "TaskTypeDef", addresses: Mapping[str, str]) -> dict[str, str]:
    status = str(task["lastStatus"])
    tone = "gone" if status == "STOPPED" else "good" if task["desiredStatus"] == status else "busy"
    return {
        "id": short_id(task),
        "status": status if task["desiredStatus"] in (status, "RUNNING") else f"{status}, to be STOPPED",
        "zone": str(task.get("availabilityZone", "")),
        "address": addresses.get(task["taskArn"], ""),
        "why": str(task.get("stoppedReason", "")),
        "tone": tone,
    }


def event_rows(service: "ServiceTypeDef") -> list[dict[str, str]]:
    """The newest events, newest first, each with the time since the service was made."""
    made = service["createdAt"]
    return [
        {"after": elapsed(event["createdAt"] - made), "message": str(event["message"])}
        for event in service["events"][:LAST]
    ]


def text(heading: str, tasks: Sequence[Mapping[str, str]], events: Sequence[Mapping[str, str]]) -> str:
    """All of it as plain text."""
    lines = [heading]
    for row in tasks:
        about = [row["id"], row["zone"], row["status"], row["address"], row["why"]]
        lines.append("  task " + "  ".join(filter(None, about)))
    lines += [f"  {row['after']:>7}  {row['message']}" for row in events]
    return "\n".join(lines)
