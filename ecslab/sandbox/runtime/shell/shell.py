"""A shell at work, and where it is in its script."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ecslab.sandbox.runtime.place import Place, Program, Run
from ecslab.sandbox.runtime.pools import weight
from ecslab.sandbox.runtime.process import Process
from ecslab.sandbox.runtime.shell.words import Room, expand


class Exit(Exception):
    """`exit N`."""

    def __init__(self, code: int):
        super().__init__(code)
        self.code = code


class Part(Place):
    """Where a shell is in one part of its script.

    Attributes:
        depth: within how many parts it lies.
        status: exit code of what came last in it.
        words: of a command, or the values of a loop, once they are known.
        taken: bytes of memory that they take.
        own: the variables of one command alone.
        outer: the shell's variables meanwhile.
        child: the process of a program that it waits for.
        answer: what the shell does at TERM meanwhile.
    """

    __slots__ = ("answer", "child", "depth", "outer", "own", "status", "taken", "words")

    def __init__(self) -> None:
        super().__init__()
        self.depth = self.status = self.taken = 0
        self.words: list[str] | None = None
        self.own: dict[str, str] = {}
        self.outer: dict[str, str] = {}
        self.child: Process | None = None
        self.answer: Program | None = None


@dataclass
class Shell:
    """A shell: its variables, the last exit code, and how deep it lies in other scripts.

    Args:
        run_program: runs what is none of the shell's own commands.
        run_script: runs a script, as `trap` names one.
        held: bytes of memory that its variables take.
    """

    process: Process
    variables: dict[str, str]
    run_program: Callable[[Process, Place], Run]
    run_script: "Callable[[Shell, str, Place], Run]"
    status: int = 0
    traps: bool = False
    depth: int = 0
    held: int = 0

    def expand(self, word: str, room: Room) -> list[str]:
        """The words that one of the script becomes; `room` counts what they take."""
        return expand(word, self.variables, self.status, room)

    def words(self, words: Iterable[str], room: Room) -> list[str]:
        """What all words of a command become."""
        argv: list[str] = []
        for word in words:
            argv += self.expand(word, room)
        self.process.handled(room.taken)
        return argv

    def set(self, values: dict[str, str]) -> None:
        """Set variables, whose names and values the container's memory holds."""
        for name, value in values.items():
            before = self.variables.get(name)
            added = weight(value) - weight(before) if before is not None else weight(name) + weight(value)
            self.process.hold(added)
            self.held += added
            self.variables[name] = value

    def weigh(self) -> None:
        """Count anew what the variables take, now that a command changed them."""
        taken = sum(weight(name) + weight(value) for name, value in self.variables.items())
        self.process.handled(0, len(self.variables) // 64)
        self.process.hold(taken - self.held)
        self.held = taken
