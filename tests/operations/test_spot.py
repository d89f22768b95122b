"""Fargate Spot: taking it back, running short of it, and what it costs."""

import pytest

from ecslab import bill, cluster, execution_role, log_group, service, spot, task_definition
from ecslab.errors import CannotBeDone, SandboxOnly
from ecslab.operations import prices

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"
ONE_OF_TWO = [{"capacityProvider": name, "weight": 1} for name in ("FARGATE", "FARGATE_SPOT")]
ON_DEMAND = 0.25 * 0.04048 + 0.5 * 0.004445
"""Dollars an hour of the lesson's task."""


@pytest.fixture
def running(lab):
    cluster.create(lab)
    execution_role.create(lab)
    log_group.create(lab)
    task_definition.register(lab, HTTPD)
    names = [item["capacityProvider"] for item in ONE_OF_TWO]
    lab.ecs.put_cluster_capacity_providers(
        cluster=lab.names.cluster, capacityProviders=names, defaultCapacityProviderStrategy=[]
    )
    service.create(lab, capacityProviderStrategy=ONE_OF_TWO)
    service.wait_until_stable(lab)
    return lab


def by_provider(lab):
    return {task["capacityProviderName"]: task for task in service.tasks(lab)}


def test_spot_is_taken_back_and_runs_short(running):
    before = by_provider(running)
    taken = before["FARGATE_SPOT"]["taskArn"]
    spot.capacity(running, available=False)
    assert spot.interrupt(running) == [taken]
    running.control("advance", seconds=300)
    assert by_provider(running) == {"FARGATE": before["FARGATE"]}
    assert spot.interrupt(running) == []
    spot.capacity(running, available=True)
    running.control("advance", seconds=1800)
    after = by_provider(running)["FARGATE_SPOT"]
    assert after["taskArn"] != taken
    assert spot.interrupt(running, after) == [after["taskArn"]]
    running.control("advance", seconds=300)
    arn = by_provider(running)["FARGATE_SPOT"]["taskArn"]
    assert spot.interrupt(running, arn.rpartition("/")[2]) == [arn]


def test_who_is_not_on_spot_cannot_be_interrupted(running):
    other = by_provider(running)["FARGATE"]
    with pytest.raises(CannotBeDone, match=r"task \w+ does not run on FARGATE_SPOT\.$"):
        spot.interrupt(running, other)
    with pytest.raises(CannotBeDone, match=r"no task 0a1b runs here\.$"):
        spot.interrupt(running, "0a1b")


def test_on_a_real_account_nobody_but_aws_decides(running, monkeypatch):
    monkeypatch.setattr(running, "where", "aws")
    for attempt in (lambda: spot.interrupt(running), lambda: spot.capacity(running, available=False)):
        with pytest.raises(SandboxOnly, match="AWS takes Fargate Spot back when it needs the capacity"):
            attempt()


def test_the_bill_of_both(running):
    cost = bill.idle(running, hours=1)
    assert cost.total == pytest.approx(ON_DEMAND * (1 + prices.SPOT_SHARE) + 2 * 0.005, abs=1e-6)
    assert "0.25 vCPU on Spot, about" in repr(cost)
    on_spot, other = (by_provider(running)[name] for name in ("FARGATE_SPOT", "FARGATE"))
    assert "0.25 vCPU, 0.5 GB, on Fargate Spot (about)" in repr(bill.task(on_spot))
    assert "Spot" not in repr(bill.task(other))


@pytest.mark.parametrize(
    ("members", "dollars"),
    [
        ({"launchType": "FARGATE"}, ON_DEMAND + 0.005),
        ({"launchType": "FARGATE", "capacityProviderName": "FARGATE"}, ON_DEMAND + 0.005),
        ({"launchType": "FARGATE", "capacityProviderName": "FARGATE_SPOT"}, 0.32 * ON_DEMAND + 0.005),
        ({"launchType": "EC2"}, 0.0),
        ({"launchType": "EXTERNAL"}, 0.0),
    ],
)
def test_what_a_task_costs_by_where_it_runs(members, dollars):
    assert prices.of_task({"cpu": "256", "memory": "512", **members}) == pytest.approx(dollars)
