"""The words that learners read: TOML files in a folder for each language, beside the code that uses them.

A text may go over several lines, which are joined by spaces. `{name}` in it stands for a fact that the code
gives; other braces stand for themselves.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from ecslab.errors import EcslabError

LANGUAGE: Final = "en"
PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")


class BrokenText(EcslabError, ValueError):
    """A text file cannot be used: which file, which entry, and what is wrong there."""


@dataclass(frozen=True)
class Entry:
    """One table of a text file.

    Attributes:
        file: the file.
        place: where the table is, as `steps.service`; "" for the whole file.
        values: what stands in it.
    """

    file: Path
    place: str
    values: Mapping[str, object]

    def refusal(self, problem: str) -> BrokenText:
        """The error that names this entry."""
        where = f"{self.file.parent.name}/{self.file.name}"
        return BrokenText(f"{where}, {self.place or 'at the top'}: {problem}")

    def text(self, key: str, default: str | None = None, /, **facts: object) -> str:
        """One text, with the facts in their places."""
        if key not in self.values and default is not None:
            return default
        return self._filled(key, self.values.get(key), facts)

    def texts(self, key: str, /, **facts: object) -> tuple[str, ...]:
        """A list of texts, or one text that stands for a list of one; () if there is none."""
        values = self.values.get(key, [])
        return tuple(
            self._filled(key, value, facts) for value in (values if isinstance(values, list) else [values])
        )

    def number(self, key: str) -> int | float | None:
        """A number, or None if there is none."""
        value = self.values.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise self.refusal(f"{key} is {value!r}, which is no number")
        return value

    def scalars(self, key: str) -> tuple[str | int | float, ...]:
        """A list of texts, numbers, and true or false; none if there is no such key."""
        values = self.values.get(key, [])
        if not isinstance(values, list) or any(not isinstance(value, str | int | float) for value in values):
            raise self.refusal(f"{key} is {values!r}; it is a list of texts, numbers, true and false")
        return tuple(values)

    def flag(self, key: str) -> bool:
        """Whether it is switched on; what is not there is off."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.refusal(f"{key} is {value!r}; it is true or false")
        return value

    def entry(self, key: str) -> "Entry":
        """A table within this one."""
        value = self.values.get(key)
        if not isinstance(value, dict):
            raise self.refusal(f"it has no table {key!r}")
        return Entry(self.file, f"{self.place}.{key}".removeprefix("."), value)

    def entries(self, key: str) -> "dict[str, Entry]":
        """The tables within a table, by their names; none if it is not there."""
        if key not in self.values:
            return {}
        table = self.entry(key)
        return {name: table.entry(name) for name in table.values}

    def rows(self, key: str) -> "list[Entry]":
        """A list of tables; none if it is not there."""
        values = self.values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self.refusal(f"{key} is no list of tables")
        place = f"{self.place}.{key}".removeprefix(".")
        return [Entry(self.file, f"{place}, number {n}", value) for n, value in enumerate(values, start=1)]

    def only(self, *keys: str) -> "Entry":
        """This entry, which may hold nothing else. A slip of the pen would be ignored in silence."""
        if others := sorted(self.values.keys() - {*keys}):
            raise self.refusal(f"{others[0]!r} means nothing here; it may hold: {', '.join(keys)}")
        return self

    def _filled(self, key: str, value: object, facts: Mapping[str, object]) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.refusal(
                f"{key} is missing" if value is None else f"{key} is {value!r}, which is no text"
            )

        def fact(match: re.Match[str]) -> str:
            if match[1] not in facts:
                known = ", ".join(sorted(facts)) or "none"
                raise self.refusal(f"{key} has the placeholder {match[0]}, and the code gives: {known}")
            return str(facts[match[1]])

        return PLACEHOLDER.sub(fact, re.sub(r"\s*\n\s*", " ", value.strip()))


@cache
def read(folder: Path, name: str) -> Entry:
    """The texts of that name; the file is read when it is first asked for.

    Args:
        folder: the folder that holds a folder for each language.

    Raises:
        BrokenText: the file is not there, or is no TOML.
    """
    file = folder / LANGUAGE / f"{name}.toml"
    whole = Entry(file, "", {})
    try:
        return Entry(file, "", tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise whole.refusal(str(error)) from error


def names(folder: Path) -> list[str]:
    """The names of the texts in a folder, in order."""
    return sorted(file.stem for file in (folder / LANGUAGE).glob("*.toml"))
