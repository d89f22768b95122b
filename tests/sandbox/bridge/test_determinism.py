"""moto's clock and ids follow the sandbox alone."""

import datetime
import importlib

import pytest
from moto.core.utils import unix_time, utcnow
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.sts.utils import random_session_token

from ecslab.sandbox.bridge import determinism
from ecslab.sandbox.bridge.account import Account, enter
from ecslab.sandbox.bridge.moto_state import forget_backends
from ecslab.sandbox.runtime.embedded import EmbeddedRuntime
from ecslab.sandbox.world.time.clock import Clock

ACCOUNT, REGION = "123456789012", "us-east-1"


@pytest.fixture(autouse=True)
def in_place():
    determinism.install()
    clock = lambda: 1_800_000_000.25  # noqa: E731
    enter(Account(Clock(), EmbeddedRuntime(), ACCOUNT, seed="test", wall_clock=clock))
    yield
    forget_backends()


def test_moto_tells_our_time():
    assert unix_time() == 1_800_000_000.25
    assert type(utcnow()) is datetime.datetime


@pytest.mark.parametrize("name", sorted(determinism.CLOCKS))
def test_every_clock_named_is_where_moto_keeps_it(name):
    module = importlib.import_module(name)
    determinism.install()
    for attribute in determinism.CLOCKS[name]:
        replaced = getattr(module, attribute)
        if attribute == "datetime":
            kind = getattr(replaced, "datetime", replaced)
            assert kind.now(datetime.UTC).timestamp() == 1_800_000_000.25
        elif attribute == "time":
            assert replaced.time() == 1_800_000_000.25


def test_equal_seeds_draw_equal_ids():
    drawn = []
    for _ in range(2):
        determinism.reseed("seed", 7)
        drawn.append((determinism.rng.get_random_hex(32), random_session_token(), determinism.rng.uuid4()))
    assert drawn[0] == drawn[1]


def test_a_backend_comes_out_the_same_whichever_request_is_first():
    determinism.reseed("seed", 1)
    _ = iam_backends[ACCOUNT]["aws"]
    first = sorted(ec2_backends[ACCOUNT][REGION].vpcs)
    forget_backends()
    determinism.reseed("seed", 2)
    assert sorted(ec2_backends[ACCOUNT][REGION].vpcs) == first


DRAWS = {
    "random": lambda rng: rng.random(),
    "uuid4": lambda rng: rng.uuid4(),
    "choice": lambda rng: rng.choice("abcdefgh"),
    "randrange": lambda rng: rng.randrange(10**9),
    "randbytes": lambda rng: rng.randbytes(9),
    "gauss": lambda rng: rng.gauss(),
    "getstate": lambda rng: rng.getstate()[1],
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_a_seed_that_waits_for_the_first_draw_gives_what_one_at_once_gives(draw):
    determinism.rng.random()
    determinism.reseed("seed", 1)
    determinism.reseed("seed", 2)  # nothing was drawn between them
    assert "random" in vars(determinism.rng), "nobody has drawn yet"
    expected = type(determinism.rng)("seed\x1f2")
    assert [draw(determinism.rng) for _ in range(2)] == [draw(expected) for _ in range(2)]


def test_building_a_backend_leaves_the_stream_where_it_was():
    determinism.reseed("seed", 1)
    expected = determinism.rng.get_random_hex(32)
    determinism.reseed("seed", 1)
    _ = ec2_backends[ACCOUNT][REGION]
    assert determinism.rng.get_random_hex(32) == expected


def test_backends_are_built_at_one_instant():
    forget_backends()
    built = []

    class Watching:
        def __init__(self, region: str, account_id: str):
            built.append(determinism.now())

        def reset(self) -> None:
            pass

    regions = ec2_backends[ACCOUNT]
    regions.backend = Watching
    _ = regions["eu-west-1"]
    assert built == [determinism.BUILT_AT]
    assert determinism.now() == 1_800_000_000.25


def test_an_unknown_region_is_still_refused():
    with pytest.raises(KeyError):
        _ = ec2_backends[ACCOUNT]["mars-north-1"]
