"""The CPU and memory a Fargate task may have: 74 pairs on Linux.

Source: API reference of RegisterTaskDefinition, `memory`.
"""

import re
from typing import Final

_GIB = 1024

MEMORY: Final[dict[int, tuple[int, ...]]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1 * _GIB, 4 * _GIB + 1, _GIB)),
    1024: tuple(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    2048: tuple(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    4096: tuple(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    8192: tuple(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    16384: tuple(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
}
"""CPU units -> the MiB of memory that go with them."""

PAIRS: Final = frozenset((cpu, memory) for cpu, choices in MEMORY.items() for memory in choices)
WINDOWS_CPU: Final = frozenset({1024, 2048, 4096})

_NUMBER = re.compile(r"\s*(\d+|\d*\.\d+)\s*([a-z]*)\s*", re.IGNORECASE)


def fits_fargate(cpu: int, memory: int, *, windows: bool = False) -> bool:
    """Whether `cpu` (units) and `memory` (MiB) are a pair that Fargate offers."""
    return (cpu, memory) in PAIRS and (not windows or cpu in WINDOWS_CPU)


def cpu_units(text: str) -> int:
    """CPU units of `256`, `.25 vCPU`, `1 vcpu`; ValueError for anything else."""
    return _scaled(text, "vcpu", 1024)


def mebibytes(text: str) -> int:
    """MiB of `512`, `0.5 GB`, `1GB`; ValueError for anything else."""
    return _scaled(text, "gb", _GIB)


def _scaled(text: str, unit: str, factor: int) -> int:
    match = _NUMBER.fullmatch(text)
    if not match:
        raise ValueError(f"not a number with an optional unit: {text!r}")
    number, spelled = float(match[1]), match[2].lower()
    if spelled not in ("", unit) or (not spelled and "." in match[1]):
        raise ValueError(f"expected a whole number or a number of {unit}, got {text!r}")
    value = number * factor if spelled else number
    if value != int(value):
        raise ValueError(f"{text!r} is no whole number of units")
    return int(value)
