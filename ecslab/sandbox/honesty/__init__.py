"""What the sandbox does as AWS does it, what it simplifies, what it only pretends, and what it leaves out.

The table stands in the TOML files of a language folder; durations in it come from the table that tasks and
services run by. Tests read it, and each notebook shows the lines of its stage.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from ecslab.sandbox.wire.carried import CARRIED, titles
from ecslab.sandbox.wire.fields.table import Kind as FieldClass
from ecslab.sandbox.wire.fields.table import sections
from ecslab.sandbox.world.time.durations import steps

__all__ = ["LINES", "Kind", "Line", "carried", "rows"]

Kind = Literal["as AWS", "simplified", "pretended", "absent"]
_FOLDER: Final = Path(__file__).with_name("en")
_PARTS: Final = ("account", "tasks", "services")
_AT_ONCE: Final = "Changes are seen at once"
_LATE: Final = "Changes are seen late"
"""Topics of which an account shows one."""
_FACTS: Final = {"services": titles()} | {name: step.spoken for name, step in steps().items()}
"""What may stand in braces in a text: the services that are carried; seconds of a step, as `10 to 24`."""


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        topic: what it is about.
        kind: "as AWS" (the same calls, fields, refusals and order), "simplified" (the same in kind, less of
            it), "pretended" (an answer with nothing behind it) or "absent" (refused with a sentence).
        text: for a learner, in words.
        stages: the notebooks that show it.
        refused: API operations that are answered with a refusal, as `service:Operation`.
    """

    topic: str
    kind: Kind
    text: str
    stages: tuple[str, ...]
    refused: tuple[str, ...] = ()


def rows(eventual: bool = False) -> list[dict[str, object]]:
    """The table as JSON takes it, of an account that is eventually consistent or not."""
    untrue = _AT_ONCE if eventual else _LATE
    return [asdict(line) for line in LINES if line.topic != untrue]


def carried() -> list[dict[str, object]]:
    """What is carried, as JSON takes it: each service by boto3's name, what for, its operations, its fields.

    A field is named by its operation or structure, once for all requests that share it, and stands in the
    list of its class: `acts`, `refused` or `kept`. The files of all fields are read for it.
    """
    return [
        {"service": service.name, "why": service.why, "operations": sorted(service.operations)}
        | {kind: list(_fields(service.name, kind)) for kind in get_args(FieldClass)}
        for service in CARRIED
    ]


def _fields(service: str, kind: str) -> Iterator[str]:
    for name, section in sections(service).items():
        yield from (f"{name}.{field}" for field, own in section.kinds.items() if own == kind)


def _lines(part: str) -> Iterator[Line]:
    table: dict[str, list[dict[str, Any]]] = tomllib.loads((_FOLDER / f"{part}.toml").read_text("utf-8"))
    for entry in table["lines"]:
        names = entry.pop("refused", "").split()
        refused = tuple(name if ":" in name else f"ecs:{name}" for name in names)
        text = " ".join(entry.pop("text").split()).format(**_FACTS)
        yield Line(**entry | {"text": text, "stages": tuple(entry["stages"]), "refused": refused})


LINES: Final = tuple(line for part in _PARTS for line in _lines(part))
