"""The recipes of CONTRIBUTING.md, read as a contributor reads them: which file gets what, and what to run.

Before a block of code stands what it is: "New, `path`:", "In `path`:" (a diff), "At the end of `path`:". A
block of `sh` says what to run.
"""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
TEXT: Final = ROOT / "CONTRIBUTING.md"
RECIPES: Final = {"refusal": "Add a refusal of AWS's", "fault": "Add a fault", "stage": "Add a stage"}
COPIED: Final = ("ecslab", "tests", "docs", "notebooks", "pyproject.toml", "CONTRIBUTING.md", "README.md")
_BLOCK: Final = re.compile(
    r"(?:^(?P<how>New|In|At the end of),? `(?P<path>[^`]+)`[^\n]*:\n\n)?"
    r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Change:
    """What becomes of one file."""

    path: str
    how: str  # New, In, At the end of
    text: str

    def apply(self, root: Path) -> None:
        """Do it in the tree under `root`."""
        file = root / self.path
        if self.how == "New":
            assert not file.exists(), f"{self.path} is there already"
            file.write_text(self.text)
        elif self.how == "At the end of":
            file.write_text(f"{file.read_text()}\n{self.text}")
        else:
            file.write_text(_patched(file.read_text(), self.text))


@dataclass(frozen=True)
class Recipe:
    """One section of CONTRIBUTING.md."""

    changes: tuple[Change, ...]
    commands: tuple[str, ...]

    @property
    def files(self) -> int:
        return len({change.path for change in self.changes})


def read(name: str) -> Recipe:
    """The recipe for a refusal, a fault or a stage."""
    section = TEXT.read_text().split(f"## {RECIPES[name]}\n")[1].split("\n## ")[0]
    changes: list[Change] = []
    commands: list[str] = []
    for block in _BLOCK.finditer(section):
        if block["path"]:
            changes.append(Change(block["path"], block["how"], block["text"]))
        elif block["kind"] == "sh":
            commands += block["text"].splitlines()
    return Recipe(tuple(changes), tuple(commands))


def files_to_touch(name: str) -> int:
    """How many files the recipe makes or changes."""
    return read(name).files


def copy_tree(folder: Path) -> None:
    """What the recipes work on, copied to a folder."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)  # with what is compiled: each module, at each command
        else:
            shutil.copy(ROOT / name, folder)


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of a recipe in the copy of the tree."""
    command = command.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def _patched(text: str, diff: str) -> str:
    """`text` with a diff of one place, whose line numbers do not count."""
    lines = [line for line in diff.splitlines() if not line.startswith("@@")]
    before = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "+")
    after = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "-")
    assert text.count(before) == 1, f"the place of this change is not there, or not once:\n{before}"
    return text.replace(before, after)
