"""Programs that some tests drive and no lock can install.

A test says what it needs: `@pytest.mark.needs_program("skopeo")`. Where that is missing, the test is skipped,
and the summary says which tests did not run and how to get them; with ECSLAB_REQUIRE_PROGRAMS set (or, for
the browser alone, ECSLAB_REQUIRE_BROWSER) it fails.
"""

import os
import shutil
from collections import Counter
from typing import Final

import pytest

PROGRAMS: Final = {
    "aws": ("/usr/bin/aws", "awscli"),  # version 2 of the CLI; the lock installs version 1
    "chromium": ("/usr/bin/chromium", "chromium"),
    "curl": ("curl", "curl"),
    "node": ("node", "nodejs"),
    "skopeo": ("skopeo", "skopeo"),
}
"""Name: the command, and Debian's package with it."""
REASON: Final = "Skipped: not on this machine: "


def path(name: str) -> str | None:
    """Where the program is; None if it is not installed."""
    return shutil.which(PROGRAMS[name][0])


def require(item: pytest.Item) -> None:
    """Skip a test whose programs are missing, or fail it where they have to be there."""
    needed = [str(name) for mark in item.iter_markers("needs_program") for name in mark.args]
    missing = sorted({name for name in needed if path(name) is None})
    if not missing:
        return
    if any(_must_be_installed(name) for name in missing):
        pytest.fail(f"{', '.join(missing)}: not installed. {_how_to_get(missing)}", pytrace=False)
    pytest.skip(REASON.removeprefix("Skipped: ") + ", ".join(missing))


def summary(reporter: pytest.TerminalReporter) -> None:
    """One line for each set of missing programs: which tests did not run, and how to get them."""
    left_out: Counter[tuple[str, str]] = Counter()
    for report in reporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if reason.startswith(REASON):
            left_out[report.nodeid.partition("::")[0], reason.removeprefix(REASON)] += 1
    for (file, programs), count in sorted(left_out.items()):
        reporter.write_line(
            f"{file}: {count} tests did not run. {_how_to_get(programs.split(', '))}", yellow=True
        )


def _how_to_get(missing: list[str]) -> str:
    return f"To run them: apt-get install {' '.join(PROGRAMS[name][1] for name in missing)}"


def _must_be_installed(name: str) -> bool:
    return "ECSLAB_REQUIRE_PROGRAMS" in os.environ or (
        name == "chromium" and "ECSLAB_REQUIRE_BROWSER" in os.environ
    )
