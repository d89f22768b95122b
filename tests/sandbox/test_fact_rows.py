"""Every row of what is known about ECS is shown by a test, or the honesty table says why it is not.

`facts/README.md` says what the tables hold, what each key of a row means, and where the facts come from.
"""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from ecslab.sandbox.bridge.ecs import dispatch
from ecslab.sandbox.bridge.ecs.input_validation import model
from ecslab.sandbox.honesty import LINES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
HOLE, END = "\0", "\1"
REFUSAL = {"refused", "call", "input"}
KEYS = {"says", "asks", "tests", "honest", "left", "source"} | REFUSAL

ROWS = {
    f"{section} {name}": row
    for table in sorted((HERE / "facts").glob("*.toml"))
    for section, rows in tomllib.loads(table.read_text()).items()
    for name, row in rows.items()
}


def strings(folder: Path) -> Iterator[str]:
    """The string literals under a folder, with a hole where a value is put in."""
    for path in folder.rglob("*.py"):
        if path == Path(__file__):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else HOLE for part in node.values)
                yield "".join(map(str, parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def texts(table: dict[str, object]) -> Iterator[str]:
    """The strings of a text file."""
    for value in table.values():
        if isinstance(value, dict):
            yield from texts(value)
        elif isinstance(value, str):
            yield value


@cache
def corpus(folder: str) -> str:
    """What the modules under a folder say, in their code or in the text file of the same name."""
    tables = (path for path in (ROOT / folder).rglob("*.toml") if path.with_suffix(".py").exists())
    table_texts = (text for path in tables for text in texts(tomllib.loads(path.read_text())))
    return END.join([*strings(ROOT / folder), *table_texts])


def stands(words: str, folder: str) -> bool:
    """Whether a literal under the folder has these words; each `{}` is a hole, or what a test put in."""
    pieces, text = words.split("{}"), corpus(folder)
    longest = max(pieces, key=len)
    at = text.find(longest)
    while at >= 0:
        literal = text[text.rfind(END, 0, at) + 1 : text.find(END, at)]
        if follow(pieces, literal):
            return True
        at = text.find(longest, at + 1)
    return False


def follow(pieces: list[str], literal: str) -> bool:
    """Whether the pieces stand in the literal, one after the other."""
    at = 0
    for piece in pieces:
        at = literal.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True


def is_test(reference: str) -> bool:
    path, _, name = reference.partition("::")
    return f"def {name}(" in (HERE / path).read_text()


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_shown_or_told(row):
    about = ROWS[row]
    assert about.keys() - {"source"} and about.keys() <= KEYS, row
    assert about.keys() >= REFUSAL or not REFUSAL & about.keys(), row
    for words in about.get("says", []):
        assert stands(words, "ecslab/sandbox"), f"the sandbox does not say: {words}"
    for words in about.get("says", []) + about.get("asks", []):
        assert stands(words, "tests/sandbox"), f"no test shows: {words}"
    for reference in about.get("tests", []):
        assert is_test(reference), f"there is no {reference}"
    if "honest" in about:
        assert about["honest"] in {line.topic for line in LINES}


def test_the_tables_are_whole():
    sections = {row.split()[0] for row in ROWS}
    assert sections == {"J", *(f"{letter}{number}" for letter in "BC" for number in range(1, 6)),
                        *(f"E{number}" for number in range(1, 10)),
                        *(f"S{number}" for number in range(1, 6)), *(f"A{number}" for number in "1234578"),
                        "D1", "D2"}  # fmt: skip


def test_every_operation_that_is_not_carried_is_in_the_honesty_table():
    refused = [name for line in LINES for name in line.refused if name.startswith("ecs:")]
    absent = set(model().operation_names) - set(dispatch.OPERATIONS)
    assert sorted(refused) == sorted(f"ecs:{name}" for name in absent)
