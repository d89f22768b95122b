"""Faults of the network: the way out, the way in, and the street itself."""

import pytest
from fault_rig import admitting, again, deployed, judged, moved, reasons, table, workshop

import ecslab

UNREACHABLE = (
    "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry "
    "auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task "
    "network configuration. operation error ECR: GetAuthorizationToken, exceeded maximum number of attempts, "
    '3, https response error StatusCode: 0, RequestID: , request send failed, Post "https://api.ecr.'
    'us-east-1.amazonaws.com/": dial tcp 192.0.2.10:443: i/o timeout'
)


@pytest.mark.parametrize("kind", ["no-way-out", "no-public-ip"])
def test_without_a_way_out_the_registry_is_not_reached(bay, kind):
    fault = bay(kind)
    assert reasons(fault) == {UNREACHABLE}
    [stopped] = fault._application().stopped_tasks
    pending = stopped["stoppingAt"] - stopped["createdAt"]
    assert 280 < pending.total_seconds() < 310


def _gateway(lab, routed):
    vpc, public = workshop(lab, True)
    address = lab.ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = lab.ec2.create_nat_gateway(SubnetId=public[0], AllocationId=address)["NatGateway"]
    private = workshop(lab, False)[1]
    tables = lab.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    theirs = [t for t in tables if any(a.get("SubnetId") in private for a in t["Associations"])]
    theirs = theirs or [t for t in tables if any(a.get("Main") for a in t["Associations"])]
    for route_table in theirs if routed else ():
        lab.ec2.create_route(
            RouteTableId=route_table["RouteTableId"],
            DestinationCidrBlock="0.0.0.0/0",
            NatGatewayId=gateway["NatGatewayId"],
        )


def _endpoints(*services):
    def attempt(lab, fault):
        vpc, private = workshop(lab, False)
        group = fault.network()["securityGroups"][0]
        admitting(443)(lab, fault)
        tables = lab.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
        for service in services:
            about = {"VpcId": vpc, "ServiceName": f"com.amazonaws.us-east-1.{service}"}
            if service == "s3":
                about |= {"VpcEndpointType": "Gateway"}
                about |= {"RouteTableIds": [table["RouteTableId"] for table in tables]}
            else:
                about |= {"VpcEndpointType": "Interface", "SubnetIds": private}
                about |= {"SecurityGroupIds": [group], "PrivateDnsEnabled": True}
            lab.ec2.create_vpc_endpoint(**about)

    return attempt


@table(
    {
        "a NAT gateway": lambda lab, fault: _gateway(lab, routed=True),
        "endpoints": _endpoints("ecr.api", "ecr.dkr", "s3", "logs"),
    },
    {
        "a public IP only": (
            moved(assignPublicIp="ENABLED"),
            "The tasks get a public IP now, and their subnets still have no route to an internet gateway: "
            "nothing comes back to that address.",
        ),
        "a gateway without a route": (
            lambda lab, fault: _gateway(lab, routed=False),
            "There is a NAT gateway, and no route leads to it from the tasks' subnets.",
        ),
        "public subnets, no address": (
            lambda lab, fault: moved(subnets=workshop(lab, True)[1])(lab, fault),
            "The subnets are public now, but the tasks get no public IP: through an internet gateway nothing "
            "goes without one.",
        ),
        "some endpoints": (
            _endpoints("ecr.api"),
            "The VPC has some endpoints now, not all that a pull needs: ecr.api, ecr.dkr, s3 and, for the "
            "log, logs.",
        ),
        "the door": (admitting(80), "The security group now lets port 80 in. The pull goes out."),
        "deployed again": (again, "New tasks in the same subnets will wait as long, for as little."),
    },
)
def test_attempts_at_no_way_out(bay, attempt, text):
    judged(bay("no-way-out"), attempt, text)


@table(
    {},
    {
        "private subnets": (
            lambda lab, fault: fault.deploy(
                networkConfiguration={
                    "awsvpcConfiguration": {"subnets": workshop(lab, False)[1], "assignPublicIp": "ENABLED"}
                }
            ),
            "The tasks get a public IP now, but their subnets are private: no route leads to an internet "
            "gateway.",
        ),
        "another group": (
            moved(securityGroups=[]),
            "The security groups are others now. None of them gives a task an address.",
        ),
        "deployed again": (
            again,
            "The service was updated, and assignPublicIp is still DISABLED: in a public subnet that is no "
            "way out.",
        ),
    },
)
def test_attempts_at_no_public_ip(bay, attempt, text):
    judged(bay("no-public-ip"), attempt, text)


def test_behind_a_closed_group_a_visitor_waits(bay):
    fault = bay("closed-group")
    app = fault._application()
    assert app.steady
    assert app.visit == "no answer: the connection timed out"


def _another_group(lab, fault):
    vpc = next(vpc.id for vpc in ecslab.network.vpcs(lab) if vpc.default)
    moved(securityGroups=[ecslab.network.http_group(lab, vpc)])(lab, fault)


@table(
    {"another group": _another_group},
    {
        "one address": (
            admitting(80, "198.51.100.0/24"),
            lambda fault: (
                f"Port 80 is open to {', '.join(fault._application().sources())} only. The visitors are "
                "everywhere else."
            ),
        ),
        "UDP": (admitting(80, protocol="udp"), "There is a rule for UDP. HTTP is TCP."),
        "deployed again": (
            again,
            "The group lets in: tcp port 443 from 0.0.0.0/0. The server listens on port 80.",
        ),
        "another port": (
            admitting(8080),
            "The group lets in: tcp port 443 from 0.0.0.0/0; tcp port 8080 from 0.0.0.0/0. The server "
            "listens on port 80.",
        ),
    },
)
def test_attempts_at_a_closed_group(bay, attempt, text):
    judged(bay("closed-group"), attempt, text)


def test_in_a_full_subnet_there_is_no_interface(bay):
    fault = bay("subnet-full")
    [subnet] = fault._application().subnets
    for reason in reasons(fault):
        assert reason.startswith(
            "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment "
            f"enabled in subnet '{subnet.id}"
        )
    assert subnet.free == 0


def _neighbour_makes_room(lab, fault):
    lab.ecs.update_service(cluster=fault.names.cluster, service=fault.names.helper, desiredCount=5)


@table(
    {"a smaller neighbour": _neighbour_makes_room},
    {
        "no public IP": (
            moved(assignPublicIp="DISABLED"),
            "Without a public IP the task still needs a private one, from the same full subnet.",
        ),
        "a private subnet": (
            lambda lab, fault: moved(subnets=workshop(lab, False)[1], securityGroups=[])(lab, fault),
            "The service uses another subnet now, and that one is private: there is room in it, and no way "
            "out.",
        ),
        "more tasks": (deployed(desiredCount=2), "2 tasks are wanted now, where there was no room for one."),
        "deployed again": (
            again,
            "The service was updated, and still has that one subnet, in which no address is free.",
        ),
    },
)
def test_attempts_at_a_full_subnet(bay, attempt, text):
    judged(bay("subnet-full"), attempt, text)
