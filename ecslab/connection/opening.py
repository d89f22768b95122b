"""The sandbox of a home, found or started, and how its clock is to run."""

import functools
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ecslab.connection.sandbox_place import SandboxPlace
from ecslab.display.messages import say
from ecslab.errors import Unreachable
from ecslab.sandbox.endpoint import Endpoint, SandboxError

if TYPE_CHECKING:
    from ecslab.sandbox.engine.pace import Mode


def open_sandbox(
    home: Path, clock: str | None, *, speed: float | None, seed: int | None, in_process: bool,
    eventual: bool | None = None,
) -> SandboxPlace:  # fmt: skip
    """The sandbox of `home`, started if it does not run yet.

    Args:
        home: the lab's folder.
        clock: "paced" or "stepped"; None for ECSLAB_CLOCK, else as it runs already.
        speed: seconds of AWS time in one of yours; None for ECSLAB_SPEED, else as it runs already.
        seed: what ids are drawn from.
        in_process: without a server, in this process.
        eventual: whether changes are seen late, as on AWS; None leaves it as it is.
    """
    mode = _mode(clock or os.environ.get("ECSLAB_CLOCK"))
    speed = _speed(os.environ.get("ECSLAB_SPEED") if speed is None else speed)
    if in_process:
        from ecslab.sandbox import in_process as inside  # it brings moto, which the other way does without

        started = inside.start(home, mode=mode, seed=seed, speed=speed, eventual=bool(eventual))
        return SandboxPlace(started)
    again = functools.partial(_ensure, home, mode, speed, seed, eventual)
    place = SandboxPlace(again(), again)
    for notice in place.endpoint.notices:
        say(notice)
    return place


def _mode(clock: str | None) -> "Mode | None":
    if clock and clock not in ("paced", "stepped"):
        raise ValueError(f"clock is {clock!r}; it can be 'paced' or 'stepped'")
    return cast("Mode | None", clock or None)


def _speed(given: str | float | None) -> float | None:
    """ValueError unless it is one, or none is given."""
    if given is None or given == "":
        return None
    from ecslab.sandbox.engine.pace import checked_speed

    try:
        number = float(given)
    except ValueError:
        number = math.nan
    return checked_speed(number, given)


def _ensure(
    home: Path, mode: "Mode | None", speed: float | None, seed: int | None, eventual: bool | None
) -> Endpoint:
    """The sandbox's process, found or started. Raises Unreachable with what its log says last."""
    from ecslab.sandbox import process

    try:
        return process.ensure(home, mode=mode, speed=speed, seed=seed, eventual=eventual)
    except SandboxError as error:
        raise Unreachable(str(error)) from None
