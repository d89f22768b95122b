"""Hundreds of histories, and for each invariant something that breaks it."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from ecslab.sandbox.bridge.ecs.instances import view
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.network.name_cache import NameCache
from ecslab.sandbox.world.placement.order import Order
from ecslab.sandbox.world.scaling.activity import Activity
from ecslab.sandbox.world.scaling.capacity import Bounds
from ecslab.sandbox.world.service.scheduler import Scheduler
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.service_discovery.registry import DiscoveryService
from ecslab.sandbox.world.time.durations import Durations
from tests.simulation import journeys, machine_steps, machines, naming, run, steps
from tests.simulation.invariants import _interfaces
from tests.simulation.steps import Step
from tests.simulation.world import World

SEEDS, CHUNK = 200, 10
IDLE = Step("let_pass", {"seconds": 3.0})


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_histories(first):
    """One in five comes to rest and leaves nothing; in `make soak` every one does."""
    failed = [run.play(run.drawn(seed), to_rest=seed % 5 == 0) for seed in range(first, first + CHUNK)]
    assert not any(failed), "\n".join(
        f"{each}\npython -m tests.simulation {each.history.seed} --verbose --shorten"
        for each in failed
        if each
    )


@pytest.mark.parametrize("first", range(0, 10, CHUNK))
def test_histories_that_scale(first):
    seeds = range(first, first + CHUNK)
    failed = [run.play(run.drawn(seed, ["scaling"]), to_rest=seed % 5 == 0) for seed in seeds]
    assert not any(failed), "\n".join(str(each) for each in failed if each)


def test_histories_on_instances():
    failed = [run.play(run.drawn(seed, ["instances"]), to_rest=seed % 2 == 0) for seed in (4, 21)]
    assert not any(failed), "\n".join(str(each) for each in failed if each)


def test_histories_of_names():
    failed = [run.play(run.drawn(seed, ["naming"]), to_rest=seed % 5 == 0) for seed in range(5)]
    assert not any(failed), "\n".join(str(each) for each in failed if each)


@pytest.mark.parametrize("timing", ["drawn", "fixed"])
def test_a_seed_is_a_history_and_an_account(timing, tmp_path):
    history = replace(run.drawn(17), switches={"timing": timing})
    assert run.drawn(17).steps == history.steps
    shown = []
    for name in ("once", "again"):
        world = World(tmp_path / name, 17, history.switches)
        told = [journeys.perform(world, step, str) for step in history.steps]
        shown.append((told, world.shown()))
        world.sandbox.close()
    assert shown[0] == shown[1]


@contextmanager
def lively(folder):
    """A service behind a load balancer and one before none, both at rest."""
    world = World(folder, 3, {"timing": "drawn"})
    usual = {"count": 2, "percents": (0, 100), "breaker": (False, False), "spot": False, "kind": "serves"}
    steps.create(world, "one", groups=("quick",), **usual)
    steps.create(world, "two", groups=(), **usual)
    world.run(400)
    run.judge(world)
    yield world
    world.sandbox.close()


def unnoticed(world, _patch):
    """A change that no journal knows of."""
    world.services["one"].desired = 3


def gone_back(name, **values):
    """A step that goes back, after such a change."""

    def breaks(world, patch):
        world.seed = 0  # an odd one restarts from a snapshot, which holds what no record tells
        unnoticed(world, patch)
        inside = () if name == "restart" else (Step("throttling", {"on": False}),)
        journeys.perform(world, Step(name, values, inside), str)

    return breaks


def any_task(world):
    return next(task for task in world.tasks.values() if task.last_status == "RUNNING")


def counted_wrongly(world, _patch):
    world.services["one"].primary.running += 1


def interface_lost(world, _patch):
    any_task(world).attachment.status = "DELETED"


def address_twice(world, _patch):
    one, other, *_ = _interfaces(world).values()
    other.public_ip = one.public_ip


def events_turned_round(world, _patch):
    world.services["one"].log.events.reverse()


def target_lost(world, _patch):
    pool = next(pool for pool in world.pools.values() if list(pool))
    target = next(iter(pool))
    pool.deregister(target.ip, target.port)


def forgotten(world, _patch):
    world.services["two"].mark_unsettled()
    world.services["two"].planned_looks.clear()


def started_before_it_was_made(world, _patch):
    task = any_task(world)
    task.started_at, task.view = task.created_at - 5, None


def visitor_lost(world, _patch):
    steps.visitors(world, "start", 80, 5.0, 0.5)
    world.run(90)
    world.account.visitors.streams[world.balancer["LoadBalancerArn"], 80].traffic.totals.arrivals += 1


def still_there(world, _patch):
    world.deleted["the cluster"] = ("ecs", "ListClusters", {})


def backward(world, _patch):
    any_task(world).last_status = "PENDING"


def without_limit(world, patch):
    patch.setattr(Service, "room", property(lambda service: 99))
    steps.force(world, "two")
    world.run(60)


def ten_times_as_long(world, patch):
    plain = Durations.of
    patch.setattr(Durations, "of", lambda *about: 10 * plain(*about))
    steps.run_task(world, "serves", 1)
    world.run(600)


def looked_to_death(world, patch):
    plain = World.look

    def look(world, *asked, **parameters):
        world.services["one"].tags = [{"key": "looks", "value": str(len(world.services["one"].tags))}] * 2
        world.services["one"].desired += 1
        return plain(world, *asked, **parameters)

    patch.setattr(World, "look", look)
    run.end(world, str, to_rest=False)


def yesterday(world, _patch):
    world.reached = world.now + 1


def word_of_ours(world, _patch):
    task = any_task(world)
    task.settings["mood"], task.view = "good", None


def unexplained(world, patch):
    forgotten(world, patch)
    run.come_to_rest(world)


def asleep(world, patch):
    patch.setattr(Scheduler, "_look", lambda *_: False)
    run.come_to_rest(world)


def remembered(world, _patch):
    world.sandbox.clock.after(10**6, lambda: None)
    run.leave_nothing(world)


def scaled(world):
    """A scalable target of the one, whose minimum has acted; the activities."""
    steps.scalable(world, "one", 3, 2)
    world.run(100)
    return world.account.autoscaling["us-east-1"]


def out_of_bounds(world, _patch):
    (target,) = scaled(world).targets.values()
    target.bounds = Bounds(4, 5)


def by_the_moon(world, _patch):
    scaled(world).log.activities[0].cause = "the moon was full"


def in_too_soon(world, _patch):
    log = scaled(world).log
    cause = "monitor alarm TargetTracking-AlarmLow-1 in state ALARM triggered policy load"
    for _ in range(2):
        now = world.sandbox.clock.timestamp()
        log.add(Activity("a", log.activities[0].resource, "", cause, now, desired=3))
        world.run(steps.COOLDOWN / 2)


def called(world):
    """A server in both namespaces, and a client that calls it; the server's registry."""
    plain = {"count": 1, "ttl": 15, "percents": (0, 100)}
    steps.delete(world, "one", force=True)
    steps.delete(world, "two", force=True)
    world.run(300)
    naming.create_named(world, "one", "serves", registered=True, role="server", **plain)
    naming.create_named(world, "two", "asks", registered=False, role="client", **plain)
    world.run(200)
    run.judge(world)
    return naming.registry_of(world, "one")


def remembered_for_ever(world, patch):
    called(world)
    plain = NameCache.keep
    patch.setattr(NameCache, "keep", lambda cache, name, answer, now: plain(cache, name, answer, now + 900))
    world.run(60)
    steps.scale(world, "one", 0)
    world.run(60)


def reached_by_an_older_client(world, _patch):
    called(world)
    steps.delete(world, "two", force=True)
    world.run(100)
    naming.create_named(world, "two", "serves", 0, False, 0, "server", (0, 100))
    world.services["one"].primary.revision.connect.endpoints["two", 80] = "arn"


def asked_by_its_proxy(world, _patch):
    called(world)
    assert world.account.proxies, "it calls"
    for proxy in world.account.proxies.values():
        proxy.turns["arn:aws:servicediscovery:us-east-1:123456789012:service/srv-of-nobody"] = 1


def registration_lost(world, _patch):
    called(world).instances.clear()


def registered_for_ever(world, patch):
    patch.setattr(DiscoveryService, "remove", lambda *_: None)
    called(world)
    steps.scale(world, "one", 0)
    world.run(100)


def hosted(world, kind="bridged", how="packed"):
    """A service of two on EC2; one of its tasks, and the instance that it is on."""
    machine_steps.host(world, "three", kind, how, 2, (0, 100))
    world.run(200)
    run.judge(world)
    task = next(each for each in world.tasks.values() if each.settings["group"] == "service:three")
    return task, next(each for each in machines.known(world) if each.id == task.instance)


def over_its_memory(world, _patch):
    _, instance = hosted(world)
    instance.memory = 700


def port_given_twice(world, patch):
    patch.setattr(ContainerInstance, "free_port", lambda *_: 32768)
    hosted(world)


def apart_no_more(world, patch):
    patch.setattr(Order, "unmet", lambda *_: iter(()))
    hosted(world, "linked", "apart")
    machine_steps.scale_hosted(world, "three", 3)
    world.run(200)


def elsewhere(world, _patch):
    _, instance = hosted(world, "linked", "zoned")
    instance.attributes["ecs.availability-zone"] = "us-east-1b"


def counted_twice(world, _patch):
    _, instance = hosted(world)
    instance.used_memory += 1
    instance.memory += 1


def never_drained(world, patch):
    _, instance = hosted(world)
    patch.setattr(Scheduler, "drain", lambda *_: None)
    world.ask("ecs", "UpdateContainerInstancesState", cluster="lab", containerInstances=[instance.id],
              status="DRAINING")  # fmt: skip
    run.end(world, str, to_rest=True)


def uncounted(world, patch):
    hosted(world)
    patch.setattr(view, "_counts", lambda _: {"runningTasksCount": 0, "pendingTasksCount": 0})


HOSTED = {
    "a reservation beyond the memory": ("instances-have-room", over_its_memory),
    "a port given twice": ("instances-have-room", port_given_twice),
    "two tasks where they are to be apart": ("placements-obey", apart_no_more),
    "a task in another zone": ("placements-obey", elsewhere),
    "memory counted that nobody has": ("instances-have-room", counted_twice),
    "an instance that keeps its tasks": ("drained-is-empty", never_drained),
    "tasks that no instance counts": ("instances-are-told", uncounted),
}
"""What breaks the invariants of container instances, and which one."""


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    """A world with instances as every break of them finds it, kept as its journal."""
    folder = tmp_path_factory.mktemp("hosts")
    world = World(folder, 3, {"timing": "fixed"}, hosts=True)
    yield world, len(world.journal)
    world.sandbox.close()


@pytest.mark.parametrize("name", HOSTED)
def test_each_invariant_of_instances_can_be_broken(name, furnished, monkeypatch):
    world, position = furnished
    invariant, breaks = HOSTED[name]
    try:
        with monkeypatch.context() as patch, pytest.raises(run.Broken) as caught:
            breaks(world, patch)
            run.judge(world)
        assert caught.value.args[0] == invariant
    finally:
        world.complaints.clear()
        world.control("cut", position=position)
        world.reached = 0.0
    run.judge(world)


BREAKS = {
    "counters-agree": counted_wrongly,
    "one-interface-one-task": interface_lost,
    "addresses-unique": address_twice,
    "events-in-order": events_turned_round,
    "targets-are-tasks": target_lost,
    "nobody-waits-for-nothing": forgotten,
    "timestamps-in-order": started_before_it_was_made,
    "visitors-counted": visitor_lost,
    "deleted-is-gone": still_there,
    "counts-within-bounds": out_of_bounds,
    "activities-explained": by_the_moon,
    "scale-in-waits": in_too_soon,
    "names-are-of-who-is-there": remembered_for_ever,
    "endpoints-as-deployed": reached_by_an_older_client,
    "registered-are-tasks": registration_lost,
    "legal-moves": backward,
    "within-percents": without_limit,
    "drawn-durations": ten_times_as_long,
    "journal-is-the-account": gone_back("restart"),
    "crash-loses-one-record": gone_back("crash", at=0.0, byte=0.5),
    "undo-brings-back": gone_back("undo"),
    "load-brings-back": gone_back("carry"),
    "looking-changes-nothing": looked_to_death,
    "time-goes-forward": yesterday,
    "answers-fit-the-models": word_of_ours,
    "explained": unexplained,
    "desired-again": asleep,
    "nothing-left": remembered,
}


@pytest.mark.parametrize("invariant", BREAKS)
def test_each_invariant_can_be_broken(invariant, tmp_path, monkeypatch):
    with lively(tmp_path) as world, pytest.raises(run.Broken) as caught:
        BREAKS[invariant](world, monkeypatch)
        run.judge(world)
        run.judge(world)  # what an answer was is judged at the next look
    assert caught.value.args[0] == invariant


@pytest.mark.parametrize(
    ("breaks", "invariant"),
    [(asked_by_its_proxy, "endpoints-as-deployed"), (registered_for_ever, "registered-are-tasks")],
)
def test_what_else_breaks_names(breaks, invariant, tmp_path, monkeypatch):
    with lively(tmp_path) as world, pytest.raises(run.Broken) as caught:
        breaks(world, monkeypatch)
        run.judge(world)
    assert caught.value.args[0] == invariant


def test_what_fails_is_a_failure_and_is_shortened(monkeypatch):
    of_instances = {invariant for invariant, _ in HOSTED.values()}
    assert {*BREAKS, *of_instances, "nothing-fails"} == set(run.INVARIANTS)

    def fail(world):
        raise RuntimeError("broken")

    monkeypatch.setitem(steps.ACTIONS, "force", steps.Action(fail, 1, {}))
    history = run.History(5, {"timing": "fixed"}, (IDLE, IDLE, Step("force"), IDLE))
    failure = run.shortened(run.play(history))
    assert (failure.invariant, failure.history.steps) == ("nothing-fails", (Step("force"),))
    assert "seed 5: nothing-fails, after force()" in str(failure)
