"""Patterns in which `*` stands for any characters and `?` for exactly one: those of IAM and of listeners."""

import re
from functools import lru_cache


@lru_cache(maxsize=2048)
def pattern(wildcards: str, ignore_case: bool) -> re.Pattern[str]:
    """The regular expression to match the whole text with."""
    parts = {"*": ".*", "?": "."}
    text = "".join(parts.get(letter) or re.escape(letter) for letter in wildcards)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
