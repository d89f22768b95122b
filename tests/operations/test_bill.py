"""The idle bill: what hours without a visitor cost."""

import pytest

from ecslab import (
    bill,
    cluster,
    execution_role,
    load_balancer,
    log_group,
    service,
    task_definition,
    verify,
)
from ecslab.errors import NotThere
from ecslab.operations import machine_bill
from tests.connection import machine_calls as calls

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"


@pytest.fixture
def running(lab):
    cluster.create(lab)
    execution_role.create(lab)
    log_group.create(lab)
    task_definition.register(lab, HTTPD)
    service.create(lab)
    service.wait_until_stable(lab)
    return lab


def test_ten_hours_pass_and_cost_without_a_visitor(running):
    before, tasks = running.now(), service.tasks(running)
    hours = bill.idle(running)
    assert running.now() - before == 36_000
    assert (hours.tasks, hours.vcpu, hours.memory, hours.visits, hours.passed) == (2, 0.5, 1.0, 0, True)
    assert hours.total == pytest.approx(10 * (0.5 * 0.04048 + 0.004445 + 2 * 0.005))
    assert hours.month == pytest.approx(73 * hours.total)
    assert [task["taskArn"] for task in service.tasks(running)] == [task["taskArn"] for task in tasks]
    assert repr(hours).splitlines()[0] == "10 hours, 2 tasks, 0 visits"
    assert "<table>" in hours._repr_html_()


def test_a_visit_costs_no_more(running):
    empty = bill.idle(running, hours=1)
    tasks = service.tasks(running)
    before = sum(len(verify.logs(running, task)) for task in tasks)
    verify.page(running, tasks[0])
    assert sum(len(verify.logs(running, task)) for task in tasks) == before + 1
    assert bill.idle(running, hours=1).total == empty.total


def test_on_a_real_account_it_is_only_reckoned(running, monkeypatch):
    monkeypatch.setattr(running, "where", "aws")
    before = running.now()
    hours = bill.idle(running)
    assert running.now() == before and not hours.passed
    assert "(reckoned ahead: on a real account nobody waits for it)" in repr(hours)


def test_without_logs_the_visits_are_unknown(lab):
    cluster.create(lab)
    task_definition.register(lab, HTTPD, logs=False)
    service.create(lab)
    service.wait_until_stable(lab)
    assert "visits unknown" in repr(bill.idle(lab, hours=1))


def test_what_it_cannot_do_it_says(lab):
    with pytest.raises(NotThere, match="costs nothing"):
        bill.idle(lab)
    with pytest.raises(ValueError, match="at most 168, got 0"):
        bill.idle(lab, hours=0)


def test_one_of_each_is_said_in_the_singular(running):
    service.scale(running, 1)
    service.wait_until_stable(running)
    words = repr(bill.idle(running, hours=1))
    assert words.splitlines()[0] == "1 hour, 1 task, 0 visits"
    assert "1 public IPv4 address  " in words
    assert "for 1 hour\n" in words


def test_what_a_load_balancer_costs_and_a_second_one(running):
    with pytest.raises(NotThere, match="so it costs nothing"):
        bill.balancer(running)
    load_balancer.create(running)
    cost = bill.balancer(running)
    assert (cost.zones, cost.network) == (2, False)
    assert cost.month == pytest.approx(730 * (0.0225 + 2 * 0.005))
    assert repr(cost).splitlines()[2:] == [
        "the load balancer                $0.0225 an hour      $16.43",
        "2 public IPv4 addresses          $0.005 an hour each  $7.30",
        "together                                              $23.73",
        "with a second one like it                             $47.45",
        "each capacity unit (LCU) in use  $0.008 an hour       on top",
    ]


def test_machines_are_billed_once_however_many_tasks_they_run(lab):
    """Two tasks on one instance, and one outside AWS; what runs beside them is nobody's of this service."""
    name = lab.names.cluster
    cluster.create(lab)
    calls.profile(lab.iam)
    calls.template(lab.ec2, name)
    calls.group(lab.client("autoscaling"), lab.ec2)
    calls.launch(lab.ec2, calls.image(lab.client("ssm")), "another")
    container = {"name": "web", "image": HTTPD, "memory": 128, "cpu": 128}
    lab.ecs.register_task_definition(family="pages", networkMode="bridge", containerDefinitions=[container])
    lab.ecs.create_service(cluster=name, serviceName="pages", taskDefinition="pages", desiredCount=2)
    lab.control("advance", seconds=calls.SETTLED)
    hours = bill.idle(lab, name="pages")
    assert hours.machines == (("t3.micro instance", 1, 0.0104), ("GB of their volumes", 30, 0.000109589))
    assert (hours.tasks, hours.addresses, hours.vcpu) == (2, 1, 0)
    assert hours.total == pytest.approx(10 * (0.0104 + 30 * 0.08 / 730 + 0.005), rel=1e-4)
    assert "1 t3.micro instance " in repr(hours) and "1 public IPv4 address " in repr(hours)


def test_a_machine_outside_aws_and_one_without_a_known_price(lab):
    name, ssm = lab.names.cluster, lab.client("ssm")
    cluster.create(lab)
    calls.role(lab.iam, "outside", "ssm.amazonaws.com", calls.OUTSIDE)
    lab.iam.attach_role_policy(RoleName="outside", PolicyArn=calls.ON_EC2)
    calls.outside(lab, ssm, name)
    container = {"name": "web", "image": HTTPD, "memory": 128}
    lab.ecs.register_task_definition(family="pages", networkMode="bridge", containerDefinitions=[container])
    lab.control("advance", seconds=calls.SETTLED)
    lab.ecs.create_service(
        cluster=name, serviceName="pages", taskDefinition="pages", desiredCount=1, launchType="EXTERNAL"
    )
    lab.control("advance", seconds=60)
    hours = bill.idle(lab, name="pages")
    assert (hours.machines, hours.addresses) == ((("machine outside AWS", 1, 0.01025),), 0)
    assert hours.total == pytest.approx(0.1025)
    assert machine_bill._priced({"InstanceType": "x9.huge"}) == ("x9.huge (its price is not known here)", 0.0)
