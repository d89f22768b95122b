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
Commands: those of `commands`, `curl`, `wget`, and every program of the runtime. A script's last
command takes the shell's place, as in dash, so that a web server started last hears TERM itself, unless
there is a `trap`; the shell takes no notice of TERM but by `trap`.

Left out, and answered with exit code 127 and a line in the log: pipes, `&`, `<`, subshells, functions,
`case`, `$(…)`, wildcards, and every program that is not among the runtime's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from ecslab.sandbox.runtime.clients import CLIENTS
from ecslab.sandbox.runtime.process import OutOfMemory, Process, Run, SandboxLimit
from ecslab.sandbox.runtime.shell.commands import COMMANDS
from ecslab.sandbox.runtime.shell.grammar import Chain, For, Group, If, List, Node, Not, Simple, While, parse
from ecslab.sandbox.runtime.shell.words import LARGEST, expand

COMMANDS_PER_SECOND: Final = 100  # a loop that never sleeps must not stop the world's clock


class Exit(Exception):
    """`exit N`."""

    def __init__(self, code: int):
        super().__init__(code)
        self.code = code


@dataclass
class Shell:
    """A shell at work: its variables, the last exit code, and how much it did without sleeping."""

    process: Process
    variables: dict[str, str]
    run_program: Callable[[Process], Run]
    status: int = 0
    busy: int = 0
    traps: bool = False

    def run(self, node: Node, last: bool) -> Run:
        """Run a part of the script; `last` if nothing follows it."""
        self.status = yield from _BY_KIND[type(node)](self, node, last)
        return self.status

    def sequence(self, node: List, last: bool) -> Run:
        status = 0
        for position, part in enumerate(node.parts):
            status = yield from self.run(part, last and position == len(node.parts) - 1)
        return status

    def chain(self, node: Chain, last: bool) -> Run:
        status = yield from self.run(node.first, last and not node.rest)
        for position, (operator, part) in enumerate(node.rest):
            if (status == 0) == (operator == "&&"):
                status = yield from self.run(part, last and position == len(node.rest) - 1)
        return status

    def loop(self, node: While, _last: bool) -> Run:
        status = 0
        while ((yield from self.run(node.condition, False)) == 0) != node.until:
            status = yield from self.run(node.body, False)
        return status

    def choice(self, node: If, last: bool) -> Run:
        for condition, body in node.branches:
            if (yield from self.run(condition, False)) == 0:
                return (yield from self.run(body, last))
        return (yield from self.run(node.otherwise, last)) if node.otherwise else 0

    def each(self, node: For, _last: bool) -> Run:
        status = 0
        for value in [part for word in node.words for part in self.expand(word)]:
            self.variables[node.name] = value
            status = yield from self.run(node.body, False)
        return status

    def negation(self, node: Not, _last: bool) -> Run:
        return 0 if (yield from self.run(node.command, False)) else 1

    def group(self, node: Group, last: bool) -> Run:
        return (yield from self.run(node.body, last))

    def _words(self, words: Iterable[str]) -> list[str]:
        argv: list[str] = []
        room = LARGEST
        for word in words:
            argv += self.expand(word)
            room -= len(argv[-1]) if argv else 0
            if room < 0:
                raise OutOfMemory
        return argv

    def simple(self, node: Simple, last: bool) -> Run:
        self.busy += 1
        if self.busy % COMMANDS_PER_SECOND == 0:
            yield 1.0
        set_here = {name: " ".join(self.expand(value)) for name, value in node.assignments}
        argv = self._words(node.words)
        if not argv:
            self.variables.update(set_here)
            return 0
        outer, self.variables = self.variables, {**self.variables, **set_here}
        try:
            return (yield from self._command(argv, node, last))
        finally:
            if set_here:
                changed = {k: v for k, v in self.variables.items() if k not in set_here}
                self.variables = {**outer, **changed}

    def _command(self, argv: list[str], node: Simple, last: bool) -> Run:
        name, words = argv[0], argv[1:]
        if name == "exec" and words:
            return (yield from self._program(words, True))
        if name in ("exit", "return"):
            raise Exit(int(words[0]) if words else self.status)
        if name == "trap":
            return self._trap(words)
        if name not in COMMANDS and name not in CLIENTS:
            return (yield from self._program(argv, last))
        try:
            if name in COMMANDS:
                output, errors, status = COMMANDS[name](self.process, self.variables, words)
            else:
                output, errors, status = yield from CLIENTS[name](self.process, words)
            self._write(output, node.output, node.append)
            self._write(errors, node.errors, node.append)
        except OSError as refusal:  # a file system that is mounted read-only
            self.process.log(f"{name}: {refusal.filename}: {refusal.strerror}")
            return 1
        return status

    def _program(self, argv: list[str], last: bool) -> Run:
        """Run a program; unless it takes the shell's place, the shell answers for TERM."""
        answer = self.process.on_term
        child = replace(self.process, argv=argv, environment=dict(self.variables))
        if last and not self.traps:
            child = self.process
            child.argv, child.environment = argv, dict(self.variables)
        self.busy = 0
        status = yield from self.run_program(child)
        self.process.on_term = answer
        return status

    def _write(self, text: str, path: str | None, append: bool) -> None:
        if path is not None:
            self.process.files.write(" ".join(self.expand(path)), text.encode(), append)
        elif text:
            self.process.log(text.removesuffix("\n"))

    def _trap(self, words: list[str]) -> int:
        names = {word.removeprefix("SIG") for word in words[1:]}
        if names & {"TERM", "15"}:
            self.traps = True
            self.process.on_term = (lambda: self._handle(words[0])) if words[0] else None
        return 0

    def _handle(self, script: str) -> Run:
        return (yield from guarded(self, script))

    def expand(self, word: str) -> list[str]:
        return expand(word, self.variables, self.status)


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


def main(process: Process, run_program: Callable[[Process], Run]) -> Run:
    """`sh -c SCRIPT`; `sh` alone finds no terminal and ends at once, with code 0.

    Args:
        run_program: runs what is none of the shell's own commands.
    """
    words = process.argv[1:]
    flags = [word for word in words if word.startswith("-")]
    if not words:
        return 0
    if not any("c" in flag for flag in flags):
        raise SandboxLimit(
            f"`{' '.join(process.argv)}`: this `sh` runs only what follows -c, no script files"
        )
    process.on_term = None
    script = next((word for word in words if not word.startswith("-")), "")
    return (yield from guarded(Shell(process, dict(process.variables()), run_program), script))


def guarded(shell: Shell, script: str) -> Run:
    """Run a script to its exit code; a syntax error is code 2, as in dash."""
    try:
        return (yield from shell.run(parse(script), True))
    except Exit as end:
        return end.code
    except ValueError as error:
        shell.process.log(f"sh: 1: {error}")
        return 2
