"""`make compat`: moto's own tests, at the locked version, on this sandbox's backends.

`python -m tests.compat ecs` runs one suite; what follows `--` goes to pytest. A run of whole suites writes
its counts into tests/README.md. The exit code is 1 if a test failed, or passed that is excluded.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from . import readme, source
from .permit import COUNTS, PERMIT, SUITE

SUITES: Final = ("ecs", "ecr", "elbv2", "ec2")
HERE: Final = Path(__file__).parent
CACHE: Final = HERE.parents[1] / ".venv" / "compat"


def main(arguments: list[str]) -> int:
    """Run the suites; 1 if one of them failed."""
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    named, options = arguments[:cut], arguments[cut + 1 :]
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = source.fetch(CACHE)
    failed = 0
    for suite in named or SUITES:
        counts = CACHE / f"{suite}.json"
        failed |= _run(suite, folder, counts, options)
        if not options and counts.exists():
            readme.write(suite, json.loads(counts.read_text()), source.locked())
    return int(bool(failed))


def _run(suite: str, folder: Path, counts: Path, options: list[str]) -> int:
    """pytest in a process of its own, where `tests` are moto's."""
    counts.unlink(missing_ok=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    path = os.pathsep.join([str(folder), str(HERE.parent)])
    own = {"PYTHONPATH": path, SUITE: suite, COUNTS: str(counts), PERMIT: str(os.getpid())}
    plugins = ("-p", "compat.plugin", "-p", "no:cacheprovider")
    quiet = ("-q", *plugins, "--rootdir", str(folder), "-c", os.devnull)
    selected = any("::" in option for option in options)
    tests = [] if selected else [f"tests/test_{suite}"]
    command = [sys.executable, "-m", "pytest", *quiet, *options, *tests]
    return subprocess.run(command, cwd=folder, env=clean | own, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
