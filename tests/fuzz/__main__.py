"""`make fuzz`: requests made from AWS's models, valid and at their boundaries; none may end in a 500.

`python -m tests.fuzz --requests 50000 --seed 1`, or `--service ec2` for one service alone. Every failure is
printed with the call that led to it. How many of moto's own failures were turned into a refusal is counted
and printed, so that a catch-all cannot hide them.
"""

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.fuzz.account import SERVICES
from tests.fuzz.run import BATCH, Tally, fuzz


def main() -> int:
    """Send the requests and print what came of them; 1 if one was not answered as AWS would answer."""
    options = _options()
    services, began, tally = options.service or list(SERVICES), time.monotonic(), Tally()
    accounts = -(-options.requests // BATCH)
    sizes = [min(BATCH, options.requests - number * BATCH) for number in range(accounts)]
    with ProcessPoolExecutor(options.processes, mp_context=get_context("spawn")) as pool:
        runs = [pool.submit(fuzz, services, options.seed, options.account + number, size)
                for number, size in enumerate(sizes)]  # fmt: skip
        for run in runs:
            tally.add(run.result())
            accepted, failed = tally.accepted.total(), len(tally.unhandled)
            sys.stderr.write(f"\r  {tally.sent} requests, {accepted} accepted, {failed} failed ")
            sys.stderr.flush()
    _report(tally, time.monotonic() - began, every=options.every)
    return int(bool(tally.unhandled or tally.slow) or tally.accepted.total() * 2 < tally.sent)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--account", type=int, default=0, help="begin with this account of the run")
    parser.add_argument("--service", choices=SERVICES, action="append", help="only this one; can be repeated")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--every", action="store_true", help="print what each operation answered")
    return parser.parse_args()


def _report(tally: Tally, seconds: float, *, every: bool) -> None:
    names = tally.accepted.keys() | tally.refused.keys()
    accepted = tally.accepted.total()
    lines = [
        "",
        f"fuzz: {tally.sent} requests over {len(names)} operations in {seconds:.0f} s; {accepted} accepted "
        f"({100 * accepted / max(tally.sent, 1):.0f} %), {len(tally.unhandled)} not handled; "
        f"{tally.converted.total()} failures of moto became a refusal",
    ]
    never = sorted(name for name in names if not tally.accepted[name])
    lines += [f"  never accepted: {' '.join(never)}"] if never else []
    if every:
        for name in sorted(names, key=lambda name: tally.accepted[name] - tally.refused[name]):
            codes = [f"{code.partition(' ')[2]} {count}" for code, count in tally.words.most_common()
                     if code.startswith(f"{name} ")]  # fmt: skip
            requests = tally.accepted[name] + tally.refused[name]
            lines.append(f"  {tally.accepted[name]:5} of {requests:5}  {name} {', '.join(codes[:3])}")
    lines += [f"  became a refusal: {count:5}  {what}" for what, count in tally.converted.most_common(40)]
    lines += [f"  too slow: {each.operation} {each.what} {each.parameters!r:.99}" for each in tally.slow[:20]]
    kinds = Counter((failure.operation, failure.what[:500]) for failure in tally.unhandled)
    lines += [f"  not handled: {count:5}  {operation}: {what}"
              for (operation, what), count in kinds.most_common(60)]  # fmt: skip
    reported: set[str] = set()
    for failure in tally.unhandled:
        if failure.operation not in reported:
            reported.add(failure.operation)
            lines.append(f"    {failure.operation} {failure.parameters!r:.600}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
