"""A history from its seed: drawn, played with every invariant after each step, and shortened if it fails."""

import random
import tempfile
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.simulation import ground, hosting, journeys, machine_steps, machines
from tests.simulation.invariants import STANDING, STUCK
from tests.simulation.journeys import Mark, differences
from tests.simulation.naming import without_lost
from tests.simulation.steps import LENGTHS, SWITCHES, Step, configuration, drawn_step
from tests.simulation.world import World

MEMORY = Path("/dev/shm")
MENDED = 2700.0
"""Virtual seconds after which a service is well once nothing is wrong: the longest gap between two starts."""
SETTLED = 1200.0
BUSY = 2400.0
"""A service that is at work on something said so within as many virtual seconds."""

UNPLACED = "was unable to place a task because no container instance met all of its requirements."
"""What a service says that has no room; it says so once in six hours."""

WATCHED = (
    "legal-moves", "within-percents", "drawn-durations", "journal-is-the-account", "crash-loses-one-record",
    "undo-brings-back", "load-brings-back", "looking-changes-nothing", "time-goes-forward",
    "answers-fit-the-models", "explained", "desired-again", "drained-is-empty", "nothing-left",
    "nothing-fails",
)  # fmt: skip
"""Invariants that are no look at one moment."""
INVARIANTS = (*STANDING, *WATCHED)


@dataclass(frozen=True)
class History:
    """What a seed stands for. `switches` are those of `Sandbox`; `hosts`: with container instances."""

    seed: int
    switches: dict[str, Any]
    steps: tuple[Step, ...]
    hosts: bool = False


@dataclass(frozen=True)
class Failure:
    """Which invariant did not hold, after which step (from 0), and in words."""

    history: History
    step: int
    invariant: str
    words: str

    def __str__(self) -> str:
        steps = self.history.steps
        after = str(steps[self.step]) if self.step < len(steps) else "the end"
        return f"seed {self.history.seed}: {self.invariant}, after {after}: {self.words}"


class Broken(Exception):
    """An invariant, and what is wrong."""


def drawn(seed: int, kinds: Collection[str] = ()) -> History:
    """The history of a seed, always the same; with the steps of these kinds (`journeys.SPECIAL`)."""
    draw = random.Random(f"history {seed}")
    switches = {name: draw.choice(values) for name, values in SWITCHES.items()}
    hosts = "instances" in kinds
    begin = drawn_step(draw, ("host" if hosts else "create_named" if "naming" in kinds else "create",))
    among = journeys.drawn_among(kinds)
    steps = [
        journeys.draw_inside(draw, drawn_step(draw, among), kinds) for _ in range(draw.randint(*LENGTHS))
    ]
    first = Step("let_pass", {"seconds": draw.choice((3.0, 60.0, 200.0))})
    return History(seed, switches, (begin, first, *steps), hosts)


def play(
    history: History, say: Callable[[str], None] = lambda _: None, *, to_rest: bool = True
) -> Failure | None:
    """Play a history; what was wrong first, if anything was.

    Args:
        say: told each step and how it ended.
        to_rest: then mend all that was broken, and see that services come to rest and leave nothing.
    """
    at = 0
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        world = World(Path(folder), history.seed, history.switches, history.hosts)
        try:
            for at, step in enumerate(history.steps):
                say(f"{at:3} {world.now:10.1f}  {step}: {journeys.perform(world, step, say)}")
                judge(world)
            at = len(history.steps)
            end(world, say, to_rest=to_rest)
        except Broken as problem:
            return Failure(history, at, *problem.args)
        except Exception:
            return Failure(history, at, "nothing-fails", traceback.format_exc())
        finally:
            world.sandbox.close()
            world.sandbox.backend.close()
    return None


def judge(world: World) -> None:
    """Broken if an invariant does not hold now."""
    world.watch.attach()
    for problem in world.client.problems:
        raise Broken("answers-fit-the-models", problem)
    for invariant, words in world.complaints:
        raise Broken(invariant, words)
    if world.now < world.reached:
        raise Broken("time-goes-forward", f"it was {world.reached}, and is {world.now}")
    world.reached = world.now
    for name, invariant in STANDING.items():
        for words in invariant(world):
            raise Broken(name, words)


def end(world: World, say: Callable[[str], None], *, to_rest: bool) -> None:
    """What holds at the end of every history."""
    mark = Mark.of(world)
    for words in differences(mark.shown, world.shown()):
        raise Broken("looking-changes-nothing", words)
    world.sandbox.account.rebuild(world.now)
    mark.compare(world, "journal-is-the-account")
    judge(world)
    if to_rest:
        ground.mend(world)
        if world.hosts:
            machines.mend(world)
        world.run(MENDED)
        say(f"    {world.now:10.1f}  mended")
        judge(world)
        for words in hosting.drained_is_empty(world):
            raise Broken("drained-is-empty", words)
        come_to_rest(world)
        leave_nothing(world)
        judge(world)


def come_to_rest(world: World) -> None:
    """What can be as it was asked to be is so; of the others it is said why; all can be brought there."""
    for name, service in world.services.items():
        newest = service.log.events[0] if service.log.events else None
        if service.status != "ACTIVE" or _is_well(service) or service.primary.rollout_state == "FAILED":
            continue
        if newest is None or not _says_why(world, service, newest):
            raise Broken("explained", f"{name}: {service.running} of {service.desired}; {newest}")
    for name, service in list(world.services.items()):
        if service.status == "ACTIVE" and not service.revision.fargate:
            machine_steps.come_to_rest(world, service)
        elif service.status == "ACTIVE":
            world.ask(
                "ecs", "UpdateService", cluster=ground.CLUSTER, service=name, taskDefinition="serves",
                forceNewDeployment=True, **configuration((100, 200)), **without_lost(service),
            )  # fmt: skip
    world.run(SETTLED)
    for name, service in world.services.items():
        if service.status == "ACTIVE" and not _is_well(service):
            newest = service.log.events[0]
            raise Broken("desired-again", f"{name}: {service.running} of {service.desired}; {newest}")


def _says_why(world: World, service: Any, newest: Any) -> bool:
    """Whether the newest event of a service that is not well says what holds it up."""
    if not service.revision.fargate:
        return UNPLACED in newest.message or STUCK in newest.message
    return STUCK in newest.message or not (_is_good(service) or newest.at < world.now - BUSY)


def _is_well(service: Any) -> bool:
    alone = len(service.deployments) == 1
    return bool(service.steady and service.running == service.desired and alone)


def _is_good(service: Any) -> bool:
    """Whether what it runs stays up, once nothing is wrong."""
    family = service.revision.spec["shown"]["taskDefinition"].rpartition("/")[2].partition(":")[0]
    listens = family in ground.LISTENING
    return listens or (family in ground.GOOD and not service.primary.revision.load_balancers)


def leave_nothing(world: World) -> None:
    """Services deleted and tasks stopped, nothing runs, nothing is held and nothing is planned."""
    for name in list(world.services):
        world.attempt("ecs", "DeleteService", cluster=ground.CLUSTER, service=name, force=True)
    for task in list(world.tasks.values()):
        if task.last_status != "STOPPED":
            world.attempt("ecs", "StopTask", cluster=ground.CLUSTER, task=task.arn)
    if world.hosts:
        machines.leave(world)
    world.run(600.0)
    left = [task.id for task in world.tasks.values() if task.last_status != "STOPPED"]
    targets = [target for pool in world.pools.values() for target in pool]
    named = [each.name for held in world.account.service_discovery.values()
             for each in held.services.values() if each.instances or each.owner]  # fmt: skip
    if left or targets or named or world.sandbox.clock.next_at() is not None:
        ahead, told = world.sandbox.clock.next_at(), f"{len(targets)} targets, names {named}"
        raise Broken("nothing-left", f"tasks {left}, {told}, next event at {ahead}")


def shortened(failure: Failure) -> Failure:
    """The same failure of a history from which every step was taken that it does not need."""
    for candidate in _shorter(failure.history.steps):
        again = play(replace(failure.history, steps=candidate))
        if again and again.invariant == failure.invariant:
            return shortened(again)
    return failure


def _shorter(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """Histories with a half, a quarter, … or one step less, or with less inside a step."""
    size = len(steps) // 2
    while size:
        for at in range(0, len(steps), size):
            yield steps[:at] + steps[at + size :]
        size //= 2
    for at, step in enumerate(steps):
        for some in range(len(step.inside)):
            inside = step.inside[:some] + step.inside[some + 1 :]
            yield (*steps[:at], replace(step, inside=inside), *steps[at + 1 :])


def failures(seeds: Sequence[int], kinds: Collection[str] = ()) -> list[Failure]:
    """What failed of these seeds."""
    found = (play(drawn(seed, kinds)) for seed in seeds)
    return [failure for failure in found if failure]
