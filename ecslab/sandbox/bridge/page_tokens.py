"""The token that says from which item on the next page of a list goes."""

import base64

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
