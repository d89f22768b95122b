import pytest
from ecs_wire import Ecs


@pytest.fixture
def ecs():
    return Ecs()
