"""A simple command of a script: what the shell does itself, what it asks of a small command, and programs."""

import errno
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ecslab.sandbox.runtime.clients import CLIENTS
from ecslab.sandbox.runtime.limits import ALL_ARGUMENTS, DISK, LARGEST_FILE, LONGEST_ARGUMENT, MIB
from ecslab.sandbox.runtime.place import Place, Run
from ecslab.sandbox.runtime.process import Process
from ecslab.sandbox.runtime.program_errors import SandboxLimit
from ecslab.sandbox.runtime.shell.commands import BROUGHT, BUILT_IN, COMMANDS, SEARCHING
from ecslab.sandbox.runtime.shell.grammar import Simple
from ecslab.sandbox.runtime.shell.shell import Exit, Part, Shell
from ecslab.sandbox.runtime.shell.words import Room

_PROGRAM_DEPTH: Final = 3  # a program takes as much of Python's stack as so many parts of a script
_FILES_A_STEP: Final = 512  # names that are gone through in the time of a step
_DISK: Final = (
    f"a task may write {DISK.task // MIB} MiB of files here, in files of {LARGEST_FILE // MIB} MiB; "
    "Fargate's disk has 20 GiB or more"
)


def run(shell: Shell, node: Simple, last: bool, at: Part) -> Run:
    """Run it to its exit code; `last` if nothing follows it in the script."""
    if at.words is None:
        yield from shell.process.step(at)
        room = Room()
        at.own = {name: " ".join(shell.expand(value, room)) for name, value in node.assignments}
        at.words = shell.words(node.words, room)
        if not at.words:
            shell.set(at.own)
            return 0
        if at.own:
            at.outer, shell.variables = shell.variables, {**shell.variables, **at.own}
            shell.process.hold(room.taken)
            at.taken = room.taken
    if not at.own:
        return (yield from _command(shell, at.words, node, last, at))
    try:
        return (yield from _command(shell, at.words, node, last, at))
    finally:
        changed = {k: v for k, v in shell.variables.items() if k not in at.own}
        shell.variables = {**at.outer, **changed}
        shell.process.hold(-at.taken)


def _command(shell: Shell, argv: list[str], node: Simple, last: bool, at: Part) -> Run:
    name, words = argv[0], argv[1:]
    if name == "exec" and words:
        return (yield from _program(shell, words, True, at))
    if name in ("exit", "return"):
        raise Exit(int(words[0]) & 255 if words else shell.status)
    if name == "trap":
        return _trap(shell, words)
    program = name.rpartition("/")[2]
    if at.inner is None and program in BROUGHT and not shell.process.has(name):
        _write(shell, _not_found(shell, name), node.errors, node.append)
        return 127
    if name not in COMMANDS and name not in CLIENTS:
        return (yield from _program(shell, argv, last, at))
    if name not in BUILT_IN and too_long(argv):
        return _too_long(shell, name)
    try:
        if name in COMMANDS:
            output, errors, status = _small(shell, name, words)
        else:
            output, errors, status = yield from CLIENTS[name](shell.process, words, at.within(Place))
        _write(shell, output, node.output, node.append)
        _write(shell, errors, node.errors, node.append)
    except OSError as refusal:  # a file system that is mounted read-only, or full
        shell.process.log(f"{name}: {refusal.filename}: {refusal.strerror}")
        if refusal.errno == errno.ENOSPC:
            shell.process.note(_DISK)
        return 1
    return status


def _not_found(shell: Shell, name: str) -> str:
    """As BusyBox, bash and Debian's sh say it."""
    called = shell.process.argv[0]
    if shell.process.files.read("/bin/busybox") is not None:
        return f"{called}: {name}: not found\n"
    if called.endswith("bash"):
        return f"{called}: line 1: {name}: command not found\n"
    return f"{called}: 1: {name}: not found\n"


def _small(shell: Shell, name: str, words: list[str]) -> tuple[str, str, int]:
    """A command that needs no time."""
    files = shell.process.files.count() if name in SEARCHING else 0
    shell.process.handled(0, len(words) // 16 + files // _FILES_A_STEP)
    result = COMMANDS[name](shell.process, shell.variables, words)
    if name in ("export", "unset"):
        shell.weigh()
    shell.process.handled(len(result[0]))
    return result


def _too_long(shell: Shell, name: str) -> int:
    shell.process.log(f"sh: 1: {name}: Argument list too long")
    return 126


def _program(shell: Shell, argv: list[str], last: bool, at: Part) -> Run:
    """Run a program; unless it takes the shell's place, the shell answers for TERM."""
    if at.child is None:
        if too_long(argv):
            return _too_long(shell, argv[0][:64])
        at.answer = shell.process.on_term
        at.child = _child(shell, argv, last, at.depth + _PROGRAM_DEPTH)
    status = yield from shell.run_program(at.child, at.within(Place))
    shell.process.on_term = at.answer
    return status


def _child(shell: Shell, argv: list[str], last: bool, depth: int) -> Process:
    """The process of a program."""
    shell.process.handled(0, len(shell.variables) // 64)
    shell.process.budget.charge(1)
    child = replace(shell.process, argv=argv, environment=dict(shell.variables), depth=depth)
    if last and not shell.traps:
        child = shell.process
        child.argv, child.environment, child.depth = argv, dict(shell.variables), depth
    return child


def _write(shell: Shell, text: str, path: str | None, append: bool) -> None:
    if path is not None:
        name = " ".join(shell.expand(path, Room()))
        if name.startswith("/dev/tcp/") and shell.process.argv[0].endswith("bash"):
            _connect(shell, name)
            return
        before = shell.process.files.read(name) if append else None
        shell.process.handled(len(text) + len(before or b""))
        shell.process.files.write(name, text.encode(), append)
    elif text:
        shell.process.log(text.removesuffix("\n"))


def _connect(shell: Shell, name: str) -> None:
    """`/dev/tcp/localhost/PORT`, by which bash asks whether somebody listens; OSError if nobody does."""
    host, _, port = name.removeprefix("/dev/tcp/").partition("/")
    if host not in ("localhost", "127.0.0.1") or not port.isdecimal():
        raise SandboxLimit(f"{name}: this bash connects to ports of its own task only, at localhost")
    if int(port) not in shell.process.ports and not shell.process.host.taken(int(port)):
        raise OSError(errno.ECONNREFUSED, "Connection refused", name)


def _trap(shell: Shell, words: list[str]) -> int:
    names = {word.removeprefix("SIG") for word in words[1:]}
    if names & {"TERM", "15"}:
        shell.traps = True
        shell.process.on_term = (lambda place: shell.run_script(shell, words[0], place)) if words[0] else None
    return 0


def too_long(argv: Iterable[str]) -> bool:
    """Whether these are more, or longer ones, than Linux starts a program with."""
    sizes = [len(argument.encode(errors="replace")) + 1 for argument in argv]
    return max(sizes, default=0) > LONGEST_ARGUMENT or sum(sizes) > ALL_ARGUMENTS
