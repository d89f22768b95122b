"""What differs between the outcomes of two requests, besides the echo of what they say."""

import re
from collections.abc import Iterator
from typing import Any

_DRAWN = ("ClientToken", "MacAddress")
"""What is drawn anew where anything else is drawn before it: that is no effect."""


def first_difference(before: Any, after: Any, member: str, may_show: bool) -> str | None:
    """Where an effect is seen; None if nothing but the member's own echo differs.

    Args:
        may_show: AWS shows the member to whoever asks later, and that is all; in the request's own answer it
            is an echo all the same.
    """
    for path in _different(before, after, ""):
        if path.endswith(_DRAWN):
            continue
        words = [_plain(word) for word in re.split(r"[.\s:]", path)]
        echo = any(
            word in (_plain(member), f"{_plain(member)}s", _plain(member).removesuffix("s")) for word in words
        )
        if not echo or (may_show and words[0] != "itself"):
            return path
    return None


def _different(before: Any, after: Any, path: str) -> Iterator[str]:
    if type(before) is not type(after):
        yield path
    elif isinstance(before, dict):
        for name in [*before, *(name for name in after if name not in before)]:
            yield from _different(before.get(name), after.get(name), f"{path}.{name}".strip("."))
    elif isinstance(before, list):
        if len(before) != len(after):
            yield f"{path}[]"
        for first, second in zip(before, after, strict=False):
            yield from _different(first, second, f"{path}[]")
    elif before != after:
        yield path


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())
