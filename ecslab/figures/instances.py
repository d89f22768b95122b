"""Container instances as boxes, with their tasks to scale, and the tasks on Fargate beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import inf
from string import ascii_uppercase
from typing import TYPE_CHECKING, Final

from ecslab.display.counted import counted
from ecslab.figures import instances_in_words as words
from ecslab.figures.svg import SOFT, TONES, Drawing, Figure, shorten
from ecslab.figures.text_metrics import text_width

if TYPE_CHECKING:
    from ecslab.resources.container_instance.layout import Capacity, Instance, PlacedTask

MOST: Final = 24
"""Instances, and tasks beside them, that are drawn; the rest is counted."""
_WIDTH, _EDGE, _GAP, _PAD, _SIZE, _LINE = 800, 16, 16, 12, 15, 21
_COLUMN: Final = (_WIDTH - 2 * _EDGE - _GAP) // 2
_ROOM: Final = _COLUMN - 2 * _PAD
_THIRD: Final = (_WIDTH - 2 * _EDGE - 2 * _GAP) // 3
_APART: Final = 6
"""How many times as large as the smallest instance the largest may be, to be drawn to one scale."""
_INSTANCE_HEIGHT, _TASK_HEIGHT, _BAR, _THIN = 176, 150, 28, 12
_TONES: Final = ("container", "store", "task", "net", "ecs", "good", "here")
_OTHER: Final = "used, and by none of these tasks"


def instances(capacity: Capacity) -> Figure:
    """A box for each container instance, with its tasks as wide as their CPU and memory; Fargate beside them.

    Args:
        capacity: what `container_instance.layout.look` gave. Of many instances 24 are drawn, and 24 of many
            tasks that are on none.
    """
    return _Picture(capacity).drawn()


class _Picture:
    """The drawing under way: which letter a task definition has, and how many pixels a unit takes."""

    def __init__(self, capacity: Capacity) -> None:
        self.capacity = capacity
        self.instances, self.beside = capacity.instances[:MOST], capacity.tasks[:MOST]
        self.tasks = [*(task for each in self.instances for task in each.tasks), *self.beside]
        self.kinds = Counter(task.definition for task in self.tasks)
        self.names = list(self.kinds)
        self.cpu = _Scale([each.cpu for each in self.instances], [task.cpu for task in self.beside])
        self.memory = _Scale([each.memory for each in self.instances], [task.memory for task in self.beside])
        rows = -(-len(self.instances) // 2)
        self.beside_at = 48 + rows * (_INSTANCE_HEIGHT + _GAP) + (22 if self.beside else 0)
        self.key_at = self.beside_at + -(-len(self.beside) // 3) * (_TASK_HEIGHT + _GAP)
        self.keys = self._keys()
        self.notes_at = self.key_at + 30 * -(-len(self.keys) // 2)
        self.notes = self._notes()
        self.d = Drawing(_WIDTH, self.notes_at + _LINE * len(self.notes) + 12)

    def drawn(self) -> Figure:
        """The finished figure."""
        d, edge, title = self.d, _EDGE, words.title(self.capacity)
        d.text(edge, 32, shorten(title, _WIDTH - 2 * edge, 16, bold=True), size=16, bold=True)
        for number, instance in enumerate(self.instances):
            row, column = divmod(number, 2)
            self._instance(instance, edge + column * (_COLUMN + _GAP), 48 + row * (_INSTANCE_HEIGHT + _GAP))
        if self.beside:
            d.text(edge, self.beside_at - 10, "On no container instance", bold=True)
        for number, task in enumerate(self.beside):
            row, column = divmod(number, 3)
            self._task(task, edge + column * (_THIRD + _GAP), self.beside_at + row * (_TASK_HEIGHT + _GAP))
        for number, (letter, tone, text) in enumerate(self.keys):
            row, column = divmod(number, 2)
            self._key(letter, tone, text, edge + column * (_COLUMN + _GAP), self.key_at + row * 30)
        for number, note in enumerate(self.notes):
            d.text(edge, self.notes_at + 15 + number * _LINE, note, ink=SOFT)
        return d.figure(title, words.description(self.capacity, self.instances, self.beside))

    def _instance(self, each: Instance, x: int, y: int) -> None:
        d, room, left = self.d, _ROOM, x + _PAD
        well = each.status == "ACTIVE" and each.connected
        d.rect(x, y, _COLUMN, _INSTANCE_HEIGHT, "plain" if well else "quiet", dashed=not each.connected)
        about = ", ".join(part for part in (each.type or "External", each.zone) if part)
        tail = f"…{each.id[-6:]}"
        d.text(left, y + 22, shorten(about, room - 80, _SIZE, bold=True), bold=True)
        d.text(left + room, y + 22, tail, anchor="end", mono=True)
        ink = TONES["good" if well else "bad"].line
        state = shorten(words.state(each), room, _SIZE, bold=True)
        d.text(left, y + 43, state, ink=ink, bold=True)
        beside = room - text_width(state, _SIZE, bold=True) - _PAD
        if each.provider and beside > _PAD:
            d.text(left + room, y + 43, shorten(each.provider, beside, _SIZE), anchor="end", ink=SOFT)
        d.text(left, y + 68, words.free("CPU", each.free_cpu, each.cpu, "units"))
        shares = [(task, task.cpu) for task in each.tasks]
        self._bar(left, y + 76, each.cpu, each.cpu - each.free_cpu, self.cpu.of(each.cpu), shares)
        d.text(left, y + 126, words.free("Memory", each.free_memory, each.memory, "MiB"))
        shares = [(task, task.memory) for task in each.tasks]
        used = each.memory - each.free_memory
        self._bar(left, y + 134, each.memory, used, self.memory.of(each.memory), shares)

    def _bar(
        self, x: int, y: int, whole: int, used: int, scale: float, shares: list[tuple[PlacedTask, int]]
    ) -> None:
        """What an instance has, as a bar; what each task takes of it, side by side."""
        self.d.rect(x, y, max(8, int(whole * scale)), _BAR, "plain", corner=3)
        begun, most = 0, x + int(whole * scale)
        for task, amount in shares:
            left, right = x + round(begun * scale), min(most, x + round((begun + amount) * scale))
            begun += amount
            if right > left:
                self._piece(left, y, right - left, task)
        left, right = x + round(begun * scale), min(most, x + round(used * scale))
        if right > left:
            self.d.rect(left, y, right - left, _BAR, "quiet", corner=3)

    def _piece(self, x: int, y: int, width: int, task: PlacedTask) -> None:
        letter = self._letter(task.definition)
        self.d.rect(x, y, width, _BAR, self._tone(task.definition), corner=3, dashed=not words.steady(task))
        if text_width(letter, _SIZE, bold=True) + 6 <= width:
            self.d.text(x + width / 2, y + 19, letter, bold=True, anchor="middle")

    def _task(self, task: PlacedTask, x: int, y: int) -> None:
        d, room, left, tone = self.d, _THIRD - 2 * _PAD, x + _PAD, self._tone(task.definition)
        d.rect(x, y, _THIRD, _TASK_HEIGHT, tone, dashed=not words.steady(task))
        letter = self._letter(task.definition)
        d.text(left, y + 22, shorten(f"{letter} {task.definition}", room, _SIZE, bold=True), bold=True)
        spot = task.provider == "FARGATE_SPOT"
        d.text(left, y + 43, shorten(words.place(task), room, _SIZE, bold=True), bold=spot)
        state = ", ".join(part for part in (words.status(task), task.zone) if part)
        d.text(left, y + 64, shorten(state, room, _SIZE))
        lanes = ((86, f"{task.cpu / 1024:g} vCPU", task.cpu * self.cpu.beside),
                 (122, f"{task.memory:,} MiB", task.memory * self.memory.beside))  # fmt: skip
        for down, amount, width in lanes:
            d.text(left, y + down, amount)
            self._amount(left, y + down + 6, max(4, int(width)), TONES[tone].line)

    def _amount(self, x: int, y: int, width: int, ink: str) -> None:
        """What a task on Fargate has, to the scale of the instances."""
        below, right = y + _THIN, x + width
        self.d.polygon((x, y), (right, y), (right, below), (x, below), ink=ink)

    def _key(self, letter: str, tone: str, text: str, x: int, y: int) -> None:
        self.d.rect(x, y, 34, 24, tone, corner=3)
        if letter:
            self.d.text(x + 17, y + 17, letter, bold=True, anchor="middle")
        self.d.text(x + 44, y + 17, shorten(text, _COLUMN - 44, _SIZE))

    def _keys(self) -> list[tuple[str, str, str]]:
        keys = [
            (self._letter(name), self._tone(name), f"{name}: {counted(count, 'task')}")
            for name, count in self.kinds.items()
        ]
        return keys + ([("", "quiet", _OTHER)] if any(map(words.more_is_used, self.instances)) else [])

    def _notes(self) -> list[str]:
        """What the picture leaves out, and what its strokes mean."""
        capacity = self.capacity
        notes = []
        if self.tasks:
            notes.append("Tasks are drawn to scale; what is empty is free.")
        if self.instances and not (self.cpu.one and self.memory.one):
            notes.append("Sizes differ too much for one scale: compare bars within a box, not between boxes.")
        if not all(map(words.steady, self.tasks)):
            notes.append("A dashed task does not run yet, or is being stopped.")
        hidden = len(capacity.instances) - len(self.instances), len(capacity.tasks) - len(self.beside)
        notes += [
            f"Not drawn: {counted(count, what)} more."
            for count, what in zip(hidden, ("container instance", "task"), strict=True)
            if count
        ]
        return notes

    def _letter(self, definition: str) -> str:
        """A to Z, then AA, AB, …"""
        head, tail = divmod(self.names.index(definition), len(ascii_uppercase))
        return (ascii_uppercase[head - 1] if head else "") + ascii_uppercase[tail]

    def _tone(self, definition: str) -> str:
        return _TONES[self.names.index(definition) % len(_TONES)]


class _Scale:
    """Pixels a unit of CPU or memory: one for all, unless the small ones could then not be seen.

    Attributes:
        one: whether there is one for all.
        beside: for the tasks that are on no instance.
    """

    def __init__(self, instances: Sequence[int], tasks: Sequence[int]) -> None:
        largest, small = max(instances, default=0), min(instances, default=0)
        of_instances = _ROOM / largest if largest else inf
        of_tasks = (_THIRD - 2 * _PAD) / max(max(tasks, default=1), 1)
        self.one = small * _APART >= largest and of_tasks * _APART >= of_instances
        self._all = min(of_instances, of_tasks)
        self.beside = self._all if self.one else of_tasks

    def of(self, whole: int) -> float:
        """For an instance that has so much."""
        return self._all if self.one else _ROOM / max(whole, 1)
