"""A view that follows something until it ends, or until nothing has changed for a while."""

import time
from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import Final

import traitlets
from botocore.exceptions import BotoCoreError, ClientError

from ecslab.connection.connection import Connection
from ecslab.display.aws_time import passed
from ecslab.display.beside_cells import hear_beside_cells
from ecslab.errors import EcslabError
from ecslab.widgets.feeder import Feeder, ThreadFeeder
from ecslab.widgets.view import View

_FAILURES: Final = 3
"""Looks in a row that may fail."""
SKIPPED: Final = 300.0
"""Seconds of AWS time that the button skips at most."""


class LiveView(View):
    """What the live views have in common. Their own looks are not among `lab.calls()`, and start no sandbox.

    Args:
        lab: where what is followed is.
        every: seconds of wall time between two looks.
        feeder: makes what keeps the view up to date.
        wall: the wall clock, in seconds.
    """

    followed = "it"
    """What is followed, in words."""
    trouble = traitlets.Unicode().tag(sync=True)
    live = traitlets.Bool(True).tag(sync=True)
    clock = traitlets.Unicode().tag(sync=True)
    skippable = traitlets.Bool(False).tag(sync=True)
    asked = traitlets.Int(0).tag(sync=True)
    skips = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        lab: Connection,
        every: float,
        feeder: Callable[[], Feeder] = ThreadFeeder,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._lab, self._every, self._wall = lab.unrecorded(), every, wall
        self._changed, self._failures = wall(), 0
        self._feeder = feeder()
        hear_beside_cells(self)

    @abstractmethod
    def _refresh(self) -> float | None:
        """Look once, and draw it; how long to wait for the next look, or None when there is nothing left."""

    def close(self) -> None:
        """Stop following, and remove the view."""
        self._feeder.stop()
        super().close()

    def _follow(self) -> None:
        """Begin to follow, and begin again whenever the button is pressed."""
        self.observe(self._begin, names=["asked"])
        self.observe(self._skip, names=["skips"])
        self._begin()

    def _tell_time(self, created: datetime) -> float:
        """Show how long ago something was created, in AWS time, and how fast that passes; the seconds."""
        time = self._lab.aws_time()
        age = max(0.0, time.now - created.timestamp())
        passes = self._lab.where == "aws" or time.speed is not None
        self.clock = passed(age, time.speed) if passes else ""
        self.skippable = bool(time.speed)
        return age

    def _skip(self, _: object) -> None:
        """Go to the next change; the next look shows it."""
        try:
            with self._lab.looking():
                self._lab.jump(SKIPPED)
        except (EcslabError, OSError) as error:
            self.trouble = str(error)

    def _begin(self, _: object = None) -> None:
        self._changed, self._failures = self._wall(), 0
        self.live, self.trouble = True, ""
        self._feeder.start(self._look)

    def _look(self) -> float | None:
        try:
            with self._lab.looking():
                pause = self._refresh()
        except (BotoCoreError, ClientError, EcslabError, OSError) as error:
            self._failures += 1
            self.trouble = f"Cannot see {self.followed} at the moment: {error}"
            pause = self._every * 3 if self._failures < _FAILURES else None
        else:
            self._failures = 0
        self.live = pause is not None
        return pause

    def _quiet(self) -> float:
        """Seconds without news."""
        return self._wall() - self._changed
