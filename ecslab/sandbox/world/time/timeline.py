"""How virtual seconds lie on the wall clock.

What the API shows is wall-clock time, durations shortened by the speed, so that `--since 10m`, tokens and
signatures keep their sense. A segment ends wherever the pace changes: another speed, a pause, a long gap.
"""

import math
from bisect import bisect_right
from operator import attrgetter
from typing import NamedTuple


class Segment(NamedTuple):
    """From `virtual` (and `wall`) on, `speed` virtual seconds pass in one wall second; 0 is a pause."""

    virtual: float
    wall: float
    speed: float


class Timeline:
    """A piecewise-linear map between virtual seconds and epoch seconds of the wall clock.

    Args:
        epoch_wall: epoch seconds at virtual 0.
        speed: virtual seconds a wall second, at least 0. Stepped mode is speed 1 (one shown second for each
            virtual one), whatever the wall clock does meanwhile.
    """

    def __init__(self, epoch_wall: float = 0.0, speed: float = 1.0):
        self.segments = [Segment(0.0, epoch_wall, _valid(speed))]

    @property
    def speed(self) -> float:
        return self.segments[-1].speed

    def fix(self, virtual: float, wall: float, speed: float | None = None) -> None:
        """Begin a new segment at (`virtual`, `wall`), both not before the last segment's beginning.

        Without `speed` the pace stays, and only the two clocks are tied together anew, as after a gap.
        """
        last = self.segments[-1]
        if virtual < last.virtual or wall < last.wall:
            raise ValueError(f"a segment cannot begin at ({virtual}, {wall}), before {last}")
        segment = Segment(virtual, wall, _valid(last.speed if speed is None else speed))
        if virtual == last.virtual and wall == last.wall:
            self.segments[-1] = segment
        else:
            self.segments.append(segment)

    def wall_at(self, virtual: float) -> float:
        """Epoch seconds at which the sandbox's clock reached, or will reach, `virtual`.

        The earliest such moment: the beginning of a pause, not its end. A moment that was skipped by a jump
        is shown at the jump, and one beyond a pause that still lasts is never reached (`math.inf`).
        """
        at = max(bisect_right(self.segments, virtual, key=attrgetter("virtual")) - 1, 0)
        while at and self.segments[at].virtual == virtual and self.segments[at - 1].virtual == virtual:
            at -= 1
        segment = self.segments[at]
        passed = virtual - segment.virtual
        wall = segment.wall
        if passed:
            wall += passed / segment.speed if segment.speed else math.inf
        if at + 1 < len(self.segments):
            wall = min(wall, self.segments[at + 1].wall)
        return wall

    def virtual_at(self, wall: float) -> float:
        """Virtual seconds at epoch second `wall`."""
        at = max(bisect_right(self.segments, wall, key=attrgetter("wall")) - 1, 0)
        segment = self.segments[at]
        virtual = segment.virtual + (wall - segment.wall) * segment.speed
        if at + 1 < len(self.segments):
            virtual = min(virtual, self.segments[at + 1].virtual)
        return virtual


def _valid(speed: float) -> float:
    if not (0 <= speed < math.inf):
        raise ValueError(f"speed must be a number >= 0, got {speed}")
    return speed
