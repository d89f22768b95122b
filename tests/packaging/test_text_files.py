"""No file and no program's output is read in the machine's own encoding, which is another on each."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "ecslab").rglob("*.py"))
FIRST = {"read_text": 0, "write_text": 1, "open": 3, "fdopen": 3}  # where `encoding` stands without its name


def in_the_machines_encoding(source: str) -> list[str]:
    """The calls of `source` that read or write text and name no encoding."""
    return [
        ast.unparse(call)
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and _is_text(call) and not _names_encoding(call)
    ]


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_text(call: ast.Call) -> bool:
    name, named = _name(call), {keyword.arg for keyword in call.keywords}
    if name == "__init__":  # a class of ours, whose `text` is words
        return False
    if name in ("read_text", "write_text") or named & {"text", "universal_newlines"}:
        return True
    owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    if (
        name not in ("open", "fdopen")
        or owner in ("tarfile", "archive", "zipfile")
        or ast.unparse(call.func) == "os.open"
    ):
        return False
    modes = [word.value for word in [*call.args, *(each.value for each in call.keywords)]
             if isinstance(word, ast.Constant) and isinstance(word.value, str)]  # fmt: skip
    variable = any(isinstance(word, ast.Name) for word in call.args[-1:]) and owner != "os"
    return not variable and not any("b" in mode for mode in modes)


def _names_encoding(call: ast.Call) -> bool:
    if any(keyword.arg == "encoding" for keyword in call.keywords):
        return True
    at = FIRST.get(_name(call))
    return at is not None and len(call.args) > at


@pytest.mark.parametrize(
    "source",
    [
        "p.read_text()",
        "p.write_text('x')",
        "p.open()",
        "p.open('w')",
        "os.fdopen(h, 'w')",
        "run(x, text=True)",
    ],
)
def test_what_names_none_is_seen(source):
    assert in_the_machines_encoding(source) == [source]


@pytest.mark.parametrize(
    "source",
    ["p.read_text('utf-8')", "p.write_text('x', encoding='utf-8')", "p.open('rb')", "os.fdopen(h, 'wb')",
     "run(x, encoding='utf-8')", "os.open(p, f)", "tarfile.open(fileobj=f, mode='w')"],
)  # fmt: skip
def test_what_names_one_is_let_go(source):
    assert in_the_machines_encoding(source) == []


def test_the_package_names_one_everywhere():
    calls_by_path = {
        path.relative_to(ROOT).as_posix(): in_the_machines_encoding(path.read_text("utf-8"))
        for path in SOURCES
    }
    assert {path: calls for path, calls in calls_by_path.items() if calls} == {}
