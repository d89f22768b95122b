"""pytest, inside moto's source distribution: our backends, and excluded tests that have to fail."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from . import exclusions, world
from .permit import COUNTS, SUITE


def pytest_configure(config: pytest.Config) -> None:
    world.enter()
    config.pluginmanager.register(_Table(os.environ[SUITE]))


class _Table:
    """The suite's exclusions, and what became of its tests."""

    def __init__(self, suite: str):
        self.folder = f"tests/test_{suite}/"
        self.excluded = exclusions.read(suite)
        self.counts: Counter[str] = Counter()

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Mark the excluded tests; an excluded test that passes is then a failure."""
        names = {item.nodeid.removeprefix(self.folder): item for item in items}
        whole = not any("::" in argument for argument in config.args) and not config.option.keyword
        unknown = [test for test in self.excluded if not any(_means(test, name) for name in names)]
        if whole and unknown:
            raise pytest.UsageError(f"excluded, but not among the tests: {', '.join(unknown)}")
        for name, item in names.items():
            row = next((row for test, row in self.excluded.items() if _means(test, name)), None)
            if row:
                item.add_marker(pytest.mark.xfail(reason=f"{row.asserts}: {row.says}", strict=True))
                item.user_properties.append(("why", row.why))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and hasattr(report, "wasxfail"):
            self.counts[dict(report.user_properties)["why"]] += 1
        elif report.skipped or report.failed or report.when == "call":
            self.counts[report.outcome] += 1

    def pytest_sessionfinish(self) -> None:
        if COUNTS in os.environ:
            Path(os.environ[COUNTS]).write_text(json.dumps(self.counts))


def _means(test: str, name: str) -> bool:
    """Whether an id in the table is this test's; without parameters it means all of them."""
    return name == test or name.startswith(f"{test}[")
