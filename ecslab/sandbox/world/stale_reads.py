"""Reads that come too early: for a moment clients see a thing as it was before a call changed it.

Only what is shown is stale, never the world: what was before is put in the thing's place while one request
that reads is answered, and taken out again. How long the moment is follows from the account's seed, from the
thing and from when it was changed.
"""

import enum
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from ecslab.sandbox.world.time.clock import Clock


class _Missing(enum.Enum):
    MISSING = 0


MISSING: Final = _Missing.MISSING
Contents = dict[object, object]


@dataclass(frozen=True, slots=True)
class Watched:
    """Something that clients look at.

    Attributes:
        holder: a dictionary of things, each under its id; or a thing.
        step: the row of `durations.toml` that says how late a change of it is seen.
        name: a thing's id.
        attributes: those of a thing that clients see.
    """

    holder: object
    step: str
    name: str = ""
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    watched: Watched
    before: Contents


class StaleReads:
    """What was changed a moment ago, and how it was before.

    Args:
        clock: says when a moment is over.
    """

    def __init__(self, clock: Clock):
        self._clock = clock
        self._changes: list[_Change] = []

    @contextmanager
    def changing(self, watched: Sequence[Watched]) -> Iterator[None]:
        """Note what changes within this; nothing if it ends in an error."""
        before = [_contents(thing, copied=True) for thing in watched]
        yield
        for thing, earlier in zip(watched, before, strict=True):
            later = _contents(thing, copied=True)
            keys = [key for key in {**earlier, **later} if _differ(earlier, later, key)]
            changed = {key: earlier.get(key, MISSING) for key in keys}
            if isinstance(thing.holder, dict):  # of these things each is seen in its own time
                for key, value in changed.items():
                    self._keep(thing, {key: value}, str(key))
            elif changed:
                self._keep(thing, changed, thing.name)

    @contextmanager
    def shown(self, step: str) -> Iterator[None]:
        """Within this, what is watched for a step is as clients see it."""
        now: dict[int, tuple[Watched, Contents]] = {}
        for change in reversed(self._changes):  # of several changes, what was before the first is seen
            if change.watched.step == step:
                holder = id(change.watched.holder)
                now.setdefault(holder, (change.watched, _contents(change.watched)))
                _put(change.watched, _contents(change.watched) | change.before)
        try:
            yield
        finally:
            for watched, contents in now.values():
                _put(watched, contents)

    def _keep(self, watched: Watched, before: Contents, name: str) -> None:
        lag = self._clock.durations.of(watched.step, f"{name}/{self._clock.now:.3f}")
        if lag:
            change = _Change(watched, before)
            self._changes.append(change)
            self._clock.after(lag, lambda: self._changes.remove(change), aside=True)


def _contents(watched: Watched, *, copied: bool = False) -> Contents:
    holder = watched.holder
    if isinstance(holder, dict):
        contents: Contents = dict(holder)
    else:
        contents = {name: getattr(holder, name, MISSING) for name in watched.attributes}
    if not copied:
        return contents
    return {key: value.copy() if isinstance(value, dict | list) else value for key, value in contents.items()}


def _put(watched: Watched, contents: Contents) -> None:
    holder = watched.holder
    if isinstance(holder, dict):
        holder.clear()
        holder.update({key: value for key, value in contents.items() if value is not MISSING})
        return
    for name, value in contents.items():
        if value is not MISSING:
            setattr(holder, str(name), value)


def _differ(earlier: Contents, later: Contents, key: object) -> bool:
    before, after = earlier.get(key, MISSING), later.get(key, MISSING)
    return before is not after and before != after
