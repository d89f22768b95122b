"""An endpoint's answer beside AWS's: its fields, and what stands in those that depend on no id."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import starmap
from typing import Any

SHOWN = 250  # characters of a value in a difference


@dataclass
class Answer:
    """A code (`Success`, or the error's), and what came with it."""

    code: str
    message: str = ""
    members: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    aws: str
    here: str

    def __str__(self) -> str:
        return f"AWS {self.aws} | here {self.here}"


def differences(expect: dict[str, Any], answer: Answer, fill: Callable[[Any], Any]) -> list[Difference]:
    """Where the answer is not what `expect` says; `fill` puts a case's symbols in."""
    actual = _said(answer.code, answer.message)
    if answer.code != expect["code"]:
        return [Difference(_said(expect["code"], fill(expect.get("message", ""))), actual)]
    if answer.code != "Success":
        wanted = fill(expect["message"])
        return [] if alike(wanted, answer.message) else [Difference(_said(answer.code, wanted), actual)]
    paths = Paths(expect.get("optional", ()))
    paths.walk(answer.members)
    return [
        *(paths.unlike_fields(expect["fields"]) if "fields" in expect else ()),
        *paths.unlike_values(fill(expect.get("values", {}))),
        *paths.out_of_order(fill(expect.get("ordered", {}))),
    ]


def alike(expected: Any, actual: Any) -> bool:
    """Equal, or a text whose `{{pattern}}` parts match."""
    if isinstance(expected, str) and "{{" in expected:
        parts = re.split(r"\{\{(.*?)\}\}", expected)
        pattern = "".join(part if at % 2 else re.escape(part) for at, part in enumerate(parts))
        return re.fullmatch(pattern, str(actual), re.DOTALL) is not None
    return bool(expected == actual)


class Paths:
    """An answer by field path: `a[]` is a list, `a[].b` a field of its items."""

    def __init__(self, optional: Iterable[str]):
        self.optional = tuple(optional)
        self.fields: set[str] = set()
        self.values: dict[str, list[Any]] = {}

    def walk(self, node: Any, path: str = "") -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                inner = f"{path}.{key}" if path else key
                self.fields.add(inner + "[]" * isinstance(value, list))
                if isinstance(value, list):
                    self.values.setdefault(inner + "[]", [])
                self.walk(value, inner)
        elif isinstance(node, list):
            for value in node:
                self.walk(value, path + "[]")
        else:
            self.values.setdefault(path, []).append(node)

    def unlike_fields(self, wanted: list[str]) -> Iterable[Difference]:
        missing = _outermost(self._that_count(set(wanted) - self.fields))
        additional = _outermost(self._that_count(self.fields - set(wanted)))
        if missing:
            yield Difference("has " + ", ".join(missing), "lacks them")
        if additional:
            values = {path: self.values.get(path, [])[:2] for path in additional}
            yield Difference("has no " + ", ".join(additional), "has " + _shown(values))

    def unlike_values(self, wanted: dict[str, Any]) -> Iterable[Difference]:
        for path in self._that_count(wanted.keys() & self.values.keys()):
            expected, actual = wanted[path], self.values[path]
            if isinstance(expected, list):
                expected, actual = _sorted(expected), _sorted(actual)
                same = len(expected) == len(actual) and all(
                    starmap(alike, zip(expected, actual, strict=True))
                )
            else:
                actual = actual[0] if actual else None
                same = alike(expected, actual)
            if not same:
                yield Difference(f"{path} = {_shown(expected)}", _shown(actual))

    def out_of_order(self, wanted: dict[str, list[Any]]) -> Iterable[Difference]:
        for path, expected in wanted.items():
            actual = self.values.get(path, expected)
            if expected != actual and _sorted(expected) == _sorted(actual):
                yield Difference(f"{path} in the order {_shown(expected)}", _shown(actual))

    def _that_count(self, paths: Iterable[str]) -> list[str]:
        return sorted(path for path in paths if not any(_is_in(path, name) for name in self.optional))


def _is_in(path: str, outer: str) -> bool:
    return path == outer or path.startswith((outer + ".", outer + "[]"))


def _outermost(paths: list[str]) -> list[str]:
    """Without the fields of a field that is itself among them."""
    inside = {path: (path + ".", path.removesuffix("[]") + "[].") for path in paths}
    return [
        path for path in paths if not any(path != outer and path.startswith(inside[outer]) for outer in paths)
    ]


def _said(code: str, message: str) -> str:
    return f"{code}: {message}".rstrip(": ")


def _sorted(values: list[Any]) -> list[Any]:
    return sorted(values, key=lambda value: json.dumps(value, default=str))


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
