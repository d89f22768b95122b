"""The learner's copy of the notebooks: outputs cleared, exercises left to do, never overwritten once edited.

What was written is remembered by digest in `.ecslab-copy.json`. A file that still is what we wrote may be
replaced by a newer lesson; one that the learner changed stays, and the newer lesson appears beside it under a
name that says so.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Final, TypedDict

from ecslab.display.counted import counted
from ecslab.errors import EcslabError

FOLDER: Final = Path("my-ecslab")
"""Where the copy is made unless another folder is named."""
RECORD: Final = ".ecslab-copy.json"
PLACEHOLDER: Final = "# Your turn: write your answer here, then run the check below.\n"


class Learner(TypedDict):
    """What a cell says of the learner's copy."""

    learner: str
    """The cell's source there: with blanks (`____`), or a goal alone."""


class Metadata(TypedDict, total=False):
    """A cell's metadata, as far as it is read here."""

    tags: list[str]
    ecslab: Learner


class Cell(TypedDict):
    """A cell of a notebook, as far as it is changed here."""

    cell_type: str
    source: str
    outputs: list[object]
    execution_count: int | None
    metadata: "Metadata"


class Notebook(TypedDict):
    """A notebook's file, as far as it is changed here."""

    cells: list[Cell]


@dataclass
class Copied:
    """What one run of `copy_to` did, by file name."""

    folder: Path
    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    beside: dict[str, str] = field(default_factory=dict)  # the learner's file -> the newer lesson beside it

    def text(self) -> str:
        """What a learner should know, one line for each; empty when nothing changed."""
        lines = [f"Made {counted(len(self.new), 'file')} in {self.folder}."] if self.new else []
        if self.updated:
            lines.append(f"Updated, as you had not changed them: {', '.join(self.updated)}.")
        lines += [
            f"{mine} has a newer version. Yours was kept as it is; the new one is {newer}."
            for mine, newer in self.beside.items()
        ]
        return "\n".join(lines)


def lessons() -> Path:
    """The folder of reference notebooks: beside the package in a checkout, inside it when installed."""
    checkout = Path(__file__).parents[2] / "notebooks"
    if (checkout / "00-start.ipynb").is_file():
        return checkout
    return Path(str(resources.files("ecslab"))) / "_notebooks"


def learner_version(notebook: Notebook) -> Notebook:
    """The notebook without outputs, with blanks and places to write in where the reference has answers."""
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        cell["outputs"], cell["execution_count"] = [], None
        tags = cell["metadata"].get("tags", [])
        if "answer" in tags:
            cell["source"] = PLACEHOLDER
            cell["metadata"]["tags"] = [tag for tag in tags if tag != "answer"]
        if "ecslab" in cell["metadata"]:
            cell["source"] = cell["metadata"].pop("ecslab")["learner"]
    return notebook


def copy_to(folder: Path) -> Copied:
    """Bring the learner's folder up to date; what the learner edited is left as it is.

    Raises:
        EcslabError: the folder cannot be written, or is the folder of the reference notebooks itself.
    """
    folder = folder.expanduser().resolve()
    if folder == lessons().resolve():
        raise EcslabError(
            f"{folder} holds the reference notebooks, with the answers in them. "
            "Choose another folder, such as my-ecslab."
        )
    copied = Copied(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = _read_record(folder)
        for name, content in _files():
            _update(folder, name, content, written, copied)
        record = json.dumps(written, indent=1, sort_keys=True)
        (folder / RECORD).write_text(f"{record}\n", encoding="utf-8")
    except OSError as error:
        raise EcslabError(
            f"Cannot write the notebooks to {folder}: {error.strerror or error}. "
            "Choose a folder that you may write to: ecslab lab FOLDER"
        ) from error
    return copied


def _files() -> Iterator[tuple[str, bytes]]:
    for path in sorted(lessons().iterdir()):
        if path.suffix == ".ipynb":
            notebook = learner_version(json.loads(path.read_text(encoding="utf-8")))
            yield path.name, (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()
        elif path.suffix in {".md", ".svg", ".css", ".html"} and path.name != "README.md":
            yield path.name, path.read_bytes()


def _update(folder: Path, name: str, content: bytes, written: dict[str, str], copied: Copied) -> None:
    path, digest = folder / name, _digest(content)
    if written.get(name) == digest and path.exists():
        return  # this lesson was given out already
    if not path.exists():
        path.write_bytes(content)
        copied.new.append(name)
    elif (present := _digest(path.read_bytes())) == written.get(name):
        path.write_bytes(content)
        copied.updated.append(name)
    elif present != digest:
        newer = path.with_name(f"{path.stem}.new-{digest[:6]}{path.suffix}")
        if not newer.exists():
            newer.write_bytes(content)
        copied.beside[name] = newer.name
    written[name] = digest


def _read_record(folder: Path) -> dict[str, str]:
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}  # without it every changed file counts as edited, and is kept
    return record if isinstance(record, dict) else {}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
