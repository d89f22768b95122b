"""Steps that have others inside, and then go back: a crash, a full disk, undo, a session carried away.

Each notes what the account was, lets the steps inside happen, goes back, and compares.
"""

import copy
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.machine_steps import BESIDE, INSTANCES
from tests.simulation.naming import NAMING
from tests.simulation.steps import ACTIONS, SCALING, Step, action, carry_out, drawn_step
from tests.simulation.world import World

PLAIN: Final = tuple(ACTIONS)
"""What is one thing; the actions of this module have such steps inside."""
SPECIAL: Final = {"scaling": SCALING, "naming": NAMING, "instances": INSTANCES}
"""Actions that only histories of their kind draw."""

SHARES: Final = tuple(tenth / 10 for tenth in range(11))


@dataclass
class Mark:
    """What an account was: how long its journal, what time, and all that it showed."""

    position: int
    now: float
    shown: dict[str, Any]
    deleted: dict[str, Any]

    @classmethod
    def of(cls, world: World) -> "Mark":
        return cls(len(world.journal), world.now, world.shown(), copy.copy(world.deleted))

    def compare(self, world: World, invariant: str) -> None:
        """Complain unless the account is again what it was."""
        world.deleted = self.deleted
        world.complaints += [(invariant, words) for words in differences(self.shown, world.shown())]


def differences(before: Any, after: Any, path: str = "") -> list[str]:
    """Where two things that are shown differ."""
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        return [words for name in sorted(before.keys() | after.keys())
                for words in differences(before.get(name), after.get(name), f"{path}.{name}")]  # fmt: skip
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [words for at, (one, other) in enumerate(zip(before, after, strict=True))
                for words in differences(one, other, f"{path}[{at}]")]  # fmt: skip
    return [f"{path.lstrip('.')}: {before!r:.200} was {after!r:.200} then"]


def drawn_among(kinds: Collection[str]) -> list[str]:
    """The names of the actions that a history of these kinds draws."""
    if "instances" in kinds:
        return [name for name in ACTIONS if name in INSTANCES or name in BESIDE]
    left_out = {name for kind, names in SPECIAL.items() if kind not in kinds for name in names}
    return [name for name in ACTIONS if name not in left_out]


def draw_inside(draw: random.Random, step: Step, kinds: Collection[str]) -> Step:
    """The step with one or two drawn into it, if it takes any."""
    if step.name in PLAIN or step.name == "restart":
        return step
    among = [name for name in drawn_among(kinds) if name in PLAIN]
    inside = tuple(drawn_step(draw, among) for _ in range(draw.choice((1, 1, 2, 3))))
    return Step(step.name, step.values, inside)


def perform(world: World, step: Step, say: Callable[[str], None]) -> str:
    """Carry out a step with all that is inside it."""
    journey = JOURNEYS.get(step.name)
    if journey is None:
        return carry_out(world, step)

    def inside() -> None:
        for each in step.inside:
            say(f"    {each}: {carry_out(world, each)}")

    return journey(world, inside, **step.values) or ""


@action(2)
def restart(world: World) -> str:
    """The process ends and begins again."""
    mark = Mark.of(world)
    world.restart(cleanly=True)
    mark.compare(world, "journal-is-the-account")
    return f"{mark.position} records"


@action(2, at=SHARES, byte=SHARES)
def crash(world: World, inside: Callable[[], None], at: float, byte: float) -> str:
    """The process is killed in the middle of a write, at any byte of any record of the steps inside."""
    mark = Mark.of(world)
    inside()
    records = len(world.journal)
    if records <= mark.position:  # nothing was written
        return "nothing to cut"
    position = mark.position + int(at * (records - mark.position - 1))
    ends = world.journal._ends
    start, end = ends[position - 1], ends[position]
    there = start + int(byte * (end - start))
    world.restart(cleanly=False, cut_at=there)
    world.reached = 0.0
    whole = there == end
    damaged = start < there < end
    if bool(world.journal.damage) != damaged:
        world.complaints.append(("crash-loses-one-record", f"damage is {world.journal.damage!r}"))
    if len(world.journal) not in (position + whole, position + whole + 1):  # it says how time goes on
        world.complaints.append(("crash-loses-one-record", f"{position} records, {len(world.journal)} left"))
    if position == mark.position and not whole:
        mark.compare(world, "crash-loses-one-record")
    else:
        world.deleted = {}
    return f"record {position} of {records} at byte {there - start} of {end - start}"


@action(2, after=(0, 0, 1, 2))
def full_disk(world: World, inside: Callable[[], None], after: int) -> str:
    """One of the writes of the steps inside fails."""
    before = len(world.journal)
    with world.full_disk(after):
        inside()
    world.watch.attach()
    world.reached = 0.0
    return f"{len(world.journal) - before} records"


@action(2)
def undo(world: World, inside: Callable[[], None]) -> str:
    """Go back to the moment before the steps inside."""
    mark, wall = Mark.of(world), world.wall
    inside()
    if len(world.journal) <= mark.position:
        return "nothing to undo"
    then = world.journal[mark.position].now
    world.control("cut", position=mark.position)
    world.reached = 0.0
    # Time before the first change is not taken back; and 0.1.0 shows the wall clock's, which goes on.
    if then == mark.now and (world.switches["timing"] != "fixed" or world.wall == wall):
        mark.compare(world, "undo-brings-back")
    else:
        world.deleted = mark.deleted
    return f"to record {mark.position}"


@action(1)
def carry(world: World, inside: Callable[[], None]) -> str:
    """A session is saved, and loaded later on."""
    mark = Mark.of(world)
    saved = world.carry_away()
    inside()
    world.bring_back(saved)
    world.reached = 0.0
    if world.journal[mark.position - 1].now == mark.now:
        mark.compare(world, "load-brings-back")
    return f"{len(saved['lines'])} lines"


JOURNEYS: Final[dict[str, Callable[..., str | None]]] = {
    "crash": crash, "full_disk": full_disk, "undo": undo, "carry": carry,
}  # fmt: skip
