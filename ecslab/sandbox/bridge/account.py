"""What the bridge works with at the moment: one clock, one runtime, one account."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ecslab.sandbox.runtime import Runtime
from ecslab.sandbox.world.faults import Faults
from ecslab.sandbox.world.time.clock import Clock

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.ecs.state import RegionState

__all__ = ["Context", "current", "make_current"]


@dataclass(slots=True)
class Context:
    """A sandbox's parts, as the bridge sees them.

    Attributes:
        clock: virtual time; whoever serves a request has moved it before.
        runtime: runs the programs of containers.
        account: twelve digits.
        home: folder in which layers are kept; None keeps them in memory.
        ecs: what ECS holds, by region.
        faults: what has been made to go wrong.
        ways: ways through networks that were found open since a call of the API last changed something; only
            such calls change a network's rules. None keeps none.
    """

    clock: Clock
    runtime: Runtime
    account: str
    home: Path | None = None
    ecs: dict[str, RegionState] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    ways: set[tuple[Any, ...]] | None = None


_current: Final[list[Context]] = []


def current() -> Context:
    """The context last made current; RuntimeError before the first `install`."""
    if not _current:
        raise RuntimeError("no sandbox is installed in this process: call bridge.install.install first")
    return _current[-1]


def make_current(context: Context) -> None:
    """Let `current` answer `context` from here on."""
    _current[:] = [context]
