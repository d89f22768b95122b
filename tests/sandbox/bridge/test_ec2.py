"""The networks a learner meets, seen through boto3 alone."""

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.ec2.models import ec2_backends
from moto_account import account

from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ec2.addresses import NoFreeAddress
from ecslab.sandbox.bridge.ec2.backend import EC2Backend
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.network.packets import Packet, egress, inbound

REGION = "us-east-1"
ABOUT = "arn:aws:ecs:us-east-1:123456789012:attachment/0f3c"


@pytest.fixture
def client(monkeypatch):
    with account(monkeypatch, {ec2_backends: EC2Backend}):
        yield boto3.client("ec2", REGION)


def vpc(client, name=None):
    which = ("tag:Name", name) if name else ("is-default", "true")
    return client.describe_vpcs(Filters=[{"Name": which[0], "Values": [which[1]]}])["Vpcs"][0]["VpcId"]


def subnet(client, name):
    return client.describe_subnets(Filters=[{"Name": "tag:Name", "Values": [name]}])["Subnets"][0]["SubnetId"]


def default_subnets(client):
    return client.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc(client)]}])["Subnets"]


def default_group(client, vpc_id):
    wanted = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": ["default"]}]
    return client.describe_security_groups(Filters=wanted)["SecurityGroups"][0]


def attach(client, subnet_id=None, public=True, groups=()):
    chosen = subnet_id or default_subnets(client)[1]["SubnetId"]
    return task_network.attach_eni(REGION, chosen, list(groups), public, ABOUT)


def refused(call, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def test_the_default_vpc_has_a_public_subnet_in_each_zone(client):
    subnets = default_subnets(client)
    assert [s["AvailabilityZone"] for s in subnets] == [f"us-east-1{zone}" for zone in "abcdef"]
    assert all(s["MapPublicIpOnLaunch"] and s["DefaultForAz"] for s in subnets)
    assert {s["AvailableIpAddressCount"] for s in subnets} == {4091}


def test_the_default_vpc_has_a_way_to_the_internet(client):
    tables = client.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc(client)]}])[
        "RouteTables"
    ]
    routes = {route["DestinationCidrBlock"]: route["GatewayId"] for route in tables[0]["Routes"]}
    gateways = client.describe_internet_gateways()["InternetGateways"]
    attached = {gateway["Attachments"][0]["VpcId"]: gateway["InternetGatewayId"] for gateway in gateways}
    assert routes == {"172.31.0.0/16": "local", "0.0.0.0/0": attached[vpc(client)]}


@pytest.mark.parametrize("name", [None, "workshop"])
def test_a_default_group_admits_only_its_own_members(client, name):
    group = default_group(client, vpc(client, name))
    (rule,) = group["IpPermissions"]
    assert (rule["IpProtocol"], rule["IpRanges"]) == ("-1", [])
    assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [group["GroupId"]]
    assert group["IpPermissionsEgress"][0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]


def test_the_workshop_vpc_has_public_and_private_subnets(client):
    for name, zone in (("public-a", "us-east-1a"), ("public-b", "us-east-1b"),
                       ("private-a", "us-east-1a"), ("private-b", "us-east-1b")):  # fmt: skip
        described = client.describe_subnets(SubnetIds=[subnet(client, f"workshop-{name}")])["Subnets"][0]
        assert (described["AvailabilityZone"], described["DefaultForAz"]) == (zone, False)
        eni = attach(client, described["SubnetId"])
        assert egress(task_network.network_facts(eni), "ecr.api").passed == name.startswith("public")


def test_a_tasks_interface_looks_as_fargates_does(client):
    eni = attach(client)
    (interface,) = client.describe_network_interfaces(NetworkInterfaceIds=[eni.eni_id])["NetworkInterfaces"]
    octets = eni.public_ip.replace(".", "-")
    association = {
        "PublicIp": eni.public_ip,
        "PublicDnsName": f"ec2-{octets}.compute-1.amazonaws.com",
        "IpOwnerId": "amazon",
    }
    assert interface["Association"] == association
    assert interface["PrivateIpAddresses"][0]["Association"] == association
    assert interface["PrivateIpAddresses"][0]["Primary"] is True
    assert (
        interface["PrivateDnsName"]
        == eni.private_dns
        == f"ip-{eni.private_ip.replace('.', '-')}.ec2.internal"
    )
    assert (interface["Status"], interface["InterfaceType"], interface["Description"]) == (
        "in-use",
        "interface",
        ABOUT,
    )
    attachment = interface["Attachment"]
    assert (attachment["DeviceIndex"], attachment["Status"]) == (1, "attached")
    assert attachment["DeleteOnTermination"] is False
    assert attachment["InstanceOwnerId"] != interface["OwnerId"] == "123456789012"
    assert "InstanceId" not in attachment
    assert [group["GroupName"] for group in interface["Groups"]] == ["default"]
    assert attachment["NetworkCardIndex"] == 0
    assert interface["RequesterManaged"] is interface["SourceDestCheck"] is True
    assert interface["RequesterId"] == attachment["InstanceOwnerId"]
    assert interface["Operator"] == {"Managed": False, "HiddenByDefault": False}
    assert interface["AvailabilityZoneId"].startswith("use1-az")
    assert interface["TagSet"] == []


def test_an_interface_is_found_by_its_public_address(client):
    eni = attach(client)
    wanted = [{"Name": "association.public-ip", "Values": [eni.public_ip]}]
    interfaces = client.describe_network_interfaces(Filters=wanted)["NetworkInterfaces"]
    assert [interface["NetworkInterfaceId"] for interface in interfaces] == [eni.eni_id]
    assert task_network.find_public(eni.public_ip) == eni
    assert task_network.find_public("203.0.113.255") is None


def test_no_public_address_unless_asked(client):
    eni = attach(client, public=False)
    (interface,) = client.describe_network_interfaces(NetworkInterfaceIds=[eni.eni_id])["NetworkInterfaces"]
    assert eni.public_ip is None
    assert "Association" not in interface


def test_a_released_interface_is_gone_and_its_address_free(client):
    before = default_subnets(client)[1]["AvailableIpAddressCount"]
    eni = attach(client)
    assert default_subnets(client)[1]["AvailableIpAddressCount"] == before - 1
    task_network.release_eni(REGION, eni.eni_id)
    assert default_subnets(client)[1]["AvailableIpAddressCount"] == before
    assert task_network.find_public(eni.public_ip) is None
    assert refused(client.describe_network_interfaces, NetworkInterfaceIds=[eni.eni_id]) == (
        "InvalidNetworkInterfaceID.NotFound",
        f"The networkInterface ID '{eni.eni_id}' does not exist",
    )


def test_addresses_are_never_given_twice_and_run_out(client):
    created = client.create_subnet(VpcId=vpc(client, "workshop"), CidrBlock="10.0.20.0/28")
    small = created["Subnet"]["SubnetId"]
    enis = [attach(client, small) for _ in range(11)]
    assert {eni.private_ip for eni in enis} == {f"10.0.20.{last}" for last in range(4, 15)}
    assert len({eni.public_ip for eni in enis}) == 11
    assert all(eni.public_ip.startswith("203.0.113.") for eni in enis)
    with pytest.raises(NoFreeAddress) as full:
        attach(client, small)
    assert str(full.value).startswith(
        "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled "
        f"in subnet '{small}'"
    )
    task_network.release_eni(REGION, enis[3].eni_id)
    assert attach(client, small).private_ip == enis[3].private_ip


def test_a_second_pool_follows_the_first(client):
    enis = [attach(client) for _ in range(260)]
    assert len({eni.public_ip for eni in enis}) == 260
    assert sum(eni.public_ip.startswith("203.0.113.") for eni in enis) == 254
    assert sum(eni.public_ip.startswith(("198.18.", "198.19.")) for eni in enis) == 6


def test_the_owner_cannot_touch_a_tasks_interface(client):
    eni = attach(client)
    (described,) = client.describe_network_interfaces(NetworkInterfaceIds=[eni.eni_id])["NetworkInterfaces"]
    assert refused(client.delete_network_interface, NetworkInterfaceId=eni.eni_id) == (
        "InvalidParameterValue",
        f"Network interface '{eni.eni_id}' is currently in use.",
    )
    attachment = described["Attachment"]["AttachmentId"]
    denied = ("AuthFailure", "You do not have permission to access the specified resource.")
    interface = {"NetworkInterfaceId": eni.eni_id}
    assert refused(client.detach_network_interface, AttachmentId=attachment) == denied
    for change in (
        {"Groups": list(eni.group_ids)},
        {"Description": {"Value": "mine"}},
        {"SourceDestCheck": {"Value": False}},
    ):
        assert refused(client.modify_network_interface_attribute, **interface, **change) == denied
    for operation, more in (
        ("assign_private_ip_addresses", {"SecondaryPrivateIpAddressCount": 1}),
        ("unassign_private_ip_addresses", {"PrivateIpAddresses": [eni.private_ip]}),
        ("assign_ipv6_addresses", {"Ipv6AddressCount": 1}),
        ("unassign_ipv6_addresses", {"Ipv6Addresses": ["2001:db8::1"]}),
    ):
        assert refused(getattr(client, operation), **interface, **more) == denied
    client.create_tags(Resources=[eni.eni_id], Tags=[{"Key": "mine", "Value": "yes"}])
    (described,) = client.describe_network_interfaces(NetworkInterfaceIds=[eni.eni_id])["NetworkInterfaces"]
    assert described["TagSet"] == [{"Key": "mine", "Value": "yes"}]
    address = client.allocate_address(Domain="vpc")["AllocationId"]
    elastic = {"NetworkInterfaceId": eni.eni_id, "AllocationId": address}
    assert refused(client.associate_address, **elastic) == denied


def test_what_a_task_uses_cannot_be_deleted(client):
    network = vpc(client, "workshop")
    group_id = client.create_security_group(GroupName="web", Description="web", VpcId=network)["GroupId"]
    eni = attach(client, subnet(client, "workshop-public-a"), groups=[group_id])
    assert refused(client.delete_security_group, GroupId=group_id) == (
        "DependencyViolation", f"resource {group_id} has a dependent object")  # fmt: skip
    assert refused(client.delete_subnet, SubnetId=eni.subnet_id) == (
        "DependencyViolation",
        f"The subnet '{eni.subnet_id}' has dependencies and cannot be deleted.",
    )
    gateways = client.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [network]}])
    gateway = gateways["InternetGateways"][0]["InternetGatewayId"]
    code, _ = refused(client.detach_internet_gateway, InternetGatewayId=gateway, VpcId=network)
    assert code == "DependencyViolation"
    task_network.release_eni(REGION, eni.eni_id)
    client.delete_security_group(GroupId=group_id)


def test_a_group_that_another_names_cannot_be_deleted(client):
    web, database = (client.create_security_group(GroupName=name, Description=name)["GroupId"]
                     for name in ("web", "database"))  # fmt: skip
    from_web = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": web}]}]
    client.authorize_security_group_ingress(GroupId=database, IpPermissions=from_web)
    assert refused(client.delete_security_group, GroupId=web) == (
        "DependencyViolation", f"resource {web} has a dependent object")  # fmt: skip
    client.delete_security_group(GroupId=database)
    client.delete_security_group(GroupId=web)


def test_a_default_group_cannot_be_deleted(client):
    group = default_group(client, vpc(client))["GroupId"]
    assert refused(client.delete_security_group, GroupId=group)[0] == "CannotDelete"


def delete_default_vpc(client):
    network = vpc(client)
    gateways = client.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [network]}])
    gateway = gateways["InternetGateways"][0]["InternetGatewayId"]
    for default_subnet in default_subnets(client):
        client.delete_subnet(SubnetId=default_subnet["SubnetId"])
    depends = f"The vpc '{network}' has dependencies and cannot be deleted."
    assert refused(client.delete_vpc, VpcId=network) == ("DependencyViolation", depends)
    client.detach_internet_gateway(InternetGatewayId=gateway, VpcId=network)
    client.delete_internet_gateway(InternetGatewayId=gateway)
    client.delete_vpc(VpcId=network)


def test_a_deleted_default_vpc_is_gone_until_it_is_made_again(client):
    delete_default_vpc(client)
    names = [described.get("Tags", [{}])[0].get("Value") for described in client.describe_vpcs()["Vpcs"]]
    assert names == ["workshop"]
    assert refused(client.create_security_group, GroupName="web", Description="web") == (
        "VPCIdNotSpecified", "No default VPC for this user")  # fmt: skip
    vpc_id = client.create_default_vpc()["Vpc"]["VpcId"]
    assert len(client.describe_vpcs()["Vpcs"]) == 2
    assert len(default_subnets(client)) == 6
    group = client.create_security_group(GroupName="web", Description="web")["GroupId"]
    assert client.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["VpcId"] == vpc_id
    assert egress(task_network.network_facts(attach(client)), "ecr.api").passed


def test_a_gateway_taken_away_closes_the_way_in_and_out(client):
    chosen, network = default_subnets(client)[0]["SubnetId"], vpc(client)
    gateways = client.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [network]}])
    gateway = gateways["InternetGateways"][0]["InternetGatewayId"]
    client.detach_internet_gateway(InternetGatewayId=gateway, VpcId=network)
    facts = task_network.network_facts(attach(client, chosen))
    leads_nowhere = f"The route of route table {facts.route_table.id} to {gateway} leads nowhere"
    assert inbound(Packet("198.51.100.7", 80), facts).text == (
        f"{leads_nowhere}: that gateway is not attached to the VPC."
    )
    assert egress(facts).text == f"{leads_nowhere}, so the internet cannot be reached."


def test_ec2_refuses_in_its_own_words(client):
    assert refused(client.describe_vpcs, VpcIds=["vpc-1"]) == (
        "InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist")  # fmt: skip
    assert refused(client.describe_security_groups, GroupIds=["sg-1"]) == (
        "InvalidGroup.NotFound", "The security group 'sg-1' does not exist")  # fmt: skip
    web = {"GroupName": "web", "Description": "web"}
    group = client.create_security_group(**web)["GroupId"]
    twice = f"The security group 'web' already exists for VPC '{vpc(client)}'"
    assert refused(client.create_security_group, **web) == ("InvalidGroup.Duplicate", twice)
    http = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    own = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}]
    for rule, text in (
        (http, "peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW"),
        (own, f"peer: {group}, ALL, ALLOW"),
    ):
        client.authorize_security_group_ingress(GroupId=group, IpPermissions=rule)
        assert refused(client.authorize_security_group_ingress, GroupId=group, IpPermissions=rule) == (
            "InvalidPermission.Duplicate", f'the specified rule "{text}" already exists')  # fmt: skip
    assert refused(client.create_network_interface, SubnetId=subnet(client, "workshop-public-a"),
                   Groups=["sg-12"]) == (
        "InvalidGroup.NotFound", "The security group 'sg-12' does not exist")  # fmt: skip


@pytest.mark.parametrize("region", boto3.session.Session().get_available_regions("ec2"))
def test_every_region_has_its_networks(client, region):
    default = ec2_backends["123456789012"][region].get_default_vpc()
    subnets = ec2_backends["123456789012"][region].describe_subnets(filters={"vpc-id": default.id})
    eni = task_network.attach_eni(region, subnets[0].id, [], True, ABOUT)
    assert eni.az.startswith(region)
    assert egress(task_network.network_facts(eni), "ecr.api").passed


def test_a_vpc_without_dns_hostnames_gives_no_names(client):
    network = client.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet_id = client.create_subnet(VpcId=network, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    eni = attach(client, subnet_id)
    (interface,) = client.describe_network_interfaces(NetworkInterfaceIds=[eni.eni_id])["NetworkInterfaces"]
    assert not interface.get("PrivateDnsName")
    assert not interface["Association"].get("PublicDnsName")
    assert eni.private_dns.startswith("ip-10-9-0-")


def test_names_follow_the_region(client):
    elsewhere = boto3.client("ec2", "eu-west-1").describe_subnets()["Subnets"][0]["SubnetId"]
    eni = task_network.attach_eni("eu-west-1", elsewhere, [], True, ABOUT)
    assert eni.private_dns.endswith(".eu-west-1.compute.internal")
    assert task_network.find_public(eni.public_ip) == eni


def test_users_own_interfaces_and_elastic_addresses_share_the_rules(client):
    interface = client.create_network_interface(SubnetId=subnet(client, "workshop-private-a"))[
        "NetworkInterface"
    ]
    assert interface["PrivateIpAddress"].startswith("10.0.10.")
    address = client.allocate_address(Domain="vpc")["PublicIp"]
    assert address.startswith("203.0.113.")
    client.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])


@pytest.mark.parametrize(
    ("subnets", "groups", "message"),
    [
        ([], [], "subnets can not be empty."),
        (["subnet-1"] * 17, [], "subnets can have at most 16 items."),
        (["subnet-1"], ["sg-1"] * 6, "securityGroups can have at most 5 items."),
        (["subnet-12", "subnet-34"], [],
         "Error retrieving subnet information for [subnet-12, subnet-34]: The subnet ID 'subnet-12' does not "
         "exist (ErrorCode: InvalidSubnetID.NotFound)"),
        (["workshop-public-a"], ["sg-12"],
         "Error retrieving security group information for [sg-12]: The security group 'sg-12' does not exist "
         "(ErrorCode: InvalidGroup.NotFound)"),
        (["workshop-public-a"], ["default"],
         "Security group {group} and subnet {subnet} belong to different networks."),
        (["workshop-public-a", "default"], [],
         "Subnet {default} and subnet {subnet} belong to different networks."),
    ],
)  # fmt: skip
def test_a_network_that_cannot_be_is_refused(client, subnets, groups, message):
    workshop, default = subnet(client, "workshop-public-a"), default_subnets(client)[0]["SubnetId"]
    group = default_group(client, vpc(client))["GroupId"]
    subnets = [{"workshop-public-a": workshop, "default": default}.get(name, name) for name in subnets]
    with pytest.raises(AwsError) as caught:
        named = [group if name == "default" else name for name in groups]
        task_network.validate_network(REGION, subnets, named)
    assert caught.value.code == "InvalidParameterException"
    assert caught.value.message == message.format(group=group, subnet=workshop, default=default)


def test_a_network_that_fits_names_its_vpc(client):
    both = [subnet(client, "workshop-public-a"), subnet(client, "workshop-private-b")]
    network = vpc(client, "workshop")
    assert task_network.validate_network(REGION, both, [default_group(client, network)["GroupId"]]) == network


def test_rules_made_through_the_api_decide_what_passes(client):
    browser = Packet("198.51.100.7", 80)
    group = client.create_security_group(GroupName="http", Description="http")["GroupId"]
    eni = attach(client, groups=[group])
    assert inbound(browser, task_network.network_facts(eni)).stopped_by == "security-group"
    anywhere = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    client.authorize_security_group_ingress(GroupId=group, IpPermissions=anywhere)
    assert inbound(browser, task_network.network_facts(eni)).passed
    acl = client.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [eni.subnet_id]}])
    client.create_network_acl_entry(
        NetworkAclId=acl["NetworkAcls"][0]["NetworkAclId"], RuleNumber=50, Protocol="6", RuleAction="deny",
        Egress=False, CidrBlock="0.0.0.0/0", PortRange={"From": 80, "To": 80},
    )  # fmt: skip
    assert inbound(browser, task_network.network_facts(eni)).text.startswith("Network ACL acl-")
    assert inbound(Packet("198.51.100.7", 81), task_network.network_facts(eni)).stopped_by == "security-group"


def test_a_nat_gateway_and_endpoints_open_a_private_subnet(client):
    network, private = vpc(client, "workshop"), subnet(client, "workshop-private-a")
    eni = attach(client, private, public=False)
    assert egress(task_network.network_facts(eni), "ecr.api").stopped_by == "route"
    named = [{"Name": "tag:Name", "Values": ["workshop-private"]}]
    main = client.describe_route_tables(Filters=named)["RouteTables"][0]
    client.create_vpc_endpoint(VpcId=network, ServiceName="com.amazonaws.us-east-1.s3",
                               VpcEndpointType="Gateway", RouteTableIds=[main["RouteTableId"]])  # fmt: skip
    client.create_vpc_endpoint(VpcId=network, ServiceName="com.amazonaws.us-east-1.ecr.api",
                               VpcEndpointType="Interface", SubnetIds=[private])  # fmt: skip
    facts = task_network.network_facts(eni)
    assert egress(facts, "s3").passed
    assert egress(facts, "ecr.api").passed
    assert egress(facts, "ecr.dkr").stopped_by == "route"
    address = client.allocate_address(Domain="vpc")["AllocationId"]
    public = subnet(client, "workshop-public-a")
    nat = client.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
    client.create_route(RouteTableId=main["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    assert egress(task_network.network_facts(eni), "ecr.dkr").passed


def test_a_nat_gateway_and_an_instance_leave_nothing_behind(client):
    subnet_id = client.create_subnet(VpcId=vpc(client, "workshop"), CidrBlock="10.0.21.0/24")["Subnet"][
        "SubnetId"
    ]
    address = client.allocate_address(Domain="vpc")["AllocationId"]
    nat = client.create_nat_gateway(SubnetId=subnet_id, AllocationId=address)["NatGateway"]["NatGatewayId"]
    image = client.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instance = client.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet_id)["Instances"][0]
    of_subnet = [{"Name": "subnet-id", "Values": [subnet_id]}]
    interfaces = client.describe_network_interfaces(Filters=of_subnet)["NetworkInterfaces"]
    assert {interface["Status"] for interface in interfaces} == {"in-use"}
    assert refused(client.delete_subnet, SubnetId=subnet_id)[0] == "DependencyViolation"
    client.terminate_instances(InstanceIds=[instance["InstanceId"]])
    client.delete_nat_gateway(NatGatewayId=nat)
    assert client.describe_network_interfaces(Filters=of_subnet)["NetworkInterfaces"] == []
    client.release_address(AllocationId=address)
    client.delete_subnet(SubnetId=subnet_id)
    unknown = ("NatGatewayNotFound", "The Nat Gateway nat-1 was not found")
    assert refused(client.delete_nat_gateway, NatGatewayId="nat-1") == unknown


@pytest.mark.parametrize(
    ("address", "refusal"),
    [
        ("10.9.9.9", "InvalidParameterValue: {} does not fall within the subnet's address range"),
        ("{net}.3", "InvalidParameterValue: {} is in subnet's reserved address range"),
        ("{net}.77", "InvalidIPAddress.InUse: Address {address} is in use."),
    ],
)
def test_an_address_that_cannot_be_had(client, address, refusal):
    subnet = client.describe_subnets()["Subnets"][0]
    net = subnet["CidrBlock"].rpartition(".")[0]
    address = address.format(net=net)
    client.create_network_interface(SubnetId=subnet["SubnetId"], PrivateIpAddress=f"{net}.77")
    request = {"ImageId": client.describe_images()["Images"][0]["ImageId"], "MinCount": 1, "MaxCount": 1}
    for named, call in (
        ("Address", lambda members: client.create_network_interface(**members)),
        (f"Address {address}", lambda members: client.run_instances(**request, **members)),
    ):
        with pytest.raises(ClientError) as refused:
            call({"SubnetId": subnet["SubnetId"], "PrivateIpAddress": address})
        error = refused.value.response["Error"]
        assert f"{error['Code']}: {error['Message']}" == refusal.format(named, address=address)


def test_an_instance_too_has_nobody_elses_address(client):
    image = client.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    chosen = default_subnets(client)[0]["SubnetId"]
    client.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=chosen)
    instance = client.describe_instances()["Reservations"][0]["Instances"][0]
    assert instance["PublicIpAddress"].startswith("203.0.113.")
    holder = task_network.find_public(instance["PublicIpAddress"])
    assert holder.eni_id == instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    eni = attach(client, chosen)
    assert eni.public_ip != instance["PublicIpAddress"]


def test_machine_images_are_there_when_asked_for(client):
    assert client.describe_images(Owners=["amazon"])["Images"]
