import pytest

from ecslab.sandbox.bridge import determinism
from ecslab.sandbox.bridge.installation import OURS


@pytest.fixture
def moto_as_it_was():
    """What a test installs is gone after it."""
    stock = [backends.backend for backends, _ in OURS]
    yield
    determinism.forget_backends()
    for (backends, _), backend in zip(OURS, stock, strict=True):
        backends.backend = backend
