"""Load balancers from end to end: targets are really asked, requests really answered, by plain clients."""

import subprocess
import sys

import pytest
from aws_client import CLUSTER, FAMILY
from balancer_rig import HTTP, Balanced, forward_to
from botocore.exceptions import ClientError

from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.installation import load_balancing
from ecslab.sandbox.engine.sandbox import Sandbox


@pytest.fixture
def aws(tmp_path):
    return Balanced(in_process.start(tmp_path, seed=5)).prepared()


@pytest.fixture
def web(aws):
    """A balancer that forwards port 80 to one group, active; (DNS name, target group)."""
    balancer, group = aws.balancer(), aws.target_group()
    aws.listener(balancer, group)
    aws.pass_time(180)
    return balancer["DNSName"], group


def test_requests_are_spread_over_healthy_targets(aws, web):
    name, group = web
    for page, subnet in zip((b"one", b"two"), aws.subnets, strict=True):
        aws.register(group, aws.started(aws.page(page.decode(), page), subnet))
    assert {state for state, *_ in aws.health(group).values()} <= {"initial", "healthy"}
    aws.pass_time(1)
    assert set(aws.health(group).values()) == {("healthy", None, None)}
    bodies = [aws.visit(name)[2] for _ in range(6)]
    assert bodies == [b"one", b"two"] * 3
    assert load_balancing().request_count(group) == 6


def test_the_path_form_leads_to_a_balancer_too(aws, web):
    name, group = web
    aws.register(group, aws.started(FAMILY))
    aws.pass_time(1)
    gateway, secret = aws.endpoint.gateway_url, aws.endpoint.gateway_secret
    status, _, body = aws.endpoint.transport("GET", f"{gateway}/{secret}/{name}:80/", {}, b"")
    assert (status, body) == (200, b"hello")


def test_a_balancer_answers_at_the_public_ips_of_its_nodes(aws, web):
    _, group = web
    aws.register(group, aws.started(FAMILY))
    aws.pass_time(1)
    mine = [{"Name": "requester-id", "Values": ["amazon-elb"]}]
    nodes = aws.ec2.describe_network_interfaces(Filters=mine)["NetworkInterfaces"]
    assert [node["SubnetId"] for node in nodes] == aws.subnets
    assert all(node["Description"].startswith("ELB app/web/") for node in nodes)
    assert aws.visit(nodes[1]["Association"]["PublicIp"])[2] == b"hello"


def test_the_program_sees_health_checks_and_visitors(aws, web):
    name, group = web
    aws.register(group, aws.started(FAMILY))
    aws.pass_time(31)
    aws.visit(name, "/shop?x=1")
    events = aws.logs.filter_log_events(logGroupName="/ecs/adgu-web-server-task")["events"]
    lines = [event["message"] for event in events]
    assert sum('"GET / HTTP/1.1" 200' in line for line in lines) == 2  # after one and 31 seconds
    assert any("GET /shop?x=1" in line for line in lines)


def test_a_target_without_the_page_is_unhealthy_and_says_so(aws):
    balancer = aws.balancer()
    group = aws.target_group(HealthCheckPath="/ready", HealthCheckIntervalSeconds=10)
    aws.listener(balancer, group)
    aws.pass_time(180)
    ip = aws.started(FAMILY)
    aws.register(group, ip)
    aws.pass_time(11)
    assert aws.health(group)[ip] == (
        "unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [404]",
    )  # fmt: skip
    aws.elb.modify_target_group(TargetGroupArn=group, Matcher={"HttpCode": "200-404"})
    aws.pass_time(50)
    assert aws.health(group)[ip] == ("healthy", None, None)


def test_a_target_that_the_balancer_cannot_reach_times_out(aws, web):
    name, group = web
    closed = aws.ec2.create_security_group(GroupName="closed", Description="closed", VpcId=aws.vpc)["GroupId"]
    ip = aws.started(FAMILY, group=closed)
    aws.register(group, ip)
    aws.pass_time(1 + 30 + 5)
    assert aws.health(group)[ip] == ("unhealthy", "Target.Timeout", "Request timed out")
    status, headers, body = aws.visit(name)
    assert (status, headers["Server"]) == (504, "awselb/2.0")
    assert b"<center><h1>504 Gateway Time-out</h1></center>" in body


def test_a_door_that_is_shut_and_opened_again_is_noticed(aws, web):
    name, group = web
    ip = aws.started(FAMILY)
    aws.register(group, ip)
    aws.pass_time(61)
    assert aws.health(group)[ip][0] == "healthy"
    rule = [{**HTTP, "UserIdGroupPairs": [{"GroupId": aws.front}]}]
    aws.ec2.revoke_security_group_ingress(GroupId=aws.behind, IpPermissions=rule)
    assert aws.visit(name)[0] == 504
    aws.pass_time(65)
    assert aws.health(group)[ip] == ("unhealthy", "Target.Timeout", "Request timed out")
    aws.ec2.authorize_security_group_ingress(GroupId=aws.behind, IpPermissions=rule)
    assert aws.visit(name)[0] == 200
    aws.pass_time(151)
    assert aws.health(group)[ip][0] == "healthy"


def test_nothing_behind_the_port_is_a_bad_gateway(aws, web):
    name, group = web
    ip = aws.started(aws.page("idle", b"", ["sleep", "3600"]))
    aws.register(group, ip)
    aws.pass_time(31)
    assert aws.health(group)[ip] == ("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
    assert aws.visit(name)[0] == 502


def test_without_targets_the_service_is_unavailable(aws, web):
    status, headers, body = aws.visit(web[0])
    assert (status, headers["Content-Type"], len(body)) == (503, "text/html", 162)


def test_a_stopped_task_stays_a_target_until_someone_takes_it_out(aws, web):
    name, group = web
    ip = aws.started(FAMILY)
    aws.register(group, ip)
    aws.pass_time(1)
    aws.ecs.stop_task(cluster=CLUSTER, task=aws.last_task)
    aws.until(aws.last_task, "STOPPED")
    aws.pass_time(70)
    assert aws.health(group)[ip][:2] == ("unhealthy", "Target.Timeout")
    assert aws.visit(name)[0] == 504


def test_deregistration_drains_for_the_delay(aws, web):
    name, group = web
    aws.elb.modify_target_group_attributes(
        TargetGroupArn=group,
        Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "40"}],
    )
    ip = aws.started(FAMILY)
    aws.register(group, ip)
    aws.pass_time(1)
    aws.elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": ip}])
    assert aws.health(group)[ip] == (
        "draining", "Target.DeregistrationInProgress", "Target deregistration is in progress",
    )  # fmt: skip
    assert aws.visit(name)[0] == 503
    aws.pass_time(40)
    assert aws.health(group) == {}
    answer = aws.elb.describe_target_health(TargetGroupArn=group, Targets=[{"Id": ip, "Port": 80}])
    (description,) = answer["TargetHealthDescriptions"]
    assert description["TargetHealth"] == {
        "State": "unused", "Reason": "Target.NotRegistered",
        "Description": "Target is not registered to the target group",
    }  # fmt: skip


def test_rules_choose_by_path_and_host_and_weights_share(aws):
    balancer = aws.balancer()
    groups = {name: aws.target_group(name) for name in ("shop", "blue", "green")}
    listener = aws.listener(balancer, {"Type": "fixed-response", "FixedResponseConfig": {
        "StatusCode": "404", "ContentType": "text/plain", "MessageBody": "nobody"}})  # fmt: skip
    rules = [
        (20, [{"Field": "path-pattern", "Values": ["/shop*"]}], [forward_to(groups["shop"])]),
        (10, [{"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com"]}}],
         [forward_to(groups["blue"], groups["green"], weights=(1, 3))]),
        (30, [{"Field": "path-pattern", "Values": ["/old"]}],
         [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Path": "/shop"}}]),
    ]  # fmt: skip
    for priority, conditions, actions in rules:
        aws.elb.create_rule(ListenerArn=listener, Priority=priority, Conditions=conditions, Actions=actions)
    aws.pass_time(180)
    for name, group in groups.items():
        aws.register(group, aws.started(aws.page(name, name.encode())))
    aws.pass_time(1)
    dns = balancer["DNSName"]
    assert aws.visit(dns, "/shop")[0] == 404  # from the program: it has no such page
    assert aws.visit(dns, "/else")[::2] == (404, b"nobody")
    status, headers, _ = aws.visit(dns, "/old")
    assert (status, headers["Location"]) == (301, f"http://{dns}:80/shop")
    shared = [aws.visit(dns, headers={"Host": "api.example.com"})[2] for _ in range(8)]
    assert (shared.count(b"blue"), shared.count(b"green")) == (2, 6)
    described = aws.elb.describe_rules(ListenerArn=listener)["Rules"]
    assert [rule["Priority"] for rule in described] == ["10", "20", "30", "default"]


@pytest.mark.parametrize("port", [80, 8080])
def test_a_network_load_balancer_passes_the_connection_on(aws, port):
    """Its targets see it, not the visitor; so their group must let its subnets in."""
    balancer = aws.balancer("pass", Type="network", SecurityGroups=[])
    group = aws.target_group("pass", Protocol="TCP")
    aws.listener(balancer, group, protocol="TCP")
    aws.pass_time(180)
    assert balancer["DNSName"].endswith(".elb.us-east-1.amazonaws.com")
    inside = aws.group("inside", {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
                                  "IpRanges": [{"CidrIp": "172.31.0.0/16"}]})  # fmt: skip
    aws.register(group, aws.started(FAMILY, group=inside))
    aws.pass_time(1)
    assert {state for state, *_ in aws.health(group).values()} == {"healthy"}
    status, _, body = aws.visit(balancer["DNSName"], port=port)
    if port == 80:
        assert (status, body) == (200, b"hello")
    else:
        assert status == 502
        assert b"Load balancer pass has no listener on port 8080; it listens on port 80." in body


def test_a_network_load_balancer_that_keeps_the_visitors_address(aws):
    """The target's security group and network ACL then see the visitor; health checks still come from it."""
    balancer = aws.balancer("keep", Type="network", SecurityGroups=[])
    group = aws.target_group("keep", Protocol="TCP")
    aws.listener(balancer, group, protocol="TCP")
    keeps = [{"Key": "preserve_client_ip.enabled", "Value": "true"}]
    aws.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=keeps)
    aws.pass_time(180)
    inside = aws.group("inside", {**HTTP, "IpRanges": [{"CidrIp": "172.31.0.0/16"}]})
    aws.register(group, aws.started(FAMILY, group=inside))
    aws.pass_time(1)
    assert {state for state, *_ in aws.health(group).values()} == {"healthy"}
    assert aws.visit(balancer["DNSName"])[0] == 502
    visitors = [{**HTTP, "IpRanges": [{"CidrIp": "198.51.100.0/24"}]}]
    aws.ec2.authorize_security_group_ingress(GroupId=inside, IpPermissions=visitors)
    assert aws.visit(balancer["DNSName"])[::2] == (200, b"hello")
    events = aws.logs.filter_log_events(logGroupName="/ecs/adgu-web-server-task")["events"]
    assert events[-1]["message"].startswith("198.51.100.7 ")


def test_a_network_load_balancers_group_stands_for_the_visitors_it_lets_in(aws):
    balancer = aws.balancer("keep", Type="network", SecurityGroups=[aws.front])
    group = aws.target_group("keep", Protocol="TCP")
    aws.listener(balancer, group, protocol="TCP")
    keeps = [{"Key": "preserve_client_ip.enabled", "Value": "true"}]
    aws.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=keeps)
    aws.pass_time(180)
    aws.register(group, aws.started(FAMILY))
    aws.pass_time(1)
    assert aws.visit(balancer["DNSName"])[::2] == (200, b"hello")


def test_a_network_load_balancer_without_targets_refuses_the_connection(aws):
    balancer = aws.balancer("pass", Type="network", SecurityGroups=[])
    aws.listener(balancer, aws.target_group("pass", Protocol="TCP"), protocol="TCP")
    aws.pass_time(180)
    status, _, body = aws.visit(balancer["DNSName"])
    assert status == 502
    assert b"Load balancer pass has no target that it could pass the connection to." in body


def test_before_it_is_made_nobody_answers(aws):
    balancer = aws.balancer()
    assert balancer["State"] == {"Code": "provisioning"}
    aws.listener(balancer, aws.target_group())
    assert b"Load balancer web is still being made (provisioning)" in aws.visit(balancer["DNSName"])[2]
    described = aws.elb.describe_load_balancers()["LoadBalancers"][0]
    assert described["State"] == {"Code": "provisioning"}  # looking changes nothing
    aws.pass_time(180)
    assert aws.elb.describe_load_balancers()["LoadBalancers"][0]["State"] == {"Code": "active"}


def test_the_balancers_own_security_group_stops_visitors(aws, web):
    name, _ = web
    aws.ec2.revoke_security_group_ingress(
        GroupId=aws.front,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
                        "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )  # fmt: skip
    status, _, body = aws.visit(name)
    assert status == 504
    assert b"(front) has no inbound rule that allows TCP port 80 from 198.51.100.7" in body


def test_an_internal_balancer_is_not_on_the_internet(aws):
    balancer = aws.balancer(Scheme="internal")
    aws.listener(balancer, aws.target_group())
    aws.pass_time(180)
    assert balancer["DNSName"].startswith("internal-web-")
    assert b"Load balancer web is internal" in aws.visit(balancer["DNSName"])[2]


def test_nobody_has_an_unknown_name(aws):
    status, _, body = aws.visit("web-1.us-east-1.elb.amazonaws.com")
    assert status == 502
    assert b"No load balancer in this sandbox has the name web-1.us-east-1.elb.amazonaws.com." in body


def test_the_proxy_leads_to_no_stranger(aws):
    assert aws.visit("example.com")[0] == 403
    assert aws.visit("s3.us-east-1.amazonaws.com")[0] == 403


def test_what_a_balancer_holds_is_freed_with_it(aws, web):
    with pytest.raises(ClientError, match="DependencyViolation"):
        aws.ec2.delete_security_group(GroupId=aws.front)
    (balancer,) = aws.elb.describe_load_balancers()["LoadBalancers"]
    aws.elb.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
    assert aws.ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    (group,) = aws.elb.describe_target_groups()["TargetGroups"]
    assert group["LoadBalancerArns"] == []
    aws.elb.delete_target_group(TargetGroupArn=group["TargetGroupArn"])


def kept_in(home):
    """A sandbox whose state is on the disk."""
    return Balanced(in_process.endpoint_of(Sandbox(home, mode="stepped", seed=5)))


def test_a_replay_finds_balancers_targets_and_whose_turn_it_is(tmp_path):
    aws = kept_in(tmp_path).prepared()
    balancer, group = aws.balancer(), aws.target_group()
    aws.listener(balancer, group)
    aws.pass_time(180)
    for page in ("one", "two"):
        aws.register(group, aws.started(aws.page(page, page.encode())))
    aws.pass_time(1)
    assert aws.visit(balancer["DNSName"])[2] == b"one"

    def everything(place):
        arn = {"LoadBalancerArn": balancer["LoadBalancerArn"]}
        (listener,) = place.elb.describe_listeners(**arn)["Listeners"]
        return (
            place.elb.describe_load_balancers()["LoadBalancers"], listener, place.health(group),
            place.elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"],
            place.elb.describe_target_groups()["TargetGroups"],
            place.ec2.describe_network_interfaces()["NetworkInterfaces"],
        )  # fmt: skip

    before = everything(aws)
    again = kept_in(tmp_path)
    assert everything(again) == before
    assert again.visit(balancer["DNSName"])[2] == b"two"
    assert load_balancing().request_count(group) == 2


def test_a_new_sandbox_has_no_balancer_of_the_one_before(aws, web, tmp_path):
    load_balancing().listeners.append(print)
    fresh = Balanced(in_process.start(tmp_path, seed=5))
    assert fresh.elb.describe_load_balancers()["LoadBalancers"] == []
    assert print not in load_balancing().listeners


def test_a_sandbox_without_balancers_does_not_import_motos_part_of_them(tmp_path):
    script = f"""
import sys, pathlib
from ecslab.sandbox import in_process
place = in_process.start(pathlib.Path({str(tmp_path)!r}), seed=1)
place.control("reach", ip="203.0.113.9", port=80)
place.control("reach", ip="web-1.us-east-1.elb.amazonaws.com", port=80)
print([name for name in sys.modules if name.startswith(("moto.elb", "moto.acm"))])
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
