"""The sandbox's clock on buttons: let it stand, go on to the next thing that happens, let it run again."""

from typing import Final

import traitlets

from ecslab.connection.connection import Connection
from ecslab.display.aws_time import faster
from ecslab.display.beside_cells import hear_beside_cells
from ecslab.display.tables import minutes
from ecslab.widgets.view import View, module

SPEEDS: Final = (1, 10, 30, 100)
"""Seconds of AWS time for each second of the room."""
SKIPPED: Final = 5
"""Minutes that one press skips."""


class ClockButtons(View):
    """Buttons for an instructor: **Pause**, **Next event**, **Go on**, **Skip 5 minutes**, and the speed.

    Args:
        lab: from `ecslab.connect()`; on a real account it only says that nobody can stop AWS's time.

    Each press is a call to the sandbox and nothing else. The same in a terminal: `ecslab sandbox pause`,
    `step`, `resume`, `skip 5`, `start --speed 30`. A speed other than 10 holds for the first task and
    for long waits too.
    """

    _esm = module("clock_buttons.js")
    state = traitlets.Dict().tag(sync=True)
    pressed: "traitlets.List[object]" = traitlets.List().tag(sync=True)
    speeds = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(self, lab: Connection) -> None:
        super().__init__(speeds=list(SPEEDS))
        self._lab = lab
        self._look()
        self.observe(self._press, names=["pressed"])
        hear_beside_cells(self)

    def pause(self) -> str:
        """Let the clock stand; the state in words."""
        return self._change(paused=True)

    def step(self) -> str:
        """Go to the next thing that happens, an hour ahead at most, and stand there."""
        return self._change(paused=True, step=True)

    def resume(self) -> str:
        """Let the clock go on."""
        return self._change(paused=False)

    def skip(self, skipped: float = SKIPPED) -> str:
        """Let so many minutes pass at once."""
        if self._lab.where == "sandbox":
            moved = self._lab.control("advance", seconds=60 * skipped)["moved"]
            self._look(f"{minutes(moved)} were skipped. ")
        return self.text()

    def speed(self, factor: float) -> str:
        """Let `factor` seconds of AWS time pass in each second."""
        return self._change(speed=factor)

    def text(self) -> str:
        """What the clock does now."""
        return str(self.state["words"])

    def _press(self, change: traitlets.Bunch) -> None:
        what, value, _ = change["new"]  # the third is a count, so that the same press twice is two
        if what == "speed":
            self.speed(value)
        elif what in ("pause", "step", "resume", "skip"):
            getattr(self, what)()

    def _change(self, **change: object) -> str:
        if self._lab.where == "sandbox":
            note = self._lab.control("clock", **change)["note"]
            self._look(f"{note} " if note else "")
        return self.text()

    def _look(self, first: str = "") -> None:
        if self._lab.where != "sandbox":
            self.state = {"usable": False, "words": "A real account: nobody can stop AWS's time."}
            return
        clock = self._lab.control("status")["clock"]
        stepped = clock["mode"] == "stepped"
        at = f"{first}{minutes(clock['now'])} of AWS time since the sandbox began"
        if stepped:
            words = f"{at}. It passes only while a cell waits."
        elif clock["paused"]:
            words = f"{at}. Paused: nothing happens until you go on."
        else:
            words = f"{first}AWS time passes {faster(clock['rate'])}."  # no figure: nobody would move it on
        self.state = {
            "usable": not stepped,
            "paused": bool(clock["paused"]),
            "speed": clock["speed"],
            "words": words,
        }
