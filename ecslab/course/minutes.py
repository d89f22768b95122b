"""How long a stage takes, and how that is put in words."""

from dataclasses import dataclass
from typing import Final

PACE: Final = 10
"""The sandbox's usual speed: virtual seconds for each second of the learner's."""


@dataclass(frozen=True)
class Minutes:
    """The time for one notebook, as `make minutes` measured it.

    Attributes:
        reading: minutes to read, run the cells, answer the questions and do the exercises.
        waiting: minutes that its waits take on AWS; the sandbox lets them pass ten times faster.
    """

    reading: int
    waiting: int

    @property
    def here(self) -> int:
        """Minutes in the sandbox."""
        return max(1, round(self.reading + self.waiting / PACE))


def sentence(minutes: Minutes) -> str:
    """What stands under the title of a notebook; to five minutes, which is as exact as it can be."""
    about = f"About {_fives(minutes.here)} minutes, questions and exercises included"
    more = minutes.reading + minutes.waiting - minutes.here
    if more < 3:
        return f"{about}."
    return f"{about}; on a real account about {_fives(more)} more, as nothing there shortens the waits."


def _fives(minutes: int) -> int:
    return max(5, 5 * round(minutes / 5))
