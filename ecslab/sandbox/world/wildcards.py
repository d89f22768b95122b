"""Patterns in which `*` stands for any characters and `?` for exactly one: those of IAM and of listeners."""

import re
from functools import lru_cache


@lru_cache(maxsize=2048)
def pattern(wildcards: str, ignore_case: bool) -> re.Pattern[str]:
    """The regular expression to match the whole text with.

    What stands between two `*` is looked for once, where it first is: that is where it may be if it may be
    anywhere, and so no pattern takes longer than its length times the text's.
    """
    first, *between = (_fixed(part) for part in re.split(r"\*+", wildcards))
    last = f".*{between.pop()}" if between else ""
    text = first + "".join(f"(?>.*?{part})" for part in between) + last
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _fixed(part: str) -> str:
    return "".join("." if letter == "?" else re.escape(letter) for letter in part)
