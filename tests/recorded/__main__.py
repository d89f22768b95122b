"""`make recorded`: how far the recorded answers of AWS agree with a sandbox's, by service.

    python -m tests.recorded [-k TEXT] [-q] [--cases FILE]

With AWS_ENDPOINT_URL set (and AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), against that endpoint, which
should run at speed 50; RECORDED_PATIENCE=5 multiplies the waits for a slower one. It makes its own
resources there: never point it at a real account. Without it, in a sandbox of this process.
"""

import argparse
import os
import tempfile
from collections import Counter
from pathlib import Path

from ecslab.sandbox import in_process
from tests.recorded.case import CASES, load, verdict
from tests.recorded.place import Place, RunningPlace, SandboxPlace


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("-k", default="", help="only cases whose id or source contains this text")
    parser.add_argument("-q", action="store_true", help="leave out the cases that are the same")
    parser.add_argument("--cases", default=CASES, type=Path)
    options = parser.parse_args()
    place = _place()
    words: Counter[tuple[str, str]] = Counter()
    for case in load(options.cases):
        if options.k not in f"{case.id} {case.source}":
            continue
        result = verdict(case, place)
        words.update({(case.service, result.word): 1, ("all", result.word): 1})
        if result.word != "same" or not options.q:
            line = f"{result.word:8}{case.service:6}{case.id} [{case.source}] {result.note}"
            print(line.rstrip().replace("\n", "\\n"), flush=True)  # noqa: T201
    for service in sorted({service for service, _ in words}, key=lambda name: (name == "all", name)):
        counts = {word: words[service, word] for word in ("same", "differs", "error")}
        summary = " ".join(f"{word} {count:3}" for word, count in counts.items())
        print(f"TOTAL {service:6}{summary} of {sum(counts.values())}")  # noqa: T201


def _place() -> Place:
    if os.environ.get("AWS_ENDPOINT_URL"):
        return RunningPlace()
    os.environ.setdefault("MOTO_AMIS_PATH", str(Path(__file__).parents[1] / "machine_images.json"))
    return SandboxPlace(in_process.start(Path(tempfile.gettempdir()), seed="recorded", timing="fixed"))


if __name__ == "__main__":
    main()
