"""On which instance a task goes, against a search that looks at everything; and AWS's words if on none."""

from collections import Counter
from hashlib import blake2b
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.world.placement.cluster import CannotPlace, Placement
from ecslab.sandbox.world.placement.instance import Instance, Needs
from ecslab.sandbox.world.placement.order import Order
from ecslab.sandbox.world.placement.rules import Constraint, Strategy
from ecslab.sandbox.world.placement.stopping import stop_order

ZONE = "attribute:ecs.availability-zone"
RACK = "attribute:rack"
SPREAD, PACK = Strategy("spread", ZONE), Strategy("binpack", "memory")
DISTINCT = Constraint("distinctInstance")
TAIL = " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
UNPLACED = "was unable to place a task because no container instance met all of its requirements. "


def share(whose):
    return int.from_bytes(blake2b(whose.encode(), digest_size=4).digest()) / 2**32


def instance(name, zone="a", cpu=1024, memory=1000, **more):
    attributes = {"ecs.availability-zone": zone, **more.pop("attributes", {})}
    return Instance(name, f"i-{name}", cpu, memory, attributes=attributes, **more)


def cluster(*instances):
    placement = Placement(share)
    for each in instances:
        placement.add(each)
    return placement


def chosen(placement, order, count):
    return [placement.place(order, f"task-{order.group}-{number}").id for number in range(count)]


# by strategy


def test_a_spread_over_zones_takes_them_in_turn_whatever_their_instances():
    placement = cluster(instance("1"), instance("2"), instance("3"), instance("4", "b"))
    order = Order("service:web", Needs(memory=100), strategies=(SPREAD,))
    zones = Counter(placement.instances[each].attributes["ecs.availability-zone"]
                    for each in chosen(placement, order, 8))  # fmt: skip
    assert zones == {"a": 4, "b": 4}


def test_binpack_fills_an_instance_before_it_begins_another():
    placement = cluster(*(instance(str(number)) for number in range(4)))
    order = Order("service:web", Needs(memory=250), strategies=(PACK,))
    picked = chosen(placement, order, 16)
    assert [len(set(picked[at : at + 4])) for at in range(0, 16, 4)] == [1, 1, 1, 1]
    assert len(set(picked)) == 4


def test_a_later_strategy_decides_within_the_first():
    """Spread over zones, then packed by memory within each."""
    placement = cluster(*(instance(f"{zone}{number}", zone) for zone in "ab" for number in range(3)))
    order = Order("service:web", Needs(memory=500), strategies=(SPREAD, PACK))
    assert sorted(Counter(chosen(placement, order, 4)).values()) == [2, 2]


def test_a_spread_counts_the_tasks_of_its_own_group_alone():
    placement = cluster(instance("1"), instance("2", "b"))
    placement.place(Order("service:other", strategies=(SPREAD,)), "other-1")
    placement.place(Order("service:other", strategies=(SPREAD,)), "other-2")
    assert set(chosen(placement, Order("service:web", strategies=(SPREAD,)), 2)) == {"1", "2"}


def test_random_gives_each_instance_its_share_and_no_order():
    placement = cluster(*(instance(str(number), memory=10**6) for number in range(4)))
    picked = chosen(placement, Order("family:batch", Needs(memory=1), strategies=(Strategy("random"),)), 2000)
    assert all(430 < count < 570 for count in Counter(picked).values())
    assert 400 < sum(before == after for before, after in pairwise(picked)) < 600


# by constraint and resource


def refusal(order, *instances):
    with pytest.raises(CannotPlace) as refused:
        cluster(*instances).place(order, "task")
    return str(refused.value), refused.value.reasons


@pytest.mark.parametrize(
    ("needs", "own", "says", "reason"),
    [
        (Needs(cpu=1025), {}, "has insufficient CPU units available", "RESOURCE:CPU"),
        (Needs(memory=1001), {}, "has insufficient memory available", "RESOURCE:MEMORY"),
        (Needs(ports=frozenset({22})), {}, "is already using a port required by your task", "RESOURCE:PORTS"),
        (Needs(interfaces=1), {}, 'encountered error "RESOURCE:ENI"', "RESOURCE:ENI"),
        (
            Needs(attributes=frozenset({"x"})),
            {},
            "is missing an attribute required by your task",
            "ATTRIBUTE",
        ),
        (Needs(vpc="vpc-2"), {}, "is missing an attribute required by your task", "ATTRIBUTE"),
        (Needs(zones=frozenset("c")), {}, 'encountered error "LOCATION"', "LOCATION"),
        (Needs(), {"agent_connected": False}, 'encountered error "AGENT"', "AGENT"),
    ],
)
def test_what_is_short_is_named_as_a_service_and_as_run_task_name_it(needs, own, says, reason):
    text, reasons = refusal(Order("service:web", needs), instance("1", **own))
    assert text == f"{UNPLACED}The closest matching (container-instance 1) {says}.{TAIL}"
    assert reasons == {"1": reason}


def test_a_cluster_without_instances_says_so_and_one_that_drains_has_none():
    none = f"{UNPLACED}Reason: No Container Instances were found in your cluster.{TAIL}"
    assert refusal(Order("service:web")) == (none, {})
    assert refusal(Order("service:web"), instance("1", status="DRAINING")) == (none, {})


def test_distinct_instances_have_one_task_of_a_group_each():
    placement = cluster(instance("1"), instance("2"))
    order = Order("service:web", constraints=(DISTINCT,))
    assert sorted(chosen(placement, order, 2)) == ["1", "2"]
    with pytest.raises(CannotPlace, match='encountered error "DistinctInstance placement constraint unsat'):
        placement.place(order, "third")
    assert placement.place(Order("service:other", constraints=(DISTINCT,)), "other")


def test_an_expression_that_nobody_meets():
    order = Order("service:web", constraints=(Constraint("memberOf", f"{ZONE} == c"),))
    _, reasons = refusal(order, instance("1"), instance("2", "b"))
    assert set(reasons.values()) == {"MemberOf placement constraint unsatisfied."}


def test_the_closest_match_is_the_one_that_lacks_least():
    text, _ = refusal(
        Order("service:web", Needs(memory=2000)), instance("1", agent_connected=False), instance("2")
    )
    assert "(container-instance 2) has insufficient memory" in text


def test_ports_are_apart_by_protocol_and_free_again_when_the_task_has_gone():
    placement = cluster(instance("1"))
    order = Order("service:dns", Needs(ports=frozenset({53})))
    first = placement.place(order, "one")
    placement.place(Order("service:udp", Needs(udp_ports=frozenset({53}))), "two")
    with pytest.raises(CannotPlace):
        placement.place(order, "three")
    placement.give_back(first, "one")
    assert placement.place(order, "three") is first


def test_nothing_is_set_aside_where_there_is_no_room():
    container_instance = instance("1")
    with pytest.raises(ValueError, match="no room for task task: MEMORY"):
        container_instance.take("task", "service:web", Needs(memory=1001))
    assert container_instance.free_memory == 1000
    assert not container_instance.tasks


# against a search that looks at everything

RULES = (Strategy("spread", ZONE), Strategy("spread", RACK), Strategy("spread", "instanceId"),
         Strategy("binpack", "cpu"), Strategy("binpack", "memory"), Strategy("random"))  # fmt: skip
CONSTRAINTS = (
    DISTINCT,
    Constraint("memberOf", f"{RACK} != 2"),
    Constraint("memberOf", "not(task:group == service:b)"),
    Constraint("memberOf", "runningTasksCount < 3 or attribute:rack == 1"),
)
orders = st.builds(
    Order,
    st.sampled_from(["service:a", "service:b"]),
    st.builds(Needs, st.sampled_from([0, 128, 300]), st.sampled_from([0, 100, 250]),
              st.sampled_from([frozenset(), frozenset({80})])),
    st.lists(st.sampled_from(CONSTRAINTS), max_size=2, unique=True).map(tuple),
    st.lists(st.sampled_from(RULES), max_size=3, unique=True).map(tuple),
)  # fmt: skip
machines = st.builds(
    lambda zone, rack, memory: {"zone": zone, "memory": memory, "attributes": {"rack": rack} if rack else {}},
    st.sampled_from("abc"), st.sampled_from(["1", "2", None]), st.sampled_from([300, 1000]),
)  # fmt: skip
EVENTS = ("place", "place", "place", "stop", "drain", "lose", "die")


def expected(order, placement):
    """The instance of the next task, as the developer guide has it: what fits, then each strategy in turn."""
    everywhere = list(placement.instances.values())
    left = [each for each in everywhere if each.status == "ACTIVE" and order.refusal(each) is None]
    spread = []
    for rule in order.strategies:
        if rule.type == "random":
            break
        if rule.type == "binpack":
            ranks = {each.id: rule.free(each) for each in left}
        elif rule.field == "instanceId":
            ranks = {each.id: each.groups.get(order.group, 0) for each in left}
        else:
            spread.append(rule)
            ranks = {
                each.id: sum(
                    other.groups.get(order.group, 0) for other in everywhere
                    if all(by.value(other) == by.value(each) for by in spread)
                ) for each in left
            }  # fmt: skip
        left = [each for each in left if ranks[each.id] == min(ranks.values())]
    return min(left, key=lambda each: (each.turn, each.id), default=None)


def disturb(placement, event, number):
    instances = list(placement.instances.values())
    if not instances:
        return
    subject = instances[number % len(instances)]
    if event == "stop" and subject.tasks:
        placement.give_back(subject, next(iter(subject.tasks)))
    elif event == "die":
        placement.remove(subject.id)
    elif event in ("drain", "lose"):
        subject.status = {"ACTIVE": "DRAINING", "DRAINING": "ACTIVE"}[subject.status]
        subject.agent_connected ^= event == "lose"
        placement.changed(subject)


@given(st.lists(machines, max_size=7), st.lists(orders, min_size=1, max_size=3),
       st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 50)), max_size=40))  # fmt: skip
def test_a_choice_is_the_one_of_a_search_through_everything(facts, kinds, events):
    placement = cluster(*(instance(str(number), **each) for number, each in enumerate(facts)))
    for turn, (event, number) in enumerate(events):
        if event != "place":
            disturb(placement, event, number)
            continue
        order = kinds[number % len(kinds)]
        wanted = expected(order, placement)
        try:
            assert placement.place(order, f"task-{turn}") is wanted
        except CannotPlace as refused:
            assert wanted is None
            assert refused.reasons.keys() == {each.id for each in placement.candidates()}
    for each in placement.instances.values():
        needs = [needs for _, needs in each.tasks.values()]
        assert each.used_cpu == sum(need.cpu for need in needs) <= each.cpu
        assert each.used_memory == sum(need.memory for need in needs) <= each.memory
        assert sum(80 in need.ports for need in needs) <= 1
        assert sum(each.groups.values()) == len(each.tasks)


def test_a_pool_stays_small_through_a_long_life():
    placement = cluster(*(instance(str(number)) for number in range(3)))
    order = Order("service:web", Needs(memory=10), strategies=(SPREAD, PACK))
    for number in range(2000):
        placement.give_back(placement.place(order, str(number)), str(number))
    pool = placement._pools.fresh(order, placement.instances)
    assert sum(len(heap) for heap in pool._heaps.values()) < 100


# scale-in


def test_scale_in_takes_from_the_fullest_zone_and_frees_most():
    packed, other = instance("1", memory=1000), instance("2", "b", memory=1000)
    packed.take("old", "service:web", Needs(memory=300))
    packed.take("new", "service:web", Needs(memory=200))
    other.take("only", "service:web", Needs(memory=900))
    tasks = {"old": packed, "new": packed, "only": other}
    assert next(stop_order(tasks, (SPREAD,))) == "new"
    assert next(stop_order(tasks, (SPREAD, PACK))) == "old"
    assert next(stop_order(tasks, (PACK,))) == "only"
    assert next(stop_order(tasks, (Strategy("random"),))) == "only"


def test_packed_tasks_leave_an_instance_empty_before_the_next():
    machines = [instance(str(number), memory=1000) for number in range(3)]
    tasks = {}
    for number, count in enumerate((2, 3, 1)):
        for place in range(count):
            machines[number].take(f"{number}-{place}", "service:web", Needs(memory=200))
            tasks[f"{number}-{place}"] = machines[number]
    left = [task_id.partition("-")[0] for task_id in stop_order(tasks, (PACK,))]
    assert left == ["2", "0", "0", "1", "1", "1"]


def one_by_one(tasks, strategies):
    """What the strategies say, one task at a time and by looking at all of them."""
    left = dict(tasks)
    while left:
        candidates, spread_by = list(left), []
        for strategy in strategies:
            if strategy.type == "spread":
                spread_by.append(strategy)
                counts = Counter(tuple(each.value(on) for each in spread_by) for on in left.values())
                ranks = {
                    each: counts[tuple(by.value(left[each]) for by in spread_by)] for each in candidates
                }
            else:
                ranks = {
                    each: left[each].free_memory + left[each].tasks[each][1].memory for each in candidates
                }
            candidates = [each for each in candidates if ranks[each] == max(ranks.values())]
        yield candidates[-1]
        left.pop(candidates[-1]).give_back(candidates[-1])


@given(
    places=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), min_size=1, max_size=20),
    strategies=st.permutations([SPREAD, PACK, Strategy("spread", "instanceId")]),
    depth=st.integers(0, 3),
)
def test_the_order_of_stops_is_that_of_the_strategies(places, strategies, depth):
    machines = [instance(str(number), "abc"[number % 3], memory=10_000) for number in range(6)]
    tasks = {}
    for number, (place, size) in enumerate(places):
        tasks[str(number)] = machines[place]
        machines[place].take(str(number), "service:web", Needs(memory=100 * size))
    assert list(stop_order(tasks, strategies[:depth])) == list(one_by_one(tasks, strategies[:depth]))
