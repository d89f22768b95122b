"""One browser a session."""

import pytest

from tests.browser import jupyterlab


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """A Chromium without a window."""
    with jupyterlab.browser(tmp_path_factory.mktemp("chromium")) as context:
        yield context


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.needs_program("chromium"))
