"""One address for all tasks: what the verbs of stage 07 make, and who answers."""

import re

import pytest

import ecslab
from ecslab import load_balancer
from ecslab.errors import NotThere, Unreachable

PUBLIC = "public.ecr.aws/docker/library/httpd:2.4"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One sandbox for this file: what takes time to make is its clients."""
    home = tmp_path_factory.mktemp("home")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab:
        yield lab


@pytest.fixture
def lab(shared):
    shared.control("reset")
    return shared


@pytest.fixture
def served(lab):
    """The service of the lesson, two tasks of a public image, without a balancer."""
    serve(lab)
    return lab


def serve(lab):
    ecslab.cluster.create(lab)
    ecslab.execution_role.create(lab)
    ecslab.log_group.create(lab)
    ecslab.task_definition.register(lab, image=PUBLIC)
    ecslab.service.create(lab)
    ecslab.service.wait_until_stable(lab)


@pytest.fixture
def balanced(shared):
    """The service behind its balancer: made anew only where a test before left it otherwise."""
    if shared.check("07").outcome is not ecslab.course.Outcome.DONE:
        shared.control("reset")
        serve(shared)
        load_balancer.create(shared)
        load_balancer.wait_until_active(shared)
        load_balancer.attach(shared)
        load_balancer.wait_until_healthy(shared)
    return shared


def test_two_groups_and_one_admits_the_other(lab):
    ids = load_balancer.groups(lab)
    assert load_balancer.groups(lab) == ids
    balancer, tasks = (lab.ec2.describe_security_groups(GroupIds=[each])["SecurityGroups"][0] for each in ids)
    assert [rule["IpRanges"][0]["CidrIp"] for rule in balancer["IpPermissions"]] == ["0.0.0.0/0"]
    (rule,) = tasks["IpPermissions"]
    assert (rule["IpRanges"], rule["UserIdGroupPairs"][0]["GroupId"]) == ([], ids[0])
    assert (rule["FromPort"], rule["ToPort"]) == (80, 80)


def test_making_it_twice_makes_one(served):
    first = load_balancer.create(served)
    assert load_balancer.create(served)["LoadBalancerArn"] == first["LoadBalancerArn"]
    assert load_balancer.target_group(served) == load_balancer.find_target_group(served)
    (listener,) = served.elbv2.describe_listeners(LoadBalancerArn=first["LoadBalancerArn"])["Listeners"]
    assert listener["DefaultActions"][0]["Type"] == "forward"
    zones = {zone["ZoneName"][-1] for zone in first["AvailabilityZones"]}
    assert (zones, first["Scheme"], first["Type"]) == ({"a", "b"}, "internet-facing", "application")


def test_it_is_active_after_two_to_three_minutes(lab):
    load_balancer.create(lab)
    began = lab.now()
    assert load_balancer.wait_until_active(lab)["State"]["Code"] == "active"
    assert lab.where == "aws" or 120 <= lab.now() - began <= 181


def test_the_lesson_drains_for_half_a_minute(lab):
    group = load_balancer.target_group(lab)
    described = lab.elbv2.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])
    assert {"Key": "deregistration_delay.timeout_seconds", "Value": "30"} in described["Attributes"]


def test_without_targets_the_balancer_answers_by_itself(served):
    load_balancer.create(served)
    load_balancer.wait_until_active(served)
    visits = load_balancer.visits(served, 2)
    assert (visits.statuses(), visits.tasks()) == ({503: 2}, {})
    assert "the balancer itself" in repr(visits)
    assert repr(load_balancer.targets(served)) == "No target is registered."


def test_targets_are_the_service_s_tasks(balanced):
    targets = load_balancer.targets(balanced)
    tasks = ecslab.service.tasks(balanced)
    assert {target.task for target in targets} == {task["taskArn"].rsplit("/", 1)[-1][:8] for task in tasks}
    assert targets.states() == {"healthy": 2}
    assert repr(targets).splitlines()[0].split() == ["task", "ip", "zone", "state", "reason", "description"]
    assert load_balancer.settled(balanced, without=tasks[0]) is None


def test_the_chain_from_the_name_to_the_tasks(balanced):
    chain = load_balancer.chain(balanced)
    assert chain.dns_name == load_balancer.find(balanced)["DNSName"]
    assert (chain.port, chain.target_group, chain.service) == (80, "adgu-web", "adgu-web")
    assert (chain.balancer_group, chain.tasks_group) == ("adgu-alb-http", "adgu-web-from-alb")
    assert repr(chain).count(", healthy") == 2
    assert chain.dns_name in str(ecslab.figures.balancer(chain))


def test_attaching_twice_begins_one_deployment(balanced):
    before = len(balanced.calls().changes())
    load_balancer.attach(balanced)
    assert len(balanced.calls().changes()) == before


def test_visits_are_shared_out_and_found_in_the_tasks_logs(balanced):
    visits = load_balancer.visits(balanced, 6)
    assert visits.statuses() == {200: 6}
    assert sorted(visits.tasks().values()) == [3, 3]
    assert repr(visits).startswith("6 visits\nanswered by  zone")


def test_no_visitor_notices_that_a_task_is_stopped(balanced):
    gone = ecslab.service.tasks(balanced)[0]
    balanced.ecs.stop_task(cluster=balanced.names.cluster, task=gone["taskArn"])
    visits = load_balancer.visits_until(
        balanced, lambda: load_balancer.settled(balanced, without=gone), "another task to serve"
    )
    assert visits.statuses() == {200: len(visits)}
    assert len(visits.tasks()) == 3


def test_only_the_balancer_gets_to_the_tasks(balanced):
    assert load_balancer.page(balanced).status == 200
    with pytest.raises(Unreachable, match=r"Security group: .* admits port 80 only from the load balancer "):
        ecslab.verify.page(balanced, ecslab.service.tasks(balanced)[0])


def close_the_door(lab):
    group = load_balancer.groups(lab)[0]
    permissions = lab.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    lab.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=permissions)


def close_the_tasks_door(lab):
    group = load_balancer.groups(lab)[1]
    permissions = lab.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    lab.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=permissions)


def take_the_listener(lab):
    lab.elbv2.delete_listener(ListenerArn=load_balancer.listener(lab)["ListenerArn"])


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda lab: None, "Nothing stands in the way: the answer is 200. Targets: 2 healthy."),
        (close_the_door, r"Security group: sg-\w+ \(adgu-alb-http\) does not admit port 80 from anywhere"),
        (take_the_listener, "Load balancer adgu-alb has no listener on port 80; it listens on no port"),
        (close_the_tasks_door, "The balancer answers 504 by itself: the task that it asked did not answer"),
    ],
    ids=["nothing", "door", "listener", "task's door"],
)
def test_what_is_in_the_way_is_named(balanced, spoil, text):
    spoil(balanced)
    assert re.match(text, load_balancer.why_not(balanced))


def test_a_page_that_nobody_serves_says_why(lab):
    load_balancer.create(lab)
    with pytest.raises(Unreachable, match="Load balancer adgu-alb is provisioning: nobody answers yet"):
        load_balancer.page(lab)
    load_balancer.wait_until_active(lab)
    assert load_balancer.why_not(lab).startswith(
        "The balancer answers 503 by itself: it has no target to send the request to. Targets: none at all."
    )


def test_a_service_of_no_tasks_is_settled_without_targets(balanced):
    ecslab.service.scale(balanced, 0)
    ecslab.service.wait_until_stable(balanced)
    assert len(load_balancer.wait_until_healthy(balanced, limit=300)) == 0
    ecslab.service.scale(balanced, 2)
    assert len(load_balancer.wait_until_healthy(balanced)) == 2


def test_deleting_it_leaves_the_service(balanced):
    assert load_balancer.delete(balanced)
    assert load_balancer.find(balanced) is None
    assert load_balancer.find_target_group(balanced) is None
    assert ecslab.service.find(balanced)["status"] == "ACTIVE"
    assert not load_balancer.delete(balanced)


@pytest.mark.parametrize(
    ("verb", "text"),
    [
        (load_balancer.page, "there is no load balancer adgu-alb"),
        (load_balancer.wait_until_active, "there is no load balancer adgu-alb"),
        (load_balancer.targets, "there is no target group adgu-web"),
        (load_balancer.attach, "there is no service adgu-web in the cluster adgu-cluster"),
    ],
    ids=["page", "active", "targets", "attach"],
)
def test_what_is_missing_is_named(lab, verb, text):
    with pytest.raises(NotThere, match=text):
        verb(lab)
