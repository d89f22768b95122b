"""On a real account, what was forgotten costs money: say what of the lab's is still there by the hour."""

import atexit
from collections.abc import Iterator
from typing import Any

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.display.messages import say
from ecslab.operations import prices


def notice(lab: Connection) -> str:
    """One sentence and the next step, if tasks or load balancers of this lab are still there; else ""."""
    alive = [task for task in _tasks(lab) if task["lastStatus"] != "STOPPED"]
    balancers = list(_balancers(lab))
    if not alive and not balancers:
        return ""
    hourly = sum(prices.task_hour(task.get("cpu") or 0, task.get("memory") or 0) for task in alive)
    hourly += sum(prices.balancer_hour(len(one.get("AvailabilityZones", []))) for one in balancers)
    what = " and ".join(
        f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"
        for things, noun in ((alive, "task"), (balancers, "load balancer"))
        if things
    )
    verb = "is" if len(alive) + len(balancers) == 1 else "are"
    return (
        f"{what} of this lab {verb} still running in account {lab.account}, {lab.region}: about "
        f"{prices.dollars(hourly)} an hour.\n"
        "  next: lab.cleanup(), or in a terminal: ecslab cleanup --where aws"
    )


def _tasks(lab: Connection) -> list[dict[str, Any]]:
    """The lab's tasks, by its ledger, as far as ECS still shows them: its own, and those of its services."""
    by_cluster: dict[str, list[str]] = {}
    for entry in lab.ledger.entries():
        if entry.kind == "task":
            by_cluster.setdefault(entry.name, []).extend(entry.ids)
        if entry.kind == "service":
            for arn in entry.ids:  # …:service/<cluster>/<service>
                _, cluster, name = arn.rsplit("/", 2)
                by_cluster.setdefault(cluster, []).extend(_kept(lab, cluster, name))
    found: list[dict[str, Any]] = []
    for cluster, arns in by_cluster.items():
        for start in range(0, len(arns), 100):
            chunk = arns[start : start + 100]
            answer = or_none_if_missing(lab.ecs.describe_tasks, cluster=cluster, tasks=chunk)
            found += answer["tasks"] if answer else []
    return found


def _kept(lab: Connection, cluster: str, service: str) -> list[str]:
    """The ARNs of the tasks that a service keeps running."""
    answer = or_none_if_missing(lab.ecs.list_tasks, cluster=cluster, serviceName=service)
    return list(answer["taskArns"]) if answer else []


def _balancers(lab: Connection) -> Iterator[dict[str, Any]]:
    """The lab's load balancers, by its ledger, as far as they are there."""
    for entry in lab.ledger.entries():
        if entry.kind == "load balancer" and entry.ids:
            answer = or_none_if_missing(lab.elbv2.describe_load_balancers, LoadBalancerArns=list(entry.ids))
            yield from answer["LoadBalancers"] if answer else ()


def say_so(lab: Connection) -> None:
    """Say the notice, if there is one. What keeps it from looking is no reason to disturb."""
    try:
        text = notice(lab)
    except Exception:
        return
    if text:
        say(text)


class Reminder:
    """Says so when the lab is opened, when it is closed, and when the process ends with it open."""

    def __init__(self, lab: Connection):
        self._lab = lab
        say_so(lab)
        atexit.register(self.close)

    def close(self) -> None:
        """Say it now, and not again."""
        atexit.unregister(self.close)
        say_so(self._lab)
