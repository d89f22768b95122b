"""Load balancers before tasks on container instances: their targets, who checks them, how they go."""

from functools import cached_property

import pytest
from instance_rig import OnEc2, accounts, refused

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.cloudwatch.backend import cloudwatch_of
from ecslab.sandbox.world.behaviour import LATEST
from ecslab.sandbox.world.metrics.metric import Metric, dimensions_of

FRONT = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
EPHEMERAL = {"IpProtocol": "tcp", "FromPort": 32768, "ToPort": 61000}


class Balanced(OnEc2):
    """With a load balancer in zones a and b; its security group is named by those of the targets."""

    elb = cached_property(lambda self: self.client("elbv2"))

    def front(self):
        """A load balancer, and ids of its group and of the instances'."""
        [first] = self.ec2.describe_subnets(SubnetIds=[self.subnets[0]])["Subnets"]
        self.vpc_id = first["VpcId"]
        self.outer = self.group("front", FRONT)
        self.inner = self.group("instances", [{**EPHEMERAL, "UserIdGroupPairs": [{"GroupId": self.outer}]}])
        self.balancer = self.elb.create_load_balancer(
            Name="web", Subnets=self.subnets[:2], SecurityGroups=[self.outer]
        )["LoadBalancers"][0]
        self.pass_time(300)

    def group(self, name, rules):
        group_id = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc_id)[
            "GroupId"
        ]
        self.ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=rules)
        return group_id

    def target_group(self, kind="instance", listener=True, **more):
        request = {
            "Name": f"{kind}s",
            "Protocol": "HTTP",
            "Port": 80,
            "VpcId": self.vpc_id,
            "TargetType": kind,
        }
        arn = self.elb.create_target_group(**request | more)["TargetGroups"][0]["TargetGroupArn"]
        if listener:
            self.elb.create_listener(
                LoadBalancerArn=self.balancer["LoadBalancerArn"], Protocol="HTTP", Port=80,
                DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
            )  # fmt: skip
        return arn

    def serve(self, arn, count=2, port=80, **more):
        entry = {"targetGroupArn": arn, "containerName": "web", "containerPort": port}
        request = {"cluster": "lab", "serviceName": "web", "taskDefinition": "web", "launchType": "EC2",
                 "desiredCount": count, "loadBalancers": [entry]}  # fmt: skip
        return self.ecs.create_service(**request | more)["service"]

    def health(self, arn):
        descriptions = self.elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        keys = [(each["Target"]["Id"], each["Target"]["Port"]) for each in descriptions]
        return dict(zip(keys, (each["TargetHealth"]["State"] for each in descriptions), strict=True))

    def states(self, arn):
        return sorted(self.health(arn).values())

    def bound(self):
        """(instance, host port) of each task of the service."""
        ids = {each["containerInstanceArn"]: each["ec2InstanceId"] for each in self.instances()}
        return sorted(
            (ids[task["containerInstanceArn"]], task["containers"][0]["networkBindings"][0]["hostPort"])
            for task in self.service_tasks()
        )

    def event_messages(self):
        [service] = self.ecs.describe_services(cluster="lab", services=["web"])["services"]
        return [event["message"] for event in service["events"]]

    def visit(self):
        return self.endpoint.control("reach", ip=self.balancer["DNSName"], port=80)


account, aws = accounts(Balanced)


def test_dynamic_ports_are_registered_checked_and_drained(aws):
    aws.front()
    first, second = (aws.launch(place=place, SecurityGroupIds=[aws.inner]) for place in (0, 1))
    aws.pass_time()
    aws.define()
    group = aws.target_group()
    aws.serve(group, count=4)
    aws.pass_time(120)
    targets = aws.health(group)
    assert sorted(targets) == aws.bound()
    assert aws.bound() == sorted((ec2_id, 32768 + i) for ec2_id in (first, second) for i in (0, 1))
    assert set(targets.values()) == {"healthy"}
    aws.pass_time(120)
    assert aws.event_messages()[0] == "(service web) has reached a steady state."
    aws.ecs.update_service(cluster="lab", service="web", desiredCount=2)
    aws.pass_time(60)
    assert aws.states(group) == ["draining"] * 2 + ["healthy"] * 2
    assert len(aws.bound()) == 2
    aws.pass_time(400)
    assert sorted(aws.health(group)) == aws.bound()
    assert {ec2_id for ec2_id, _ in aws.bound()} == {first, second}


def test_health_checks_meet_the_instances_security_group(aws):
    aws.front()
    closed = aws.group("closed", [{**FRONT[0], "FromPort": 22, "ToPort": 22}])
    ec2_id = aws.launch(SecurityGroupIds=[closed])
    aws.pass_time()
    aws.define()
    group = aws.target_group()
    aws.serve(group, count=1)
    aws.pass_time(100)
    [port] = [port for _, port in aws.health(group)]
    assert aws.states(group) == ["unhealthy"]
    aws.pass_time(60)
    [task] = [each for each in aws.event_messages() if "is unhealthy" in each]
    assert task.endswith(
        f"(instance {ec2_id}) (port {port}) is unhealthy in (target-group {group}) due to (reason Request "
        "timed out)."
    )
    rule = {**EPHEMERAL, "UserIdGroupPairs": [{"GroupId": aws.outer}]}
    aws.ec2.authorize_security_group_ingress(GroupId=closed, IpPermissions=[rule])
    aws.pass_time(400)
    assert "healthy" in aws.states(group)


def test_a_port_by_number_is_a_target_on_each_instance(aws):
    aws.front()
    rule = {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080}
    aws.ec2.authorize_security_group_ingress(
        GroupId=aws.inner, IpPermissions=[{**rule, "UserIdGroupPairs": [{"GroupId": aws.outer}]}]
    )
    ids = [aws.launch(place=place, SecurityGroupIds=[aws.inner]) for place in (0, 1)]
    aws.pass_time()
    aws.define(port=8080)
    group = aws.target_group()
    aws.serve(group)
    aws.pass_time(120)
    assert aws.health(group) == {(ec2_id, 8080): "healthy" for ec2_id in ids}
    aws.ec2.terminate_instances(InstanceIds=ids[:1])
    aws.pass_time(60)
    assert aws.health(group).get((ids[0], 8080)) in ("draining", None)
    aws.pass_time(600)
    assert aws.health(group) == {(ids[1], 8080): "healthy"}


def test_the_host_mode_is_reached_at_the_containers_port(aws):
    aws.front()
    aws.ec2.authorize_security_group_ingress(
        GroupId=aws.inner, IpPermissions=[{**FRONT[0], "IpRanges": [{"CidrIp": "172.31.0.0/16"}]}]
    )
    ec2_id = aws.launch(SecurityGroupIds=[aws.inner])
    aws.pass_time()
    aws.define(mode="host")
    group = aws.target_group()
    aws.serve(group, count=1)
    aws.pass_time(120)
    assert aws.health(group) == {(ec2_id, 80): "healthy"}


def test_tasks_with_interfaces_of_their_own_are_addresses(aws):
    aws.front()
    aws.launch(InstanceType="c5.large")
    aws.pass_time()
    aws.define(mode="awsvpc")
    group = aws.target_group("ip")
    front = [{"GroupId": aws.outer}]
    behind = aws.group("behind", [{**EPHEMERAL, "FromPort": 80, "UserIdGroupPairs": front}])
    network = {"awsvpcConfiguration": {"subnets": aws.subnets[:1], "securityGroups": [behind]}}
    aws.serve(group, networkConfiguration=network)
    aws.pass_time(200)
    targets = aws.health(group)
    assert set(targets.values()) == {"healthy"}
    assert {ip.partition(".")[0] for ip, _ in targets} == {"172"}
    assert len(targets) == 2


def test_a_journal_of_before_does_not_reach_instances(aws):
    aws.front()
    ec2_id = aws.launch(SecurityGroupIds=[aws.inner])
    aws.pass_time()
    aws.define(port=32768)
    aws.run()
    aws.pass_time(60)
    current_account().behaviour = 5
    group = aws.target_group()
    aws.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": ec2_id, "Port": 32768}])
    aws.pass_time(120)
    assert aws.states(group) == ["unhealthy"]
    current_account().behaviour = LATEST
    aws.pass_time(200)
    assert aws.states(group) == ["healthy"]


def test_visitors_are_served_by_the_tasks_behind_the_ports(aws):
    aws.front()
    aws.launch(SecurityGroupIds=[aws.inner])
    aws.pass_time()
    aws.define(cpu="256")
    aws.serve(aws.target_group())
    aws.pass_time(120)
    aws.endpoint.control("visitors", do="start", load_balancer="web", profile="constant", rate=10)
    aws.pass_time(900)
    store, end = cloudwatch_of(current_account(), "us-east-1").store, current_account().timestamp() // 60 * 60
    where = dimensions_of(ClusterName="lab", ServiceName="web")
    used = store.read(Metric("AWS/ECS", "CPUUtilization", where), end - 300, end, 60, "Average")
    assert [value for _, value in used] == [pytest.approx(40.3, rel=0.1)] * 5


def test_an_instance_of_another_network_is_no_target(aws):
    aws.front()
    aws.launch()
    aws.pass_time()
    aws.define()
    aws.vpc_id = aws.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        aws.ec2.create_subnet(VpcId=aws.vpc_id, CidrBlock=f"10.9.{i}.0/24", AvailabilityZone=f"us-east-1{az}")
        for i, az in enumerate("ab")
    ]
    aws.balancer = aws.elb.create_load_balancer(
        Name="inner", Scheme="internal", Subnets=[each["Subnet"]["SubnetId"] for each in subnets]
    )["LoadBalancers"][0]
    group = aws.target_group(Name="others")
    aws.serve(group, count=1)
    aws.pass_time(60)
    [ec2_id] = [each["ec2InstanceId"] for each in aws.instances()]
    assert (
        f"(service web) failed to register targets in target-group {group} with (error The following targets "
        f"are not in the target group VPC '{aws.vpc_id}': '{ec2_id}')"
    ) in aws.event_messages()
    assert aws.health(group) == {}


def test_a_target_group_of_the_wrong_type_is_refused(aws):
    aws.front()
    aws.define()
    aws.define("own", mode="awsvpc")
    instances, addresses = aws.target_group(), aws.target_group("ip", listener=False)
    wrong = (
        "InvalidParameterException: The provided target group {} has target type {}, which is incompatible "
        "with"
    )
    assert refused(aws.serve, arn=addresses) == (
        f"{wrong.format(addresses, 'ip')} the bridge network mode specified in the task definition."
    )
    network = {"awsvpcConfiguration": {"subnets": aws.subnets[:1]}}
    assert refused(aws.serve, arn=instances, taskDefinition="own", networkConfiguration=network) == (
        f"{wrong.format(instances, 'instance')} the awsvpc network mode specified in the task definition."
    )
    alone = aws.target_group(listener=False, Name="alone")
    assert refused(aws.serve, arn=alone) == (
        f"InvalidParameterException: The target group with targetGroupArn {alone} does not have an "
        "associated load balancer."
    )
    assert refused(aws.serve, arn=instances, port=81) == (
        "InvalidParameterException: The container web did not have a container port 81 defined."
    )
    classic = [{"loadBalancerName": "old", "containerName": "web", "containerPort": 80}]
    assert refused(aws.serve, arn="", loadBalancers=classic) == (
        "UnsupportedFeatureException: This sandbox does not carry Classic Load Balancers yet."
    )
    assert aws.ecs.list_services(cluster="lab")["serviceArns"] == []
