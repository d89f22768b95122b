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

from collections.abc import Callable
from typing import Final

from ecslab.sandbox.runtime.limits import DEEPEST
from ecslab.sandbox.runtime.place import Place, Run
from ecslab.sandbox.runtime.process import Process
from ecslab.sandbox.runtime.program_errors import CannotFork, SandboxLimit
from ecslab.sandbox.runtime.shell import simple_command
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
from ecslab.sandbox.runtime.shell.shell import Exit, Part, Shell
from ecslab.sandbox.runtime.shell.words import Room

_TREE: Final = 64  # bytes of a script's tree for each of its characters


def run(shell: Shell, node: Node, last: bool, around: Part) -> Run:
    """Run a part of the script; `last` if nothing follows it."""
    if around.depth >= DEEPEST:
        raise CannotFork
    part = around.within(Part)
    part.depth = around.depth + 1
    shell.status = yield from _BY_KIND[type(node)](shell, node, last, part)
    around.inner = None
    return shell.status


def _sequence(shell: Shell, node: List, last: bool, at: Part) -> Run:
    if not node.parts:  # else each of them counts: no loop goes round without a step
        yield from shell.process.step(at)
    while at.position < len(node.parts):
        final = at.position == len(node.parts) - 1
        at.status = yield from run(shell, node.parts[at.position], last and final, at)
        at.position += 1
    return at.status


def _chain(shell: Shell, node: Chain, last: bool, at: Part) -> Run:
    if at.position == 0:
        at.status = yield from run(shell, node.first, last and not node.rest, at)
        at.position = 1
    while at.position <= len(node.rest):
        operator, part = node.rest[at.position - 1]
        if (at.status == 0) == (operator == "&&"):
            at.status = yield from run(shell, part, last and at.position == len(node.rest), at)
        at.position += 1
    return at.status


def _loop(shell: Shell, node: While, _last: bool, at: Part) -> Run:
    while True:
        if at.position == 0:
            if ((yield from run(shell, node.condition, False, at)) == 0) == node.until:
                return at.status
            at.position = 1
        at.status = yield from run(shell, node.body, False, at)
        at.position = 0


def _choice(shell: Shell, node: If, last: bool, at: Part) -> Run:
    while at.position < 2 * len(node.branches):  # at each branch first its condition, then its body
        condition, body = node.branches[at.position // 2]
        if at.position % 2:
            return (yield from run(shell, body, last, at))
        at.position += 2 if (yield from run(shell, condition, False, at)) else 1
    return (yield from run(shell, node.otherwise, last, at)) if node.otherwise else 0


def _each(shell: Shell, node: For, _last: bool, at: Part) -> Run:
    if at.words is None:
        room = Room()
        words = shell.words(node.words, room)
        shell.process.hold(room.taken)
        at.words, at.taken = words, room.taken
    try:
        while at.position < len(at.words):
            if at.inner is None:
                shell.set({node.name: at.words[at.position]})
            at.status = yield from run(shell, node.body, False, at)
            at.position += 1
    finally:
        shell.process.hold(-at.taken)
    return at.status


def _negation(shell: Shell, node: Not, _last: bool, at: Part) -> Run:
    return 0 if (yield from run(shell, node.command, False, at)) else 1


def _group(shell: Shell, node: Group, last: bool, at: Part) -> Run:
    return (yield from run(shell, node.body, last, at))


_BY_KIND: Final[dict[type, Callable[..., Run]]] = {
    List: _sequence,
    Chain: _chain,
    While: _loop,
    If: _choice,
    For: _each,
    Not: _negation,
    Group: _group,
    Simple: simple_command.run,
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
    begun.shell = Shell(process, dict(process.variables()), run_program, run_script, depth=process.depth)
    return (yield from _run(begun))


def _run(begun: Begun) -> Run:
    shell = begun.shell
    assert shell is not None
    try:
        if begun.inner is None:
            shell.weigh()
        return (yield from run_script(shell, begun.script, begun))
    finally:
        shell.process.hold(-shell.held)


def run_script(shell: Shell, script: str, place: Place) -> Run:
    """Run a script to its exit code; a syntax error is code 2, as in dash."""
    tree = len(script) * _TREE if len(script) > LONGEST_KEPT else 0
    if place.inner is None:
        shell.process.handled(0, len(script) // 128 if len(script) > 1024 else 0)
        shell.process.hold(tree)
    root = place.within(Part)
    root.depth = shell.depth
    try:
        return (yield from run(shell, parse(script), True, root))
    except Exit as end:
        return end.code
    except ValueError as error:
        shell.process.log(f"sh: 1: {error}")
        return 2
    finally:
        shell.process.hold(-tree)
