"""Services when something goes wrong from outside, or inside their tasks."""

import pytest
from account_rig import rig
from service_account import Services

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
