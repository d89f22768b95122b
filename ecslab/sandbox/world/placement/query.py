"""The cluster query language: expressions that select container instances.

An expression is `subject operator [argument]`, joined by `and`, `or`, `not` and parentheses.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ecslab.sandbox.world.placement import query_values
from ecslab.sandbox.world.placement.instance import Instance
from ecslab.sandbox.world.placement.query_values import BadValue, Measure

LONGEST: Final = 2000
"""Characters (API_PlacementConstraint)."""
DEEPEST: Final = 50
"""Levels of parentheses and negations; AWS gives no figure."""

Matches = Callable[[Instance], bool]
"""Whether an expression selects an instance."""

OPERATORS: Final[Mapping[str, str]] = {
    "==": "equals", "!=": "not_equals", ">": "greater_than", ">=": "greater_than_equal",
    "<": "less_than", "<=": "less_than_equal", "!exists": "not_exists", "!in": "not_in",
    "=~": "matches", "!~": "not_matches",
}  # fmt: skip
"""What each sign is short for."""
_EQUALITY: Final = frozenset({"equals", "not_equals"})
_LISTS: Final = frozenset({"in", "not_in"})
_PATTERNS: Final = frozenset({"matches", "not_matches"})
_EXISTENCE: Final = frozenset({"exists", "not_exists"})
_COMPARISONS: Final[Mapping[str, Callable[[Measure, Measure], bool]]] = {
    "equals": operator.eq,
    "not_equals": operator.ne,
    "greater_than": operator.gt,
    "greater_than_equal": operator.ge,
    "less_than": operator.lt,
    "less_than_equal": operator.le,
}
_TEXT: Final = _EQUALITY | _LISTS | _PATTERNS
_MEASURE: Final = frozenset(_COMPARISONS)
SUBJECTS: Final[Mapping[str, frozenset[str]]] = {
    "agentConnected": _TEXT,
    "agentVersion": _MEASURE,
    "ec2InstanceId": _TEXT,
    "registeredAt": _MEASURE,
    "runningTasksCount": _MEASURE,
    "task:group": _TEXT,
}
"""The operators that each subject takes; every other is `attribute:<name>`."""
_OF_ATTRIBUTE: Final = _TEXT | _EXISTENCE
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<sign>&&|\|\||==|!=|>=|<=|=~|!~|!exists\b|!in\b|[()\[\],!<>])
    |(?P<quoted>"[^"]*"|'[^']*')|(?P<word>[^\s()\[\],!<>=&|"']+))""",
    re.VERBOSE,
)
_WORD_OPERATORS: Final = frozenset(OPERATORS.values()) | {"exists", "in"}


class BadExpression(ValueError):
    """An expression that is none; its text says where it goes wrong."""


@lru_cache(maxsize=256)
def parse(expression: str) -> Matches:
    """What tells whether `expression` selects an instance.

    Args:
        expression: up to 2,000 characters.

    Raises:
        BadExpression: it is not of the language, or a subject does not take its operator or argument.
    """
    if len(expression) > LONGEST:
        raise BadExpression(f"more than {LONGEST} characters")
    parser = _Parser(expression)
    matches = parser.alternatives(0)
    if parser.place < len(expression.rstrip()):
        raise BadExpression(f"unexpected '{expression[parser.place :].strip()}'")
    return matches


@dataclass(slots=True)
class _Parser:
    """Reads one expression from left to right; `place` is the next character."""

    text: str
    place: int = 0

    def alternatives(self, depth: int) -> Matches:
        parts = [self._conjunction(depth)]
        while self._take("||", "or"):
            parts.append(self._conjunction(depth))
        return parts[0] if len(parts) == 1 else lambda instance: any(part(instance) for part in parts)

    def _conjunction(self, depth: int) -> Matches:
        parts = [self._term(depth)]
        while self._take("&&", "and"):
            parts.append(self._term(depth))
        return parts[0] if len(parts) == 1 else lambda instance: all(part(instance) for part in parts)

    def _term(self, depth: int) -> Matches:
        if depth > DEEPEST:
            raise BadExpression(f"more than {DEEPEST} levels")
        if self._take("!", "not"):
            negated = self._term(depth + 1)
            return lambda instance: not negated(instance)
        if self._take("("):
            inner = self.alternatives(depth + 1)
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Matches:
        subject = self._word("a subject")
        allowed = _allowed(subject)
        sign, _ = self._next()
        name = OPERATORS.get(sign, sign)
        if name not in _WORD_OPERATORS:
            raise BadExpression(f"expected an operator after '{subject}', found '{sign or 'nothing'}'")
        if name not in allowed:
            raise BadExpression(f"operator '{sign}' is not valid for '{subject}'")
        if name in _EXISTENCE:
            return _existence(subject, name)
        try:
            if name in _PATTERNS:
                return _pattern(subject, name, self._pattern_text())
            if name in _LISTS:
                return _membership(subject, name, self._list())
            return _measure(subject, name, self._word("an argument"))
        except BadValue as bad:
            raise BadExpression(str(bad)) from None

    def _list(self) -> frozenset[str]:
        self._expect("[")
        values = {self._word("an argument")}
        while self._take(","):
            values.add(self._word("an argument"))
        self._expect("]")
        return frozenset(values)

    def _pattern_text(self) -> str:
        """A regular expression: up to a blank, or to a parenthesis that it does not open itself."""
        start = self.place = _skip_blanks(self.text, self.place)
        depth = 0
        while self.place < len(self.text) and not self.text[self.place].isspace():
            depth += {"(": 1, ")": -1}.get(self.text[self.place], 0)
            if depth < 0:
                break
            self.place += 1
        if start == self.place:
            raise BadExpression("expected a regular expression, found 'nothing'")
        return self.text[start : self.place].strip("\"'")

    def _word(self, what: str) -> str:
        token_read, kind = self._next()
        if kind == "sign" or not token_read:
            raise BadExpression(f"expected {what}, found '{token_read or 'nothing'}'")
        return token_read

    def _take(self, *tokens: str) -> bool:
        before = self.place
        if self._next()[0] in tokens:
            return True
        self.place = before
        return False

    def _expect(self, token: str) -> None:
        before = self.place
        token_read, _ = self._next()
        if token_read != token:
            self.place = before
            raise BadExpression(f"expected '{token}', found '{token_read or 'nothing'}'")

    def _next(self) -> tuple[str, str]:
        """The next token, and what it is: `sign`, `quoted` or `word`; two empty texts at the end."""
        token_read = _TOKEN.match(self.text, self.place)
        if token_read is None:
            if self.text[self.place :].strip():
                raise BadExpression(f"unexpected '{self.text[self.place :].strip()}'")
            return "", ""
        self.place = token_read.end()
        kind = token_read.lastgroup or ""
        return token_read[kind].strip("\"'") if kind == "quoted" else token_read[kind], kind


def _skip_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _allowed(subject: str) -> frozenset[str]:
    if subject.startswith("attribute:") and len(subject) > len("attribute:"):
        return _OF_ATTRIBUTE
    if subject not in SUBJECTS:
        raise BadExpression(f"unknown subject '{subject}'")
    return SUBJECTS[subject]


def _existence(subject: str, name: str) -> Matches:
    attribute, wanted = subject.removeprefix("attribute:"), name == "exists"
    return lambda instance: (attribute in instance.attributes) == wanted


def _membership(subject: str, name: str, values: frozenset[str]) -> Matches:
    texts, wanted = query_values.texts_of(subject), name == "in"
    return lambda instance: any(text in values for text in texts(instance)) == wanted


def _pattern(subject: str, name: str, pattern: str) -> Matches:
    texts, wanted = query_values.texts_of(subject), name == "matches"
    fits = query_values.pattern(pattern).fullmatch
    return lambda instance: any(fits(text) is not None for text in texts(instance)) == wanted


def _measure(subject: str, name: str, argument: str) -> Matches:
    """Equality is that of texts; what has an order is compared as what it is."""
    if SUBJECTS.get(subject) is not _MEASURE:
        return _membership(subject, "in" if name == "equals" else "not_in", frozenset({argument}))
    compare = _COMPARISONS[name]
    value_of, wanted = query_values.measured(subject, argument)
    return lambda instance: bool(compare(value_of(instance), wanted))
