"""Metric maths: expressions over metrics, read once and computed for each time.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
Carried is what scaling policies and alarms on services use: arithmetic, comparisons and the functions of
`functions.py`. SEARCH, SQL and anomaly detection are refused.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ecslab.sandbox.world.metrics.functions import FUNCTIONS, OPERATORS, Frame, MathError, Value, applied

__all__ = ["MathError", "Node", "computed", "names_in", "parsed"]

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|(?P<name>[A-Za-z_]\w*)|(?P<text>\"[^\"]*\"|'[^']*')"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/^<>(),\[\]]))",
    re.ASCII,
)
_WORDS: Final = {"AND": "&&", "OR": "||"}
_BINDING: Final = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6,
    "^": 8,
}  # fmt: skip
_SIGN: Final = 7  # how tightly a sign before a value binds
_DEEPEST: Final = 50


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression: a number, a name, a text, a list, or an operator or function on parts."""

    kind: str
    value: float | str
    parts: tuple["Node", ...] = ()


def parsed(text: str) -> Node:
    """An expression, read.

    Raises:
        MathError: it cannot be read, or asks for what is not carried.
    """
    parser = _Parser(list(_tokens(text)))
    node = parser.expression(0, 0)
    if parser.tokens[parser.at][0] != "end":
        raise MathError(f"Unexpected '{parser.tokens[parser.at][1]}'")
    return node


def names_in(node: Node) -> Iterator[str]:
    """The ids that an expression names."""
    if node.kind == "name" and node.value not in ("REPEAT", "LINEAR"):
        yield str(node.value)
    for part in node.parts:
        yield from names_in(part)


def computed(node: Node, value_of: Callable[[str], Value], metrics: Sequence[Value], frame: Frame) -> Value:
    """What an expression comes to.

    Args:
        value_of: what an id stands for.
        metrics: what METRICS() stands for.
        frame: the times that functions fill.
    """
    if node.kind == "number":
        return float(node.value)
    if node.kind == "text":
        return str(node.value)
    if node.kind == "name":
        name = str(node.value)
        return name if name in ("REPEAT", "LINEAR") else value_of(name)
    parts = [computed(part, value_of, metrics, frame) for part in node.parts]
    if node.kind == "list":
        return [each for part in parts for each in (part if isinstance(part, list) else [part])]
    if node.kind == "operator":
        return applied(OPERATORS[str(node.value)], parts)
    if node.value == "METRICS":
        return list(metrics)
    return FUNCTIONS[str(node.value)](parts, frame)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise MathError(f"Unexpected '{text[at:].strip()[:20]}'")
        at, kind = match.end(), str(match.lastgroup)
        word = match[kind]
        yield ("sign", _WORDS[word]) if word in _WORDS else (kind, word)
    yield "end", ""


class _Parser:
    """Reads by precedence: what binds more tightly is read first."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.at = tokens, 0

    def expression(self, binding: int, depth: int) -> Node:
        if depth > _DEEPEST:
            raise MathError("The expression is nested too deeply")
        left = self._first(depth)
        while (operator := self.tokens[self.at])[0] == "sign" and _BINDING.get(operator[1], 0) > binding:
            self.at += 1
            own = _BINDING[operator[1]]
            right = self.expression(own - (operator[1] == "^"), depth + 1)
            left = Node("operator", operator[1], (left, right))
        return left

    def _first(self, depth: int) -> Node:
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Node("number", float(text))
        if kind == "text":
            return Node("text", text[1:-1])
        if kind == "name":
            return self._called(text, depth) if self._takes("(") else Node("name", text)
        if text == "-":
            return Node("operator", "-", (Node("number", 0.0), self.expression(_SIGN, depth + 1)))
        if text == "+":
            return self.expression(_SIGN, depth + 1)
        if text == "(":
            inner = self.expression(0, depth + 1)
            self._need(")")
            return inner
        if text == "[":
            return Node("list", "", self._parts("]", depth))
        raise MathError(f"Unexpected '{text}'" if text else "The expression ends too early")

    def _called(self, name: str, depth: int) -> Node:
        if name != "METRICS" and name not in FUNCTIONS:
            raise MathError(f"This sandbox does not carry the function {name[:40]}")
        return Node("function", name, self._parts(")", depth))

    def _parts(self, end: str, depth: int) -> tuple[Node, ...]:
        if self._takes(end):
            return ()
        parts = [self.expression(0, depth + 1)]
        while self._takes(","):
            parts.append(self.expression(0, depth + 1))
        self._need(end)
        return tuple(parts)

    def _takes(self, sign: str) -> bool:
        if self.tokens[self.at] != ("sign", sign):
            return False
        self.at += 1
        return True

    def _need(self, sign: str) -> None:
        if not self._takes(sign):
            raise MathError(f"'{sign}' is missing")
