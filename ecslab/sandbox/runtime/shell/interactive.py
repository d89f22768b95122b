"""A shell on a terminal: it prompts, reads a line, runs it, and prompts again, until `exit` or Ctrl-D."""

from collections.abc import Callable, Generator
from typing import Final

from ecslab.sandbox.runtime.place import FOREVER, Place, Run
from ecslab.sandbox.runtime.process import Process
from ecslab.sandbox.runtime.program_errors import LIMIT, CannotFork, Interrupted, NotInImage, SandboxLimit
from ecslab.sandbox.runtime.shell.grammar import parse
from ecslab.sandbox.runtime.shell.interpreter import run, run_script
from ecslab.sandbox.runtime.shell.shell import Exit, Part, Shell
from ecslab.sandbox.runtime.terminal import Terminal

INTERRUPTED: Final = 130
"""128 and SIGINT: the exit code of what Ctrl-C ends."""


class Prompt(Place):
    """Where a shell on a terminal is.

    Attributes:
        shell: the shell.
        line: what it runs; None while it waits for a line.
        shown: whether it has prompted for the next one.
    """

    __slots__ = ("line", "shell", "shown")

    def __init__(self) -> None:
        super().__init__()
        self.shell: Shell | None = None
        self.line: str | None = None
        self.shown = False


def is_for(process: Process, place: Place) -> bool:
    """Whether a shell that is called so reads from a terminal."""
    if place.inner is not None:
        return isinstance(place.inner, Prompt)
    words = process.argv[1:]
    flags = all(word.startswith("-") and "c" not in word.lstrip("-") for word in words)
    return process.terminal is not None and flags


def main(process: Process, run_program: Callable[[Process, Place], Run], place: Place) -> Run:
    """`sh`, `bash` and others without a script, on a terminal; the exit code of the last command, or of
    `exit`.

    Args:
        run_program: runs what is none of the shell's own commands.
    """
    at = place.within(Prompt)
    if at.shell is None:
        process.on_term = None
        at.shell = Shell(process, dict(process.variables()), run_program, run_script, depth=process.depth)
        at.shell.weigh()
    shell, terminal = at.shell, process.terminal
    assert terminal is not None, "asked before"
    while True:
        try:
            if at.line is None:
                at.line = yield from _read(at, terminal, shell.process)
            if at.line is None:
                terminal.show("exit\r\n")
                return shell.status
            shell.status = yield from _run(shell, at.line, at)
        except Exit as end:
            return end.code
        except Interrupted:
            shell.status = INTERRUPTED
            at.asleep = None
        at.line, at.inner, at.shown, terminal.reading = None, None, False, False


def _read(at: Prompt, terminal: Terminal, process: Process) -> Generator[float, None, str | None]:
    """The next line that is typed; None at the end."""
    if not at.shown:
        terminal.show(prompt(process))
        at.shown = True
    while not terminal.lines:
        if terminal.ended:
            terminal.ended = False  # of this shell's input: one around it goes on
            return None
        terminal.reading = True
        yield from at.sleep(FOREVER)
    terminal.reading = False
    return terminal.lines.popleft()


def _run(shell: Shell, line: str, at: Prompt) -> Run:
    """Run a line to its exit code. What ends a script ends the line alone."""
    root = at.within(Part)
    root.depth = shell.depth
    process = shell.process
    try:
        return (yield from run(shell, parse(line), False, root))
    except ValueError as error:
        process.log(f"{process.argv[0]}: 1: {error}")
        return 2
    except NotInImage as missing:
        process.log(f"{process.argv[0]}: 1: {missing}: not found")
    except SandboxLimit as limit:
        process.log(f"{LIMIT}{limit}")
    except CannotFork:
        process.log(f"{process.argv[0]}: 1: Cannot fork")
        return 2
    return 127


def prompt(process: Process) -> str:
    """What the shell says when it waits, as BusyBox, bash and Debian's sh do for root."""
    directory = process.files.directory
    if process.files.read("/bin/busybox") is not None:
        return f"{directory} # "
    if process.argv[0].endswith("bash"):
        return f"root@{process.host.hostname().partition('.')[0]}:{directory}# "
    return "# "
