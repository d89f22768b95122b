"""How far virtual time has come when a request arrives.

Paced: virtual seconds pass at `speed` times the wall clock's, unless paused or nobody asked for a minute.
Stepped: time stands until someone advances it, and one virtual second shows as one second.
At the usual speed the first task of an account comes up more slowly, so that it can be watched; a speed that
somebody chose holds for it too. Nothing here sleeps; the caller runs the world to `target()`.
"""

import time
from collections.abc import Callable
from typing import Final, Literal, get_args

from ecslab.sandbox.journal.record import PaceSetting
from ecslab.sandbox.world.time.timeline import Timeline

Mode = Literal["paced", "stepped"]
MODES: Final = get_args(Mode)
IDLE: Final = 60.0  # wall seconds without a request after which the clock stops
DEFAULT_SPEED: Final = 10.0  # virtual seconds in one wall second
FASTEST: Final = 1000.0
WATCHED: Final = 2.0  # virtual seconds in one wall second while the first task comes up
WATCHED_FOR: Final = 45.0  # virtual seconds for which that lasts at most


class Pace:
    """The link between the wall clock and virtual time.

    Args:
        timeline: maps virtual seconds to what the API shows, and is changed here alone.
        wall: epoch seconds; `time.time`, or a test's own.
    """

    def __init__(self, timeline: Timeline, mode: Mode, speed: float, wall: Callable[[], float] = time.time):
        self.timeline, self.mode, self.speed = timeline, mode, checked_speed(speed)
        self.paused, self.watched = False, False
        self._clock = wall
        self._ahead = 0.0  # by how much we are ahead of a wall clock that was set back
        self._seen = timeline.segments[-1].wall
        self._seen = self.wall()

    @property
    def rate(self) -> float:
        """Virtual seconds that pass in one wall second at present, unless paused."""
        return WATCHED if self.watched else self.speed

    @property
    def hurries(self) -> bool:
        """Whether a long wait may go faster by itself: nobody chose a speed, stopped time, or watches."""
        return self.mode == "paced" and self.speed == DEFAULT_SPEED and not (self.paused or self.watched)

    def wall(self) -> float:
        """Epoch seconds that never go back, though the machine's clock may."""
        wall = self._clock() + self._ahead
        if wall < self._seen:
            self._ahead += self._seen - wall
            wall = self._seen
        return wall

    def target(self, now: float) -> float:
        """The virtual time to run to, given the virtual time reached so far; never earlier."""
        if self.mode == "stepped" or self.paused:
            return now
        return max(now, self.timeline.virtual_at(self._seen))

    def note_request(self) -> float:
        """Note that a request came. Wall seconds for which nobody asked, if the clock is to stop for them.

        Time then goes on to `IDLE` seconds after the request before: run the world to `target`, then call
        `go_on` with the virtual time reached, so that the rest of the gap never happened.
        """
        before, wall = self._seen, self.wall()
        idle = self.mode == "paced" and not self.paused and wall - before > IDLE
        self._seen = before + IDLE if idle else wall
        return wall - before if idle else 0.0

    def go_on(self, virtual: float) -> None:
        """From this moment on, time goes on from `virtual` seconds at the present speed.

        Time that was let pass by hand shows at that speed too; the shown clock is then ahead of the wall's.
        """
        self._seen = max(self.wall(), self.timeline.wall_at(virtual))
        if self.mode == "paced":
            self.timeline.fix(virtual, self._seen, self.rate)

    def watch(self, virtual: float, first_task: bool) -> None:
        """Go on slowly from `virtual` while the account's first task comes up, at the usual speed else."""
        watched = first_task and self.mode == "paced" and self.speed == DEFAULT_SPEED
        if watched != self.watched:
            self.watched = watched
            self.go_on(virtual)

    def set_speed(self, virtual: float, speed: float) -> None:
        self.speed, self.watched = checked_speed(speed), False
        self.go_on(virtual)

    def set_mode(self, virtual: float, mode: Mode) -> None:
        """ValueError unless it is one of `MODES`."""
        if mode not in MODES:
            raise ValueError(f"mode is {mode!r}; it can be {' or '.join(map(repr, MODES))}")
        if mode != self.mode:
            self._seen = max(self.wall(), self.timeline.wall_at(virtual))
            self.mode, self.watched = mode, False
            self.timeline.fix(virtual, self._seen, self.speed if mode == "paced" else 1.0)

    def setting(self, virtual: float) -> PaceSetting:
        """What `take_up` needs to go on from `virtual` as it is now."""
        wall = self.timeline.segments[-1].wall
        if self.mode == "stepped":  # where a segment has just begun, `wall_at` tells the one before
            wall = max(wall, self.timeline.wall_at(virtual))
        return {"wall": wall, "mode": self.mode, "speed": self.speed, "paused": self.paused}

    def be(self, setting: PaceSetting) -> None:
        """Be in this mode, at this speed, on a timeline that knows of it already."""
        self.mode, self.speed, self.paused = setting["mode"], setting["speed"], setting["paused"]
        self._seen = self.timeline.segments[-1].wall

    def take_up(self, virtual: float, setting: PaceSetting) -> None:
        """Take over mode, speed, pause and wall time as the journal kept them at `virtual`."""
        self.mode, self.speed, self.paused = setting["mode"], setting["speed"], setting["paused"]
        wall = max(setting["wall"], self.timeline.segments[-1].wall)
        self.timeline.fix(virtual, wall, self.speed if self.mode == "paced" else 1.0)
        self._seen = wall


def checked_speed(speed: float, given: object = None) -> float:
    """The speed, if it is one; `given` is what was said, where that is no number.

    Raises:
        ValueError: not between 0.1 and `FASTEST`.
    """
    if not 0.1 <= speed <= FASTEST:
        shown = speed if given is None else given
        raise ValueError(f"speed is AWS seconds per second of yours, from 0.1 to {FASTEST:g}; got {shown!r}")
    return float(speed)
