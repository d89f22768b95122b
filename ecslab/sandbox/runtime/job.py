"""A program taking its steps on the host's clock until it ends."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar, Final

from ecslab.sandbox.runtime import Cancellable, Host, HttpRequest, HttpResponse
from ecslab.sandbox.runtime.budget import CommandBudget
from ecslab.sandbox.runtime.image_config import image_variables
from ecslab.sandbox.runtime.place import Place, Program, Run
from ecslab.sandbox.runtime.process import Process, dies, ends
from ecslab.sandbox.runtime.program_errors import (
    LIMIT,
    CannotFork,
    Interrupted,
    NotInImage,
    OutOfMemory,
    SandboxLimit,
)
from ecslab.sandbox.runtime.programs import run, too_long
from ecslab.sandbox.runtime.shell.interactive import INTERRUPTED
from ecslab.sandbox.world.time.clock import Leaves

OUT_OF_MEMORY: Final = "OutOfMemoryError: container killed due to memory usage"
NOT_IN_IMAGE: Final = (
    "CannotStartContainerError: failed to create containerd task: failed to create shim task: OCI runtime "
    'create failed: runc create failed: unable to start container process: exec: "{program}": executable '
    "file not found in $PATH: unknown"
)
"""U: on AWS the container never begins; here it ends at once, with the code that a shell would give."""
PLATFORM: Final = {"X86_64": "amd64", "ARM64": "arm64"}
EXEC_FORMAT_EXIT: Final = 255  # U: 255 or 1; no capture shows it


class Job:
    """A program at work. Who makes one calls or plans the first `advance`."""

    __slots__ = ("_handler", "_place", "_process", "_run", "_timer")
    LEFT_OUT: ClassVar = frozenset({"_run"})

    def __init__(self, process: Process):
        self._process = process
        self._place: Place | None = Place()  # None: it has ended
        self._handler: Program | None = None  # what runs in place of the process's own program
        self._run: Run | None = None
        self._timer: Cancellable | None = None

    def come_back(self) -> None:
        """Be as before, where a snapshot brought back all but what runs."""
        self._run = None
        if self._place is not None and self._place.begun:
            self._run = self._begun(self._place)
            next(self._run)

    def advance(self) -> None:
        """Let the program go on to its next sleep, or its end."""
        self.go_on(self._next)

    def _next(self) -> float:
        assert self._place is not None, "asked before"
        if self._run is None:
            self._run = self._begun(self._place)
        return next(self._run)

    def go_on(self, step: Callable[[], float]) -> None:
        """Take a step of the program, which answers how long it sleeps, or ends it."""
        if self._place is None:
            return
        self._timer = None
        try:
            delay = step()
        except StopIteration as end:
            self.finish(int(end.value))
        except Interrupted:
            self.finish(INTERRUPTED)
        except OutOfMemory:
            self.finish(137, OUT_OF_MEMORY)
        except SandboxLimit as limit:
            self._process.log(f"{LIMIT}{limit}")
            self.finish(127)
        except NotInImage as missing:
            self.finish(127, NOT_IN_IMAGE.format(program=missing))
        except CannotFork:
            self._process.log("sh: 1: Cannot fork")
            self.finish(2)
        except Exception as error:
            self.fail(error)
        else:
            self._rest(delay)

    def _rest(self, delay: float) -> None:
        """Go on when the program has slept; one that hardly sleeps takes steps by that."""
        process = self._process
        if not delay >= 0:
            self.fail(ValueError(f"cannot sleep for {delay} seconds"))
            return
        if delay < 1.0:
            now = process.host.now()
            process.budget.add(1, now)
            delay = max(delay, process.budget.wait(now))
        if delay != math.inf and self._place is not None:
            self._timer = process.host.after(delay, self.advance)

    def fail(self, error: Exception) -> None:
        """End the program for an error that it did not expect."""
        self._process.log(f"{type(error).__name__}: {error}")
        self.finish(1)

    def finish(self, code: int, reason: str | None = None) -> None:
        """End the program with an exit code; without effect once it has ended."""
        if self._place is None:
            return
        self.drop()
        self.ended(code, reason)

    def drop(self) -> None:
        """End the program without a word."""
        self._place = self._run = None
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._process.budget.close()

    def go_over(self, handler: Program) -> None:
        """Let a handler run in place of what runs."""
        self._handler, self._place, self._run = handler, Place(), None

    def _begun(self, place: Place) -> Run:
        return self._handler(place) if self._handler else begin(self._process, place)

    def ended(self, code: int, reason: str | None) -> None:
        """What follows the end."""
        raise NotImplementedError


class Command(Job):
    """A command beside the program of a container: same files, same network, output to nowhere."""

    __slots__ = ("_done",)

    def __init__(self, process: Process, argv: tuple[str, ...], done: Callable[[int], None]):
        self._done = done
        super().__init__(
            replace(
                process,
                argv=list(argv),
                environment=None,
                files=process.files.view(),
                host=Quiet(process.host),
                on_term=dies,
                budget=process.budget.beside(),
            )
        )

    def cancel(self) -> None:
        self.drop()

    def ended(self, code: int, reason: str | None) -> None:  # noqa: ARG002
        self._done(code)

    def repeats(self, period: float) -> Leaves | None:
        """What the same command leaves each `period` seconds, if nothing else happens; None if that is not
        known: it took time or asked what time it is, wrote a file, or asked who may answer otherwise.
        """
        process = self._process
        host, budget = process.host, process.budget
        if not isinstance(host, Quiet) or not isinstance(budget, CommandBudget) or process.files.changed:
            return None
        leaves = host.repeats_all(period)
        if leaves is None or not budget.regular or sum(each.depends for each in leaves) > 1:
            return None
        within = [each.again for each in leaves if each.again]
        if len(within) < len(leaves):
            return Leaves()
        return Leaves(budget.again(period, within), lambda: all(each.holds() for each in leaves))


class Quiet:
    """A host that hears nothing but the sandbox's own limits, and knows what a command asked of it."""

    __slots__ = ("_asked", "_constant", "_host", "exited", "hostname", "name_server", "now", "taken")

    def __init__(self, host: Host):
        self._host = host
        self.now, self.exited, self.taken = host.now, host.exited, host.taken
        self.name_server, self.hostname = host.name_server, host.hostname
        self._constant = True  # whether it asked nothing that may be answered otherwise a moment later
        self._asked: list[tuple[str, int]] = []

    @property
    def repeats(self) -> bool:
        return False

    def log_again(self, moments: Sequence[float]) -> None:
        """Nothing is heard of it."""

    def hold(self, mib: float) -> bool:  # noqa: ARG002  # one signature
        """A command's memory ends with it, and is not counted."""
        return True

    def log(self, line: str) -> None:
        if line.startswith(LIMIT):
            self._constant = False
            self._host.log(line)

    def after(self, seconds: float, action: Callable[[], None]) -> Cancellable:
        self._constant = False
        return self._host.after(seconds, action)

    def timestamp(self) -> float:
        self._constant = False
        return self._host.timestamp()

    def resolve(self, name: str) -> tuple[str, ...]:
        self._constant = False
        return self._host.resolve(name)

    def services(self, name: str) -> tuple[str, ...]:
        self._constant = False
        return self._host.services(name)

    def fetch(self, host: str, port: int, request: HttpRequest) -> HttpResponse:
        self._asked.append((host, port))
        return self._host.fetch(host, port, request)

    def fetched_again(self, host: str, port: int, period: float) -> Leaves | None:
        return self._host.fetched_again(host, port, period)

    def repeats_all(self, period: float) -> "list[Leaves] | None":
        """What is left by all that was asked for, each `period` seconds; None if that is not known."""
        leaves = [self.fetched_again(host, port, period) for host, port in self._asked]
        known = [each for each in leaves if each is not None]
        return known if self._constant and len(known) == len(leaves) else None


def begin(process: Process, place: Place) -> Run:
    """The program of a process, or the kernel's refusal of one built for another processor.

    It begins with the call, and goes on with each `next`; what has come further goes on at its place.
    """
    if place.begun:
        return run(process, place)
    wanted = PLATFORM.get(process.spec.architecture, process.spec.architecture)
    if process.argv and process.spec.image.architecture != wanted:
        process.log(f"exec {process.argv[0]}: exec format error")
        return ends(EXEC_FORMAT_EXIT)
    if too_long([*process.argv, *image_variables(process.spec)]):
        process.log(f"exec {process.argv[0][:64] if process.argv else ''}: argument list too long")
        return ends(EXEC_FORMAT_EXIT)
    return run(process, place)
