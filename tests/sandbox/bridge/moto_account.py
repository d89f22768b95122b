"""A moto account of the sandbox's own for tests of one part of the bridge."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto import mock_aws

from ecslab.sandbox.bridge import determinism


@contextmanager
def account(monkeypatch: Any, swapped: dict[Any, Any]) -> Iterator[None]:
    """Run under moto with these backends (moto's dictionary: our class), and put moto's back."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    determinism.install()
    determinism.reseed("test")
    for backends, ours in swapped.items():
        monkeypatch.setattr(backends, "backend", ours)
    determinism.forget_backends()
    with mock_aws():
        yield
    determinism.forget_backends()
    determinism.set_time_source(time.time)
