"""Managed instances: which types meet requirements, and on which instances tasks that wait are packed."""

import random
from collections import Counter

import pytest

from ecslab.aws_api import instance_prices
from ecslab.sandbox.world.managed_instances import packing, requirements
from ecslab.sandbox.world.managed_instances.instance_type import InstanceType
from ecslab.sandbox.world.managed_instances.packing import Wanted
from ecslab.sandbox.world.placement.instance import Instance, Needs, lacking_resource
from ecslab.sandbox.world.placement.order import ZONE, Order
from ecslab.sandbox.world.placement.rules import Constraint

ZONES = ("a", "b", "c", "d")


def kind(name, cpus=2, gib=4, maker="amd", architecture="x86_64", interfaces=3, **more):
    large = instance_prices.large(name.partition(".")[0])
    priced = {"price": instance_prices.hour(name), "rate": large and large / 2}
    return InstanceType(name, cpus, gib * 1024, architecture, maker, interfaces, **priced, **more)


TYPES = (
    kind("c6a.large", hibernates=True, ebs=650, bandwidth=0.781),
    kind("c6a.xlarge", 4, 8, interfaces=4, ebs=1250, bandwidth=1.562),
    kind("c6a.metal", 192, 384, interfaces=15, bare_metal=True),
    kind("m6i.large", 2, 8, "intel", ebs=650, bandwidth=0.781),
    kind("m5.large", 2, 8, "intel", ebs=650),
    kind("c4.large", 2, 3, "intel", current=False),
    kind("r6i.large", 2, 16, "intel"),
    kind("t3.medium", 2, 4, "intel", burstable=True),
    kind("m6g.large", 2, 8, "amazon-web-services", "arm64"),
    kind("i3.large", 2, 15, "intel", storage=475.0, storage_types=frozenset({"ssd"})),
    kind("g5.xlarge", 4, 16, accelerated=True, storage=250.0, storage_types=frozenset({"ssd"})),
)
ANY = {"vCpuCount": {"min": 1}, "memoryMiB": {"min": 1}}


def chosen(required):
    return [each.name for each in requirements.candidates(TYPES, required)]


def test_without_requirements_current_general_purpose_types_come_cheapest_first():
    assert chosen({}) == ["c6a.large", "m6g.large", "m5.large", "m6i.large", "r6i.large", "c6a.xlarge"]


MEETS = {
    # member: (what is asked, a type that it leaves out, and one that it leaves in)
    "vCpuCount": ({"min": 4}, "c6a.large", "c6a.xlarge"),
    "memoryMiB": ({"min": 1, "max": 4096}, "m5.large", "c6a.large"),
    "cpuManufacturers": (["intel"], "c6a.large", "m6i.large"),
    "memoryGiBPerVCpu": ({"min": 4, "max": 4}, "c6a.large", "m5.large"),
    "excludedInstanceTypes": (["m6*"], "m6i.large", "m5.large"),
    "onDemandMaxPricePercentageOverLowestPrice": (5, "r6i.large", "c6a.large"),
    "bareMetal": ("required", "c6a.large", "c6a.metal"),
    "burstablePerformance": ("required", "c6a.large", "t3.medium"),
    "requireHibernateSupport": (True, "c6a.xlarge", "c6a.large"),
    "networkInterfaceCount": ({"min": 4}, "c6a.large", "c6a.xlarge"),
    "localStorage": ("excluded", "i3.large", "c6a.large"),
    "baselineEbsBandwidthMbps": ({"min": 1000}, "c6a.large", "c6a.xlarge"),
    "networkBandwidthGbps": ({"min": 1.0}, "c6a.large", "c6a.xlarge"),
}


@pytest.mark.parametrize("member", MEETS)
def test_a_requirement_leaves_types_out(member):
    value, left_out, left_in = MEETS[member]
    names = chosen({**ANY, member: value})
    assert left_out not in names and left_in in names


def test_types_that_are_named_need_no_price_and_no_default():
    assert chosen({**ANY, "allowedInstanceTypes": ["i3", "g5.*", "t3.medium"]}) == [
        "t3.medium", "g5.xlarge", "i3.large",
    ]  # fmt: skip
    named = {**ANY, "allowedInstanceTypes": ["i3.large", "c6a.large"]}
    assert chosen(named | {"localStorage": "required"}) == ["i3.large"]
    assert chosen(named | {"localStorage": "required", "localStorageTypes": ["hdd"]}) == []
    assert chosen(named | {"totalLocalStorageGB": {"min": 500}}) == []
    assert chosen({**ANY, "allowedInstanceTypes": ["nothing.large"]}) == []
    old = {**ANY, "allowedInstanceTypes": ["c4", "m5"]}
    assert chosen(old) == ["m5.large", "c4.large"]
    assert chosen(old | {"instanceGenerations": ["previous"]}) == ["c4.large"]


def test_small_burstable_types_cost_what_they_cost_and_not_what_their_vcpus_do():
    burstable = [kind(f"t3.{size}", 2, gib, "intel", burstable=True)
                 for size, gib in (("large", 8), ("micro", 1), ("medium", 4))]  # fmt: skip
    required = {**ANY, "burstablePerformance": "required"}
    names = [each.name for each in requirements.candidates(burstable, required)]
    assert names == ["t3.micro", "t3.medium", "t3.large"]
    packed, _ = packing.plan([wanted(1)], ("a",), requirements.candidates(burstable, required), {}, empty)
    assert [each.type.name for each in packed] == ["t3.micro"]


def empty(kind, zone):
    attributes = {ZONE: zone, "ecs.instance-type": kind.name}
    return Instance("", "", kind.cpus * 1024, kind.memory, kind.interfaces - 1, attributes, provider="own")


def wanted(number, group="family:web", cpu=256, memory=512, interfaces=1, **order):
    needs = Needs(cpu, memory, interfaces=interfaces, zones=frozenset(order.pop("zones", ())))
    return Wanted(str(number), Order(group, needs, provider="own", **order), "x86_64")


def planned(waiting, zones=ZONES[:1], spread=None, required=None):
    types = requirements.candidates(TYPES, required or {})
    return packing.plan(waiting, zones, types, spread or {}, empty)


def test_tasks_share_the_instance_that_costs_least():
    launches, impossible = planned([wanted(number, interfaces=0) for number in range(7)])
    assert ([(each.type.name, len(each.tasks)) for each in launches], impossible) == ([("c6a.large", 7)], [])
    launches, _ = planned([wanted(number) for number in range(5)])  # two interfaces each
    assert [(each.type.name, len(each.tasks)) for each in launches] == [
        ("c6a.large", 2), ("c6a.large", 2), ("c6a.large", 1),
    ]  # fmt: skip


def test_services_are_spread_over_three_zones_and_others_are_not():
    launches, _ = planned([wanted(number, "service:web") for number in range(3)], ZONES)
    assert [each.zone for each in launches] == ["a", "b", "c"]
    spread = {"a": Counter({"service:web": 1}), "b": Counter({"service:web": 1})}
    launches, _ = planned([wanted(1, "service:web")], ZONES, spread)
    assert [each.zone for each in launches] == ["c"]
    launches, _ = planned([wanted(number, interfaces=0) for number in range(3)], ZONES)
    assert [each.zone for each in launches] == ["a"]
    launches, _ = planned([wanted(1, zones=("d",))], ZONES)
    assert [each.zone for each in launches] == ["d"]


def test_constraints_choose_the_type():
    only = (Constraint("memberOf", "attribute:ecs.instance-type == m6i.large"),)
    launches, _ = planned([wanted(1, constraints=only)])
    assert [each.type.name for each in launches] == ["m6i.large"]
    apart = {"interfaces": 0, "constraints": (Constraint("distinctInstance"),)}
    distinct = [wanted(number, **apart) for number in range(3)]
    assert [len(each.tasks) for each in planned(distinct)[0]] == [1, 1, 1]


def test_what_no_type_takes_is_told_and_holds_up_nobody():
    launches, impossible = planned([wanted("huge", cpu=999_424), wanted("small")])
    assert impossible == ["huge"]
    assert [each.tasks for each in launches] == [["small"]]
    assert planned([wanted(1)], required={**ANY, "cpuManufacturers": ["amazon-web-services"]}) == ([], ["1"])


@pytest.mark.parametrize("seed", range(40))
def test_every_task_is_on_one_instance_that_has_room(seed):
    draw = random.Random(seed)
    waiting = [
        wanted(
            number, draw.choice(("service:web", "service:api", "family:job")),
            draw.choice((128, 256, 1024, 2048)), draw.choice((256, 1024, 4096, 14_000)), draw.choice((0, 1)),
        )
        for number in range(draw.randrange(1, 160))
    ]  # fmt: skip
    launches, impossible = planned(waiting, ZONES[: draw.randrange(1, 4)])
    by_id = {task.id: task.order.needs for task in waiting}
    assert sorted([task for each in launches for task in each.tasks] + impossible, key=int) == list(by_id)
    assert impossible == []
    for each in launches:
        instance = empty(each.type, each.zone)
        for task in each.tasks:
            assert lacking_resource(instance, by_id[task]) is None
            instance.take(task, "family:job", by_id[task])
