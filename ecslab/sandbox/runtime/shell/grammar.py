"""The shell's grammar: from tokens to a tree. The grammar itself is written in `shell`."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from ecslab.sandbox.runtime.program_errors import SandboxLimit
from ecslab.sandbox.runtime.shell.words import Token, tokens

DEEPEST: Final = 40
"""Parts within one another in one script; the parser takes five of Python's calls for each."""
LONGEST_KEPT: Final = 4096
"""Characters of a script whose tree is kept for the next time."""
ENDS: Final = frozenset({"do", "done", "then", "elif", "else", "fi", "}"})
UNKNOWN: Final = frozenset({"case", "function", "select", "[[", "(("})


@dataclass(frozen=True)
class Simple:
    """A command: assignments, words, and where output and errors go (None: the log)."""

    words: list[str]
    assignments: list[tuple[str, str]] = field(default_factory=list)
    output: str | None = None
    errors: str | None = None
    append: bool = False


@dataclass(frozen=True)
class List:
    parts: list[Node]


@dataclass(frozen=True)
class Chain:
    first: Node
    rest: list[tuple[str, Node]]


@dataclass(frozen=True)
class While:
    condition: Node
    body: Node
    until: bool = False


@dataclass(frozen=True)
class If:
    branches: list[tuple[Node, Node]]
    otherwise: Node | None


@dataclass(frozen=True)
class For:
    name: str
    words: list[str]
    body: Node


@dataclass(frozen=True)
class Not:
    command: Node


@dataclass(frozen=True)
class Group:
    body: Node


Node = Simple | List | Chain | While | If | For | Not | Group


def parse(script: str) -> Node:
    """The tree of a script. Raises ValueError for a syntax error, SandboxLimit for what is left out."""
    return _kept(script) if len(script) <= LONGEST_KEPT else _parsed(script)


def _parsed(script: str) -> Node:
    parser = Parser(tokens(script))
    tree = parser.list()
    if parser.left:
        raise ValueError(f'Syntax error: "{parser.left[0].text}" unexpected')
    return tree


_kept = lru_cache(maxsize=128)(_parsed)


class Parser:
    """Takes tokens from the left."""

    def __init__(self, tokens: Iterable[Token]):
        self.left = deque(tokens)
        self._depth = 0

    def list(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise SandboxLimit(f"this `sh` knows {DEEPEST} parts of a script within one another, not more")
        try:
            return self._list()
        finally:
            self._depth -= 1

    def _list(self) -> Node:
        parts: list[Node] = []
        while True:
            while self._operator(";", "\n"):
                pass
            if not self.left or self.left[0].text in ENDS:
                return List(parts)
            parts.append(self._chain())
            if self.left and self.left[0].text not in (";", "\n") and self.left[0].text not in ENDS:
                raise ValueError(f'Syntax error: "{self.left[0].text}" unexpected')

    def _chain(self) -> Node:
        first = self._command()
        rest: list[tuple[str, Node]] = []
        while operator := self._operator("&&", "||"):
            while self._operator("\n"):
                pass
            rest.append((operator, self._command()))
        return Chain(first, rest)

    def _command(self) -> Node:
        word = self.left[0].text if self.left else ""
        if word in UNKNOWN:
            raise SandboxLimit(f"this `sh` does not know `{word}`")
        if word in ("while", "until"):
            return self._while(until=self._take() == "until")
        if word == "if":
            return self._if()
        if word == "for":
            return self._for()
        if word == "!":
            return self._not()
        if word == "{":
            self._take()
            body = self.list()
            self._expect("}")
            return Group(body)
        return self._simple()

    def _not(self) -> Node:
        odd = False
        while self.left and self.left[0].text == "!":
            self._take()
            odd = not odd
        command = self._command()
        return Not(command) if odd else Not(Not(command))

    def _while(self, until: bool) -> Node:
        condition = self.list()
        return While(condition, self._block(), until)

    def _block(self) -> Node:
        self._expect("do")
        body = self.list()
        self._expect("done")
        return body

    def _if(self) -> Node:
        branches: list[tuple[Node, Node]] = []
        otherwise: Node | None = None
        word = self._take()
        while word in ("if", "elif"):
            condition = self.list()
            self._expect("then")
            branches.append((condition, self.list()))
            word = self._take()
        if word == "else":
            otherwise = self.list()
            word = self._take()
        if word != "fi":
            raise ValueError('Syntax error: "fi" expected')
        return If(branches, otherwise)

    def _for(self) -> Node:
        self._take()
        name = self._take()
        self._expect("in")
        words: list[str] = []
        while self.left and not self.left[0].operator:
            words.append(self._take())
        while self._operator(";", "\n"):
            pass
        return For(name, words, self._block())

    def _simple(self) -> Node:
        words: list[str] = []
        assignments: list[tuple[str, str]] = []
        output = errors = None
        append = False
        while self.left:
            token = self.left[0]
            if token.operator and token.text not in (">", ">>", "2>", "2>>", "2>&1", ">&2", "1>&2"):
                break
            self._take()
            if not token.operator:
                assigned = None if words else re.match(r"([A-Za-z_]\w*)=(.*)", token.text, re.DOTALL)
                assignments.append((assigned[1], assigned[2])) if assigned else words.append(token.text)
            elif token.text in (">", ">>"):
                output, append = self._take(), token.text == ">>"
            elif token.text in ("2>", "2>>"):
                errors = self._take()
        if not words and not assignments and output is None:
            raise ValueError(
                f'Syntax error: "{self.left[0].text if self.left else "end of file"}" unexpected'
            )
        return Simple(words or [":"] if output else words, assignments, output, errors, append)

    def _operator(self, *wanted: str) -> str | None:
        if self.left and self.left[0].operator and self.left[0].text in wanted:
            return self._take()
        return None

    def _take(self) -> str:
        if not self.left:
            raise ValueError("Syntax error: end of file unexpected")
        return self.left.popleft().text

    def _expect(self, word: str) -> None:
        given = self._take()
        if given != word:
            raise ValueError(f'Syntax error: "{given}" unexpected (expecting "{word}")')
