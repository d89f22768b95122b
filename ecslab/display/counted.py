"""Numbers with their nouns, and parts in a row, as a sentence has them."""

from collections.abc import Sequence


def counted(number: int, noun: str) -> str:
    """`1 task`, `2 tasks`; the noun in the singular, one that takes an `s`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def enumerated(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last
