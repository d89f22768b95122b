"""Text for a terminal: no character of what others wrote moves, colours or hides another."""

import re
from typing import Final

CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")
"""Control characters, and those that turn the direction of what follows; tab and line breaks aside."""


def printable(text: str) -> str:
    """The text with each such character as Python spells it: `\\x1b` for ESC, `\\u202e` for an override."""
    return CONTROL.sub(lambda match: ascii(match[0])[1:-1], text)
