"""`python -m tests.simulation SEED`: play the history of a seed again, alone.

Without a seed, `--count` histories from `--first` on are played, as `make soak` does.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("MOTO_AMIS_PATH", str(Path(__file__).parents[1] / "machine_images.json"))
from tests.simulation import run
from tests.simulation.journeys import SPECIAL

CHUNK = 25  # histories that a process plays before it tells of them


def main() -> int:
    """Play, and print what failed; 1 if anything did."""
    options = _options()
    if options.seeds:
        failed = [found for seed in options.seeds if (found := _alone(seed, options))]
    else:
        failed = _many(range(options.first, options.first + options.count), options)
    more = "".join(f" --{kind}" for kind in _kinds(options))
    for failure in failed:
        _print(f"{failure}\n  alone: python -m tests.simulation {failure.history.seed}{more} --verbose")
    return int(bool(failed))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seeds", type=int, nargs="*", metavar="SEED")
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--scaling", action="store_true", help="draw visitors, policies and schedules too")
    parser.add_argument("--naming", action="store_true", help="draw services that are found by names too")
    parser.add_argument("--instances", action="store_true", help="draw services on EC2, and what it takes")
    parser.add_argument("--verbose", action="store_true", help="print each step and how it ended")
    parser.add_argument(
        "--shorten", action="store_true", help="leave out the steps that a failure does not need"
    )
    return parser.parse_args()


def _kinds(options: argparse.Namespace) -> tuple[str, ...]:
    return tuple(kind for kind in SPECIAL if getattr(options, kind))


def _alone(seed: int, options: argparse.Namespace) -> run.Failure | None:
    say = _print if options.verbose else lambda _: None
    history = run.drawn(seed, _kinds(options))
    say(f"seed {seed}, {history.switches}")
    failure = run.play(history, say)
    if failure and options.shorten:
        failure = run.shortened(failure)
        for step in failure.history.steps:
            _print(f"  {step}")
    return failure


def _many(seeds: range, options: argparse.Namespace) -> list[run.Failure]:
    began, failed, done = time.monotonic(), list[run.Failure](), 0
    chunks = [seeds[at : at + CHUNK] for at in range(0, len(seeds), CHUNK)]
    failures = partial(run.failures, kinds=_kinds(options))
    with ProcessPoolExecutor(options.processes, mp_context=get_context("spawn")) as pool:
        for chunk, found in zip(chunks, pool.map(failures, chunks), strict=True):
            failed, done = failed + found, done + len(chunk)
            sys.stderr.write(f"\r  {done} of {len(seeds)} histories, {len(failed)} failed ")
            sys.stderr.flush()
    _print(f"\nsimulation: {done} histories in {time.monotonic() - began:.0f} s, {len(failed)} failed")
    return failed


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
