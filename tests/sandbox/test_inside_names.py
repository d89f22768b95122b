"""What a program in a container reaches by name and by address: load balancers, tasks, private zones."""

import pytest
from aws_client import FAMILY
from balancer_rig import ANYWHERE, HTTP, Balanced

from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.open_ports import program_of
from ecslab.sandbox.runtime.clients import CLIENTS
from ecslab.sandbox.runtime.place import Place

BUSYBOX = "public.ecr.aws/docker/library/busybox:latest"
ALL = [{"IpProtocol": "-1", "IpRanges": ANYWHERE}]


class Asking(Balanced):
    """A web server with the page `hello` at `web`, and a task that asks."""

    def arranged(self) -> "Asking":
        self.prepared()
        self.zones = self.client("route53")
        self.open = self.group("open", {**HTTP, "IpRanges": ANYWHERE})
        self.web = self.started(FAMILY, group=self.open)
        self.ecs.register_task_definition(
            family="asks", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            containerDefinitions=[{"name": "asks", "image": BUSYBOX, "command": ["sleep", "86400"]}],
        )  # fmt: skip
        self.asking = self.group("asking", {**HTTP, "IpRanges": [{"CidrIp": "192.0.2.1/32"}]})
        self.started("asks", group=self.asking)
        self.asker = self.last_task
        return self

    def says(self, command: str) -> str:
        """What a command beside the asking program writes."""
        tasks = current_account().tasks_by_interface.values()
        (container,) = next(task for task in tasks if task.arn == self.asker).containers
        name, *words = command.split()
        run = CLIENTS[name](program_of(container)._process, words, Place())
        try:
            while True:
                next(run)
        except StopIteration as end:
            output, errors, _ = end.value
        return output + errors

    def record(self, zone: str, name: str, kind: str, *values: str, **more: object) -> None:
        record_members = more or {"TTL": 60, "ResourceRecords": [{"Value": value} for value in values]}
        change = {"Action": "UPSERT", "ResourceRecordSet": {"Name": name, "Type": kind, **record_members}}
        self.zones.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})

    def zone(self, name: str, vpc: str = "") -> str:
        created = self.zones.create_hosted_zone(
            Name=name, CallerReference=name, VPC={"VPCRegion": "us-east-1", "VPCId": vpc or self.vpc},
            HostedZoneConfig={"PrivateZone": True},
        )  # fmt: skip
        return str(created["HostedZone"]["Id"])


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    return Asking(in_process.start(tmp_path_factory.mktemp("home"), seed=8)).arranged()


def named(address):
    return f"ip-{address.replace('.', '-')}"


def unresolved(name):
    return f"curl: (6) Could not resolve host: {name}\n"


def test_a_task_is_reached_by_its_address_and_its_names(aws):
    for host in (aws.web, f"{named(aws.web)}.ec2.internal", named(aws.web)):
        assert aws.says(f"curl -sS http://{host}/") == "hello"
    assert aws.says(f"getent hosts {named(aws.web)}.ec2.internal").split() == [
        aws.web, f"{named(aws.web)}.ec2.internal",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "host", ["nowhere.example.com", "db", "ip-10-250-0-1.ec2.internal", "web-1.us-east-1.elb.amazonaws.com"]
)
def test_what_has_no_such_name(aws, host):
    assert aws.says(f"curl -sS http://{host}/") == unresolved(host)
    assert aws.says(f"wget http://{host}/") == f"wget: bad address '{host}'\n"
    assert f"** server can't find {host}: NXDOMAIN" in aws.says(f"nslookup {host}")


def test_the_groups_on_both_sides_decide(aws):
    shut = aws.group("shut", {**HTTP, "IpRanges": [{"CidrIp": "192.0.2.1/32"}]})
    quiet = aws.started(FAMILY, group=shut)
    timed_out = "curl: (28)"
    assert aws.says(f"curl -sS -m 3 http://{quiet}/").startswith(timed_out)
    aws.ec2.authorize_security_group_ingress(
        GroupId=shut, IpPermissions=[{**HTTP, "UserIdGroupPairs": [{"GroupId": aws.asking}]}]
    )
    assert aws.says(f"curl -sS -m 3 http://{quiet}/") == "hello"
    assert aws.says(f"curl -sS -m 3 http://{quiet}:81/").startswith(timed_out)
    aws.ec2.revoke_security_group_egress(GroupId=aws.asking, IpPermissions=ALL)
    assert aws.says(f"curl -sS -m 3 http://{quiet}/").startswith(timed_out)
    aws.ec2.authorize_security_group_egress(GroupId=aws.asking, IpPermissions=ALL)
    assert aws.says(f"curl -sS -m 3 http://{aws.web}:80/") == "hello"


def test_a_port_that_is_let_in_and_has_nobody_refuses(aws):
    wide = aws.ec2.create_security_group(GroupName="wide", Description="wide", VpcId=aws.vpc)["GroupId"]
    aws.ec2.authorize_security_group_ingress(GroupId=wide, IpPermissions=ALL)
    address = aws.started(FAMILY, group=wide)
    assert aws.says(f"curl -sS http://{address}:81/").startswith(f"curl: (7) Failed to connect to {address}")


def test_an_acl_looks_only_at_what_leaves_its_subnet(aws):
    other = aws.started(FAMILY, subnet=aws.subnets[1], group=aws.open)
    acl_id = aws.ec2.create_network_acl(VpcId=aws.vpc)["NetworkAcl"][
        "NetworkAclId"
    ]  # it lets nothing through
    (acl,) = aws.ec2.describe_network_acls(
        Filters=[{"Name": "association.subnet-id", "Values": [aws.subnets[0]]}]
    )["NetworkAcls"]
    (mine,) = [
        association for association in acl["Associations"] if association["SubnetId"] == aws.subnets[0]
    ]
    changed = aws.ec2.replace_network_acl_association(
        AssociationId=mine["NetworkAclAssociationId"], NetworkAclId=acl_id
    )["NewAssociationId"]
    try:
        assert aws.says(f"curl -sS -m 3 http://{aws.web}/") == "hello"
        assert aws.says(f"curl -sS -m 3 http://{other}/").startswith("curl: (28)")
    finally:
        aws.ec2.replace_network_acl_association(AssociationId=changed, NetworkAclId=acl["NetworkAclId"])
    assert aws.says(f"curl -sS -m 3 http://{other}/") == "hello"


# load balancers


@pytest.mark.parametrize(("scheme", "kind"), [("internal", "application"), ("internet-facing", "application"),
                                              ("internal", "network")])  # fmt: skip
def test_a_load_balancer_is_reached_by_its_name(aws, scheme, kind):
    name, tcp = f"{kind[:3]}-{scheme[-4:]}", kind == "network"
    balancer = aws.balancer(name, Scheme=scheme, Type=kind, SecurityGroups=[aws.open])
    group = aws.target_group(name, Protocol="TCP" if tcp else "HTTP")
    aws.listener(balancer, group, protocol="TCP" if tcp else "HTTP")
    host = balancer["DNSName"]
    assert aws.says(f"curl -sS -m 3 http://{host}/").startswith("curl: (28)")  # it is still being made
    aws.pass_time(180)
    if tcp:
        assert aws.says(f"curl -sS http://{host}/").startswith("curl: (7)")  # it has nobody to pass it to
    aws.register(group, aws.web)
    aws.pass_time(31)
    assert aws.says(f"curl -sS http://{host}/") == "hello"
    addresses = [line.split()[0] for line in aws.says(f"getent hosts {host}").splitlines()]
    private = [address.startswith("172.31.") for address in addresses]
    assert private == [scheme == "internal"] * 2
    assert aws.says(f"curl -sS http://{addresses[0]}/") == "hello"


def test_a_load_balancers_group_keeps_the_task_out(aws):
    closed = aws.group("closed", {**HTTP, "IpRanges": [{"CidrIp": "192.0.2.1/32"}]})
    balancer = aws.balancer("closed", Scheme="internal", SecurityGroups=[closed])
    aws.listener(balancer, aws.target_group("closed"))
    aws.pass_time(180)
    assert aws.says(f"curl -sS -m 3 http://{balancer['DNSName']}/").startswith("curl: (28)")
    aws.ec2.authorize_security_group_ingress(
        GroupId=closed, IpPermissions=[{**HTTP, "UserIdGroupPairs": [{"GroupId": aws.asking}]}]
    )
    assert "503 Service Temporarily Unavailable" in aws.says(f"curl -sS http://{balancer['DNSName']}/")


# private hosted zones


def test_private_records_resolve(aws):
    zone = aws.zone("corp.internal")
    aws.record(zone, "web.corp.internal", "A", aws.web)
    aws.record(zone, "shop.corp.internal", "CNAME", "web.corp.internal")
    aws.record(zone, "*.any.corp.internal", "A", aws.web)
    aws.record(zone, "circle.corp.internal", "CNAME", "circle.corp.internal")
    for host in ("web.corp.internal", "WEB.corp.internal", "shop.corp.internal", "a.b.any.corp.internal"):
        assert aws.says(f"curl -sS http://{host}/") == "hello"
    for host in ("nobody.corp.internal", "circle.corp.internal", "corp.internal"):
        assert aws.says(f"curl -sS http://{host}/") == unresolved(host)
    aws.record(zone, "web.corp.internal", "A", "172.31.0.250")
    assert aws.says("curl -sS http://shop.corp.internal/") == "hello", "its TTL is not over"
    aws.pass_time(60)
    assert aws.says("curl -sS -m 3 http://shop.corp.internal/").startswith("curl: (28)")


def test_an_alias_leads_to_a_load_balancer(aws):
    balancer = aws.balancer("aliased", Scheme="internal", SecurityGroups=[aws.open])
    aws.listener(balancer, {"Type": "fixed-response", "FixedResponseConfig": {
        "StatusCode": "200", "ContentType": "text/plain", "MessageBody": "fixed"}})  # fmt: skip
    aws.pass_time(180)
    zone = aws.zone("alias.internal")
    alias = {"HostedZoneId": balancer["CanonicalHostedZoneId"], "DNSName": balancer["DNSName"],
             "EvaluateTargetHealth": False}  # fmt: skip
    aws.record(zone, "api.alias.internal", "A", AliasTarget=alias)
    assert aws.says("curl -sS http://api.alias.internal/") == "fixed"


def test_the_most_specific_zone_of_the_vpc_answers(aws):
    wide, narrow = aws.zone("wide.internal"), aws.zone("sub.wide.internal")
    aws.record(wide, "web.sub.wide.internal", "A", aws.web)
    assert aws.says("curl -sS http://web.sub.wide.internal/") == unresolved("web.sub.wide.internal")
    aws.record(narrow, "web.sub.wide.internal", "A", aws.web)
    aws.pass_time(900)  # for so long it is remembered that there was none
    assert aws.says("curl -sS http://web.sub.wide.internal/") == "hello"


def test_a_zone_of_another_vpc_is_not_asked(aws):
    vpc = aws.ec2.create_vpc(CidrBlock="10.66.0.0/16")["Vpc"]["VpcId"]
    zone = aws.zone("abroad.internal", vpc)
    aws.record(zone, "web.abroad.internal", "A", aws.web)
    assert aws.says("curl -sS http://web.abroad.internal/") == unresolved("web.abroad.internal")
    here = {"VPCRegion": "us-east-1", "VPCId": aws.vpc}
    aws.zones.associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=here)
    assert aws.says("curl -sS http://web.abroad.internal/") == "hello"


def test_a_vpc_that_gives_no_names_has_neither_private_names_nor_zones(aws):
    zone = aws.zone("off.internal")
    aws.record(zone, "web.off.internal", "A", aws.web)
    host = f"{named(aws.web)}.ec2.internal"
    for attribute in ("EnableDnsHostnames", "EnableDnsSupport"):
        aws.ec2.modify_vpc_attribute(VpcId=aws.vpc, **{attribute: {"Value": False}})
        try:
            assert aws.says("curl -sS http://web.off.internal/") == unresolved("web.off.internal")
            assert aws.says(f"curl -sS http://{host}/") == unresolved(host)
            assert aws.says(f"curl -sS http://{aws.web}/") == "hello"
        finally:
            aws.ec2.modify_vpc_attribute(VpcId=aws.vpc, **{attribute: {"Value": True}})
    assert aws.says("curl -sS http://web.off.internal/") == "hello"


def test_a_public_name_stands_for_the_private_address_at_home(aws):
    about = [{"Name": "private-ip-address", "Values": [aws.web]}]
    (interface,) = aws.ec2.describe_network_interfaces(Filters=about)["NetworkInterfaces"]
    public = interface["Association"]["PublicDnsName"]
    assert aws.says(f"getent hosts {public}").split()[0] == aws.web
    assert aws.says(f"curl -sS http://{interface['Association']['PublicIp']}/") == "hello"
