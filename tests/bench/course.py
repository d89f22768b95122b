"""The course: how long its notebooks take to be checked, and the way to any stage."""

import functools
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ecslab.course.catalogue import STAGES
from ecslab.sandbox import process
from tests.bench import notebooks
from tests.bench.measure import PYTHON, Row, output_of, seconds_of
from tests.bench.rows import environment, sandbox

__all__ = ["COURSE_ROWS"]

FIRST = 6  # notebooks of the path to the first page, 00 to 05
PATIENCE = 3.0  # seconds within which one has to be at a stage
GOTO = """
import time, ecslab
lab = ecslab.connect()
began = time.perf_counter()
arrival = lab.goto({stage!r})
took = time.perf_counter() - began
if arrival.trouble:
    raise SystemExit(arrival.text)
print(took)
"""


def nbval() -> Row:
    """The first six compared strictly, and as many that only import, connect and show one table."""
    what, against = "nbval over the first six notebooks", "as many bare ones + one sandbox start"
    return Row(what, against, 1.5, *_checked()[0])


def nbval_all() -> Row:
    """All notebooks by the same measure, against the first six."""
    (first, bare_first), (rest, bare_rest) = _checked()
    ratio = (first + rest) / (bare_first + bare_rest)
    return Row(
        "nbval over all notebooks, by its ratio to bare ones", "the first six, by theirs", 1.5,
        ratio, first / bare_first, "x",
    )  # fmt: skip


@functools.cache
def _checked() -> tuple[tuple[float, float], tuple[float, float]]:
    """Seconds for the first six notebooks and as many bare ones, and the same for the others."""
    with sandbox() as (home, place), tempfile.TemporaryDirectory() as folder:
        files, around = notebooks.originals(), environment(home)
        bare = notebooks.make_bare(Path(folder), place)
        parts = [
            (seconds_of(notebooks.command(files[part], strict=True), around),
             seconds_of(notebooks.command(bare[part]), around))
            for part in (slice(FIRST), slice(FIRST, None))
        ]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="ecslab-bench-") as folder:
        began = time.perf_counter()
        process.ensure(Path(folder))
        started = time.perf_counter() - began
        process.stop(Path(folder))
    first, rest = ((ours, theirs + started) for ours, theirs in parts)  # each run starts a sandbox
    return first, rest


def _to(stage: str) -> Callable[[], Row]:
    def goto() -> Row:
        """`lab.goto` in a new Python, on an empty sandbox that was just started, at the learner's pace."""
        with sandbox(mode="paced") as (home, _):
            around = {**environment(home), "ECSLAB_CLOCK": "paced"}
            took = float(output_of([PYTHON, "-c", GOTO.format(stage=stage)], around))
        return Row(f"lab.goto({stage!r}), nothing there", f"{PATIENCE:g} seconds", 1.0, took, PATIENCE)

    return goto


COURSE_ROWS = {"nbval": nbval, "nbval_all": nbval_all, **{f"goto_{stage}": _to(stage) for stage in STAGES}}
