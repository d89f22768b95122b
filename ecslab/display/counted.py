"""A number with its noun: `1 task`, `2 tasks`."""


def counted(number: int, noun: str) -> str:
    """`1 task`, `2 tasks`; the noun in the singular, one that takes an `s`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
