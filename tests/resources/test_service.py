"""The service: made once, kept running, scaled, and gone once deleted."""

import pytest

import ecslab
from ecslab import cluster, service, task_definition
from ecslab.errors import NeverStable, NotThere

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"
pytestmark = pytest.mark.portable


@pytest.fixture
def ready(lab):
    """A cluster, and a definition that needs neither a role nor logs."""
    cluster.create(lab)
    task_definition.register(lab, HTTPD, logs=False)
    return lab


def started(lab, **more):
    service.create(lab, **more)
    return service.wait_until_stable(lab)


def test_a_service_is_made_once_and_brings_its_tasks(ready):
    created = service.create(ready)
    assert (created["serviceName"], created["desiredCount"], created["runningCount"]) == (
        ready.names.service,
        2,
        0,
    )
    assert service.create(ready, count=5)["serviceArn"] == created["serviceArn"]
    stable = service.wait_until_stable(ready)
    assert (stable["runningCount"], stable["pendingCount"], len(stable["deployments"])) == (2, 0, 1)
    assert len({task["availabilityZone"] for task in service.tasks(ready)}) == 2
    accepted = [call.operation for call in ready.calls("ecs") if not call.error]
    assert accepted.count("CreateService") == 1


def test_the_events_show_themselves_newest_first(ready):
    started(ready)
    events = service.events(ready, last=2)
    assert events.rows[0][1] == f"(service {ready.names.service}) has reached a steady state."
    assert "deployment completed." in repr(events)
    assert "<table>" in events._repr_html_()
    assert len(service.events(ready).rows) > 2


def test_a_stopped_task_is_replaced_by_another(ready):
    started(ready)
    before = {task["taskArn"] for task in service.tasks(ready)}
    victim = sorted(before)[0]
    ready.ecs.stop_task(cluster=ready.names.cluster, task=victim)
    ready.wait(lambda: victim not in {task["taskArn"] for task in service.tasks(ready)}, "the stop to show")
    service.wait_until_stable(ready)
    after = {task["taskArn"] for task in service.tasks(ready)}
    assert len(after) == 2
    assert len(after - before) == 1
    assert victim not in after


def test_scaled_out_and_in(ready):
    started(ready, count=1)
    assert service.scale(ready, 3)["desiredCount"] == 3
    assert service.wait_until_stable(ready)["runningCount"] == 3
    service.scale(ready, 0)
    assert service.wait_until_stable(ready)["runningCount"] == 0
    assert service.tasks(ready) == []


def test_updated_in_place(ready):
    started(ready, count=1)
    changed = service.update(ready, healthCheckGracePeriodSeconds=30)
    assert changed["healthCheckGracePeriodSeconds"] == 30


def test_deleted_twice_and_made_again(ready):
    started(ready, count=1)
    gone = service.delete(ready)
    assert gone["status"] == "INACTIVE"
    assert service.find(ready) is None
    assert service.tasks(ready) == []
    service.delete(ready)
    assert service.create(ready)["status"] == "ACTIVE"


def test_a_name_that_is_draining_is_waited_for(ready):
    started(ready, count=1)
    where = {"cluster": ready.names.cluster, "service": ready.names.service}
    ready.ecs.update_service(**where, desiredCount=0)
    ready.ecs.delete_service(**where)
    assert ready.patient(lambda: service.find(ready) is None)
    assert service.create(ready, count=1)["status"] == "ACTIVE"


def test_two_services_of_different_names(ready):
    started(ready, count=1)
    other = ready.name("adgu-other")
    service.create(ready, count=1, name=other)
    service.wait_until_stable(ready, other)
    assert len(service.tasks(ready, other)) == 1
    assert len(service.tasks(ready)) == 1
    service.delete(ready, other)
    assert service.find(ready) is not None


def test_what_is_missing_is_named(lab):
    assert service.find(lab) is None
    assert service.delete(lab) is None
    with pytest.raises(NotThere, match=r"no task definition .*\n.*notebook 03"):
        service.create(lab)
    task_definition.register(lab, HTTPD, logs=False)
    with pytest.raises(NotThere, match=r"no cluster .*\n.*notebook 02"):
        service.create(lab)
    cluster.create(lab)
    for verb in (service.events, service.wait_until_stable, lambda lab: service.scale(lab, 1)):
        with pytest.raises(NotThere, match=r"no service .*\n.*notebook 06"):
            verb(lab)


def test_tasks_that_keep_failing_end_the_wait_with_the_reason(ready):
    task_definition.register(ready, HTTPD + "-missing", logs=False)
    service.create(ready, count=1)
    with pytest.raises(NeverStable) as caught:
        service.wait_until_stable(ready)
    text = str(caught.value)
    assert "has 0 of 1 tasks RUNNING" in text
    assert "was unable to place a task. Reason: CannotPullContainerError" in text
    assert "the registry has no image of that name and tag" in text
    assert "  next: " in text


def test_deleted_while_somebody_waits(ready):
    started(ready, count=1)
    ready.ecs.delete_service(cluster=ready.names.cluster, service=ready.names.service, force=True)
    ready.seen(lambda quiet: service.find(quiet) is None)
    with pytest.raises(NeverStable, match=r"is (DRAINING|INACTIVE) and has"):
        service.wait_until_stable(ready)


def test_a_limit_that_is_too_short_tells_the_events(ready):
    service.create(ready)
    with pytest.raises(NeverStable, match=r"0 of 2 tasks RUNNING after .*"):
        service.wait_until_stable(ready, limit=5)


def test_one_zone_is_too_few(ready):
    if ready.where == "aws":
        pytest.skip("takes subnets of the default VPC away")
    vpc, _ = ecslab.network.default_subnet(ready)
    for subnet in ecslab.network.subnets(ready, vpc.id)[1:]:
        ready.ec2.delete_subnet(SubnetId=subnet.id)
    with pytest.raises(NotThere, match="public subnets in 1 zone only"):
        service.default_choice(ready)


def test_events_since_a_moment_leave_out_what_is_older_and_count_from_there(ready):
    started(ready)
    ready.wait(lambda: "steady state" in repr(service.events(ready)), "a steady state")
    later = ready.now() + 60
    ready.wait(lambda: ready.now() > later, "a minute to pass", limit=61)
    victim = service.tasks(ready)[0]["taskArn"]
    stopped = ready.ecs.stop_task(cluster=ready.names.cluster, task=victim)["task"]
    ready.wait(lambda: "started 1 tasks" in repr(service.events(ready)), "another task")
    since = service.events(ready, since=stopped["stoppingAt"])
    assert since.head == ("later (min:s)", "event")
    assert len(since.rows) < len(service.events(ready).rows)
    assert "has started 1 tasks" in since.rows[-1][1]  # AWS's own words
    assert since.rows[-1][0].startswith("0:")
