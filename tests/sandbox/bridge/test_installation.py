"""Installing a sandbox: ours everywhere moto looks, and nothing left of the one before."""

import pytest
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.elbv2.models import elbv2_backends

from ecslab.sandbox.bridge.account import Account, current_account
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.elbv2.backend import ElbV2Backend
from ecslab.sandbox.bridge.installation import OURS, install
from ecslab.sandbox.bridge.late_installation import fetch
from ecslab.sandbox.runtime.embedded import EmbeddedRuntime
from ecslab.sandbox.world.time.clock import Clock

ACCOUNT = "123456789012"

pytestmark = pytest.mark.usefixtures("moto_as_it_was")


def fresh(home=None, seed="s"):
    clock = Clock()
    account = Account(clock, EmbeddedRuntime(), ACCOUNT, home, seed)
    install(account)
    return account


def test_what_comes_later_is_ours_too():
    fresh()
    stock, elbv2_backends.backend = elbv2_backends.backend, object
    try:
        for _ in range(2):
            fetch("elasticloadbalancing")
            assert elbv2_backends.backend is ElbV2Backend
    finally:
        elbv2_backends.backend = stock


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
    installed = fresh()
    assert current_account() is installed
    assert state.of("us-east-1").clusters == {}
    assert len(ec2_backends[ACCOUNT]["us-east-1"].describe_vpcs()) == 2


def test_layers_lie_in_the_account_s_folder(tmp_path):
    fresh(tmp_path)
    digest = ecr_backends[ACCOUNT]["us-east-1"].blobs.add(b"layer")
    assert (tmp_path / "blobs" / digest.removeprefix("sha256:")).read_bytes() == b"layer"
    fresh()
    assert ecr_backends[ACCOUNT]["us-east-1"].blobs.get(digest) is None
