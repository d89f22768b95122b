"""The catalogue of faults, and the draw: a seed is a fault."""

import itertools
import pkgutil
import random
import secrets
import zlib
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final

from ecslab.errors import EcslabError
from ecslab.fault_lab import cases
from ecslab.fault_lab.engine.case import Case

SEEDED: Final = (
    "wrong-tag", "other-processor", "no-execution-role", "secret-denied", "no-log-group", "out-of-memory",
    "command-exits", "sidecar-exits", "no-way-out", "no-public-ip", "closed-group", "subnet-full",
    "wrong-path", "short-grace", "wrong-port", "desired-0", "no-breaker", "task-role",
)  # fmt: skip
"""The kinds that bare seeds are drawn from. Closed: one more would change what every seed stands for."""
BARE: Final = 1_000_000  # seeds below are bare; those above belong to one later kind each, in blocks
_BLOCK: Final = 1000  # seeds, and so variants, of a later kind
_BLOCKS: Final = 9000
_FRESH_BARE, _FRESH_LATER = 1000, 55  # seeds to choose a fresh one from: about as many for each kind


class NoSuchFault(EcslabError, LookupError):
    """No fault has this seed, or is of this kind."""


class Catalogue:
    """Every fault by kind, and by seed.

    Args:
        by_kind: the faults; those of `SEEDED` come first in `kinds`, then the later ones by name.
    """

    def __init__(self, by_kind: Mapping[str, Case]):
        self._by_kind = by_kind
        later = sorted(set(by_kind) - set(SEEDED))
        self._blocks = {_block(kind): kind for kind in later}
        self.kinds = (*SEEDED, *later)

    def __getitem__(self, kind: str) -> Case:
        return self._by_kind[kind]

    def drawn(self, seed: int) -> Case:
        """The fault that a seed stands for. Raises NoSuchFault."""
        block = seed // _BLOCK
        if block in self._blocks:
            return self[self._blocks[block]]
        if BARE <= seed < BARE + _BLOCK * _BLOCKS:
            raise NoSuchFault(
                f"no fault has the seed {seed}.\n"
                f"  next: a seed below {BARE}, or ecslab.fault(lab) without one"
            )
        return self[random.Random(f"fault {seed}").choice(SEEDED)]

    def seed_for(self, kind: str, variant: int = 0) -> int:
        """The seed of a kind's variant: for those of `SEEDED` the smallest, the next one and so on.

        Raises:
            NoSuchFault: there is no such kind.
            ValueError: the variant is none.
        """
        if kind not in self._by_kind:
            raise NoSuchFault(f"there is no fault {kind!r}.\n  there are: {', '.join(self.kinds)}")
        case = self[kind]
        if not 0 <= variant < _BLOCK:
            raise ValueError(f"variant is {variant}; it can be 0 to {_BLOCK - 1}")
        if kind not in SEEDED:
            return _block(kind) * _BLOCK + variant
        seeds = (seed for seed in itertools.count() if self.drawn(seed) is case)
        return next(itertools.islice(seeds, variant, None))

    def fresh_seed(self, had: Sequence[int]) -> int:
        """A seed of a fault that the learner has not had; of any, once they had all."""
        later = [block * _BLOCK + variant for block in self._blocks for variant in range(_FRESH_LATER)]
        seeds = [*range(_FRESH_BARE), *later]
        had_kinds = {self.drawn(seed).kind for seed in had if self.knows(seed)}
        new = [seed for seed in seeds if self.drawn(seed).kind not in had_kinds]
        fresh: int = secrets.choice(new or seeds)
        return fresh

    def knows(self, seed: int) -> bool:
        """Whether a fault has this seed; not one of a version that knew more faults."""
        try:
            return bool(self.drawn(seed))
        except NoSuchFault:
            return False


def _block(kind: str) -> int:
    return BARE // _BLOCK + zlib.crc32(kind.encode()) % _BLOCKS


def load() -> dict[str, Case]:
    """Every fault there is a module of in `cases`. The one place that imports by name: a fault needs no other
    entry than its two files, and no list has to be kept."""
    names = [module.name for module in pkgutil.iter_modules(cases.__path__)]
    every: list[Case] = [import_module(f"{cases.__name__}.{name}").CASE for name in names]
    return {case.kind: case for case in every}


CATALOGUE: Final = Catalogue(load())
