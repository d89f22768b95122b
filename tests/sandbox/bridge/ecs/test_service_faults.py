"""Services when something goes wrong from outside, or inside their tasks."""

from collections import Counter

import pytest
from account_rig import rig
from service_account import Services

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.faults import inject

LACKING = "Capacity is unavailable at this time. Please try again later or in a different availability zone"


@pytest.fixture
def lab():
    with rig() as account:
        yield Services(account)


def zones(lab):
    return sorted(task["availabilityZone"] for task in lab.tasks())


def test_tasks_of_a_lost_zone_come_back_in_another(lab):
    lab.create(desiredCount=2)
    lab.settle()
    assert zones(lab) == ["us-east-1a", "us-east-1b"]
    inject("zone", {"zone": "us-east-1b"})
    lab.settle()
    assert zones(lab) == ["us-east-1a", "us-east-1a"]
    assert lab.see()["runningCount"] == 2


def test_a_service_waits_for_a_place(lab):
    lab.create(desiredCount=1)
    lab.settle()
    for zone in ("us-east-1a", "us-east-1b"):
        inject("zone", {"zone": zone})
    lab.settle()
    assert lab.tasks() == []
    assert f"was unable to place a task. Reason: {LACKING}." in lab.words()
    inject("zone", {"zone": "us-east-1a", "away": False})
    lab.settle(3600)
    assert zones(lab) == ["us-east-1a"]


def test_a_spot_service_stays_down_until_capacity_is_back(lab):
    spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    lab("PutClusterCapacityProviders", capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[])  # fmt: skip
    lab.create(launchType=None, capacityProviderStrategy=spot)
    lab.settle()
    inject("spot-capacity", {"available": False})
    inject("spot-interruption", {})
    lab.settle()
    assert lab.tasks() == []
    (stopped,) = lab.tasks(status="STOPPED")
    assert (stopped["stopCode"], stopped["stoppedReason"]) == (
        "SpotInterruption",
        "Your Spot Task was interrupted.",
    )
    inject("spot-capacity", {"available": True})
    lab.settle(3600)
    assert len(lab.tasks()) == 1


def test_maintenance_names_the_service(lab):
    lab.create()
    lab.settle()
    (task,) = lab.tasks()
    inject("maintenance", {"task": task["taskArn"]})
    lab.settle()
    (stopped,) = lab.tasks(status="STOPPED")
    assert stopped["stoppedReason"] == (
        "Service web: ECS is performing maintenance on the underlying infrastructure hosting the task"
    )
    assert len(lab.tasks()) == 1


def test_a_task_whose_container_fails_its_health_check_is_replaced(lab):
    check = {"command": ["CMD-SHELL", "test -f /ready"], "interval": 10, "retries": 2, "startPeriod": 60}
    lab.account.define({"name": "web", "image": "httpd:2.4", "healthCheck": check}, family="ill")
    lab.create(taskDefinition="ill")
    lab.settle(300)
    stopped = lab.tasks(status="STOPPED")
    assert stopped
    assert {(task["stopCode"], task["stoppedReason"]) for task in stopped} == {
        ("ServiceSchedulerInitiated", "Task failed container health checks")
    }


def strategy(**providers):
    """A strategy by provider: base and weight."""
    return [
        {"capacityProvider": name, "base": base, "weight": weight}
        for name, (base, weight) in providers.items()
    ]


@pytest.fixture
def on_spot(lab):
    """Lets a service run by a strategy of Fargate's providers."""
    names = ["FARGATE", "FARGATE_SPOT"]
    lab("PutClusterCapacityProviders", capacityProviders=names, defaultCapacityProviderStrategy=[])

    slow = {"name": "web", "image": "busybox", "command": ["sh", "-c", "sleep 1000000; true"]}
    lab.account.define({**slow, "stopTimeout": 100})  # so that tasks that are to end are there for a while

    def create(count, **providers):
        items = strategy(**providers)
        lab.create(desiredCount=count, launchType=None, capacityProviderStrategy=items)
        lab.settle()
        return lab

    return create


def providers(lab):
    return Counter(task["capacityProviderName"] for task in lab.tasks())


def test_spot_takes_tasks_back_and_gives_others(on_spot):
    lab = on_spot(4, FARGATE=(0, 1), FARGATE_SPOT=(0, 1))
    before = {task["taskArn"] for task in lab.tasks()}
    taken = inject("spot-interruption", {})["tasks"]
    lab.settle(60)  # those taken back have not ended yet
    assert providers(lab) == {"FARGATE": 2, "FARGATE_SPOT": 2}
    lab.settle()
    assert providers(lab) == {"FARGATE": 2, "FARGATE_SPOT": 2}
    assert {task["taskArn"] for task in lab.tasks()} & before == before - set(taken)
    stopped = lab.tasks(status="STOPPED")
    assert {(task["stopCode"], task["stoppedReason"]) for task in stopped} == {
        ("SpotInterruption", "Your Spot Task was interrupted.")
    }


def test_a_journal_of_before_counts_tasks_that_leave(on_spot):
    current_account().behaviour = 6
    lab = on_spot(4, FARGATE=(0, 1), FARGATE_SPOT=(0, 1))
    inject("spot-interruption", {})
    lab.settle()
    assert providers(lab) == {"FARGATE": 3, "FARGATE_SPOT": 1}


@pytest.mark.parametrize(
    ("split", "left"),
    [
        ({"FARGATE_SPOT": (0, 1)}, {}),
        ({"FARGATE_SPOT": (0, 3), "FARGATE": (0, 1)}, {"FARGATE": 2}),
        ({"FARGATE": (2, 0), "FARGATE_SPOT": (0, 1)}, {"FARGATE": 2}),
        ({"FARGATE": (6, 0), "FARGATE_SPOT": (0, 1)}, {"FARGATE": 6}),
    ],
)
def test_on_demand_takes_over_nothing_that_spot_lacks(on_spot, split, left):
    inject("spot-capacity", {"available": False})
    lab = on_spot(6, **split)
    assert providers(lab) == left
    message = f"was unable to place a task. Reason: {LACKING}."
    assert (message in lab.words()) == (sum(left.values()) < 6)
    inject("spot-capacity", {"available": True})
    lab.settle(3600)
    assert providers(lab).total() == 6


def test_tasks_on_demand_are_replaced_while_spot_is_short(on_spot):
    lab = on_spot(4, FARGATE=(0, 1), FARGATE_SPOT=(0, 1))
    inject("spot-capacity", {"available": False})
    inject("spot-interruption", {})
    victim = next(task for task in lab.tasks() if task["capacityProviderName"] == "FARGATE")
    lab("StopTask", task=victim["taskArn"])
    lab.settle(1800)
    assert providers(lab) == {"FARGATE": 2}
