"""On a real account, what was forgotten costs money: say what of the lab's is still there by the hour."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
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
    instances, balancers, external = _instances(lab), _load_balancers(lab), len(_machines(lab, outside=True))
    counts = (
        (len(tasks), "task"), (len(instances), "instance"), (_groups_that_launch(lab), "Auto Scaling group"),
        (external, "external machine"), (len(balancers), "load balancer"),
    )  # fmt: skip
    parts = [counted(count, noun) for count, noun in counts if count]
    if not parts:
        return ""
    hourly = sum(map(prices.of_task, tasks)) + sum(map(prices.of_load_balancer, balancers))
    hourly += sum(map(instance_prices.of_instance, instances)) + external * prices.EXTERNAL_INSTANCE_HOUR
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
    """The instances with the lab's tag, and those of its capacity providers; [] where it has no launcher."""
    if not _has_made(lab, *LAUNCHERS):
        return []
    tagged = list(machine_reader.instances(lab, {f"tag:{KEY}": [lab.ledger.owner]}))
    others = _machines(lab) - {each["InstanceId"] for each in tagged}
    return tagged + (list(machine_reader.instances(lab, {"instance-id": sorted(others)})) if others else [])


def _machines(lab: Connection, *, outside: bool = False) -> set[str]:
    """The machines that the lab's clusters have by its capacity providers, or its machines outside AWS."""
    if not _has_made(lab, "activation" if outside else "capacity provider"):
        return set()
    names = {kind: {entry.name for entry in lab.ledger.entries() if entry.kind == kind}
             for kind in ("capacity provider", "cluster")}  # fmt: skip
    shown = [
        each for cluster in names["cluster"]
        for each in or_none_if_missing(machine_reader.container_instances, lab, cluster) or ()
    ]  # fmt: skip
    return {
        each["ec2InstanceId"]
        for each in shown
        if machine_reader.is_outside(each["ec2InstanceId"]) == outside
        if outside or each.get("capacityProviderName") in names["capacity provider"]
    }


def _groups_that_launch(lab: Connection) -> int:
    """How many of the lab's Auto Scaling groups keep instances: one that is ended is launched again."""
    if not _has_made(lab, "Auto Scaling group"):
        return 0
    groups = machine_reader.groups(lab, tags={KEY: lab.ledger.owner})
    return sum(group["DesiredCapacity"] > 0 and not group.get("Status") for group in groups)


def _has_made(lab: Connection, *kinds: str) -> bool:
    return any(entry.kind in kinds for entry in lab.ledger.entries())


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
