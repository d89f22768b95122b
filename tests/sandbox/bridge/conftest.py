import pytest

from ecslab.sandbox.bridge.installation import OURS
from ecslab.sandbox.bridge.moto_state import forget_backends


@pytest.fixture
def moto_as_it_was():
    """What a test installs is gone after it."""
    stock = [backends.backend for backends, _ in OURS]
    yield
    forget_backends()
    for (backends, _), backend in zip(OURS, stock, strict=True):
        backends.backend = backend
