"""How many lines and bytes of output a container's log takes. The numbers are in `limits`."""

from collections.abc import Sequence
from typing import Final

from ecslab.sandbox.runtime import limits
from ecslab.sandbox.runtime.pools import weight

__all__ = ["LogRate"]


class LogRate:
    """How much of a container's output its log still takes."""

    __slots__ = ("_bytes", "_lines", "_since", "_taken", "losing", "turns")
    LINES_A_SECOND: Final = 100
    BYTES_A_SECOND: Final = 65_536

    def __init__(self) -> None:
        self._lines, self._bytes = float(limits.LOG_LINES.container), float(limits.LOG_BYTES.container)
        self._since, self.losing = 0.0, False
        self._taken = 0, 0
        self.turns = 0  # how often something was taken

    def accepted(self, text: str, now: float) -> list[str]:
        """The lines of a text that are taken; `losing` says whether any were not."""
        self._fill(now)
        self.turns += 1
        within = text[: max(0, int(self._bytes))]
        offered = within.splitlines() if text else [""]
        lines = offered[: max(0, int(self._lines))]
        self._taken = len(lines), sum(map(weight, lines))
        self._lines -= self._taken[0]
        self._bytes -= self._taken[1]
        self.losing = len(within) < len(text) or len(lines) < len(offered)
        return lines

    @property
    def repeats(self) -> bool:
        """Whether one short line was taken last: so much comes back in a second."""
        return self._taken[0] == 1 and self._taken[1] < limits.STEP_BYTES and not self.losing

    def take_again(self, moments: Sequence[float]) -> None:
        """Take what was taken last once more at each of these moments, for which there is room."""
        self.turns += len(moments)
        lines, size = self._taken
        most_lines, most_bytes = limits.LOG_LINES.container, limits.LOG_BYTES.container
        left_lines, left_bytes = self._lines, self._bytes
        full = most_lines - lines, most_bytes - size
        for moment in moments:  # as `_fill` does
            passed, self._since = moment - self._since, moment
            left_lines = min(most_lines, left_lines + passed * self.LINES_A_SECOND) - lines
            left_bytes = min(most_bytes, left_bytes + passed * self.BYTES_A_SECOND) - size
            if (left_lines, left_bytes) == full and passed >= 1.0:
                self._since = moments[-1]
                break
        self._lines, self._bytes = left_lines, left_bytes

    def _fill(self, now: float) -> None:
        """Bring back what comes back by now."""
        passed, self._since = now - self._since, now
        self._lines = min(limits.LOG_LINES.container, self._lines + passed * self.LINES_A_SECOND)
        self._bytes = min(limits.LOG_BYTES.container, self._bytes + passed * self.BYTES_A_SECOND)
