"""Pages of a list, and the token that says from which item on the next one goes."""

import base64
from collections.abc import Sequence

_WORD = "from"


def token(start: int) -> str:
    """The token of the page that begins with item `start`, counted from 0."""
    return base64.b64encode(f"{_WORD}:{start}".encode()).decode()


def start(token: str | None) -> int | None:
    """Where a token's page begins, 0 without one; None for what is no token."""
    if token is None:
        return 0
    try:
        word, _, number = base64.b64decode(token, validate=True).decode().partition(":")
    except ValueError:  # not base64, or not text
        return None
    return int(number) if word == _WORD and number.isdecimal() else None


def page(member: str, rows: Sequence[object], first: int, size: int) -> dict[str, object]:
    """The rows from `first` on under a member, with a NextToken if there are more than `size`."""
    answer: dict[str, object] = {member: list(rows[first : first + size])}
    if first + size < len(rows):
        answer["NextToken"] = token(first + size)
    return answer


def size_problem(size: int, most: int, member: str) -> str | None:
    """What is wrong with the size of a page that a request asks for; None if nothing is."""
    if 1 <= size <= most:
        return None
    bound = "greater than or equal to 1" if size < 1 else f"less than or equal to {most}"
    return (
        f"1 validation error detected: Value '{size}' at '{member}' failed to satisfy constraint: "
        f"Member must have value {bound}"
    )
