"""Container dependencies: whether a container may start, and when it never will.

Source: API_ContainerDependency; the rules are the ECS agent's (agent/engine/dependencygraph).
"""

from typing import Final

from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.health import HEALTHY
from ecslab.sandbox.world.task.task import Task

UNRESOLVED: Final = "Task failed to start"
"""`stoppedReason` where a dependency ends without success [NAT:task_dependency_transitions]. U: where it does
not get as far in time."""
TIMED: Final = frozenset({"COMPLETE", "SUCCESS", "HEALTHY"})
"""Conditions that `startTimeout` of the dependency limits; START is met by the start itself."""


def are_met(task: Task, container: Container) -> bool:
    """Whether everything the container depends on has got as far as it asks."""
    return all(_is_met(task.container(name), condition) for name, condition in container.depends_on.items())


def hopeless(task: Task, container: Container) -> bool:
    """Whether a waiting container can never start."""
    return any(
        task.container(name).last_status == "STOPPED" and not _is_met(task.container(name), condition)
        for name, condition in container.depends_on.items()
    )


def timed_out(task: Task, dependency: Container) -> bool:
    """Whether somebody still waits when the dependency's `startTimeout` is over."""
    if dependency.last_status == "STOPPED":  # what has ended cannot time out
        return False
    waiting = [container for container in task.containers if container.last_status == "PENDING"]
    conditions = [container.depends_on.get(dependency.name) for container in waiting]
    return any(each in TIMED and not _is_met(dependency, each) for each in conditions if each)


def _is_met(dependency: Container, condition: str) -> bool:
    if condition == "COMPLETE":
        return dependency.last_status == "STOPPED"
    if condition == "SUCCESS":
        return dependency.exit_code == 0
    if condition == "HEALTHY":
        return dependency.health_status == HEALTHY
    return dependency.last_status != "PENDING"
