"""From a task, as DescribeTasks shows it, to what its view draws: no widget here.

Source: "Amazon ECS task lifecycle" in the developer guide; the timestamps of the API's `Task`.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from ecslab.figures import STATUSES
from ecslab.resources.task import Phase

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

ORDER: Final = tuple(status for status, _ in STATUSES)
MEANING: Final = dict(STATUSES)
STEADY: Final = frozenset({"RUNNING", "STOPPED"})
_NEEDS: Final = {
    # a status a task only passes through if this timestamp exists
    "PENDING": "connectivityAt",
    "ACTIVATING": "pullStoppedAt",
    "RUNNING": "startedAt",
    "DEACTIVATING": "startedAt",
    "STOPPING": "startedAt",
}


_OPEN: Final = 0.12
"""The share of the timeline that is given to RUNNING, which lasts."""
_SCALE: Final = 30.0
"""Seconds that the timeline shows at first, and twice as many whenever they are full: bars do not jump."""


def heading(task: "TaskTypeDef") -> str:
    """`Task of adgu-web-server-task:1`."""
    return f"Task of {task['taskDefinitionArn'].rsplit('/', 1)[-1]}"


def step_rows(task: "TaskTypeDef") -> list[dict[str, str]]:
    """Every status in order, each "done", "now", "ahead", or "skipped" by a task that could not start."""
    now = ORDER.index(task["lastStatus"])
    return [
        {"status": status, "state": _state(task, status, n - now), "meaning": MEANING[status]}
        for n, status in enumerate(ORDER)
    ]


def _state(task: "TaskTypeDef", status: str, distance: int) -> str:
    if distance == 0:
        return "now"
    if distance > 0:
        return "ahead"
    return "done" if status not in _NEEDS or task.get(_NEEDS[status]) else "skipped"


def as_seen(phases: list[Phase], seen: Mapping[str, float]) -> list[Phase]:
    """The phases, with the one that lasts beginning when its status was seen.

    `lastStatus` says PENDING a while before a timestamp does: the timestamps come with the end of the pull.

    Args:
        seen: seconds after the task's creation at which each status was first seen, in that order.
    """
    *before, lasting = phases
    names = list(seen)
    at = names.index(lasting.name) if lasting.seconds is None and lasting.name in seen else 0
    if not at or seen[lasting.name] <= lasting.start or names[at - 1] in [phase.name for phase in before]:
        return phases
    began = seen[lasting.name]
    return [*before, Phase(names[at - 1], lasting.start, round(began - lasting.start, 1)),
            Phase(lasting.name, began, None)]  # fmt: skip


def phase_rows(phases: Iterable[Phase], age: float) -> list[dict[str, object]]:
    """One bar a phase: where it begins and how wide it is, in per cent.

    A phase that lasts is open, and grows; one of no length has no bar.

    Args:
        age: seconds since the task was created.
    """
    known = [phase for phase in phases if phase.seconds != 0]
    whole = _whole(known, age)
    return [
        {
            "name": p.name,
            "left": round(100 * p.start / whole, 2),
            "width": round(100 * _length(p, age, whole) / whole, 2),
            "open": p.seconds is None,
            "words": f"{age - p.start:.0f} s so far" if p.seconds is None else f"{p.seconds:.1f} s",
        }
        for p in known
    ]


def _whole(phases: list[Phase], age: float) -> float:
    """How many seconds the timeline shows."""
    last = max((p.start + (p.seconds or 0) for p in phases), default=0) or 1
    lasting = next((p.name for p in phases if p.seconds is None), "")
    if not lasting:
        return last
    if lasting in STEADY:
        return last / (1 - _OPEN)
    whole = _SCALE
    while whole < age:
        whole *= 2
    return whole


def _length(phase: Phase, age: float, whole: float) -> float:
    if phase.seconds is not None:
        return phase.seconds
    return whole * _OPEN if phase.name in STEADY else max(0.0, age - phase.start)


def message(task: "TaskTypeDef") -> str:
    """One sentence: the present status and what happens meanwhile."""
    status, wanted = task["lastStatus"], task["desiredStatus"]
    aim = "" if status == wanted else f" It is to be {wanted}."
    return f"{status}: {MEANING[status]}.{aim}"


def reason(task: "TaskTypeDef") -> str:
    """Why it stopped: stop code, reason, and what each container has to say; "" while it is not stopping."""
    if not task.get("stoppedReason"):
        return ""
    lines = [f"{task.get('stopCode', 'stopped')}: {task['stoppedReason']}"]
    for container in task.get("containers", ()):
        ended = [f"exit code {container['exitCode']}"] if container.get("exitCode") is not None else []
        ended += [container["reason"]] if container.get("reason") else []
        if ended:
            lines.append(f"Container {container['name']}: {', '.join(ended)}")
    return "\n".join(lines)
