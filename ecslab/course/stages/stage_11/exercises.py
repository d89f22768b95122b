"""The exercise of stage 11: six tasks on the fewest instances."""

from __future__ import annotations

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.display.verdict import Verdict, not_yet
from ecslab.operations import prices
from ecslab.operations.capacity import placement_puzzle
from ecslab.operations.capacity.placement_puzzle import FEWEST


def puzzle(lab: Connection) -> Verdict:
    """All six tasks of the puzzle are placed, on two instances."""
    seen = placement_puzzle.score(lab)
    if not seen.instances:
        return not_yet("The instances of the puzzle are not there: `ecslab.capacity.puzzle(lab)` makes them.")
    if not any(seen.placed.values()):
        return not_yet("No task of the puzzle runs yet.")
    for name, count in seen.families.items():
        if seen.placed[name] > count:
            return verdicts.wrong("11.puzzle-many", name=name, count=seen.placed[name], wanted=count)
        if seen.placed[name] < count:
            return verdicts.wrong("11.puzzle-few", name=name, count=seen.placed[name], wanted=count)
    if seen.used > FEWEST:
        return verdicts.wrong("11.puzzle-instances", used=seen.used, fewest=FEWEST)
    return verdicts.done("11.puzzle-solved", used=seen.used, price=prices.dollars(seen.hourly))
