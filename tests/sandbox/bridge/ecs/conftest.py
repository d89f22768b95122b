import pytest
from ecs_rig import Ecs


@pytest.fixture
def ecs():
    return Ecs()
