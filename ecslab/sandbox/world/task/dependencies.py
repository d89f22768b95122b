"""Container dependencies: whether a container may start, and when it never will.

Source: API_ContainerDependency; the rules and texts of an unresolved one are the ECS agent's
(agent/engine/dependencygraph). U: how Fargate words them in `stoppedReason`.
"""

from typing import Final

from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.health import HEALTHY
from ecslab.sandbox.world.task.task import Task

_GRAPH: Final = "dependency graph"
TIMED: Final = frozenset({"COMPLETE", "SUCCESS", "HEALTHY"})
"""Conditions that `startTimeout` of the dependency limits; START is met by the start itself."""


def are_met(task: Task, container: Container) -> bool:
    """Whether everything the container depends on has got as far as it asks."""
    return all(_is_met(task.container(name), condition) for name, condition in container.depends_on.items())


def hopeless(task: Task, container: Container) -> str | None:
    """Why a waiting container can never start, or None while it still may."""
    for name, condition in container.depends_on.items():
        dependency = task.container(name)
        if dependency.last_status != "STOPPED" or _is_met(dependency, condition):
            continue
        why = " as dependency did not exit successfully." if condition == "SUCCESS" else ""
        return f"{_GRAPH}: failed to resolve {_edge(name, container)}{why}"
    return None


def timed_out(task: Task, dependency: Container) -> str | None:
    """Why the task ends when the dependency's `startTimeout` is over, or None if nobody waits for it."""
    if dependency.last_status == "STOPPED":  # what has ended cannot time out
        return None
    for container in task.containers:
        condition = container.depends_on.get(dependency.name)
        if container.last_status == "PENDING" and condition in TIMED and not _is_met(dependency, condition):
            return f"{_GRAPH}: {_edge(dependency.name, container)} has timed out."
    return None


def _edge(name: str, container: Container) -> str:
    return f"container ordering dependency [{name}] for target [{container.name}]"


def _is_met(dependency: Container, condition: str) -> bool:
    if condition == "COMPLETE":
        return dependency.last_status == "STOPPED"
    if condition == "SUCCESS":
        return dependency.exit_code == 0
    if condition == "HEALTHY":
        return dependency.health_status == HEALTHY
    return dependency.last_status != "PENDING"
