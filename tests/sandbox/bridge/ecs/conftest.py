import pytest
from ecs_wire import Ecs


@pytest.fixture
def ecs(moto_as_it_was):
    return Ecs()
