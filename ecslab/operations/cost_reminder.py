"""On a real account, what was forgotten costs money: say what of the lab's is still there by the hour."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.connection.tags import KEY
from ecslab.display.counted import counted, enumerated
from ecslab.display.messages import say
from ecslab.operations import instance_prices, prices
from ecslab.resources.load_balancer import load_balancer_reader
from ecslab.resources.machines import machine_reader
from ecslab.resources.machines.machine_reader import LAUNCHERS
from ecslab.resources.task import task_reader

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import InstanceTypeDef
    from mypy_boto3_ecs.type_defs import TaskTypeDef
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef


def notice(lab: Connection) -> str:
    """One sentence and the next step, if something of this lab's that costs by the hour is there; else ""."""
    tasks = [task for task in _tasks(lab) if task["lastStatus"] != "STOPPED"]
    instances, balancers = _instances(lab), _load_balancers(lab)
    counts = (len(tasks), "task"), (len(instances), "instance"), (len(balancers), "load balancer")
    parts = [counted(count, noun) for count, noun in counts if count]
    if not parts:
        return ""
    hourly = sum(map(prices.of_task, tasks)) + sum(map(prices.of_load_balancer, balancers))
    hourly += sum(map(instance_prices.of_instance, instances))
    verb = "is" if sum(count for count, _ in counts) == 1 else "are"
    return (
        f"{enumerated(parts)} of this lab {verb} still running in account {lab.account}, {lab.region}: about "
        f"{prices.dollars(hourly)} an hour.\n"
        "  next: lab.cleanup(), or in a terminal: ecslab cleanup --where aws"
    )


def _tasks(lab: Connection) -> list[TaskTypeDef]:
    """The lab's tasks, by its ledger, as far as ECS still shows them: its own, and those of its services."""
    by_cluster: dict[str, list[str]] = {}
    for entry in lab.ledger.entries():
        if entry.kind == "task":
            by_cluster.setdefault(entry.name, []).extend(entry.ids)
        if entry.kind == "service":
            for arn in entry.ids:  # …:service/<cluster>/<service>
                _, cluster, name = arn.rsplit("/", 2)
                arns = task_reader.arns(lab, cluster=cluster, serviceName=name) or []
                by_cluster.setdefault(cluster, []).extend(arns)
    return [
        task for cluster, arns in by_cluster.items() for task in task_reader.described(lab, cluster, arns)
    ]


def _instances(lab: Connection) -> list[InstanceTypeDef]:
    """The instances with the lab's tag, where its ledger has something that launches them."""
    if not any(entry.kind in LAUNCHERS for entry in lab.ledger.entries()):
        return []
    return list(machine_reader.instances(lab, {f"tag:{KEY}": [lab.ledger.owner]}))


def _load_balancers(lab: Connection) -> list[LoadBalancerTypeDef]:
    """The lab's load balancers, by its ledger, as far as they are there."""
    return [
        balancer
        for entry in lab.ledger.entries()
        if entry.kind == "load balancer" and entry.ids
        for balancer in load_balancer_reader.by_arns(lab, entry.ids)
    ]


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
