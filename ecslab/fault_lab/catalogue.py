"""The catalogue of faults, and the draw: a seed is a fault."""

import inspect
import random
import re
import secrets
import textwrap
from collections.abc import Sequence
from typing import Final

from ecslab.fault_lab import (
    container,
    health,
    images,
    logs,
    port,
    roles,
    service,
    sidecar,
    task_role,
    way_in,
    way_out,
)
from ecslab.fault_lab._case import Case

__all__ = ["CASES", "code", "drawn", "fresh_seed", "seed_for"]

_ALL: Final = (
    *images.CASES, *roles.CASES, *logs.CASES, *container.CASES, *sidecar.CASES, *way_out.CASES, *way_in.CASES,
    *health.CASES, *port.CASES, *service.CASES, *task_role.CASES,
)  # fmt: skip
CASES: Final[dict[str, Case]] = {case.kind: case for case in _ALL}
"""Every fault by kind. The order decides what a seed stands for: add at the end."""
_SEEDS: Final = 1000


def drawn(seed: int) -> Case:
    """The fault that a seed stands for."""
    return random.Random(f"fault {seed}").choice(_ALL)


def seed_for(kind: str) -> int:
    """The smallest seed that stands for a kind. Raises KeyError."""
    wanted = CASES[kind]
    return next(seed for seed in range(100_000) if drawn(seed) is wanted)


def fresh_seed(had: Sequence[int]) -> int:
    """A seed of a fault that the learner has not had; of any, once they had all."""
    known = {drawn(seed).kind for seed in had}
    left = [seed for seed in range(_SEEDS) if drawn(seed).kind not in known]
    return secrets.choice(left or range(_SEEDS))


def code(case: Case) -> str:
    """The body of a fault's repair, as a learner would write it."""
    source = re.sub(r"  # (noqa|type):.*", "", inspect.getsource(case.repair))  # for the linter alone
    lines = source.splitlines()
    begin = next(i for i, line in enumerate(lines) if line.endswith(":")) + 1
    return textwrap.dedent("\n".join(lines[begin:]))
