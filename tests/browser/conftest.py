"""One browser a session; where there is none the tests say so, and CI takes that for a failure."""

import os

import pytest

from tests.browser import jupyterlab


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """A Chromium without a window."""
    if not jupyterlab.CHROMIUM.exists():
        reason = f"{jupyterlab.CHROMIUM} is not installed: apt-get install chromium"
        if "ECSLAB_REQUIRE_BROWSER" in os.environ:
            pytest.fail(reason)
        pytest.skip(reason)
    with jupyterlab.browser(tmp_path_factory.mktemp("chromium")) as context:
        yield context


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
