"""A moto account of the sandbox's own for tests of one part of the bridge."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from moto import mock_aws

from ecslab.sandbox.bridge import determinism
from ecslab.sandbox.bridge.account import Account, enter
from ecslab.sandbox.bridge.moto_state import forget_backends
from ecslab.sandbox.runtime.embedded import EmbeddedRuntime
from ecslab.sandbox.world.time.clock import Clock

ACCOUNT = "123456789012"


@contextmanager
def account(
    monkeypatch: Any, swapped: dict[Any, Any], wall_clock: Callable[[], float] = time.time
) -> Iterator[None]:
    """Run under moto with these backends (moto's dictionary: our class), and put moto's back."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    determinism.install()
    enter(Account(Clock(), EmbeddedRuntime(), ACCOUNT, wall_clock=wall_clock))
    determinism.reseed("test")
    for backends, ours in swapped.items():
        monkeypatch.setattr(backends, "backend", ours)
    forget_backends()
    with mock_aws():
        yield
    forget_backends()
