"""`clients.toml` and `scenarios/`: which clients are tried, how each is installed, and what it is to do.

A client has a `title`, and one way to be had: `pip` (requirements), `npm` (packages) or `program` (a command
that Debian's package `debian` brings); or `not_tried`, which says why it is not. `version` is a command that
prints its version. `scenario` names files of steps. A step says what it `does`, and what to `run`; `refused`
are words that have to be in the output of a command that the sandbox is right to refuse.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["SCENARIOS", "Client", "Step", "read"]

HERE: Final = Path(__file__).parent
SCENARIOS: Final = HERE / "scenarios"


@dataclass(frozen=True)
class Step:
    """One thing that a client is to do."""

    does: str
    run: str
    refused: str = ""


@dataclass(frozen=True)
class Client:
    """One client, as the table has it."""

    name: str
    title: str
    version: str = ""
    pip: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    program: str = ""
    debian: str = ""
    not_tried: str = ""
    scenario: tuple[str, ...] = ()

    def steps(self) -> list[Step]:
        """What it is to do, in order."""
        files = [tomllib.loads((SCENARIOS / f"{name}.toml").read_text()) for name in self.scenario]
        return [Step(**step) for file in files for step in file["step"]]


def read() -> dict[str, Client]:
    """The clients by name; ValueError where one cannot be had in exactly one way."""
    rows: Mapping[str, Mapping[str, Any]] = tomllib.loads((HERE / "clients.toml").read_text())
    return {name: _client(name, row) for name, row in rows.items()}


def _client(name: str, row: Mapping[str, Any]) -> Client:
    lists = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    client = Client(name=name, **lists)
    ways = [client.pip, client.npm, client.program, client.not_tried]
    if sum(map(bool, ways)) != 1 or bool(client.not_tried) == bool(client.scenario):
        raise ValueError(f"clients.toml: {name} is to be had in one way, with a scenario or a reason why not")
    return client
