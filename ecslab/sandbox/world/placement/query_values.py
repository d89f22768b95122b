"""What the subjects of the cluster query language stand for, and how arguments are compared with them."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from ecslab.sandbox.world.placement.instance import Instance

MOST_QUANTIFIERS: Final = 4
"""Of one regular expression: more of them, or one within another, can keep Python busy for minutes."""
_QUANTIFIERS: Final = "*+{"
Measure = tuple[float, ...]
"""What has an order: a number, or the numbers of a version."""


class BadValue(ValueError):
    """An argument that its subject cannot be compared with."""


def texts_of(subject: str) -> Callable[[Instance], Iterable[str]]:
    """The texts that a subject has on an instance; none for an attribute that it does not have."""
    if subject == "task:group":
        return lambda instance: instance.groups
    if subject == "agentConnected":
        return lambda instance: (str(instance.agent_connected).lower(),)
    if subject == "ec2InstanceId":
        return lambda instance: (instance.ec2_id,)
    name = subject.removeprefix("attribute:")
    return lambda instance: filter(None, (instance.attributes.get(name),))


def measured(subject: str, argument: str) -> tuple[Callable[[Instance], Measure], Measure]:
    """How a subject that has an order is measured, and the argument in the same measure."""
    if subject == "runningTasksCount":
        if not argument.isascii() or not argument.isdecimal():
            raise BadValue(f"'{argument}' is not a number")
        return lambda instance: (len(instance.tasks),), (int(argument),)
    if subject == "agentVersion":
        return lambda instance: version(instance.agent_version), version(argument)
    return lambda instance: (instance.registered_at,), (moment(argument),)


def version(text: str) -> tuple[int, ...]:
    """`1.105.1` as numbers; BadValue if it is no version."""
    parts = text.removeprefix("v").split(".")
    if not all(part.isascii() and part.isdecimal() for part in parts):
        raise BadValue(f"'{text}' is not a version")
    return tuple(int(part) for part in parts)


def moment(text: str) -> float:
    """Epoch seconds of a date or of a date with a time in ISO 8601; in UTC unless it says otherwise."""
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise BadValue(f"'{text}' is not a date") from None


def pattern(text: str) -> re.Pattern[str]:
    """A regular expression, which must fit the whole of a text as in Java."""
    try:
        compiled = re.compile(text)
    except (re.error, OverflowError, RecursionError):
        raise BadValue(f"'{text}' is not a regular expression") from None
    if _is_costly(text):
        raise BadValue(f"the sandbox does not evaluate '{text}': it repeats too much")
    return compiled


def _is_costly(text: str) -> bool:
    """Whether a repetition stands within another one, or there are too many."""
    plain = re.sub(r"\\.|\[[^\]]*\]", "x", text)  # what is escaped or a set repeats nothing by itself
    repeats, count = [False], 0
    for place, sign in enumerate(plain):
        if sign == "(":
            repeats.append(False)
        elif sign == ")" and len(repeats) > 1:
            inner = repeats.pop()
            if inner and plain[place + 1 : place + 2] in (*_QUANTIFIERS, "?"):
                return True
            repeats[-1] |= inner
        elif sign in _QUANTIFIERS:
            repeats[-1], count = True, count + 1
    return count > MOST_QUANTIFIERS
