"""What holds of container instances after every step: their room, their tasks, and what is told of both."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tests.simulation import machines
from tests.simulation.ground import CLUSTER

RESERVED = {"22", "2375", "2376", "51678", "51679"}
STUCK = "was unable to stop or start tasks during a deployment"
"""What a service says whose percents let it neither start nor stop a task: it waits for other ones."""
COMING_UP = ("PROVISIONING", "PENDING", "ACTIVATING")


def instances_have_room(world: Any) -> Iterator[str]:
    """No instance is over its CPU, memory, interfaces or ports, by what its tasks were asked for."""
    for instance in machines.known(world):
        tasks = [task for task in world.tasks.values() if task.instance == instance.id and _is_up(task)]
        asked = [container for task in tasks for container in task.definition["containerDefinitions"]]
        memory = sum(container["memory"] for container in asked)
        own = sum(task.definition.get("networkMode") == "awsvpc" for task in tasks)
        ports = [
            binding.host_port for task in tasks for each in task.containers for binding in each.bindings
        ]
        if memory > instance.memory or instance.used_cpu > instance.cpu or own > instance.interfaces:
            yield f"{instance.ec2_id}: tasks ask for {memory} of {instance.memory} MiB, {own} interfaces"
        if memory != instance.used_memory or own != instance.used_interfaces:
            yield f"{instance.ec2_id}: counts {instance.used_memory} MiB, its tasks ask for {memory}"
        if len(ports) != len(set(ports)) or not set(ports) <= instance.used_ports:
            yield f"{instance.ec2_id}: ports {sorted(ports)}, in use {sorted(instance.used_ports)}"


def _is_up(task: Any) -> bool:
    return task.last_status != "STOPPED"


def agents_are_away(world: Any, tasks: Iterable[Any]) -> bool:
    """Whether what is to become of one of these tasks waits until ECS can reach its instance."""
    silent = {each.id for each in machines.known(world) if not each.agent_connected}
    return any(task.instance in silent for task in tasks)


def placements_obey(world: Any) -> Iterator[str]:
    """Each task is where its constraints allow it to be, and placed where an agent could be reached."""
    for instance in machines.known(world):
        attributes = instance.attributes
        for name, service in world.services.items():
            constraints = _constraints(service)
            if f"service:{name}" not in instance.groups:
                continue
            if "distinctInstance" in constraints and instance.groups[f"service:{name}"] > 1:
                yield f"{name}: two of its tasks are on {instance.ec2_id}"
            if "us-east-1a" in constraints and attributes["ecs.availability-zone"] != "us-east-1a":
                yield f"{name}: a task is on {instance.ec2_id}, in {attributes['ecs.availability-zone']}"
            if "m5" in constraints and not str(attributes["ecs.instance-type"]).startswith("m5"):
                yield f"{name}: a task is on {instance.ec2_id}, a {attributes['ecs.instance-type']}"
        if instance.groups.get("service:agent", 0) > 1:
            yield f"two daemons on {instance.ec2_id}"


def _constraints(service: Any) -> str:
    """A service's constraints as one text; no step gives it others."""
    return str(service.revision.spec.get("asked", {}).get("placementConstraints") or "")


def instances_are_told(world: Any) -> Iterator[str]:
    """Counts, resources and ARNs of instances agree with the tasks that are described."""
    answer = next(iter(machines.shown(world)))[1]
    told = {each["containerInstanceArn"]: each for each in (answer or {}).get("containerInstances", [])}
    if told.keys() != {each.arn for each in machines.known(world)}:
        yield f"{len(told)} instances are described, {len(machines.known(world))} are there"
    tasks = [task for task in _described(world) if task.get("containerInstanceArn") in told]
    for arn, instance in told.items():
        here = [task for task in tasks if task["containerInstanceArn"] == arn]
        pending = sum(task["lastStatus"] in COMING_UP for task in here)
        running = sum(
            task["lastStatus"] not in COMING_UP and task["desiredStatus"] == "RUNNING" for task in here
        )
        counted = instance["runningTasksCount"], instance["pendingTasksCount"]
        if counted != (running, pending):
            yield f"{instance['ec2InstanceId']}: counts {counted}, its tasks are {running} and {pending}"
        left, had = _memory(instance["remainingResources"]), _memory(instance["registeredResources"])
        if left != had - sum(int(task["memory"]) for task in here):
            yield f"{instance['ec2InstanceId']}: {left} of {had} MiB are left beside {len(here)} tasks"


def _memory(resources: list[dict[str, Any]]) -> int:
    return next(each["integerValue"] for each in resources if each["name"] == "MEMORY")


def _described(world: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for status in ("RUNNING", "STOPPED"):
        arns = world.look("ecs", "ListTasks", cluster=CLUSTER, desiredStatus=status).get("taskArns", [])
        if arns:
            found += world.look("ecs", "DescribeTasks", cluster=CLUSTER, tasks=arns[:100]).get("tasks", [])
    return [task for task in found if task["lastStatus"] != "STOPPED"]


def drained_is_empty(world: Any) -> Iterator[str]:
    """At the end: an instance that drains, and can be reached, has no task of a service but of daemons.

    Those stay, too, of a service whose percents let it neither stop nor start a task.
    """
    held = {f"service:{name}" for name, service in world.services.items() if _is_stuck(service)}
    for instance in machines.known(world):
        groups = Counter(instance.groups)
        alone = any(group.startswith("family:") for group in groups)
        if alone:
            del groups["service:agent"]
        left = [group for group in groups if group.startswith("service:") and group not in held]
        if instance.status == "DRAINING" and instance.agent_connected and left:
            yield f"{instance.ec2_id} drains, and has {sorted(left)}"


def _is_stuck(service: Any) -> bool:
    newest = service.log.events[0].message if service.log.events else ""
    return STUCK in newest and service.running >= service.maximum


INSTANCES_HOLD = {
    "instances-have-room": instances_have_room,
    "placements-obey": placements_obey,
    "instances-are-told": instances_are_told,
}
