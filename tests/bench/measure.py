"""Two things measured in turns, so that what else the machine does meets both alike."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Row:
    """One line of the table. `ours` and `theirs` in `unit`; None: not measured, `note` says why."""

    what: str
    against: str
    aim: float
    ours: float | None = None
    theirs: float | None = None
    unit: str = "s"
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if self.ours is None or not self.theirs else self.ours / self.theirs


def in_turns(ours: Callable[[], float], theirs: Callable[[], float], rounds: int) -> tuple[float, float]:
    """The medians of so many rounds of each."""
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return statistics.median(one for one, _ in pairs), statistics.median(other for _, other in pairs)


def seconds_of(command: Sequence[str], environment: dict[str, str], folder: Path = ROOT) -> float:
    """How long a command takes, from start to end.

    Raises:
        RuntimeError: it failed; the end of what it said.
    """
    began = time.perf_counter()
    output_of(command, environment, folder)
    return time.perf_counter() - began


def output_of(command: Sequence[str], environment: dict[str, str], folder: Path = ROOT) -> str:
    """What a command writes to its standard output.

    Raises:
        RuntimeError: it failed; the end of what it said.
    """
    ran = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    if ran.returncode:
        said = (ran.stderr.strip() or ran.stdout.strip()).splitlines()
        raise RuntimeError(
            f"{' '.join(command)[:60]}… ended with {ran.returncode}: {said[-1] if said else ''}"
        )
    return ran.stdout


def resident_mib(pid: int) -> float:
    """Resident memory of a process, in MiB."""
    ran = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(ran.stdout) / 1024


PYTHON = sys.executable
