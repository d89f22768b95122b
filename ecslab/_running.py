"""On a real account, a task that was forgotten costs money: say which of the lab's tasks still run."""

import atexit
from typing import Any

from . import prices
from ._say import say
from .lab import Lab


def notice(lab: Lab) -> str:
    """One sentence and the next step, if tasks that this lab started are still there; else ""."""
    alive = [task for task in _started(lab) if task["lastStatus"] != "STOPPED"]
    if not alive:
        return ""
    hourly = sum(prices.task_hour(task.get("cpu") or 0, task.get("memory") or 0) for task in alive)
    what = "1 task" if len(alive) == 1 else f"{len(alive)} tasks"
    verb = "is" if len(alive) == 1 else "are"
    return (
        f"{what} of this lab {verb} still running in account {lab.account}, {lab.region}: about "
        f"{prices.dollars(hourly)} an hour.\n"
        "  next: lab.cleanup(), or in a terminal: ecslab cleanup --where aws"
    )


def _started(lab: Lab) -> list[dict[str, Any]]:
    """The lab's tasks, by its ledger, as far as ECS still shows them."""
    by_cluster: dict[str, list[str]] = {}
    for entry in lab.ledger.entries():
        if entry.kind == "task":
            by_cluster.setdefault(entry.name, []).extend(entry.ids)
    found: list[dict[str, Any]] = []
    for cluster, arns in by_cluster.items():
        for start in range(0, len(arns), 100):
            chunk = arns[start : start + 100]
            try:
                found += lab.ecs.describe_tasks(cluster=cluster, tasks=chunk)["tasks"]
            except lab.ecs.exceptions.ClusterNotFoundException:
                break
    return found


def say_so(lab: Lab) -> None:
    """Say the notice, if there is one. What keeps it from looking is no reason to disturb."""
    try:
        text = notice(lab)
    except Exception:
        return
    if text:
        say(text)


class Reminder:
    """Says so when the lab is opened, when it is closed, and when the process ends with it open."""

    def __init__(self, lab: Lab):
        self._lab = lab
        say_so(lab)
        atexit.register(self.close)

    def close(self) -> None:
        """Say it now, and not again."""
        atexit.unregister(self.close)
        say_so(self._lab)
