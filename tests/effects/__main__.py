"""`python -m tests.effects [service …]`: find experiments in which members act; write them down."""

import argparse
import gc
import json
import os
import sys
import tempfile
import tomllib
from pathlib import Path
from textwrap import fill
from typing import Any

from ecslab.sandbox.wire.carried import CARRIED, CarriedService
from ecslab.sandbox.wire.fields.table import members
from tests import botocore_shortcuts
from tests.effects.find import Experiment, candidates, effect, own_file, places, requests, wanted
from tests.effects.world import World

HERE = Path(__file__).parent


def look(
    world: World, service: CarriedService, extra: dict[str, Any], recorded: set[str]
) -> dict[str, Experiment]:
    """For each member whose effect was seen, how; `recorded` are members that are not looked at."""
    experiments: dict[str, Experiment] = {}
    missing = set(wanted(service)) - recorded
    known = requests(service.name)
    for operation in sorted(service.operations):
        for number, row in enumerate(known.get(operation, [{}])):
            call = f"{service.name}:{operation}"
            request = world.filled(row.get("input", {}), service.name)
            before = world.outcome(call, request, row.get("then", []))
            if "refused" in before["itself"]:
                sys.stderr.write(f"  {call} {number}: {before['itself']['refused'][:140]}\n")
                continue
            for name, path, shape, value in places(
                service.name, operation, members(service.name, operation), request, (), operation
            ):
                if name not in missing:
                    continue
                more = world.filled(extra.get("values", {}).get(name, []), service.name)
                for attempt, to in enumerate(list(candidates(str(path[-1]), shape, value, more))[:8]):
                    where = effect(
                        world, call, request, row.get("then", []), path, to,
                        name in extra.get("shown", "").split(), before,
                    )  # fmt: skip
                    if where and (name not in experiments or where != "itself.answer"):
                        experiments[name] = Experiment(operation, number, path, attempt, where)
                        if where != "itself.answer":
                            missing.discard(name)
                            break
    missing -= set(experiments)
    for name in sorted(missing):
        sys.stdout.write(f"{service.name} {name}: no effect seen\n")
    sys.stdout.write(f"{service.name}: {len(experiments)} of {len(experiments) + len(missing)}\n")
    sys.stdout.flush()
    return experiments


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.effects", description=__doc__)
    parser.add_argument("services", nargs="*")
    parser.add_argument("--all", action="store_true", help="look for those anew that were seen before")
    options = parser.parse_args()
    named = options.services
    botocore_shortcuts.take()
    os.environ.setdefault("MOTO_AMIS_PATH", str(HERE.parent / "machine_images.json"))  # as the suite has it
    with tempfile.TemporaryDirectory() as home:
        furniture = tomllib.loads((HERE / "furniture.toml").read_text("utf-8"))
        world = World(Path(home), furniture["steps"])
        gc.freeze()
        for service in CARRIED:
            if not named or service.name in named:
                old = {} if options.all else before(service)
                experiments = look(world, service, own_file(service.name), set(old))
                write(service, old | {name: str(each) for name, each in experiments.items()})


def before(service: CarriedService) -> dict[str, str]:
    """The experiments that were found before, of members that act still."""
    file = HERE / "seen" / f"{service.name}.toml"
    seen = tomllib.loads(file.read_text("utf-8"))["seen"] if file.exists() else {}
    return {name: each for name, each in seen.items() if name in wanted(service)}


def write(service: CarriedService, seen: dict[str, str]) -> None:
    """`seen`: the experiments; `unseen`: members of which nothing was seen yet."""
    elsewhere = own_file(service.name).get("elsewhere", {})
    unseen = sorted(set(wanted(service)) - seen.keys() - elsewhere.keys())
    lines = ["# Written by `python -m tests.effects`: experiments in which members were seen to act."]
    if unseen:
        lines += ["", f'unseen = """\n{fill(" ".join(unseen), 110, break_on_hyphens=False)}\n"""']
    lines += ["", "[seen]", *(f"{json.dumps(name)} = {json.dumps(seen[name])}" for name in sorted(seen))]
    (HERE / "seen" / f"{service.name}.toml").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
