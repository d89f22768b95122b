"""What `sh -c` understands in the embedded runtime.

    script   = list
    list     = chain { (";" | newline) chain }
    chain    = command { ("&&" | "||") command }
    command  = "while" list "do" list "done" | "until" list "do" list "done"
             | "if" list "then" list { "elif" list "then" list } [ "else" list ] "fi"
             | "for" NAME "in" word* (";" | newline) "do" list "done"
             | simple | "!" command | "{" list "}"
    simple   = { NAME=word } { word | redirect }
    redirect = (">" | ">>" | "2>" | "2>>") word | "2>&1" | ">&2"

Words may hold 'single' and "double" quotes, backslashes, $NAME, ${NAME}, ${NAME:-otherwise} and $?.
Commands: those of `commands`, `curl`, `wget`, and every program of the runtime; some only where the image has
them (`BROUGHT`). A script's last
command takes the shell's place, as in dash, so that a web server started last hears TERM itself, unless
there is a `trap`; the shell takes no notice of TERM but by `trap`.

Left out, and answered with exit code 127 and a line in the log: pipes, `&`, `<`, subshells, functions,
`case`, `$(…)`, wildcards, and every program that is not among the runtime's.
"""

import errno
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from ecslab.sandbox.runtime.clients import CLIENTS
from ecslab.sandbox.runtime.limits import ALL_ARGUMENTS, DEEPEST, DISK, LARGEST_FILE, LONGEST_ARGUMENT, MIB
from ecslab.sandbox.runtime.pools import weight
from ecslab.sandbox.runtime.process import CannotFork, Place, Process, Program, Run, SandboxLimit
from ecslab.sandbox.runtime.shell.commands import BROUGHT, BUILT_IN, COMMANDS, SEARCHING
from ecslab.sandbox.runtime.shell.grammar import (
    LONGEST_KEPT,
    Chain,
    For,
    Group,
    If,
    List,
    Node,
    Not,
    Simple,
    While,
    parse,
)
from ecslab.sandbox.runtime.shell.words import Room, expand

_PROGRAM_DEPTH: Final = 3  # a program takes as much of Python's stack as so many parts of a script
_FILES_A_STEP: Final = 512  # names that are gone through in the time of a step
_TREE: Final = 64  # bytes of a script's tree for each of its characters

_DISK: Final = (
    f"a task may write {DISK.task // MIB} MiB of files here, in files of {LARGEST_FILE // MIB} MiB; "
    "Fargate's disk has 20 GiB or more"
)


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
    """A shell at work: its variables, the last exit code, and how deep it lies in other scripts."""

    process: Process
    variables: dict[str, str]
    run_program: Callable[[Process, Place], Run]
    status: int = 0
    traps: bool = False
    depth: int = 0
    held: int = 0

    def run(self, node: Node, last: bool, around: Part) -> Run:
        """Run a part of the script; `last` if nothing follows it."""
        if around.depth >= DEEPEST:
            raise CannotFork
        part = around.within(Part)
        part.depth = around.depth + 1
        self.status = yield from _BY_KIND[type(node)](self, node, last, part)
        around.inner = None
        return self.status

    def sequence(self, node: List, last: bool, at: Part) -> Run:
        if not node.parts:  # else each of them counts: no loop goes round without a step
            yield from self.process.step(at)
        while at.position < len(node.parts):
            final = at.position == len(node.parts) - 1
            at.status = yield from self.run(node.parts[at.position], last and final, at)
            at.position += 1
        return at.status

    def chain(self, node: Chain, last: bool, at: Part) -> Run:
        if at.position == 0:
            at.status = yield from self.run(node.first, last and not node.rest, at)
            at.position = 1
        while at.position <= len(node.rest):
            operator, part = node.rest[at.position - 1]
            if (at.status == 0) == (operator == "&&"):
                at.status = yield from self.run(part, last and at.position == len(node.rest), at)
            at.position += 1
        return at.status

    def loop(self, node: While, _last: bool, at: Part) -> Run:
        while True:
            if at.position == 0:
                if ((yield from self.run(node.condition, False, at)) == 0) == node.until:
                    return at.status
                at.position = 1
            at.status = yield from self.run(node.body, False, at)
            at.position = 0

    def choice(self, node: If, last: bool, at: Part) -> Run:
        while at.position < 2 * len(node.branches):  # at each branch first its condition, then its body
            condition, body = node.branches[at.position // 2]
            if at.position % 2:
                return (yield from self.run(body, last, at))
            at.position += 2 if (yield from self.run(condition, False, at)) else 1
        return (yield from self.run(node.otherwise, last, at)) if node.otherwise else 0

    def each(self, node: For, _last: bool, at: Part) -> Run:
        if at.words is None:
            room = Room()
            words = self._words(node.words, room)
            self.process.hold(room.taken)
            at.words, at.taken = words, room.taken
        try:
            while at.position < len(at.words):
                if at.inner is None:
                    self._set({node.name: at.words[at.position]})
                at.status = yield from self.run(node.body, False, at)
                at.position += 1
        finally:
            self.process.hold(-at.taken)
        return at.status

    def negation(self, node: Not, _last: bool, at: Part) -> Run:
        return 0 if (yield from self.run(node.command, False, at)) else 1

    def group(self, node: Group, last: bool, at: Part) -> Run:
        return (yield from self.run(node.body, last, at))

    def _words(self, words: Iterable[str], room: Room) -> list[str]:
        argv: list[str] = []
        for word in words:
            argv += self.expand(word, room)
        self.process.handled(room.taken)
        return argv

    def _set(self, values: dict[str, str]) -> None:
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

    def simple(self, node: Simple, last: bool, at: Part) -> Run:
        if at.words is None:
            yield from self.process.step(at)
            room = Room()
            at.own = {name: " ".join(self.expand(value, room)) for name, value in node.assignments}
            at.words = self._words(node.words, room)
            if not at.words:
                self._set(at.own)
                return 0
            if at.own:
                at.outer, self.variables = self.variables, {**self.variables, **at.own}
                self.process.hold(room.taken)
                at.taken = room.taken
        if not at.own:
            return (yield from self._command(at.words, node, last, at))
        try:
            return (yield from self._command(at.words, node, last, at))
        finally:
            changed = {k: v for k, v in self.variables.items() if k not in at.own}
            self.variables = {**at.outer, **changed}
            self.process.hold(-at.taken)

    def _command(self, argv: list[str], node: Simple, last: bool, at: Part) -> Run:
        name, words = argv[0], argv[1:]
        if name == "exec" and words:
            return (yield from self._program(words, True, at))
        if name in ("exit", "return"):
            raise Exit(int(words[0]) & 255 if words else self.status)
        if name == "trap":
            return self._trap(words)
        program = name.rpartition("/")[2]
        if at.inner is None and program in BROUGHT and not self.process.has(name):
            self._write(self._not_found(name), node.errors, node.append)
            return 127
        if name not in COMMANDS and name not in CLIENTS:
            return (yield from self._program(argv, last, at))
        if name not in BUILT_IN and too_long(argv):
            return self._too_long(name)
        try:
            if name in COMMANDS:
                output, errors, status = self._small(name, words)
            else:
                output, errors, status = yield from CLIENTS[name](self.process, words, at.within(Place))
            self._write(output, node.output, node.append)
            self._write(errors, node.errors, node.append)
        except OSError as refusal:  # a file system that is mounted read-only, or full
            self.process.log(f"{name}: {refusal.filename}: {refusal.strerror}")
            if refusal.errno == errno.ENOSPC:
                self.process.note(_DISK)
            return 1
        return status

    def _not_found(self, name: str) -> str:
        """As BusyBox, bash and Debian's sh say it."""
        shell = self.process.argv[0]
        if self.process.files.read("/bin/busybox") is not None:
            return f"{shell}: {name}: not found\n"
        if shell.endswith("bash"):
            return f"{shell}: line 1: {name}: command not found\n"
        return f"{shell}: 1: {name}: not found\n"

    def _small(self, name: str, words: list[str]) -> tuple[str, str, int]:
        """A command that needs no time."""
        files = self.process.files.count() if name in SEARCHING else 0
        self.process.handled(0, len(words) // 16 + files // _FILES_A_STEP)
        result = COMMANDS[name](self.process, self.variables, words)
        if name in ("export", "unset"):
            self.weigh()
        self.process.handled(len(result[0]))
        return result

    def _too_long(self, name: str) -> int:
        self.process.log(f"sh: 1: {name}: Argument list too long")
        return 126

    def _program(self, argv: list[str], last: bool, at: Part) -> Run:
        """Run a program; unless it takes the shell's place, the shell answers for TERM."""
        if at.child is None:
            if too_long(argv):
                return self._too_long(argv[0][:64])
            at.answer = self.process.on_term
            at.child = self._child(argv, last, at.depth + _PROGRAM_DEPTH)
        status = yield from self.run_program(at.child, at.within(Place))
        self.process.on_term = at.answer
        return status

    def _child(self, argv: list[str], last: bool, depth: int) -> Process:
        """The process of a program."""
        self.process.handled(0, len(self.variables) // 64)
        self.process.budget.charge(1)
        child = replace(self.process, argv=argv, environment=dict(self.variables), depth=depth)
        if last and not self.traps:
            child = self.process
            child.argv, child.environment, child.depth = argv, dict(self.variables), depth
        return child

    def _write(self, text: str, path: str | None, append: bool) -> None:
        if path is not None:
            name = " ".join(self.expand(path, Room()))
            if name.startswith("/dev/tcp/") and self.process.argv[0].endswith("bash"):
                self._connect(name)
                return
            before = self.process.files.read(name) if append else None
            self.process.handled(len(text) + len(before or b""))
            self.process.files.write(name, text.encode(), append)
        elif text:
            self.process.log(text.removesuffix("\n"))

    def _connect(self, name: str) -> None:
        """`/dev/tcp/localhost/PORT`, by which bash asks whether somebody listens; OSError if nobody does."""
        host, _, port = name.removeprefix("/dev/tcp/").partition("/")
        if host not in ("localhost", "127.0.0.1") or not port.isdecimal():
            raise SandboxLimit(f"{name}: this bash connects to ports of its own task only, at localhost")
        if int(port) not in self.process.ports and not self.process.host.taken(int(port)):
            raise OSError(errno.ECONNREFUSED, "Connection refused", name)

    def _trap(self, words: list[str]) -> int:
        names = {word.removeprefix("SIG") for word in words[1:]}
        if names & {"TERM", "15"}:
            self.traps = True
            self.process.on_term = (lambda place: guarded(self, words[0], place)) if words[0] else None
        return 0

    def expand(self, word: str, room: Room) -> list[str]:
        return expand(word, self.variables, self.status, room)


_BY_KIND: Final[dict[type, Callable[..., Run]]] = {
    List: Shell.sequence,
    Chain: Shell.chain,
    While: Shell.loop,
    If: Shell.choice,
    For: Shell.each,
    Not: Shell.negation,
    Group: Shell.group,
    Simple: Shell.simple,
}


class Begun(Place):
    """A shell that has begun, and its script: what it runs may have taken the place of its arguments."""

    __slots__ = ("script", "shell")

    def __init__(self) -> None:
        super().__init__()
        self.script = ""
        self.shell: Shell | None = None


def main(process: Process, run_program: Callable[[Process, Place], Run], place: Place) -> Run:
    """`sh -c SCRIPT`; `sh` alone finds no terminal and ends at once, with code 0.

    Args:
        run_program: runs what is none of the shell's own commands.
    """
    if place.inner is not None:
        return (yield from _run(place.within(Begun)))
    words = process.argv[1:]
    flags = [word for word in words if word.startswith("-")]
    if not words:
        return 0
    if not any("c" in flag for flag in flags):
        raise SandboxLimit(
            f"`{' '.join(process.argv)}`: this `sh` runs only what follows -c, no script files"
        )
    process.on_term = process.unheard_term
    begun = place.within(Begun)
    begun.script = next((word for word in words if not word.startswith("-")), "")
    begun.shell = Shell(process, dict(process.variables()), run_program, depth=process.depth)
    return (yield from _run(begun))


def _run(begun: Begun) -> Run:
    shell = begun.shell
    assert shell is not None
    try:
        if begun.inner is None:
            shell.weigh()
        return (yield from guarded(shell, begun.script, begun))
    finally:
        shell.process.hold(-shell.held)


def too_long(argv: Iterable[str]) -> bool:
    """Whether these are more, or longer ones, than Linux starts a program with."""
    sizes = [len(argument.encode(errors="replace")) + 1 for argument in argv]
    return max(sizes, default=0) > LONGEST_ARGUMENT or sum(sizes) > ALL_ARGUMENTS


def guarded(shell: Shell, script: str, place: Place) -> Run:
    """Run a script to its exit code; a syntax error is code 2, as in dash."""
    tree = len(script) * _TREE if len(script) > LONGEST_KEPT else 0
    if place.inner is None:
        shell.process.handled(0, len(script) // 128 if len(script) > 1024 else 0)
        shell.process.hold(tree)
    root = place.within(Part)
    root.depth = shell.depth
    try:
        return (yield from shell.run(parse(script), True, root))
    except Exit as end:
        return end.code
    except ValueError as error:
        shell.process.log(f"sh: 1: {error}")
        return 2
    finally:
        shell.process.hold(-tree)
