"""What holds after every step, whatever the steps were. Each looks at a world and yields what is wrong."""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from moto.ec2.models import ec2_backends

from ecslab.sandbox.wire.credentials import ACCOUNT, REGION
from ecslab.sandbox.world.task.shutdown import KEPT
from tests.simulation import hosting
from tests.simulation.ground import CLUSTER
from tests.simulation.hosting import STUCK
from tests.simulation.name_invariants import NAMES_HOLD
from tests.simulation.steps import COOLDOWN
from tests.simulation.world import World

Invariant = Callable[[World], Iterator[str]]
CAUSES = (
    r"monitor alarm \S+ in state ALARM triggered policy (cpu|load)",
    r"(minimum|maximum) capacity was set to \d+",
    r"scheduled action name rush was triggered",
)
"""Of scaling activities."""
PHASES = {"PROVISIONING": "pending", "PENDING": "pending", "ACTIVATING": "pending", "RUNNING": "running"}
ORDERS = (
    ("createdAt", "connectivityAt", "pullStartedAt", "pullStoppedAt", "startedAt", "executionStoppedAt",
     "stoppedAt"),
    ("createdAt", "stoppingAt", "stoppedAt"),
)  # fmt: skip
"""Members of a task in the order in which they happen, those that are there."""
ROLLOUT = ("createdAt", "startedAt", "finishedAt")


def counters_agree(world: World) -> Iterator[str]:
    """A service, its deployments and its cluster count the tasks that are there."""
    tasks, cluster = world.tasks, world.account.regions[REGION].clusters[CLUSTER]
    for name, service in world.services.items():
        for each in service.deployments:
            phases = Counter(member.phase for member in each.members.values())
            counted = {"running": each.running, "pending": each.pending}
            if any(phases[phase] != count for phase, count in counted.items()):
                yield f"{name}: {each.id} counts {counted}, its tasks are {dict(phases)}"
        members = [member for each in service.deployments for member in each.members.values()]
        for member in members:
            status = tasks[member.id].last_status
            if PHASES.get(status, "leaving") != member.phase:
                yield f"{name}: task {member.id} is {status}, and {member.phase} to its service"
        group = f"service:{name}"
        mine = {task.id for task in tasks.values()
                if task.settings.get("group") == group and task.last_status != "STOPPED"}  # fmt: skip
        if service.status != "INACTIVE" and mine != {member.id for member in members}:
            yield f"{name}: has {len(members)} tasks, and {len(mine)} are of its group"
    statuses = [task.last_status for task in tasks.values()]
    for counted, among in ((cluster.running, ("RUNNING",)), (cluster.pending, ("PENDING", "ACTIVATING"))):
        found = sum(status in among for status in statuses)
        if counted.count != found:
            yield f"the cluster counts {counted.count} tasks {among}, there are {found}"


def interfaces_are_of_one_task(world: World) -> Iterator[str]:
    """Each interface of Fargate's is held by one task, and each task that needs one has it."""
    holding = [task.attachment.interface.eni_id for task in world.tasks.values()
               if task.attachment.interface and task.attachment.status != "DELETED"
               and not task.attachment.shared]  # fmt: skip
    if sorted(holding) != sorted(_interfaces(world)):
        yield f"tasks hold {sorted(holding)}, there are {sorted(_interfaces(world))}"


def addresses_are_unique(world: World) -> Iterator[str]:
    """No two interfaces share an address."""
    found = list(_interfaces(world).values())
    for which in ("private_ip_address", "public_ip"):
        addresses = Counter(getattr(eni, which) for eni in found)
        yield from (f"{which} {address}: {count} interfaces"
                    for address, count in addresses.items() if address and count > 1)  # fmt: skip


def events_follow_each_other(world: World) -> Iterator[str]:
    """Events of a service have strictly increasing times, none of them ahead of the world's."""
    for name, service in world.services.items():
        events = list(service.log.events)
        for later, earlier in itertools.pairwise(events):
            if later.created_at <= earlier.created_at or later.at < earlier.at:
                yield f"{name}: {later.message!r} came before {earlier.message!r}"
        if events and events[0].at > world.now:
            yield f"{name}: {events[0].message!r} is not yet"


def targets_are_tasks_that_serve(world: World) -> Iterator[str]:
    """What is registered and does not drain is a RUNNING task of a service behind the group."""
    tasks = world.tasks
    serving = {
        (balancer.target_group, tasks[member.id].attachment.interface.private_ip, balancer.port)
        for service in world.services.values()
        for each in service.deployments
        for member in each.members.values()
        if member.registered_at is not None and tasks[member.id].last_status == "RUNNING"
        for balancer in each.revision.load_balancers
    }
    registered = {
        (arn, target.ip, target.port) for arn, pool in world.pools.items() for target in pool
        if target.state != "draining"
    }  # fmt: skip
    if registered != serving:
        yield f"registered {sorted(registered - serving)}, not registered {sorted(serving - registered)}"


def nobody_waits_for_nothing(world: World) -> Iterator[str]:
    """A service that is not as it was asked to be has something ahead of it, was given up, says that its
    configuration lets it do nothing, or waits for an agent."""
    tasks, pools = world.tasks, world.pools
    for name, service in world.services.items():
        if service.status == "INACTIVE" or service.steady or service.planned_looks:
            continue
        given_up = service.deployments[0].rollout_state == "FAILED"
        members = [member for each in service.deployments for member in each.members.values()]
        moving = any(tasks[member.id].next_phase or _gets_healthy(world, member) for member in members)
        groups = {
            entry.target_group for each in service.deployments for entry in each.revision.load_balancers
        }
        checked = any(target.next_event for arn in groups & pools.keys() for target in pools[arn])
        newest = service.log.events[0].message if service.log.events else ""
        stuck = STUCK in newest and service.running >= service.maximum
        away = hosting.agents_are_away(world, (tasks[member.id] for member in members))
        if not (given_up or moving or checked or stuck or away):
            yield f"{name}: {service.running} of {service.desired} run, and nothing is planned"


def visitors_are_counted(world: World) -> Iterator[str]:
    """Each visitor was served, has failed, was answered by the balancer, or waits."""
    for stream in world.account.visitors.streams.values() if world.account.visitors else ():
        totals = stream.traffic.totals
        gone = totals.served + sum(totals.failed.values()) + sum(totals.answered.values())
        if abs(totals.arrivals - gone - stream.traffic.queued) > 1e-6 * (1 + totals.arrivals):
            yield f"of {totals.arrivals} visitors {gone} are told of, and {stream.traffic.queued} wait"


def timestamps_are_ordered(world: World) -> Iterator[str]:
    """A task's and a roll-out's times are in the order of what they tell, and none is ahead."""
    present = world.sandbox.clock.timestamp() + 0.011  # a pull that never was is shown as one of 10 ms
    for task in _described(world):
        for order in ORDERS:
            yield from _out_of_order(task["taskArn"], task, order, present)
    for service in world.services.values():
        for rollout in service.rollouts:
            times = {"createdAt": rollout.created_at, "startedAt": rollout.started_at,
                     "finishedAt": rollout.finished_at}  # fmt: skip
            yield from _out_of_order(rollout.id, times, ROLLOUT, present)


def deleted_is_gone(world: World) -> Iterator[str]:
    """What was deleted is refused, services too, and a task is there for an hour."""
    for name, (service, operation, parameters) in world.deleted.items():
        if "refused" not in world.look(service, operation, **parameters):
            yield f"{name} is still there"
    listed = world.look("ecs", "ListServices", cluster=CLUSTER)["serviceArns"]
    names = {arn.rpartition("/")[2] for arn in listed}
    active = {name for name, service in world.services.items() if service.status == "ACTIVE"}
    if names != active:
        yield f"services {sorted(names)} are listed, {sorted(active)} are there"
    shown = {task["taskArn"].rpartition("/")[2] for task in _described(world)}
    for task in world.tasks.values():
        over = task.gone_at is not None and task.gone_at <= world.now
        if over and task.id in shown:
            yield f"task {task.id} ended {KEPT:.0f} s ago and is still described"


def counts_are_within_bounds(world: World) -> Iterator[str]:
    """What an activity set lies within the bounds, while nobody changed either since."""
    for held in world.account.autoscaling.values():
        for resource, target in held.targets.items():
            service = world.services.get(target.service)
            newest = next((each for each in _set_by(held, resource)), None)
            if not service or not newest or service.desired != newest.desired or target.bounds_event:
                continue
            if target.bounds.clamp(service.desired) != service.desired:
                yield f"{resource}: {newest.cause} set {service.desired}, bounds are {target.bounds}"


def activities_are_explained(world: World) -> Iterator[str]:
    """Each activity has an alarm, a bound or a schedule for its cause, and times in order."""
    for held in world.account.autoscaling.values():
        activities = list(held.log.activities)
        for each in activities:
            if not any(re.fullmatch(cause, each.cause) for cause in CAUSES):
                yield f"{each.description}: {each.cause}"
            if each.ended_at is not None and each.ended_at < each.started_at:
                yield f"{each.description} ended before it began"
        for later, earlier in itertools.pairwise(activities):
            if later.started_at < earlier.started_at:
                yield f"{later.description} is told before {earlier.description}"


def scale_in_waits(world: World) -> Iterator[str]:
    """Between two scale-ins of a policy lies its cooldown."""
    for held in world.account.autoscaling.values():
        for resource in {each.resource for each in held.log.activities}:
            for later, earlier in itertools.pairwise(_set_by(held, resource)):
                low = "AlarmLow" in later.cause and later.cause == earlier.cause
                if low and later.started_at - earlier.started_at < COOLDOWN - 0.001:
                    yield f"{resource}: scaled in at {earlier.started_at} and at {later.started_at}"


def _set_by(held: Any, resource: str) -> Iterator[Any]:
    """The activities that set a desired count, newest first."""
    return (each for each in held.log.activities if each.resource == resource and each.desired is not None)


STANDING: dict[str, Invariant] = {
    "counters-agree": counters_agree,
    "one-interface-one-task": interfaces_are_of_one_task,
    "addresses-unique": addresses_are_unique,
    "events-in-order": events_follow_each_other,
    "targets-are-tasks": targets_are_tasks_that_serve,
    "nobody-waits-for-nothing": nobody_waits_for_nothing,
    "timestamps-in-order": timestamps_are_ordered,
    "visitors-counted": visitors_are_counted,
    "deleted-is-gone": deleted_is_gone,
    "counts-within-bounds": counts_are_within_bounds,
    "activities-explained": activities_are_explained,
    "scale-in-waits": scale_in_waits,
    **NAMES_HOLD,
    **hosting.INSTANCES_HOLD,
}


def _out_of_order(name: str, times: dict[str, Any], order: tuple[str, ...], present: float) -> Iterator[str]:
    found = [(member, times[member]) for member in order if times.get(member) is not None]
    for (earlier, before), (later, after) in itertools.pairwise(found):
        if before > after + 0.0005:  # milliseconds are shown
            yield f"{name}: {earlier} {before} is after {later} {after}"
    if found and found[-1][1] > present:
        yield f"{name}: {found[-1][0]} is ahead of the clock"


def _gets_healthy(world: World, member: Any) -> bool:
    """Whether a task runs, and not for long enough yet to count as healthy."""
    healthy = world.sandbox.clock.durations.of("healthy", member.id)
    return member.ran_at is not None and world.now < member.ran_at + healthy


def _described(world: World) -> list[dict[str, Any]]:
    """All tasks, as DescribeTasks shows them."""
    found = []
    for status in ("RUNNING", "STOPPED"):
        arns = world.look("ecs", "ListTasks", cluster=CLUSTER, desiredStatus=status).get("taskArns", [])
        for some in (arns[at : at + 100] for at in range(0, len(arns), 100)):
            found += world.look("ecs", "DescribeTasks", cluster=CLUSTER, tasks=some).get("tasks", [])
    return found


def _interfaces(world: World) -> dict[str, Any]:
    """Fargate's interfaces by id."""
    world.sandbox.backend.enter()
    held = ec2_backends[ACCOUNT][REGION].enis
    return {eni_id: eni for eni_id, eni in held.items() if ":attachment/" in (eni.description or "")}
