"""The helper's way to a load balancer: the same as to a public IP."""

import pytest

from ecslab.errors import Unreachable


@pytest.fixture
def name(lab):
    """The DNS name of a load balancer without targets, active."""
    elb = lab.client("elbv2")
    default = [{"Name": "default-for-az", "Values": ["true"]}]
    subnets = lab.ec2.describe_subnets(Filters=default)["Subnets"][:2]
    vpc = subnets[0]["VpcId"]
    group = lab.ec2.create_security_group(GroupName="front", Description="front", VpcId=vpc)["GroupId"]
    anyone = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 81, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    lab.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[anyone])
    created = elb.create_load_balancer(
        Name="web", Subnets=[subnet["SubnetId"] for subnet in subnets], SecurityGroups=[group]
    )["LoadBalancers"][0]
    targets = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
    forward = {"Type": "forward", "TargetGroupArn": targets["TargetGroups"][0]["TargetGroupArn"]}
    elb.create_listener(
        LoadBalancerArn=created["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[forward]
    )
    lab.control("advance", seconds=180)
    return created["DNSName"]


def test_a_link_and_a_name_lead_to_it(lab, name):
    for address in (lab.url(name), f"http://{name}/"):
        reply = lab.http("GET", address)
        assert (reply.status, reply.headers["server"]) == (503, "awselb/2.0")


def test_what_stands_in_the_way_is_said(lab, name):
    with pytest.raises(Unreachable, match="Load balancer web has no listener on port 81"):
        lab.http("GET", f"http://{name}:81/")
    with pytest.raises(Unreachable, match="No load balancer in this sandbox has the name gone"):
        lab.http("GET", "http://gone-1.us-east-1.elb.amazonaws.com/")
