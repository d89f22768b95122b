"""What the lab's own parts of a session's file may hold: its description, ledgers, progress, and faults.

They are shown in notebooks and decide what is cleaned up, so a stranger's are read strictly.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Final

from ecslab.sandbox.journal.strict_json import (
    Schema,
    closed,
    integer,
    list_of,
    map_of,
    number,
    optional,
    reader,
    text,
)

Reader = Callable[[str], dict[str, object]]
_LINES: Final = 100_000
_COUNT: Final = integer(0, 10_000_000)
_FLAG: Final[Schema] = {"type": "boolean"}
_TIME: Final = number(0, 1e10)  # epoch seconds, to the year 2286
_NAME: Final = text(2048)
_STEP: Final = 64  # characters of a step's or a question's id
_FORMAT: Final = optional(integer(1, 1_000_000))
_ANSWER: Final[Schema] = {"type": ["string", "number", "null"], "maxLength": 1024}

ABOUT: Final = closed(
    format=integer(0, 1_000_000), ecslab=text(40, r"[\w.+-]*"), saved=text(16, r"\d{4}-\d\d-\d\d \d\d:\d\d"),
    changes=_COUNT,
)  # fmt: skip
_LEDGER: Final[Schema] = {
    "anyOf": [
        closed(intend=text(64), kind=text(64), name=_NAME, at=_TIME, uses=optional(list_of(_NAME, 10))),
        closed(outcome=text(64), ok=_FLAG, ids=list_of(_NAME, 1000), born=optional(text(64))),
        closed(owner=text(256), account=text(12), region=text(32), prefix=text(64)),
    ]
}
_PROGRESS: Final = closed(
    format=_FORMAT,
    began={"anyOf": [_TIME, {"type": "null"}]},
    done=map_of(_COUNT, 1000, _STEP),
    filled=optional(map_of(_COUNT, 1000, _STEP)),
    entered=map_of(_COUNT, 1000, _STEP),
    predicted=optional(map_of({"type": "array", "items": [_ANSWER, _FLAG, _FLAG], "minItems": 3,
                               "additionalItems": False}, 1000, _STEP)),
    answered=optional(map_of(list_of(_COUNT, 1000), 1000, _STEP)),
)  # fmt: skip
_SEED: Final = integer(0, 2**63)
_FAULT: Final = closed(
    seed=_SEED, begin=_COUNT, end=_COUNT, mark=text(128), first=text(128), causes=optional(_COUNT),
    clues=optional(_COUNT), looks=optional(_COUNT), cause=optional(_FLAG), evidence=optional(_FLAG),
    fixed=optional(_FLAG), hints=optional(_COUNT), shown=optional(_FLAG),
)  # fmt: skip
_FAULTS: Final = closed(
    format=_FORMAT, open={"anyOf": [_FAULT, {"type": "null"}]}, had=list_of(_SEED, 10_000),
    solved=list_of(_SEED, 10_000),
)  # fmt: skip


def about(source: str) -> dict[str, object]:
    """A file's description.

    Raises:
        ValueError: it is none; the message says why.
    """
    return _readers()["about"](source)


def check_note(name: str, content: bytes) -> None:
    """Look whether a file of the lab's is what its name says.

    Raises:
        ValueError: it is not; the message says why.
    """
    try:
        source, kind = content.decode(), name.partition("-")[0]
        lines = source.splitlines() if name.endswith(".jsonl") else [source]
        if (kind == "ledger") != name.endswith(".jsonl") or len(lines) > _LINES:
            raise ValueError("it has another form, or too many lines")
        for line in lines:
            _readers()[kind](line)
    except ValueError as problem:
        raise ValueError(f"{name[:80]}: {problem}") from None


@functools.cache
def _readers() -> Mapping[str, Reader]:
    schemas = {"about": ABOUT, "ledger": _LEDGER, "progress": _PROGRESS, "faults": _FAULTS}
    return {kind: reader(schema, shown=True) for kind, schema in schemas.items()}
