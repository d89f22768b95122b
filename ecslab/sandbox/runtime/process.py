"""What a program sees: its arguments, environment, files, ports, and the host's clock and log.

A program is a generator function. It yields how many seconds it sleeps (`FOREVER` if it only serves), and
returns its exit code; what it needs to go on lies in its `Place`. It answers TERM by `on_term`: a program
that runs instead of it, or None if it takes no notice.
"""

import errno
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.runtime import ContainerSpec, Host, limits
from ecslab.sandbox.runtime.budget import AccountBudget, ContainerBudget
from ecslab.sandbox.runtime.files import Files
from ecslab.sandbox.runtime.image_config import PATH, combined_environment
from ecslab.sandbox.runtime.place import Place, Program, Run
from ecslab.sandbox.runtime.pools import Full
from ecslab.sandbox.runtime.program_errors import LIMIT, OutOfMemory
from ecslab.sandbox.runtime.terminal import Terminal
from ecslab.sandbox.world.time.clock import Leaves

Handler = Callable[[HttpRequest], HttpResponse]


def dies(_place: Place) -> Run:
    """What an untrapped TERM does: exit code 128 + 15."""
    return 143
    yield  # makes this a generator


def ends(code: int) -> Run:
    """A program that is over at once."""
    return code
    yield


@dataclass(slots=True)
class Process:
    """The one process of a container, and what it may use.

    `environment` is None where it is the spec's; `depth` says how many parts of scripts it lies within.
    """

    argv: list[str]
    files: Files
    host: Host
    spec: ContainerSpec
    environment: dict[str, str] | None = None
    on_term: Program | None = dies
    ports: dict[int, Handler] = field(default_factory=dict)
    budget: ContainerBudget = field(default_factory=lambda: AccountBudget().container("", None))
    has_all: bool = False
    """Whether every program is in every image."""
    depth: int = 0
    terminal: Terminal | None = None
    """Where it reads and writes, in a session."""

    @property
    def unheard_term(self) -> Program | None:
        """What TERM does to a program that says nothing of it: to the first process, nothing."""
        return dies if self.spec.init_process else None

    def variables(self) -> dict[str, str]:
        """Its environment variables; what is done to them stays with the process."""
        if self.environment is None:
            self.environment = combined_environment(self.spec, self.host.hostname())
        return self.environment

    def has(self, program: str) -> bool:
        """Whether the image brings a program: on the path, or where its name says."""
        if self.has_all:
            return True
        if "/" in program:
            return self.files.read(program) is not None
        folders = self.variables().get("PATH", PATH).split(":")
        return any(self.files.read(f"{folder}/{program}") is not None for folder in folders if folder)

    def log(self, text: str) -> None:
        rate = self.budget.log
        lines = rate.accepted(text, self.host.now())
        for line in lines:
            self.host.log(line)
        self.handled(len(text), len(lines) // 4)
        self.budget.charge(len(lines))
        if rate.losing:
            self.note(f"its log takes {rate.LINES_A_SECOND} lines a second; what is more is lost, as with a "
                      "log driver that does not block")  # fmt: skip

    def logs_again(self, period: float) -> Leaves:
        """What logging the last line again leaves, each `period` seconds, as it reads at those moments.

        It holds until something else writes to the log.
        """
        log = self.budget.log
        if not (self.host.repeats and log.repeats):
            return Leaves()
        turns = log.turns

        def again(moments: Sequence[float]) -> None:
            nonlocal turns
            turns += len(moments)
            self.budget.log_again(moments, period)
            self.host.log_again(moments)

        return Leaves(again, lambda: log.turns == turns)

    def note(self, sentence: str) -> None:
        """Say in the log, once, which limit of the sandbox's own was met."""
        if sentence not in self.budget.noted:
            self.budget.noted.append(sentence)
            self.host.log(LIMIT + sentence)

    def handled(self, size: int, steps: int = 0) -> None:
        """Count work that was done: bytes, and steps beside those of the commands."""
        self.budget.add(steps + size // limits.STEP_BYTES, self.host.now())

    def step(self, place: Place, steps: int = 1) -> Generator[float, None, None]:
        """Take steps; sleeps where the container, or all together, took too many in this second."""
        seconds = place.asleep
        if seconds is None:
            now = self.host.now()
            self.budget.add(steps, now)
            seconds = self.budget.wait(now)
        if seconds:
            yield from place.sleep(seconds)

    def hold(self, amount: int) -> None:
        """Use so many bytes of memory more, or bring some back (negative); OutOfMemory if there are none."""
        try:
            self.budget.memory.take(amount) if amount >= 0 else self.budget.memory.give(-amount)
        except Full as full:
            own = self.spec.memory_mib
            if full.whose != "a container" or own is None or own > limits.MEMORY.container // limits.MIB:
                self.note(f"{full} of memory here, for what its scripts hold")
            raise OutOfMemory from None

    def listen(self, port: int, handler: Handler) -> None:
        """Accept connections on a port; OSError if another container of the task does already."""
        if self.host.taken(port):
            raise OSError(errno.EADDRINUSE, "Address already in use")
        self.ports[port] = handler
