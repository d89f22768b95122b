"""What holds of names after every step: who they stand for, and who reaches whom by Service Connect."""

import math
from collections.abc import Iterator
from typing import Any

from ecslab.sandbox.bridge.ecs.services import discovery
from ecslab.sandbox.bridge.ecs.services.scheduler_adapter import services
from ecslab.sandbox.bridge.open_ports import program_of
from ecslab.sandbox.bridge.servicediscovery.state import service_named
from ecslab.sandbox.wire.credentials import REGION

REGISTERED = 6.0 + 1.0
"""Seconds after RUNNING within which a task is registered: the longest drawn, and one to spare."""


def names_are_of_who_is_there(world: Any) -> Iterator[str]:
    """A name stands for nobody who left it longer ago than its TTL lets resolvers remember."""
    history = world.watch.names
    for task, host in _hosts(world):
        for name, longest in history.longest.items():
            for address in _asked(world, host, name):
                left = history.answers.get((name, address), -math.inf)
                if left + longest < world.now:
                    yield f"{name} is {address} to task {task.id}, and was so until {world.now - left} s ago"


def clients_reach_what_their_deployment_knew(world: Any) -> Iterator[str]:
    """A task of Service Connect resolves, and its proxy asks, the endpoints that were there when its
    deployment began; one without resolves none."""
    noted = world.watch.names.endpoints
    names = {name for known in noted.values() for name, _ in known}
    for task, host in _hosts(world):
        deployment = services().tasks[task.id].deployment if task.id in services().tasks else None
        connected = deployment is not None and deployment.revision.connect is not None
        known = noted.get(deployment.id, {}) if connected else {}
        for name in names:
            reached, wanted = bool(_asked(world, host, name)), name in {alias for alias, _ in known}
            if reached != wanted:
                yield f"task {task.id} resolves {name}: {reached}; its deployment knew it: {wanted}"
        proxy = world.account.proxies.get(task.id)
        strange = proxy.turns.keys() - set(known.values()) if proxy else ()
        if strange:
            yield f"the proxy of task {task.id} asked {sorted(strange)}, its deployment knew {known}"


def registered_are_tasks_that_run(world: Any) -> Iterator[str]:
    """Who is registered runs, or leaves; who has run for a while and does not leave is registered."""
    tasks, now = world.tasks, world.now
    for service in world.services.values():
        members = [(each, member) for each in service.deployments for member in each.members.values()]
        for deployment, member in members:
            for entry in discovery.registries(deployment.revision):
                target, task = service_named(REGION, entry.arn), tasks[member.id]
                there = target is not None and task.id in target.instances
                if there and task.last_status not in ("RUNNING", "DEACTIVATING"):
                    yield f"{task.id} is {task.last_status}, and registered in {target.name}"
                due = member.ran_at is not None and member.ran_at + REGISTERED < now
                if target and due and not there and task.last_status == "RUNNING":
                    yield f"{task.id} runs since {member.ran_at}, and is not registered in {target.name}"
    registry = world.account.service_discovery.get(REGION)
    for service in registry.services.values() if registry else ():
        for each in service.instances.values():
            task = tasks.get(each.id)
            if task is None or task.last_status not in ("RUNNING", "DEACTIVATING"):
                yield f"{each.id} is registered in {service.name}, and {task and task.last_status}"


NAMES_HOLD = {
    "names-are-of-who-is-there": names_are_of_who_is_there,
    "endpoints-as-deployed": clients_reach_what_their_deployment_knew,
    "registered-are-tasks": registered_are_tasks_that_run,
}


def _hosts(world: Any) -> Iterator[tuple[Any, Any]]:
    """The tasks that run where somebody has a name, and the host of a container of each."""
    if not world.account.service_discovery:
        return
    for task in world.tasks.values():
        program = program_of(task.containers[0]) if task.last_status == "RUNNING" else None
        if program is not None:
            yield task, program._process.host  # type: ignore[attr-defined]


def _asked(world: Any, host: Any, name: str) -> tuple[str, ...]:
    """What a container is told of a name; nobody remembers that it asked."""
    resolvers = world.account.resolvers
    before = {asker: dict(cache.names) for asker, cache in resolvers.items()}
    try:
        told: tuple[str, ...] = host.resolve(name)
    except LookupError:
        told = ()
    for asker in list(resolvers):
        if asker in before:
            resolvers[asker].names = before[asker]
        else:
            del resolvers[asker]
    return told
