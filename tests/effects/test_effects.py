"""For every member that is said to act there is an experiment in which it does, or a test that is named."""

import gc
import os
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from ecslab.sandbox.wire.carried import CARRIED
from ecslab.sandbox.wire.fields.table import members
from tests.effects.difference import first_difference
from tests.effects.find import Experiment, candidates, changed, own_file, places, requests, wanted
from tests.effects.world import World

HERE = Path(__file__).parent
MOST_UNSEEN = 0
"""Members that the code reads, and no experiment has shown to act yet; this number only falls."""
FILES = {
    service.name: tomllib.loads((HERE / "seen" / f"{service.name}.toml").read_text("utf-8"))
    for service in CARRIED
}
SEEN = {service: file["seen"] for service, file in FILES.items()}
ROWS = [f"{service}:{name}" for service, rows in SEEN.items() for name in rows]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    if not hasattr(os, "fork"):
        pytest.skip("experiments are made in copies of this process")
    furniture = tomllib.loads((HERE / "furniture.toml").read_text("utf-8"))
    effects_world = World(tmp_path_factory.mktemp("home"), furniture["steps"])
    gc.freeze()
    yield effects_world
    effects_world.close()


@pytest.fixture(scope="module")
def before(world):
    """What comes of a request as it stands, seen from one place."""

    @cache
    def outcome(service, operation, number, look):
        row = requests(service).get(operation, [{}])[number]
        request = world.filled(row.get("input", {}), service)
        return (
            request,
            row.get("then", []),
            world.outcome(f"{service}:{operation}", request, row.get("then", []), look),
        )

    return outcome


@pytest.mark.parametrize("service", CARRIED, ids=lambda service: service.name)
def test_every_member_that_acts_is_seen_to(service):
    own = own_file(service.name)
    unseen = FILES[service.name].get("unseen", "").split()
    listed = [*SEEN[service.name], *own.get("elsewhere", {}), *unseen]
    assert sorted(listed) == sorted(wanted(service)), "run python -m tests.effects"


def test_fewer_and_fewer_are_not_seen():
    assert sum(len(file.get("unseen", "").split()) for file in FILES.values()) <= MOST_UNSEEN


@pytest.mark.parametrize("name", ROWS)
def test_it_acts(world, before, name):
    service, _, member = name.partition(":")
    experiment, own = Experiment.read(SEEN[service][member]), own_file(service)
    look = re.split(r"\.(?:answer|refused)", experiment.seen)[0]
    call = f"{service}:{experiment.operation}"
    request, then, base = before(service, experiment.operation, experiment.request, look)
    known = members(service, experiment.operation)
    shape, value = next(
        (shape, value)
        for where, path, shape, value in places(
            service, experiment.operation, known, request, (), experiment.operation
        )
        if path == experiment.path and where == member
    )
    more = world.filled(own.get("values", {}).get(member, []), service)
    to = list(candidates(str(experiment.path[-1]), shape, value, more))[experiment.attempt]
    after = world.outcome(call, changed(request, experiment.path, to), then, look)
    assert "refused" not in base["itself"]
    assert first_difference(base, after, str(experiment.path[-1]), member in own.get("shown", "").split())


TOLD_ELSEWHERE = {
    f"{service.name}:{name}": test
    for service in CARRIED
    for name, test in own_file(service.name).get("elsewhere", {}).items()
}


@pytest.mark.parametrize("name", TOLD_ELSEWHERE)
def test_the_test_that_is_named_sends_the_member(name):
    file, _, function = TOLD_ELSEWHERE[name].partition("::")
    text = (HERE.parent / file).read_text("utf-8")
    assert f"def {function}(" in text
    assert re.search(rf"\b{name.rpartition('.')[2]}\b", text)
