"""Visitors of a service behind a load balancer: what they do to it, and what is measured of both."""

import time

import pytest
from aws_client import CLUSTER, GROUP
from balancer_rig import forward_to
from visitor_rig import SERVICE, Visited

from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.cloudwatch.backend import cloudwatch_of
from ecslab.sandbox.bridge.installation import load_balancing
from ecslab.sandbox.endpoint import SandboxError
from ecslab.sandbox.engine.sandbox import Sandbox


@pytest.fixture
def aws(tmp_path):
    return Visited(in_process.start(tmp_path, seed=5)).prepared()


@pytest.fixture
def web(aws):
    """Two tasks of a quarter of a vCPU: 12.5 requests of 20 ms a second each."""
    return aws.served(2)


def measured() -> dict:
    """All that CloudWatch holds."""
    account = current_account()
    store, now = cloudwatch_of(account, "us-east-1").store, account.timestamp()
    return {metric: store.periods(metric, now // 60 * 60 - 86_400, now, 60) for metric in store.metrics()}


def test_what_comes_is_served_and_measured(web):
    web.visitors(profile="constant", rate=10)
    web.pass_time(1200)
    requests = web.metric_values("RequestCount", last=600)
    assert len(requests) == 10 and sum(requests) == pytest.approx(6000, rel=0.05)
    assert requests == web.metric_values("HTTPCode_Target_2XX_Count", last=600)
    assert web.metric_values("RequestCount", group=True, last=600) == requests
    per_target = web.metric_values("RequestCountPerTarget", group=True, last=600)
    assert per_target == [pytest.approx(count / 2, abs=1) for count in requests]
    assert web.metric_values("HealthyHostCount", "Average", group=True, last=600) == [2] * 10
    assert web.metric_values("UnHealthyHostCount", "Maximum", group=True, last=600) == [0] * 10
    assert not web.metric_values("HTTPCode_ELB_5XX_Count", last=1800)
    assert load_balancing().request_count(web.group_arn) == pytest.approx(12_000, rel=0.1)


def test_what_a_task_uses_is_what_its_requests_cost(web):
    """Each task gets 5 requests of 20 ms a second: 0.1 of its 0.25 vCPU."""
    web.visitors(profile="constant", rate=10, memory_mib=40, wait_ms=1000)
    web.pass_time(1200)
    assert web.service_metric("CPUUtilization", last=600) == [pytest.approx(40.3, rel=0.1)] * 10
    assert web.service_metric("CPUUtilization", "SampleCount", last=600) == [2] * 10
    assert web.service_metric("LiveTaskCount", last=600) == [2] * 10
    memory = web.service_metric("MemoryUtilization", "Maximum", last=600)
    in_flight = 5 * (1 + 0.08 / (1 - 0.4))
    assert memory == [pytest.approx(100 * (24 + 40 * in_flight) / 512, rel=0.12)] * 10
    assert all(value * 512 / 100 == round(value * 512 / 100) for value in memory)  # whole MiB


def test_percentiles_of_the_response_time_lie_above_the_mean(web):
    web.visitors(profile="constant", rate=10)
    web.pass_time(600)
    of = ("p50", "Average", "p99")
    median, mean, p99 = (web.metric_values("TargetResponseTime", name, last=120)[0] for name in of)
    assert mean == pytest.approx(0.005 + 0.08 / 0.6, rel=0.05)
    assert median < mean < p99 < 1.0


def test_one_in_a_minute_really_asks(web):
    before = len(lines(web))
    web.visitors(profile="constant", rate=10, path="/index.html")
    web.pass_time(600)
    requests = [line for line in lines(web)[before:] if "GET /index.html" in line]
    assert len(requests) == 10
    assert web.metric_values("RequestCount", last=300) == web.metric_values(
        "HTTPCode_Target_2XX_Count", last=300
    )


def lines(aws) -> list[str]:
    events = aws.logs.filter_log_events(logGroupName=GROUP, limit=10_000)["events"]
    return [event["message"] for event in events]


def test_too_many_wait_fail_and_cost_tasks_their_health(web):
    web.visitors(profile="constant", rate=40)
    web.pass_time(300)
    status = web.status()
    assert status["failed"]["504"] > 100 and status["response"] > 5
    assert any("due to (reason Request timed out)" in event["message"] for event in web.described()["events"])
    assert any("due to an unhealthy status" in event["message"] for event in web.described()["events"])
    assert max(web.service_metric("CPUUtilization", "Maximum", last=240)) == 100
    assert sum(web.metric_values("HTTPCode_ELB_504_Count", last=300)) == pytest.approx(
        status["failed"]["504"], rel=0.5
    )
    answered = sum(status["answered"].values()) + sum(status["failed"].values())
    assert status["arrivals"] == pytest.approx(status["served"] + answered + status["queued"])


def test_requests_that_need_too_much_memory_kill_the_container(web):
    web.visitors(profile="constant", rate=30, memory_mib=3)
    web.pass_time(200)
    stopped = web.ecs.list_tasks(cluster=CLUSTER, desiredStatus="STOPPED")["taskArns"]
    tasks = web.ecs.describe_tasks(cluster=CLUSTER, tasks=stopped)["tasks"]
    killed = [task["containers"][0] for task in tasks if task["stopCode"] == "EssentialContainerExited"]
    assert killed and {container["exitCode"] for container in killed} == {137}
    assert all("OutOfMemoryError" in container["reason"] for container in killed)
    assert web.status()["failed"]["502"] > 100
    assert sum(web.metric_values("HTTPCode_ELB_502_Count", last=240)) > 100


def test_who_comes_while_nobody_serves_gets_a_503(web):
    web.visitors(profile="constant", rate=10)
    web.ecs.update_service(cluster=CLUSTER, service="web", desiredCount=0)
    web.pass_time(900)
    assert sum(web.metric_values("HTTPCode_ELB_503_Count", last=300)) == pytest.approx(3000, rel=0.1)
    assert web.metric_values("HTTPCode_ELB_5XX_Count", last=300) == web.metric_values(
        "HTTPCode_ELB_503_Count", last=300
    )
    assert not web.service_metric("CPUUtilization", last=300)  # no task, no datapoint
    assert not web.metric_values("RequestCount", last=300)  # only requests for which a target was chosen


def test_weights_and_rules_say_who_serves(web):
    other = web.target_group("other")
    web.elb.create_rule(
        ListenerArn=web.listener_arn, Priority=5, Actions=[forward_to(other)],
        Conditions=[{"Field": "path-pattern", "Values": ["/other*"]}],
    )  # fmt: skip
    web.serve("other", other, 1)
    web.pass_time(300)
    web.visitors(profile="constant", rate=8)
    weighted = forward_to(web.group_arn, other, weights=(3, 1))
    web.elb.modify_listener(ListenerArn=web.listener_arn, DefaultActions=[weighted])
    web.pass_time(600)
    where = {**web.balancer_name, "TargetGroup": other.rpartition(":")[2]}
    part = sum(web.series("AWS/ApplicationELB", "RequestCount", last=300, **where))
    assert part / sum(web.metric_values("RequestCount", last=300)) == pytest.approx(0.25, abs=0.01)
    web.visitors("change", path="/other/page")
    web.pass_time(600)
    assert sum(web.series("AWS/ApplicationELB", "RequestCount", last=300, **where)) == pytest.approx(
        2400, rel=0.1
    )


def test_what_the_balancer_answers_itself(web):
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}
    web.elb.modify_listener(ListenerArn=web.listener_arn, DefaultActions=[fixed])
    web.visitors(profile="constant", rate=10)
    web.pass_time(300)
    assert sum(web.metric_values("HTTP_Fixed_Response_Count", last=180)) == pytest.approx(1800, rel=0.1)
    moved = {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Path": "/new"}}
    web.elb.modify_listener(ListenerArn=web.listener_arn, DefaultActions=[moved])
    web.pass_time(300)
    assert sum(web.metric_values("HTTP_Redirect_Count", last=180)) == pytest.approx(1800, rel=0.1)
    assert web.metric_values("HTTPCode_ELB_3XX_Count", last=180) == web.metric_values(
        "HTTP_Redirect_Count", last=180
    )
    assert not web.service_metric("CPUUtilization", "Maximum", last=180)[0] > 1


def test_a_closed_group_lets_nobody_through(web):
    web.visitors(profile="constant", rate=5)
    rule = web.ec2.describe_security_groups(GroupIds=[web.behind])["SecurityGroups"][0]["IpPermissions"]
    web.ec2.revoke_security_group_ingress(GroupId=web.behind, IpPermissions=rule)
    web.pass_time(60)
    assert set(web.status()["failed"]) == {"504"}


def test_a_visit_through_the_gateway_counts(web):
    for _ in range(3):
        assert web.visit(web.name)[0] == 200
    web.pass_time(60)
    assert web.metric_values("RequestCount", last=120) == [3]
    assert web.metric_values("HTTPCode_Target_2XX_Count", group=True, last=120) == [3]
    assert web.metric_values("TargetResponseTime", "Average", last=120) == [0.01]


def test_a_network_load_balancer_counts_flows(aws):
    balancer = aws.balancer("flows", Type="network", SecurityGroups=[aws.front])
    group = aws.target_group("flows", Protocol="TCP")
    aws.listener(balancer, group, protocol="TCP")
    aws.serve("web", group, 1)
    aws.pass_time(400)
    aws.visitors(load_balancer="flows", profile="constant", rate=5)
    aws.pass_time(300)
    name = {"LoadBalancer": balancer["LoadBalancerArn"].partition("loadbalancer/")[2]}
    assert sum(aws.series("AWS/NetworkELB", "NewFlowCount", last=120, **name)) == pytest.approx(600, rel=0.15)
    hosts = {**name, "TargetGroup": group.rpartition(":")[2]}
    assert aws.series("AWS/NetworkELB", "HealthyHostCount", "Maximum", last=120, **hosts) == [1, 1]


def test_a_service_may_be_measured_each_20_seconds(aws):
    names = ["CPUUtilization"]
    often = {"metricConfigurations": [{"metricNames": names, "resolutionSeconds": 20}]}
    aws.served(2, monitoring=often)
    aws.visitors(profile="constant", rate=10)
    aws.pass_time(600)
    assert len(aws.service_metric("CPUUtilization", period=20, last=300)) == 15
    assert aws.service_metric("CPUUtilization", "SampleCount", period=60, last=300) == [6] * 5
    assert aws.service_metric("MemoryUtilization", "SampleCount", period=60, last=300) == [2] * 5
    assert len(aws.metric_values("RequestCount", last=300)) == 5
    aws.ecs.update_service(
        cluster=CLUSTER, service="web",
        monitoring={"metricConfigurations": [{"metricNames": names, "resolutionSeconds": 60}]},
    )  # fmt: skip
    aws.pass_time(900)
    assert not aws.service_metric("CPUUtilization", period=20, last=60)
    assert aws.service_metric("CPUUtilization", "SampleCount", last=60) == [2]


def test_container_insights_tell_of_a_cluster_that_has_them(web):
    def insight(name, statistic="Average"):
        return web.series("ECS/ContainerInsights", name, statistic, last=240, **SERVICE)

    web.visitors(profile="constant", rate=10)
    web.pass_time(300)
    assert not insight("CpuUtilized")
    on = [{"name": "containerInsights", "value": "enabled"}]
    web.ecs.update_cluster_settings(cluster=CLUSTER, settings=on)
    web.pass_time(420)
    assert insight("CpuUtilized", "Sum") == [pytest.approx(2 * 0.403 * 256, rel=0.15)] * 4
    assert insight("CpuReserved", "Sum") == [512] * 4 and insight("MemoryReserved") == [512] * 4
    assert insight("MemoryUtilized", "Minimum") == [24] * 4
    web.ecs.update_service(cluster=CLUSTER, service="web", desiredCount=3)
    assert insight("DesiredTaskCount") == insight("RunningTaskCount") == [2] * 4  # what was, stays
    web.pass_time(420)
    assert insight("DesiredTaskCount") == insight("RunningTaskCount") == [3] * 4
    assert insight("PendingTaskCount") == [0] * 4
    web.ecs.update_cluster_settings(cluster=CLUSTER, settings=[{**on[0], "value": "disabled"}])
    web.pass_time(420)
    assert not insight("CpuUtilized")


# Start, change, stop


def test_others_come_and_then_nobody(web):
    web.visitors(profile="constant", rate=2)
    web.pass_time(300)
    changed = web.visitors("change", profile="spike", rate=1, peak=20, after=60, seconds=120)
    assert (changed["profile"], changed["peak"], changed["cpu_ms"]) == ("spike", 20, 20)
    web.pass_time(300)
    ended = web.visitors("stop")
    assert ended["arrivals"] > 600 + 60 and not web.endpoint.control("visitors")["visitors"]
    web.pass_time(300)
    assert not web.metric_values("RequestCount", last=240)
    assert web.service_metric("CPUUtilization", last=240) == [0.29] * 4


def test_a_balancer_that_goes_away_answers_nobody(web):
    web.visitors(profile="constant", rate=10)
    web.pass_time(120)
    web.elb.delete_load_balancer(LoadBalancerArn=web.arn)
    web.pass_time(120)
    status = web.status()
    assert status["there"] is False and status["answered"]["gone"] == pytest.approx(1200, rel=0.2)
    web.visitors("stop")


NOW = time.time()
PROFILE = {"profile": "constant", "rate": 1}


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ({"load_balancer": "gone", **PROFILE}, "there is no load balancer gone; it may have been deleted"),
        ({"port": 81, **PROFILE}, "load balancer web has no listener on port 81; it listens on port 80"),
        ({"port": "80", **PROFILE}, "port must be from 1 to 65535, got '80'"),
        ({}, "say which profile the visitors follow, such as profile='constant' with rate=20"),
        ({"profile": "constant", "rate": -1}, "rate must be from 0 to 100,000 requests a second, got -1"),
        ({"profile": "tide"}, "there is no profile 'tide'; there are: constant, ramp, day, spike, csv"),
        ({**PROFILE, "cpu_ms": 0}, "cpu_ms must be from 0.1 to 60,000, got 0"),
        ({**PROFILE, "memory_mib": True}, "memory_mib must be from 0 to 4,096, got True"),
        ({**PROFILE, "path": "page"}, "path must begin with / and be at most 512 characters, got 'page'"),
        ({**PROFILE, "speed": 1}, "the profile 'constant' knows no speed; it takes rate"),
        ({"do": "flood", **PROFILE}, "do must be one of start, change, stop, got 'flood'"),
        ({"do": "stop"}, "port 80 of load balancer web has no visitors"),
        ({"do": "change", **PROFILE}, "port 80 of load balancer web has no visitors"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_leaves_nothing(standing, order, says):
    with pytest.raises(SandboxError) as refusal:
        standing.visitors(order.pop("do", "start"), **order)
    assert says in str(refusal.value)
    assert not standing.endpoint.control("visitors")["visitors"]


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    return Visited(in_process.start(tmp_path_factory.mktemp("home"), seed=5)).prepared().served(1)


def test_a_listener_has_one_stream_of_visitors(web):
    web.visitors(**PROFILE)
    with pytest.raises(SandboxError, match="port 80 of load balancer web has visitors; change or stop them"):
        web.visitors(load_balancer=web.name, **PROFILE)
    with pytest.raises(SandboxError, match="stop takes no rate"):
        web.visitors("stop", rate=3)


def test_an_internal_balancer_has_no_visitors_from_the_internet(aws):
    balancer = aws.balancer("inside", Scheme="internal")
    aws.listener(balancer, aws.target_group())
    with pytest.raises(
        SandboxError, match="load balancer inside is internal: visitors come from the internet"
    ):
        aws.visitors(load_balancer="inside", **PROFILE)


# The journal, and time


def opened(home) -> Visited:
    return Visited(in_process.endpoint_of(Sandbox(home, mode="stepped", seed=3, wall=lambda: NOW)))


def test_a_replay_has_the_same_visitors_and_the_same_metrics(tmp_path):
    aws = opened(tmp_path).prepared().served(2)
    aws.visitors(profile="day", low=5, high=60, memory_mib=1)
    aws.pass_time(1234.5)
    aws.ecs.update_service(cluster=CLUSTER, service="web", desiredCount=3)
    aws.pass_time(777)
    aws.visitors("change", profile="ramp", start=10, end=80, seconds=600, cpu_ms=30)
    aws.pass_time(900)
    before = measured(), aws.status(), aws.described()
    again = opened(tmp_path)
    assert (measured(), again.status(), again.described()) == before


def test_a_seed_and_a_beginning_are_one_run_at_any_minute_of_the_wall_clock(tmp_path):
    """As in the game: a service that follows its CPU, and loses some of a rush."""
    present, runs = time.time(), []
    began = present - present % 86_400 - 600
    for ahead in (0.0, 251.7):
        place = in_process.start(tmp_path / str(ahead), seed=4, wall=lambda ahead=ahead: present + ahead)
        place.control("reset", seed=12, began=began)
        web = Visited(place).prepared().served(1, healthCheckGracePeriodSeconds=7200)
        about = {"ServiceNamespace": "ecs", "ResourceId": f"service/{CLUSTER}/web",
                 "ScalableDimension": "ecs:service:DesiredCount"}  # fmt: skip
        scaling = web.client("application-autoscaling")
        scaling.register_scalable_target(**about, MinCapacity=1, MaxCapacity=4)
        scaling.put_scaling_policy(
            **about, PolicyName="cpu", PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={"TargetValue": 60, "PredefinedMetricSpecification": {
                "PredefinedMetricType": "ECSServiceAverageCPUUtilization"}},
        )  # fmt: skip
        web.visitors(profile="spike", rate=6, peak=24, after=600, seconds=1800)
        web.pass_time(3600)
        activities = scaling.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"]
        runs.append((web.status(), measured(), activities))
    status, _, activities = runs[0]
    assert sum(status["failed"].values()) > 0 and activities, (status, activities)
    assert runs[0] == runs[1]


def test_it_makes_no_difference_who_looks_and_how_time_passes(tmp_path):
    once, often = (opened(tmp_path / name).prepared().served(2) for name in ("once", "often"))
    runs = []
    for aws, step in ((once, 1800.0), (often, 7.5)):
        aws.endpoint.control("status")
        aws.visitors(profile="ramp", start=5, end=45, seconds=1200)
        for _ in range(round(1800 / step)):
            aws.pass_time(step)
            aws.status()
            measured()
        runs.append((measured(), aws.status()))
    assert runs[0] == runs[1]


def test_undo_and_reset_take_visitors_back(web):
    position = web.endpoint.control("status")["position"]
    web.visitors(**PROFILE)
    web.endpoint.control("cut", position=position)
    assert not web.endpoint.control("visitors")["visitors"]
    web.visitors(**PROFILE)
    web.endpoint.control("reset")
    assert not web.endpoint.control("visitors")["visitors"]


def test_a_service_at_rest_costs_no_event_a_minute(web):
    web.pass_time(600)
    events = 0
    for _ in range(13):
        events += web.endpoint.control("advance", seconds=7 * 86_400)["events"]
    assert events < 91 * 100
    assert web.service_metric("CPUUtilization", "SampleCount", period=3600, last=86_400) == [120] * 24
