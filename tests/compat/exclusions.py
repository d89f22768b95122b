"""Which of moto's tests are excluded, what each asserts, and what that contradicts.

A table is a list of rows. A row's `why` is one of `KINDS`; `says` names the AWS document or the recorded
message that the row's tests contradict, or what is absent, or which of moto's own habits they rest on;
`source` is where a reader finds that: pages, `recorded: <id>` of a case in `tests/recorded/cases.jsonl`, or
`honesty: <topic>` of a line of the honesty table;
`tests` maps ids, relative to the suite's folder, to the assertion in words.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["KINDS", "Exclusion", "read"]

KINDS: Final = {
    "aws": "AWS does otherwise",
    "absent": "not carried by the sandbox, which says so",
    "moto": "about moto's own switches or words",
    "gap": "moto does as AWS, the sandbox not yet",
}


@dataclass(frozen=True)
class Exclusion:
    """One excluded test."""

    why: str
    says: str
    asserts: str
    source: tuple[str, ...]


def read(suite: str) -> dict[str, Exclusion]:
    """The excluded tests of a suite (`ecs`), by id; ValueError where a row is not as it should be."""
    file = Path(__file__).with_name(f"{suite}.toml")
    exclusions: dict[str, Exclusion] = {}
    for row in tomllib.loads(file.read_text())["row"]:
        if row["why"] not in KINDS or not row["says"] or not row.get("source"):
            raise ValueError(f"{file.name}: a row lacks a `why`, its words or its source: {row['says']}")
        for test, asserts in row["tests"].items():
            if test in exclusions or not asserts:
                raise ValueError(f"{file.name}: {test} is there twice, or asserts nothing")
            exclusions[test] = Exclusion(row["why"], row["says"], asserts, tuple(row["source"]))
    return exclusions
