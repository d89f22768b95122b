"""Faults from outside, each a small function: what a control call may make go wrong.

`KINDS` lists them by name. Each takes named values, checks them, changes the account, and says what it did.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-maintenance.html
"""

import inspect
from collections.abc import Callable, Iterator
from typing import Final

from ecslab.sandbox.bridge import late_reads
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs.instances import external
from ecslab.sandbox.bridge.ecs.instances.agents import Agents
from ecslab.sandbox.bridge.ecs.managed_instances import fleet
from ecslab.sandbox.bridge.ecs.tasks import store
from ecslab.sandbox.bridge.open_ports import program_of
from ecslab.sandbox.bridge.ssm_nodes import state as ssm_nodes
from ecslab.sandbox.world.faults import Faults
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.failures import platform_failures
from ecslab.sandbox.world.task.task import Task

INTERRUPTED: Final = "Your Spot Task was interrupted."
MAINTENANCE: Final = "ECS is performing maintenance on the underlying infrastructure hosting the task"
ZONE_LOST: Final = "The infrastructure hosting the task in Availability Zone {zone} is not available."
"""U: no sample of stop code InfrastructureHealth has been found."""
OUT_OF_MEMORY: Final = "OutOfMemoryError: container killed due to memory usage"
PROBLEMS: Final = ("unreachable", "limited", "broken")


def inject(kind: str, values: dict[str, object]) -> dict[str, object]:
    """Make one thing go wrong, or right again; ValueError, in a sentence, for what no fault takes."""
    if kind not in KINDS:
        raise ValueError(f"there is no fault {kind!r}; there are: {', '.join(sorted(KINDS))}")
    do = KINDS[kind]
    try:
        inspect.signature(do).bind(**values)
    except TypeError as problem:
        raise ValueError(f"{kind}: {problem}") from None
    return do(**values)


def spot_interruption(*, task: str | None = None) -> dict[str, object]:
    """Take Spot capacity back: the task (id or ARN), or every one on FARGATE_SPOT, is warned by SIGTERM.

    It has its containers' stopTimeout to end, two minutes at most. Of the two stop codes that AWS's own
    pages give, this is the enumeration's (the other: TerminationNotice).
    """
    chosen = [_find(task)] if task else list(_running(lambda each: _provider(each) == "FARGATE_SPOT"))
    for each in chosen:
        if _provider(each) != "FARGATE_SPOT":
            raise ValueError(f"task {each.id} does not run on FARGATE_SPOT")
    for each in chosen:
        store.stop(each, "SpotInterruption", INTERRUPTED)
    return _told(chosen)


def spot_capacity(*, available: bool) -> dict[str, object]:
    """Let Fargate Spot have capacity for new tasks, or none."""
    _faults().spot = _flag("available", available)
    return {"available": available}


def zone(*, zone: str, away: bool = True) -> dict[str, object]:
    """Let an Availability Zone go away, with every task in it, or come back."""
    if not isinstance(zone, str) or not zone[-1:].isalpha():
        raise ValueError(f"zone must be an Availability Zone such as us-east-1b, got {zone!r}")
    agents = current_account().agents
    if not _flag("away", away):
        _faults().zones.discard(zone)
        if agents:
            agents.zone(zone, False)
        return _told([])
    _faults().zones.add(zone)
    if agents:
        agents.zone(zone, True)
    lost = list(_running(lambda each: each.settings.get("availabilityZone") == zone))
    for each in lost:
        store.lose(each, "InfrastructureHealth", ZONE_LOST.format(zone=zone))
    return _told(lost)


def agent(*, instance: str, connected: bool = False) -> dict[str, object]:
    """Let the agent of a container instance (its id, ARN, or the EC2 instance's id) lose its connection.

    What runs there runs on; ECS places nothing there and stops nothing until the agent is back.
    """
    agents = current_account().agents
    named = str(instance).rpartition("/")[2]
    known = agents.registered.values() if agents else ()
    chosen = next((each for each in known if named in (each.id, each.ec2_id)), None)
    if agents is None or chosen is None:
        raise ValueError(f"no container instance {named} is registered here")
    if not agents.reaches(chosen, _flag("connected", connected)):
        raise ValueError(f"the machine of container instance {named} does not run")
    return {"instance": chosen.arn, "connected": connected}


def maintenance(*, task: str) -> dict[str, object]:
    """Retire the host of a task, as Fargate does for patches."""
    retired = _find(task)
    group = str(retired.settings.get("group", ""))
    service = f"Service {group.removeprefix('service:')}: " if group.startswith("service:") else ""
    store.stop(retired, "ServiceSchedulerInitiated", service + MAINTENANCE)
    return _told([retired])


def patch(*, instance: str | None = None) -> dict[str, object]:
    """Let ECS patch a managed instance (its id, its EC2 instance's or an ARN), or all: they drain at once.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-patching.html
    """
    regions = current_account().regions.values()
    instances = [each for region in regions for each in region.managed_instances.values() if each.registered]
    if instance is not None:
        named = str(instance).rpartition("/")[2]
        instances = [each for each in instances if named in (each.id, each.registered)]
        if not instances:
            raise ValueError(f"no managed instance {named} is registered here")
    return {"instances": [each.id for each in instances if fleet.drain(each)]}


def exit(*, task: str, container: str | None = None, code: int = 1) -> dict[str, object]:
    """Let a container's program end with an exit code; the first container, unless another is named."""
    if not isinstance(code, int) or not 0 <= code <= 255:
        raise ValueError(f"code must be from 0 to 255, got {code!r}")
    _end(task, container, code, None)
    return {"code": code}


def out_of_memory(*, task: str, container: str | None = None) -> dict[str, object]:
    """Let a container take more memory than it may have: it is killed."""
    _end(task, container, 137, OUT_OF_MEMORY)
    return {"code": 137}


def registry(*, host: str, problem: str | None = "unreachable") -> dict[str, object]:
    """Let a registry be `unreachable`, `limited` (too many pulls), `broken` (no layers), or (None) well."""
    if problem is not None and problem not in PROBLEMS:
        raise ValueError(f"problem must be one of {', '.join(PROBLEMS)}, or null, got {problem!r}")
    if problem is None:
        _faults().registries.pop(host, None)
    else:
        _faults().registries[host] = problem
    return {"registries": dict(_faults().registries)}


def platform(*, problem: str | None) -> dict[str, object]:
    """Let Fargate fail at the tasks that start from now on, or (None) not any more.

    Args:
        problem: `interface`, `attachment`, `storage`, `runtime`, `start`, `create` or `inspect`.
    """
    if problem is not None and problem not in platform_failures():
        raise ValueError(f"problem must be one of {', '.join(platform_failures())}, or null, got {problem!r}")
    _faults().platform = problem
    return {"problem": problem}


def throttling(*, on: bool) -> dict[str, object]:
    """Count calls of the ECS API as AWS does, and refuse those that come too often."""
    _faults().limits = {} if _flag("on", on) else None
    return {"on": on}


def eventual(*, on: bool) -> dict[str, object]:
    """Let changes be seen late, and roles be known late, as on AWS; or everything at once."""
    late_reads.switch(_flag("on", on))
    return {"on": on}


def external_instance(
    *,
    activation_id: str,
    activation_code: str,
    cluster: str,
    vcpus: int = 2,
    memory: int = 4096,
    architecture: str = "x86_64",
) -> dict[str, object]:
    """Let a machine outside AWS, of so many vCPUs and MiB, run the script that registers it in a cluster."""
    for name, value, most in (("vcpus", vcpus, 192), ("memory", memory, 1_000_000)):
        if not isinstance(value, int) or not 1 <= value <= most:
            raise ValueError(f"{name} must be from 1 to {most}, got {value!r}")
    if architecture not in ("x86_64", "arm64"):
        raise ValueError(f"architecture must be x86_64 or arm64, got {architecture!r}")
    node = external.install(activation_id, activation_code, str(cluster), vcpus, memory, architecture)
    _agents().installed(node)
    return {"instance": node.id}


def external_connection(*, instance: str, up: bool) -> dict[str, object]:
    """Cut the connection of a machine outside AWS (`mi-…`) with AWS, or let it have it again."""
    node = external.node_of(instance)
    if node is None:
        raise ValueError(f"there is no machine {instance!r} outside AWS")
    if _flag("up", up) == (node.status == ssm_nodes.ONLINE):
        return {"instance": instance, "up": up}
    node.status, node.seen = ssm_nodes.ONLINE if up else ssm_nodes.LOST, current_account().clock.timestamp()
    if up:
        _agents().audible(node)
    else:
        _agents().silent(node.id)
    return {"instance": instance, "up": up}


def visitors(**values: object) -> dict[str, object]:
    """Let visitors come to a load balancer, or change or stop them (`bridge.load.control`)."""
    from ecslab.sandbox.bridge.load import control

    return control.visitors(**values)  # type: ignore[arg-type]  # checked there


KINDS: Final[dict[str, Callable[..., dict[str, object]]]] = {
    do.__name__.replace("_", "-"): do
    for do in (
        spot_interruption, spot_capacity, zone, agent, maintenance, exit, out_of_memory, registry, platform,
        patch, throttling, eventual, external_instance, external_connection, visitors,
    )
}  # fmt: skip


def _agents() -> Agents:
    agents = current_account().agents
    assert agents is not None, "made with the account"
    return agents


def _faults() -> Faults:
    return current_account().faults


def _running(wanted: Callable[[Task], bool]) -> Iterator[Task]:
    for region in current_account().regions.values():
        for task in region.tasks.values():
            if not task.stopping and wanted(task):
                yield task


def _find(reference: str) -> Task:
    task_id = str(reference).rpartition("/")[2]
    for task in _running(lambda each: each.id == task_id):
        return task
    raise ValueError(f"no task {task_id} runs here")


def _end(task: str, name: str | None, code: int, reason: str | None) -> None:
    owner = _find(task)
    container = _container(owner, name)
    program = program_of(container)
    if program is None:
        raise ValueError(f"container {container.name} of task {owner.id} does not run")
    program.finish(code, reason)


def _container(task: Task, name: str | None) -> Container:
    for container in task.containers:
        if name in (None, container.name):
            return container
    names = ", ".join(container.name for container in task.containers)
    raise ValueError(f"task {task.id} has no container {name!r}; it has: {names}")


def _provider(task: Task) -> str | None:
    provider: str | None = task.settings.get("capacityProviderName")
    return provider


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, got {value!r}")
    return value


def _told(tasks: list[Task]) -> dict[str, object]:
    return {"tasks": [task.arn for task in tasks]}
