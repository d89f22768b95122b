"""Visitors as a learner has them: in the sandbox modelled, on a real account a few real requests."""

import threading
from types import SimpleNamespace

import pytest

import ecslab
from ecslab import deployment
from ecslab.connection.http import HttpReply
from ecslab.errors import CannotBeDone, NotConfirmed, NotThere, Unreachable
from ecslab.operations import prices, scaling_machines
from ecslab.operations import visitors as package
from ecslab.operations.scaling_price import scaling_price
from ecslab.operations.visitors import sent
from ecslab.resources.load_balancer import target_group_reader
from ecslab.sandbox.world.load.profile import constant

TASK = prices.task_hour(256, 512)


@pytest.fixture
def lab(balanced):
    yield balanced
    for visitors in balanced.control("visitors")["visitors"]:
        balanced.control(
            "visitors", do="stop", load_balancer=visitors["load_balancer"], port=visitors["port"]
        )


def passed(lab, seconds):
    lab.control("advance", seconds=seconds)


def test_they_come_change_and_go(lab):
    people = ecslab.visitors(lab, 10)
    passed(lab, 600)
    status = people.status()
    assert status.requests == pytest.approx(6000, rel=0.15)
    assert (status.served, status.lost) == pytest.approx((status.requests, 0), abs=0.01)
    assert (status.profile, status.rate, status.targets) == ("constant", 10, 2)
    more = ecslab.visitors(lab, profile="spike", rate=1, peak=90, after=60, seconds=600, cpu_ms=40)
    passed(lab, 600)
    assert more.status().lost > 1
    assert ecslab.visitors(lab).seen.requests == more.seen.requests
    people.change(2)
    people.change(cpu_ms=1)
    assert people.status().rate == 2
    gone = people.stop()
    assert gone.rate == 0 and people.stop() == gone  # who has gone stays gone
    assert more.stop().rate == 0  # and so for who looks another way
    with pytest.raises(NotThere, match="has no visitors"):
        ecslab.visitors(lab)
    with pytest.raises(NotThere, match="has no visitors any more"):
        people.status()


def test_they_show_themselves(lab):
    people = ecslab.visitors(lab, 10, path="/page")
    first, *rest = repr(people).splitlines()
    assert first == f"10 visitors a second of {lab.names.load_balancer}:80/page (constant)"
    assert any(line.startswith("requests so far") for line in rest)
    assert "<table>" in people._repr_html_() and "targets that serve" in people._repr_html_()


def test_a_csv_is_a_file_or_its_text(lab, tmp_path):
    file = tmp_path / "day.csv"
    file.write_text("time,rate\n08:00,10\n08:30,20\n09:00,10\n")
    people = ecslab.visitors(lab, csv=file)
    assert people.seen.profile == "csv" and 10 <= people.seen.rate <= 20
    assert ecslab.visitors(lab, csv="0,5\n60,5\n").seen.rate == 5
    with pytest.raises(ValueError, match=r"the CSV has a hole before line 3: 3600 seconds"):
        ecslab.visitors(lab, csv="08:00,1\n08:30,2\n09:30,3\n10:00,3\n")
    with pytest.raises(NotThere, match=r"the CSV .*none\.csv cannot be read: No such file or directory"):
        ecslab.visitors(lab, csv=tmp_path / "none.csv")
    with pytest.raises(ValueError, match="a csv says all of the rates itself"):
        ecslab.visitors(lab, 3, csv=file)


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ({"rate": -1}, "rate must be from 0 to 100,000 requests a second, got -1"),
        ({"rate": 1, "load_balancer": "gone"}, "there is no load balancer gone; it may have been deleted"),
        ({"rate": 1, "port": 81}, "has no listener on port 81; it listens on port 80"),
        ({"profile": "tide"}, "there is no profile 'tide'; there are: constant, ramp, day, spike, csv"),
        ({"profile": "day", "low": 1}, "the profile 'day' needs high; it takes low, high, [hour]"),
    ],
)
def test_what_cannot_be_is_said_plainly(lab, about, says):
    with pytest.raises(CannotBeDone) as refusal:
        ecslab.visitors(lab, **about)
    assert says in str(refusal.value) and "ValidationError" not in str(refusal.value)


def test_save_and_load_bring_them_back(lab, tmp_path):
    ecslab.visitors(lab, csv="0,5\n60,7\n120,9\n")
    passed(lab, 300)
    before = lab.control("visitors")
    lab.save(tmp_path / "lab.ecslab")
    ecslab.visitors(lab).stop()
    lab.load(tmp_path / "lab.ecslab")
    assert lab.control("visitors") == before


def rolled(lab, minimum, maximum):
    """A deployment under visitors, and how the service did meanwhile."""
    deployment.set_limits(lab, minimum, maximum)
    deployment.roll(lab, again=True)
    rollout = deployment.watch(lab)
    return rollout, deployment.run(lab, rollout)


def test_a_deployment_loses_requests_or_does_not_by_its_limits(lab):
    ecslab.visitors(lab, 5)
    rollout, smooth = rolled(lab, 100, 200)
    assert (smooth.lost, smooth.most_tasks, smooth.desired) == (0, 4, [(smooth.begin, 2.0)])
    assert smooth.requests == pytest.approx(5 * (smooth.end - smooth.begin).total_seconds(), rel=0.35)
    assert [mark.text for mark in smooth.marks if smooth.begin <= mark.at] == ["deployment, SUCCESSFUL"]
    again, hard = rolled(lab, 0, 100)  # both tasks are stopped before new ones start
    assert 0 < hard.lost < hard.requests and {value for _, value in hard.running} <= {0, 1, 2}
    later = deployment.run(lab, rollout)
    assert (later.words, later.begin, later.end) == (smooth.words, smooth.begin, smooth.end)
    both = deployment.run(lab, rollout, again)
    assert both.lost == hard.lost and both.requests > smooth.requests + hard.requests - 1
    assert len([mark for mark in both.marks if both.begin <= mark.at <= both.end]) == 2


# A real account ---------------------------------------------------------------------------------------------


class Account:
    """The lab as if it were on a real account; `answers` are what the page says in turn."""

    where = "aws"

    def __init__(self, lab, *answers):
        self.names, self.account, self._lab = lab.names, "111122223333", lab
        self.asked, self._answers, self._enough = [], list(answers), threading.Event()

    def __getattr__(self, name):
        return getattr(self._lab, name)

    def url(self, host, port):
        return f"http://web.example.com:{port}/"

    def http(self, method, url):
        answer = self._answers.pop(0) if self._answers else 200
        self.asked.append((method, url))
        if not self._answers:
            self._enough.set()
        if answer == 0:
            raise Unreachable("no answer")
        return HttpReply(answer, {}, b"")


@pytest.fixture
def scaled(lab):
    """The lesson's service may have ten tasks, tracks its CPU, and its cluster has Container Insights."""
    name = lab.names.service
    mine = {"ServiceNamespace": "ecs", "ResourceId": f"service/{lab.names.cluster}/{name}",
            "ScalableDimension": "ecs:service:DesiredCount"}  # fmt: skip
    lab.autoscaling.register_scalable_target(**mine, MinCapacity=2, MaxCapacity=10)
    cpu = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    lab.autoscaling.put_scaling_policy(
        **mine, PolicyName="cpu", PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 60, "PredefinedMetricSpecification": cpu},
    )  # fmt: skip
    insights(lab, "enhanced")
    yield lab
    insights(lab, "disabled")
    lab.autoscaling.deregister_scalable_target(**mine)


def insights(lab, value):
    settings = [{"name": "containerInsights", "value": value}]
    lab.ecs.update_cluster_settings(cluster=lab.names.cluster, settings=settings)


def test_the_price_of_an_hour_is_read_from_the_account(lab, scaled):
    """Tasks as they are and as scaling may start them, the balancer, alarms, Container Insights, visitors."""
    price = scaling_price(lab, rate=5)
    assert [item.what for item in price.items] == [
        "the load balancer", f"2 to 10 tasks of {lab.names.service}", "2 alarms",
        "Container Insights, enhanced", "5 requests a second",
    ]  # fmt: skip
    _, tasks, alarms, insights, people = price.items
    assert (tasks.now, tasks.most) == pytest.approx((2 * TASK, 10 * TASK))
    assert alarms.now == alarms.most == pytest.approx(2 * 0.10 / 730)
    metrics = [prices.INSIGHTS_METRICS[each] for each in ("cluster", "service", "task")]
    assert insights.now == pytest.approx((metrics[0] + metrics[1] + 2 * metrics[2]) * 0.07 / 730)
    assert insights.most - insights.now == pytest.approx(8 * metrics[2] * 0.07 / 730)
    assert people.now == people.most == pytest.approx(0.0192, abs=0.0001)
    assert price.most == pytest.approx(sum(item.most for item in price.items))
    together = repr(price).splitlines()[-1].split()
    assert together == ["together", prices.dollars(price.now), prices.dollars(price.most)]


def test_what_is_not_there_costs_nothing(lab):
    price = scaling_price(lab)
    assert [item.what for item in price.items] == ["the load balancer", f"2 tasks of {lab.names.service}"]
    assert price.now == price.most == pytest.approx(prices.balancer_hour() + 2 * TASK)
    with pytest.raises(NotThere, match="there is no load balancer gone; it may have been deleted"):
        scaling_price(lab, "gone")


def test_instances_are_in_the_price_of_what_runs_on_them(lab):
    """The service's tasks cost nothing beside them; a group counts with its maximum size at the most."""
    group = target_group_reader.target_group_needed(lab)["TargetGroupArn"]
    subnets = ecslab.instance_group.subnets(lab).split(",")[:1]
    launched = {
        "ec2InstanceProfileArn": ecslab.managed_instances.profile(lab),
        "networkConfiguration": {"subnets": subnets},
    }
    lab.ecs.create_capacity_provider(name="managed", cluster=lab.names.cluster, managedInstancesProvider={
        "infrastructureRoleArn": ecslab.managed_instances.infrastructure_role(lab),
        "instanceLaunchTemplate": launched,
    })  # fmt: skip
    ecslab.managed_instances.wait_until_active(lab, "managed")
    lab.ecs.create_service(
        cluster=lab.names.cluster, serviceName="on-machines", taskDefinition=lab.names.family, desiredCount=1,
        capacityProviderStrategy=[{"capacityProvider": "managed", "weight": 1}],
        networkConfiguration={"awsvpcConfiguration": {"subnets": subnets}},
        loadBalancers=[{"targetGroupArn": group, "containerName": "adgu-container", "containerPort": 80}],
    )  # fmt: skip
    lab.wait(lambda: ecslab.service.describe(lab, "on-machines")["runningCount"], "its task", limit=600)
    items = {item.what: item for item in scaling_price(lab).items}
    assert not any("on-machines" in what for what in items)
    each = ecslab.capacity.managed_hour()
    assert items["1 instance of managed"].now == items["1 instance of managed"].most == pytest.approx(each)
    service = ecslab.service.describe(lab, "on-machines")
    assert [most for *_, most in scaling_machines.hourly(lab, [(service, 1, 3)])] == pytest.approx([3 * each])
    ecslab.service.delete(lab, "on-machines")
    ecslab.managed_instances.delete(lab, "managed")


def test_a_group_counts_with_its_maximum_size(lab):
    arn = ecslab.instance_group.create(lab, count=0)["AutoScalingGroupARN"]
    lab.ecs.create_capacity_provider(name="adgu-ec2", autoScalingGroupProvider={"autoScalingGroupArn": arn})
    by_strategy = {"capacityProviderStrategy": [{"capacityProvider": "adgu-ec2", "weight": 1}]}
    hour = prices.instance_hour("t3.medium")
    services = [(by_strategy, 2, 4), ({"launchType": "EC2"}, 1, 1), ({"launchType": "FARGATE"}, 1, 1)]
    assert list(scaling_machines.hourly(lab, services)) == [
        ("0 instances of adgu-ec2", 0, pytest.approx(4 * hour)), ("0 instances of EC2", 0, 0),
    ]  # fmt: skip
    ecslab.instance_group.delete(lab)
    ecslab.instance_group.instance_profile.delete(lab)


def test_the_price_comes_first_and_nothing_is_sent_without_a_budget(lab, scaled):
    account, price = Account(lab), scaling_price(lab, rate=5)
    with pytest.raises(NotConfirmed) as refusal:
        ecslab.visitors(account, 5, minutes=30)
    half = prices.dollars(price.most / 2)
    assert str(refusal.value).startswith(
        "an hour of 5 visitors a second costs about $0.0192; with what serves them "
        f"{prices.dollars(price.now)}, and up to {prices.dollars(price.most)} with all the tasks that "
        f"scaling may start (us-east-1, {prices.AS_OF}). These 30 minutes: up to {half}. "
        "Nothing was sent."
    )
    budget = float(str(refusal.value).partition("budget=")[2].split()[0])
    assert price.most / 2 <= budget < price.most / 2 + 0.011
    for too_little in (price.most / 2 - 0.001, float("nan"), -1):
        with pytest.raises(NotConfirmed):
            ecslab.visitors(account, 5, minutes=30, budget=too_little)
    assert not account.asked


def test_a_real_account_gets_as_many_as_were_agreed_to(lab):
    answers, moment = [200, 503, 0, 404], SimpleNamespace(now=1000.0)
    account = Account(lab, *answers)

    def pause(seconds):
        moment.now += max(seconds, 0.001)

    people = sent.SentVisitors(
        lambda: account.http("GET", "http://web.example.com:80/x"), "web", 80, "/x", constant(2), 60,
        lambda: moment.now, pause,
    )  # fmt: skip
    people._send()
    status = people.status()
    assert len(account.asked) == status.requests == pytest.approx(120, abs=2)
    assert status.failed == {"503": 1, "no answer": 1} and status.served == status.requests - 2
    assert status.note == "They have gone." and status.rate == 0
    with pytest.raises(NotConfirmed, match="more than 2 visitors a second cost more than you agreed to"):
        people.change(3)


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ({"rate": 100}, "this computer sends 20 requests a second at the most to a real account, not 100"),
        ({"rate": 1, "minutes": 600}, "minutes must be from 0 to 60, got 600"),
        ({"rate": 1, "load_balancer": "gone"}, "there is no load balancer gone; it may have been deleted"),
        ({"rate": -1}, "rate must be from 0 to 100,000 requests a second, got -1"),
    ],
)
def test_a_real_account_is_spared(lab, about, says):
    account = Account(lab)
    with pytest.raises(CannotBeDone) as refusal:
        ecslab.visitors(account, **{"budget": 1.0, **about})
    assert says in str(refusal.value) and not account.asked


def test_they_stop_when_told(lab):
    account = Account(lab, *[200] * 3)
    people = ecslab.visitors(account, 20, minutes=5, budget=1, path="/x")
    assert account._enough.wait(10)
    status = people.stop()
    requests_before = len(account.asked)
    assert status.note == "They have gone." and not people._thread.is_alive()
    assert len(account.asked) == requests_before and account.asked[0] == (
        "GET",
        "http://web.example.com:80/x",
    )
    package._sending.clear()
