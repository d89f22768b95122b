"""Installing a sandbox: ours everywhere moto looks, and nothing left of the one before."""

import importlib

import pytest
from moto.ec2.models import ec2_backends

from ecslab.sandbox.bridge import account, determinism
from ecslab.sandbox.bridge.ecr.backend import EcrBackend
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.installation import LATER, OURS, fetch, install
from ecslab.sandbox.runtime.embedded import EmbeddedRuntime
from ecslab.sandbox.world.time.clock import Clock

ACCOUNT = "123456789012"

pytestmark = pytest.mark.usefixtures("moto_as_it_was")


def fresh(home=None, seed="s"):
    clock = Clock()
    determinism.set_time_source(clock.timestamp)
    determinism.seed_backends(seed)
    made = account.Context(clock, EmbeddedRuntime(), ACCOUNT, home)
    install(made)
    return made


@pytest.mark.parametrize("service", sorted(LATER))
def test_what_comes_later_is_ours_too(service):
    fresh()
    backends, ours = importlib.import_module(LATER[service]).OURS
    stock, backends.backend = backends.backend, object
    try:
        for _ in range(2):
            fetch(service)
            assert backends.backend is ours
    finally:
        backends.backend = stock


@pytest.mark.parametrize(("backends", "ours"), OURS)
def test_moto_meets_ours(backends, ours):
    fresh()
    region = "aws" if "aws" in backends[ACCOUNT].regions else "us-east-1"
    assert isinstance(backends[ACCOUNT][region], ours)


def test_the_same_seed_gives_the_same_networks():
    def vpcs(seed):
        fresh(seed=seed)
        return [vpc.id for vpc in ec2_backends[ACCOUNT]["us-east-1"].describe_vpcs()]

    first = vpcs("one")
    assert len(first) == 2
    assert vpcs("other") != first
    assert vpcs("one") == first


def test_nothing_is_left_of_the_sandbox_before():
    fresh()
    state.of("us-east-1").clusters["lab"] = state.Cluster("lab", "arn")
    ec2_backends[ACCOUNT]["us-east-1"].create_vpc("10.9.0.0/16")
    made = fresh()
    assert account.current() is made
    assert state.of("us-east-1").clusters == {}
    assert len(ec2_backends[ACCOUNT]["us-east-1"].describe_vpcs()) == 2


def test_layers_lie_in_the_sandbox_s_folder(tmp_path):
    fresh(tmp_path)
    assert EcrBackend.home == tmp_path / "sandbox"
    fresh()
    assert EcrBackend.home is None
