"""`make soak`: minutes of random load from clients in parallel, on a sandbox of its own at a high speed.

`python -m tests.soak --minutes 10 --clients 8 --seed 1`. It fails if a request was answered with a 500 or not
at all, if something is left of an account that was cleared, if a restart does not bring the same account
back, or if the server grew.
"""

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from ecslab.sandbox import process
from ecslab.sandbox.process import files
from tests.soak import account, judge
from tests.soak.actions import act
from tests.soak.client import LONGEST, Client, Tally

ROUNDS = 4  # the first one warms up; after each the account is cleared, and the server's memory read
FLAT = 32.0  # MiB by which the server may grow between the end of the first round and that of the last
TOLD = 10.0  # wall seconds between two lines of progress


def main() -> int:
    """Play the rounds and say what came of them; 1 if anything was wrong."""
    options = _options()
    print(f"soak: {options.minutes:g} minutes, {options.clients} clients, seed {options.seed}")  # noqa: T201
    folder = Path(tempfile.mkdtemp(prefix="ecslab-soak-"))
    home = folder / "home"
    place = process.ensure(home, mode="paced", speed=options.speed, seed=options.seed)
    try:
        soak = Soak(place, home, options)
        soak.run()
        log = (files.folder_of(home) / "server.log").read_text("utf-8", "replace")
    finally:
        process.stop(home)
    if "Traceback" in log:
        soak.tally.wrong.append("the server's log has a traceback:\n" + log[log.index("Traceback") :][:3000])
    _report(soak)
    if soak.tally.wrong:
        print(f"soak: failed; journal and log are kept in {folder}")  # noqa: T201
        return 1
    print("soak: passed")  # noqa: T201
    shutil.rmtree(folder)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="of load, in all (10)")
    parser.add_argument("--clients", type=int, default=8, help="in parallel (8)")
    parser.add_argument("--seed", default=str(random.randrange(10**6)), help="draws what the clients do")
    parser.add_argument("--speed", type=float, default=100.0, help="virtual seconds in a wall second (100)")
    return parser.parse_args()


class Soak:
    """One sandbox under load; what was wrong is in `tally.wrong`."""

    def __init__(self, place: Any, home: Path, options: argparse.Namespace):
        self.place, self.home, self.options = place, home, options
        self.tally = Tally()
        self.rests: list[judge.Rest] = []
        self.replay = ""
        self.keeper = Client(place, "keeper")
        self.free = judge.free_addresses(self.keeper)
        self.ground = account.prepare(self.keeper)
        self.clients = [Client(place, (options.seed, each)) for each in range(options.clients)]

    def run(self) -> None:
        for number in range(ROUNDS):
            self._load(number + 1, self.options.minutes * 60 / ROUNDS)
            if number == ROUNDS - 1:
                self._replay()
            account.clear(self.keeper)
            left = judge.left_over(self.keeper, self.free)
            self.tally.wrong += [f"after round {number + 1}: {each}" for each in left]
            self.rests.append(judge.Rest.of(self.place))
            if number < ROUNDS - 1:
                account.furnish(self.keeper)
        for each in (self.keeper, *self.clients):
            self.tally.add(each.tally)
        grown = self.rests[-1].mib - self.rests[0].mib
        if grown > FLAT:
            self.tally.wrong.append(f"the server grew by {grown:.0f} MiB; {FLAT:g} are allowed")

    def _load(self, number: int, seconds: float) -> None:
        end = time.monotonic() + seconds
        threads = [
            threading.Thread(target=_play, args=(client, self.ground, end), daemon=True)
            for client in self.clients
        ]
        for thread in threads:
            thread.start()
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(TOLD, left))
            requests = sum(client.tally.requests for client in self.clients)
            wrong = sum(len(client.tally.wrong) for client in self.clients) + len(self.tally.wrong)
            left = max(left - TOLD, 0)
            _tell(f"round {number} of {ROUNDS}, {left:.0f} s left: {requests:,} requests, {wrong} wrong")
        for thread in threads:
            thread.join(LONGEST + 10)
        stuck = sum(thread.is_alive() for thread in threads)
        if stuck:
            self.tally.wrong.append(f"{stuck} clients never got an answer")

    def _replay(self) -> None:
        """Stop the clock, replay a copy of the journal, and compare what both accounts show."""
        self.place.control("clock", paused=True)
        before, records = judge.everything(self.keeper), self.place.control("status")["position"]
        _tell(f"replaying {records:,} journal records")
        with judge.restarted(self.home, self.home.parent / "copy") as (again, took):
            after = judge.everything(Client(again, "replay"))
        self.tally.wrong += [f"replay differs: {each}" for each in judge.differences(before, after)]
        self.replay = f"{records:,} journal records in {took:.0f} s: {len(before)} answers compared"
        self.place.control("clock", paused=False)


def _play(client: Client, ground: account.Ground, end: float) -> None:
    while time.monotonic() < end and len(client.tally.wrong) < 50:
        try:
            act(client, ground)
        except Exception as problem:
            client.tally.wrong.append(f"the client itself failed: {problem!r}")


def _tell(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)  # noqa: T201


def _report(soak: Soak) -> None:
    tally = soak.tally
    most = tally.refused.most_common(12)
    refused = ", ".join(f"{operation} {code} {count}" for (operation, code), count in most)
    lines = [
        f"requests:  {tally.requests:,} ({sum(tally.answered.values()):,} answered, "
        f"{sum(tally.refused.values()):,} refused, {sum(tally.pages.values()):,} pages)",
        f"calls:     {len(tally.answered)} operations answered",
        f"pages:     {dict(sorted(tally.pages.items()))}",
        f"refusals:  {refused}",
        f"memory:    at rest {', '.join(f'{rest.mib:.0f}' for rest in soak.rests)} MiB; "
        f"{soak.rests[-1].growth(soak.rests[0])}",
        f"replay:    {soak.replay}",
    ]
    print("\n".join(lines))  # noqa: T201
    for words in dict.fromkeys(tally.wrong):
        print(f"WRONG: {words}")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
