"""How long each step takes on AWS, in seconds of virtual time.

`durations.toml` has, for each step, what was recorded and where. A journal names its model:

- `drawn`: a duration is drawn from the recorded quantiles, by straight lines between them. It depends on the
  account's seed, on the step and on whose step it is, and on nothing else: the same seed gives the same run,
  and one call more shifts no other task's durations.
- `fixed`: always the same number. Journals of 0.1.0 keep it for ever, so that they come back as they were.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any, Final, Literal, get_args

from ecslab.sandbox.world.texts import tables

Model = Literal["drawn", "fixed"]
MODELS: Final = get_args(Model)
DEFAULT: Final[Model] = "drawn"
"""The model of a new account."""
_MIB: Final = 2**20
_SCALE: Final = 2**64


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the table.

    Attributes:
        fixed: seconds under the model `fixed`.
        quantiles: least, ..., greatest, at equal distances; none if it takes `fixed` seconds always.
        against: a step of the same task that is slow where this one is quick: recorded totals vary less than
            their parts.
    """

    fixed: float
    quantiles: tuple[float, ...] = ()
    against: str = ""

    @property
    def spoken(self) -> str:
        """The seconds it takes, for a text: `40`, or `10 to 24`."""
        ends = self.quantiles or (self.fixed,)
        least, greatest = (f"{end:.0f}" for end in (ends[0], ends[-1]))
        return least if least == greatest else f"{least} to {greatest}"

    def at(self, share: float) -> float:
        """The duration below which this share (0 to 1) of all lies."""
        place = share * (len(self.quantiles) - 1)
        before = min(int(place), len(self.quantiles) - 2)
        low, high = self.quantiles[before : before + 2]
        return low + (high - low) * (place - before)


class Durations:
    """The durations of one account.

    Args:
        model: `drawn` or `fixed`; ValueError if it is neither.
        seed: decides what is drawn.
    """

    def __init__(self, model: Model = "fixed", seed: str = ""):
        if model not in MODELS:
            raise ValueError(f"a timing model is {' or '.join(MODELS)}; got {model!r}")
        self.model, self._seed = model, seed

    def of(self, step: str, whose: str) -> float:
        """Seconds that a step takes; `whose` is an id: of the task, the deployment or the service."""
        row = steps()[step]
        if self.model == "fixed" or not row.quantiles:
            return row.fixed
        share = 1.0 - self._share(row.against, whose) if row.against else self._share(step, whose)
        return round(row.at(share), 3)

    def pull(self, size: int, task_id: str) -> float:
        """Seconds to pull an image of `size` bytes; Fargate keeps no image between tasks."""
        row = _table()["pull"][self.model]
        seconds = float(row["base"] + size / (row["mib_per_second"] * _MIB))
        if self.model == "fixed":
            return round(seconds, 1)
        return round(seconds * self.of("pull_pace", task_id), 3)

    def retry_after(self, failures: int, whose: str) -> float:
        """Seconds from the `failures`th failure in a row to the next start. U: how the gaps grow."""
        row = _table()["retry"]
        beyond = failures - len(row["first"])
        grown = min(row["longest"], row["then"] * 2.0 ** min(beyond - 1, 10))
        gap = float(grown if beyond > 0 else row["first"][failures - 1])
        return round(min(gap * self.of("retry_pace", f"{whose}/{failures}"), float(row["longest"])), 3)

    def offset(self, whose: str) -> float:
        """At which fraction of each second something looks that looks once a second."""
        return 0.0 if self.model == "fixed" else round(self._share("offset", whose), 3)

    def pick(self, choices: int, whose: str) -> int:
        """Which of so many equal places a thing gets: the first under `fixed`, else any."""
        return 0 if self.model == "fixed" else int(self._share("place", whose) * choices)

    def share(self, whose: str) -> float:
        """A number of 0 to below 1 that decides between what is equal."""
        return 0.5 if self.model == "fixed" else self._share("share", whose)

    def _share(self, step: str, whose: str) -> float:
        digest = blake2b(f"{self._seed}\0{step}\0{whose}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) / _SCALE


@cache
def _table() -> dict[str, Any]:
    return tables(__file__)


@cache
def steps() -> dict[str, Step]:
    """The table's rows."""
    return {
        name: Step(float(row["fixed"]), tuple(row.get("drawn", ())), row.get("against", ""))
        for name, row in _table()["step"].items()
    }
