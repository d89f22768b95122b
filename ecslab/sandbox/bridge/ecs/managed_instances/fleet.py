"""The managed instances of a cluster: launched for tasks that wait, drained for a patch, ended when idle.

Nothing happens while nothing changes: each instance has one event ahead for its age, one more while idle.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-infrastructure-optimization.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-patching.html
"""

from collections.abc import Callable
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.auto_scaling_groups import machines
from ecslab.sandbox.bridge.ecs import hosted_daemons, hosted_tasks, state
from ecslab.sandbox.bridge.ecs.managed_instances import known, launching
from ecslab.sandbox.bridge.ecs.managed_instances.sentences import sentence
from ecslab.sandbox.bridge.ecs.state import Cluster
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.managed_instances.provider import (
    DRAINED_AFTER,
    ENDED_AFTER,
    NEVER,
    REGISTERS_WITHIN,
    ManagedInstance,
    ManagedProvider,
)

MINUTE: Final = 60


def look_after(region: str, cluster: Cluster) -> None:
    """Do what is due for the managed instances of a cluster after something has changed there."""
    daemons = current_account().daemons
    for managed in list(known.instances_of(region, cluster.name)):
        instance = container_instance(managed)
        if instance is None:
            if managed.registered:  # somebody else has taken it out
                terminate(managed)
        elif instance.status == "REGISTERING" and daemons:
            daemons.receive(managed, instance)
        elif instance.status in ("ACTIVE", "DRAINING"):
            _receive(cluster, managed, instance)
            _look_at(managed, instance)
    for provider in known.providers_of(region, cluster):
        if provider.status == "ACTIVE":
            _provide(region, cluster, provider)
    if daemons:
        daemons.look_after(region, cluster)


def reserved(region: str, cluster: Cluster) -> set[str]:
    """Ids of tasks that wait for an instance that has been launched for them."""
    return {task for managed in known.instances_of(region, cluster.name) for task in managed.planned}


def container_instance(managed: ManagedInstance) -> ContainerInstance | None:
    """What a managed instance is registered as; None before it is, and after."""
    agents = current_account().agents
    return agents.registered.get(managed.id) if agents else None


# Coming -----------------------------------------------------------------------------------------------------


def _provide(region: str, cluster: Cluster, provider: ManagedProvider) -> None:
    """Launch instances for the tasks that wait and that none is on its way for."""
    coming = reserved(region, cluster)
    waiting = [
        each
        for task_id, each in cluster.waiting.items()
        if each.provider == provider.name and task_id not in coming and not each.task.stopping
    ]
    if not waiting:
        return
    launched, failed = launching.launch(region, cluster, provider, waiting)
    for managed in launched:
        state.of(region).managed_instances[managed.id] = managed
        _plan(managed, REGISTERS_WITHIN, lambda managed=managed: _give_up(managed))  # type: ignore[misc]
    for task_id, why in failed.items():
        _fail(region, provider.name, task_id, why)


def _fail(region: str, provider: str, task_id: str, why: str) -> None:
    """Let a task that waits stop: there will be no instance for it."""
    task, fargate = state.of(region).tasks.get(task_id), current_account().fargate
    if task and fargate and not task.stopping:
        fargate.driver.stop(task, "TaskFailedToStart", sentence("unable", name=provider, why=why))


def _give_up(managed: ManagedInstance) -> bool:
    """End an instance that has not registered."""
    if managed.registered:
        return False
    give_up(managed, sentence("unregistered", instance=managed.id, minutes=round(REGISTERS_WITHIN / MINUTE)))
    return True


def give_up(managed: ManagedInstance, why: str) -> None:
    """Terminate an instance that will not be ACTIVE; the tasks that wait for it stop."""
    planned, instance, agents = list(managed.planned), container_instance(managed), current_account().agents
    if instance is not None and agents:  # it has begun to register
        hosted_tasks.lose_all(instance, hosted_tasks.HOST_GONE.format(ec2_id=managed.id))
        agents.deregister(instance)
    terminate(managed)
    for task_id in planned:
        _fail(managed.region, managed.provider, task_id, why)


def _receive(cluster: Cluster, managed: ManagedInstance, instance: ContainerInstance) -> None:
    """Place the tasks that an instance was launched for, once it has registered."""
    if managed.registered:
        return
    managed.registered = instance.id
    age = current_account().clock.now - managed.launched_at
    _plan(managed, max(DRAINED_AFTER - age, 0.0), lambda: drain(managed))
    for task_id in managed.planned:
        waiting = cluster.waiting.get(task_id)
        if waiting and not waiting.task.stopping and waiting.place(instance):
            cluster.waiting.pop(task_id, None)
    managed.planned.clear()


# Going ------------------------------------------------------------------------------------------------------


def _look_at(managed: ManagedInstance, instance: ContainerInstance) -> None:
    """End an instance that is drained, and in a while one that is idle."""
    if hosted_daemons.others_on(managed, instance):
        forget_idle_of(managed)
    elif instance.status == "DRAINING":
        if instance.tasks:
            _stop_daemons(managed, instance)
        else:
            _end(managed, instance)
    elif managed.idle is None:
        provider = state.of(managed.region).managed_providers[managed.provider]
        clock, seconds = current_account().clock, provider.scale_in_after
        if provider.status != "ACTIVE":
            _end(managed, instance)
        elif seconds != NEVER:
            delay = _takes("managed_instance_idle", managed) if seconds is None else float(seconds)
            managed.idle = clock.after(delay, lambda: _end_idle(managed))


def _stop_daemons(managed: ManagedInstance, instance: ContainerInstance) -> None:
    daemons = current_account().daemons
    if daemons:
        daemons.leave(managed, instance)


def _end_idle(managed: ManagedInstance) -> bool:
    managed.idle, instance = None, container_instance(managed)
    if instance is None or instance.status != "ACTIVE" or hosted_daemons.others_on(managed, instance):
        return False
    _end(managed, instance)
    return True


def forget_idle_of(managed: ManagedInstance) -> None:
    """Let an instance not end for want of tasks, for now."""
    if managed.idle:
        managed.idle.cancel()
        managed.idle = None


def forget_idle(region: str, provider: ManagedProvider) -> None:
    """Let the idle instances of a provider wait anew, by its settings of now."""
    for managed in known.instances_of(region, provider.cluster, provider.name):
        forget_idle_of(managed)
        instance = container_instance(managed)
        if instance is not None and instance.status == "ACTIVE" and managed.registered:
            _look_at(managed, instance)


def drain(managed: ManagedInstance) -> bool:
    """Let an instance drain for a patch: services start others first, and it ends at last with the rest."""
    instance = container_instance(managed)
    if instance is None or instance.status != "ACTIVE":
        return False
    hosted_tasks.drain(instance, True)
    _plan(managed, ENDED_AFTER, lambda: _end_by_force(managed))
    forget_idle_of(managed)
    _look_at(managed, instance)
    return True


def _end_by_force(managed: ManagedInstance) -> bool:
    """Day 21: what still runs there stops (developer guide: DeregisterContainerInstance with force)."""
    instance = container_instance(managed)
    if instance is None:
        return False
    hosted_tasks.lose_all(instance, hosted_tasks.DEREGISTERED)
    _end(managed, instance)
    return True


def end_all(region: str, provider: ManagedProvider) -> None:
    """End all instances of a provider that is deleted."""
    for managed in list(known.instances_of(region, provider.cluster, provider.name)):
        instance = container_instance(managed)
        if instance is None:
            terminate(managed)
        elif instance.status != "DEREGISTERING":
            _end(managed, instance)


def close(region: str, provider: ManagedProvider) -> bool:
    """Let a provider be gone that is to be deleted and has no instances any more."""
    if provider.update_status != "DELETE_IN_PROGRESS":
        return False
    if any(known.instances_of(region, provider.cluster, provider.name)):
        return False
    provider.status, provider.update_status = "INACTIVE", "DELETE_COMPLETE"
    cluster = state.of(region).clusters[provider.cluster]
    cluster.capacity_providers = [each for each in cluster.capacity_providers if each != provider.name]
    return True


def _end(managed: ManagedInstance, instance: ContainerInstance) -> None:
    """Take an instance out of its cluster, and terminate it."""
    managed.forget_plans()
    _stop_daemons(managed, instance)
    instance.move("ending")
    placement = state.of(managed.region).clusters[managed.cluster].placement
    assert placement is not None, "it is registered there"
    placement.changed(instance)
    hosted_tasks.tell_services(state.of(managed.region).clusters[managed.cluster])
    clock = current_account().clock
    clock.after(_takes("managed_instance_ended", managed), lambda: _ended(managed, instance))


def _ended(managed: ManagedInstance, instance: ContainerInstance) -> None:
    agents = current_account().agents
    if agents and agents.registered.get(managed.id) is instance:
        if instance.tasks:  # of daemons that have not ended yet
            hosted_tasks.lose_all(instance, hosted_tasks.HOST_GONE.format(ec2_id=managed.id))
        agents.deregister(instance)
    terminate(managed)


def terminate(managed: ManagedInstance) -> None:
    """Terminate the EC2 instance of one that is registered no more, or never was."""
    managed.forget_plans()
    managed.planned.clear()
    region = state.of(managed.region)
    if region.managed_instances.pop(managed.id, None):
        machines.end(managed.region, managed.id)
        provider = region.managed_providers[managed.provider]
        if provider.status == "DEPROVISIONING":
            close(managed.region, provider)


def _plan(managed: ManagedInstance, delay: float, action: Callable[[], bool]) -> None:
    if managed.due:
        managed.due.cancel()
    managed.due = current_account().clock.after(delay, action)


def _takes(step: str, managed: ManagedInstance) -> float:
    return current_account().clock.durations.of(step, managed.id)
