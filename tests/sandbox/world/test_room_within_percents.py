"""The scheduler where a service's percents leave little room: draining instances, and tasks that are ill."""

import pytest
from service_rig import Town

from ecslab.sandbox.world.service.scheduler import Scheduler
from ecslab.sandbox.world.service.service import CircuitBreaker

STUCK = (
    "was unable to stop or start tasks during a deployment because of the service deployment configuration. "
    "Update the minimumHealthyPercent or maximumPercent value and try again."
)


def town_of(behaviour):
    town = Town()
    town.scheduler = Scheduler(town.clock, town, behaviour)
    return town


def settled(town, desired, least, most, **more):
    service = town.service(desired, minimum_percent=least, maximum_percent=most, **more)
    town.settle()
    assert service.steady
    return service


def drain(town, service, count):
    members = list(service.primary.members.values())[:count]
    for member in members:
        town.scheduler.drain(service, member, True)
    town.settle(900)
    return [member.id for member in members]


@pytest.mark.parametrize(
    ("desired", "least", "most"),
    [(1, 100, 100), (1, 100, 150), (1, 50, 100), (2, 75, 149), (3, 100, 100)],
)
def test_a_draining_instance_keeps_tasks_that_may_neither_be_missed_nor_replaced(desired, least, most):
    town = town_of(9)
    service = settled(town, desired, least, most)
    drained = drain(town, service, 1)
    assert set(drained) <= set(town.up(service)) and service.running == desired
    assert town.words(service)[-1] == STUCK and town.words(service).count(STUCK) == 1
    assert not service.steady


def test_a_draining_instance_that_takes_tasks_again_or_another_maximum_sets_them_free():
    town = town_of(9)
    back, wider = (settled(town, 1, 100, 100, name=name) for name in ("back", "wider"))
    kept, replaced = (drain(town, service, 1) for service in (back, wider))
    town.scheduler.drain(back, back.primary.members[kept[0]], False)
    wider.maximum_percent = 200
    town.scheduler.apply_update(wider)
    town.settle(900)
    assert back.steady and town.up(back) == kept
    assert wider.steady and town.up(wider) != replaced


@pytest.mark.parametrize(("least", "lowest"), [(50, 2), (0, 0)])
def test_a_draining_instance_gives_up_what_the_minimum_can_do_without(least, lowest):
    town = town_of(9)
    service = settled(town, 4, least, 100)
    fewest = [4]
    town.clock.on_event = lambda _: fewest.append(service.running)
    drained = drain(town, service, 4)
    assert service.steady and not set(drained) & set(town.up(service))
    assert lowest <= min(fewest) < 4


def test_an_ill_task_leaves_a_draining_instance_though_none_may_be_missed():
    town = town_of(9)
    service = town.service(1, revision=town.revision(checked=True), minimum_percent=100, maximum_percent=100)
    town.run(60)
    [ill] = town.up(service)
    town.health(ill, "UNHEALTHY")
    assert drain(town, service, 1) == [ill] and ill not in town.up(service)


def test_in_an_older_journal_the_task_was_stopped_below_the_minimum():
    town = town_of(8)
    service = settled(town, 1, 100, 150)
    drained = drain(town, service, 1)
    assert service.steady and town.up(service) != drained


def blocked(town):
    """A service whose second deployment is up, ill and not over, and leaves its third no room."""
    service = settled(town, 1, 100, 150, revision=town.revision("1"))
    town.scheduler.deploy(service, town.revision("2", checked=True))
    town.kill(town.up(service)[0])
    town.settle(300)
    [ill] = town.up(service)
    assert service.deployments[0].members[ill].deployment.revision.number == "2"
    town.health(ill, "UNHEALTHY")
    town.scheduler.deploy(service, town.revision("3"))
    town.settle(900)
    return service, ill


def test_an_ill_task_of_an_older_deployment_makes_room_for_the_newest():
    town = town_of(9)
    service, ill = blocked(town)
    assert service.steady and service.primary.revision.number == "3" and len(town.up(service)) == 1
    assert town.tasks[ill][0].stopped_reason == "Task failed container health checks"
    assert f"(task {ill}) failed container health checks." in town.words(service)


def test_so_does_one_that_was_given_up_before_its_deployment_failed():
    town = town_of(9)
    guarded = CircuitBreaker(enabled=True)
    revision = town.revision("1", balanced=True)
    service = town.service(1, minimum_percent=100, maximum_percent=150, breaker=guarded, revision=revision)
    town.settle(60)
    [ill] = town.up(service)
    member = service.primary.members[ill]
    town.target(ill, "unhealthy", "Health checks failed")
    member.change(given_up=True)  # as the deployment's last failure left it
    service.unhealthy.clear()
    service.primary.roll("breaker_tripped", town.clock.now, "ECS deployment circuit breaker: tasks failed.")
    town.scheduler.deploy(service, town.revision("2"))
    town.settle(900)
    assert service.steady and ill not in town.up(service) and service.primary.revision.number == "2"


def test_in_an_older_journal_it_kept_the_newest_waiting():
    town = town_of(8)
    service, ill = blocked(town)
    assert town.up(service) == [ill] and service.primary.running == 0
