"""Subnets with IPv6: tasks get an address, show it, and are reached by it as the rules of IPv6 say."""

import json
from ipaddress import ip_address, ip_network

import pytest
from aws_client import CLUSTER, FAMILY
from botocore.exceptions import ClientError
from test_inside_names import ANYWHERE, HTTP, Asking
from test_sandbox import opened

from ecslab.sandbox import in_process

EVERYWHERE = [{"CidrIpv6": "::/0"}]


class DualStack(Asking):
    """The default VPC with IPv6 in its first two subnets, a route for it, and a web server in the first."""

    def arranged(self) -> "DualStack":
        super().arranged()
        answer = self.ec2.associate_vpc_cidr_block(VpcId=self.vpc, AmazonProvidedIpv6CidrBlock=True)
        self.network = ip_network(answer["Ipv6CidrBlockAssociation"]["Ipv6CidrBlock"])
        for subnet, block in zip(self.subnets, self.network.subnets(new_prefix=64), strict=False):
            self.ec2.associate_subnet_cidr_block(SubnetId=subnet, Ipv6CidrBlock=str(block))
        mine = [{"Name": "vpc-id", "Values": [self.vpc]}]
        self.table = self.ec2.describe_route_tables(Filters=mine)["RouteTables"][0]["RouteTableId"]
        attached = [{"Name": "attachment.vpc-id", "Values": [self.vpc]}]
        gateways = self.ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]
        self.gateway = gateways[0]["InternetGatewayId"]
        self.public = self.group("dual", {**HTTP, "IpRanges": ANYWHERE, "Ipv6Ranges": EVERYWHERE})
        self.ec2.create_route(
            RouteTableId=self.table, DestinationIpv6CidrBlock="::/0", GatewayId=self.gateway
        )
        self.web6 = self.started6(self.public)
        self.started6(self.group("asks6", {**HTTP, "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/64"}]}), "asks")
        self.asker = self.last_task
        return self

    def started6(self, group: str, definition: str = FAMILY, subnet: str | None = None) -> str | None:
        """The IPv6 address of a new task, if it has one."""
        self.started(definition, subnet, group)
        (interface,) = self.task(self.last_task)["containers"][0]["networkInterfaces"]
        return interface.get("ipv6Address")

    def in6(self, address: str | None) -> int:
        return self.visit(f"[{address}]")[0]


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    return DualStack(in_process.start(tmp_path_factory.mktemp("home"), seed=8)).arranged()


def interface_details(aws, task):
    details = aws.task(task)["attachments"][0]["details"]
    return {detail["name"]: detail["value"] for detail in details}


def test_a_task_has_an_address_of_its_subnets_block_and_shows_it(aws):
    block = next(aws.network.subnets(new_prefix=64))
    details = interface_details(aws, aws.asker)
    address = details["ipv6Address"]
    assert ip_address(address) in block
    described = aws.ec2.describe_network_interfaces(NetworkInterfaceIds=[details["networkInterfaceId"]])
    (interface,) = described["NetworkInterfaces"]
    assert [each["Ipv6Address"] for each in interface["Ipv6Addresses"]] == [address]
    runtime_id = aws.task(aws.asker)["containers"][0]["runtimeId"]
    (network,) = json.loads(aws.says(f"curl -s http://169.254.170.2/v4/{runtime_id}"))["Networks"]
    assert (network["IPv6Addresses"], network["IPv6SubnetCIDRBlock"]) == ([address], str(block))


def test_other_subnets_stay_as_they_were(aws):
    assert aws.started6(aws.public, subnet=aws.third) is None


def test_the_internet_reaches_it_by_rules_of_ipv6(aws):
    assert aws.visit(f"[{aws.web6}]")[2] == b"hello"
    only4 = aws.group("only4", {**HTTP, "IpRanges": ANYWHERE})
    closed = aws.started6(only4)
    status, _, page = aws.visit(f"[{closed}]")
    assert status == 504
    assert b"has no inbound rule that allows TCP port 80 from 2001:db8:ffff::7" in page
    aws.ec2.authorize_security_group_ingress(
        GroupId=only4, IpPermissions=[{**HTTP, "Ipv6Ranges": EVERYWHERE}]
    )
    assert aws.in6(closed) == 200
    assert aws.in6("2001:db8::1") == 504
    assert b"No answer from [2001:db8::1]:80" in aws.visit("[2001:db8::1]")[2]


def test_an_egress_only_gateway_lets_nobody_in(aws):
    created = aws.ec2.create_egress_only_internet_gateway(VpcId=aws.vpc)["EgressOnlyInternetGateway"]
    outwards = {"RouteTableId": aws.table, "DestinationIpv6CidrBlock": "::/0"}
    gateway = created["EgressOnlyInternetGatewayId"]
    aws.ec2.replace_route(**outwards, EgressOnlyInternetGatewayId=gateway)
    assert aws.in6(aws.web6) == 504
    aws.ec2.replace_route(**outwards, GatewayId=aws.gateway)
    assert aws.in6(aws.web6) == 200
    with pytest.raises(ClientError, match="has dependencies and cannot be deleted"):
        aws.ec2.delete_vpc(VpcId=aws.vpc)
    aws.ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=gateway)
    with pytest.raises(ClientError, match=r"EgressOnlyInternetGatewayId.NotFound"):
        aws.ec2.describe_egress_only_internet_gateways(EgressOnlyInternetGatewayIds=[gateway])


def test_tasks_reach_each_other(aws):
    assert aws.says(f"curl -gsS http://[{aws.web6}]/") == "hello"
    assert aws.says(f"curl -gsS http://[{aws.web6}]:81/ -m 3").startswith("curl: (28)")
    named = [{"Name": "group-name", "Values": ["asks6"]}]
    (group,) = aws.ec2.describe_security_groups(Filters=named)["SecurityGroups"]
    out = {"GroupId": group["GroupId"], "IpPermissions": [{"IpProtocol": "-1", "Ipv6Ranges": EVERYWHERE}]}
    aws.ec2.revoke_security_group_egress(**out)
    assert aws.says(f"curl -gsS http://[{aws.web6}]/ -m 3").startswith("curl: (28)")


def test_without_an_address_there_is_no_way_to_one(aws):
    aws.started("asks", aws.third, aws.public)
    asker, aws.asker = aws.asker, aws.last_task
    assert aws.says(f"curl -gsS http://[{aws.web6}]/").startswith("curl: (7)")
    aws.asker = asker


def test_the_default_acl_lets_ipv6_pass(aws):
    mine = [{"Name": "vpc-id", "Values": [aws.vpc]}, {"Name": "default", "Values": ["true"]}]
    (acl,) = aws.ec2.describe_network_acls(Filters=mine)["NetworkAcls"]
    entries = {(entry["RuleNumber"], entry["Egress"], entry.get("Ipv6CidrBlock")) for entry in acl["Entries"]}
    assert {(101, True, "::/0"), (101, False, "::/0"), (32768, True, "::/0")} <= entries
    number = {"NetworkAclId": acl["NetworkAclId"], "RuleNumber": 101, "Egress": False}
    aws.ec2.delete_network_acl_entry(**number)
    assert b"(rule 32768) denies TCP port 80" in aws.visit(f"[{aws.web6}]")[2]
    aws.ec2.create_network_acl_entry(**number, Protocol="-1", RuleAction="allow", Ipv6CidrBlock="::/0")
    assert aws.in6(aws.web6) == 200


@pytest.mark.parametrize(
    ("given_block", "code"),
    [
        ({"Ipv6CidrBlock": "2600:1f00::/64"}, "InvalidSubnet.Range"),
        ({"Ipv6CidrBlock": "six"}, "InvalidSubnet.Range"),
        ({"Ipv6CidrBlock": "$first"}, "InvalidSubnet.Conflict"),
        ({"Ipv6CidrBlock": "$third", "CidrBlock": None}, "MissingParameter"),
    ],
)
def test_a_block_that_a_subnet_cannot_have(aws, given_block, code):
    blocks = [str(block) for block in aws.network.subnets(new_prefix=64)]
    named = {"$first": blocks[0], "$third": blocks[2]}
    block = given_block["Ipv6CidrBlock"]
    request_members = {
        "CidrBlock": "172.31.240.0/28",
        **given_block,
        "Ipv6CidrBlock": named.get(block, block),
    }
    with pytest.raises(ClientError, match=code):
        aws.ec2.create_subnet(
            VpcId=aws.vpc, **{key: value for key, value in request_members.items() if value}
        )


def test_a_block_in_use_stays(aws):
    subnet = aws.ec2.describe_subnets(SubnetIds=aws.subnets[:1])["Subnets"][0]
    (association,) = subnet["Ipv6CidrBlockAssociationSet"]
    with pytest.raises(ClientError, match="InUse"):
        aws.ec2.disassociate_subnet_cidr_block(AssociationId=association["AssociationId"])


def test_who_gets_none(aws):
    aws.ecs.put_account_setting(name="dualStackIPv6", value="disabled")
    assert aws.started6(aws.public) is None
    aws.ecs.put_account_setting(name="dualStackIPv6", value="enabled")
    assert aws.started6(aws.public)
    old = aws.ecs.run_task(
        cluster=CLUSTER, taskDefinition=FAMILY, launchType="FARGATE", platformVersion="1.3.0",
        networkConfiguration={"awsvpcConfiguration": {"subnets": aws.subnets[:1]}},
    )["tasks"][0]["taskArn"]  # fmt: skip
    aws.until(old, "PENDING")
    assert "ipv6Address" not in interface_details(aws, old)


def test_interfaces_get_one_where_the_subnet_says_so(aws):
    def addresses():
        return aws.ec2.create_network_interface(SubnetId=aws.subnets[1])["NetworkInterface"]["Ipv6Addresses"]

    assert addresses() == []
    aws.ec2.modify_subnet_attribute(SubnetId=aws.subnets[1], AssignIpv6AddressOnCreation={"Value": True})
    (address,) = addresses()
    assert ip_address(address["Ipv6Address"]) in list(aws.network.subnets(new_prefix=64))[1]


def test_addresses_and_visits_come_back_with_the_journal(tmp_path):
    first = DualStack(opened(tmp_path).endpoint).arranged()
    assert first.in6(first.web6) == 200
    before = [first.task(task) for task in (first.last_task, first.asker)]
    sandbox = opened(tmp_path, seed=None).sandbox
    assert list(sandbox.notices) == []
    again = DualStack(in_process.endpoint_of(sandbox))
    assert [again.task(task) for task in (first.last_task, first.asker)] == before
    assert again.visit(f"[{first.web6}]")[2] == b"hello"
